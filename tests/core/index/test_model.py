"""Whatever happens in whatever order, the index holds what the record holds."""

from __future__ import annotations

import gc
import shutil
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 16
POOL = descriptors(400, DIMENSION, seed=11)
LIMITS = MergePolicy(seal_rows=16, flush_rows=4, segment_rows=64, small_segments=3)
IDS = st.lists(st.integers(0, len(POOL) - 1), min_size=1, max_size=40).map(
    lambda ids: np.array(ids, np.int64)
)
RUNS = st.tuples(st.integers(0, len(POOL) - 60), st.integers(1, 60)).map(
    lambda run: np.arange(run[0], run[0] + run[1], dtype=np.int64)
)


class IndexMachine(RuleBasedStateMachine):
    removed = Bundle("removed")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.record = MemoryRecord(DIMENSION)
        self.open()

    def open(self) -> None:
        self.index = FaissIndex.open(self.folder, "model", DIMENSION, self.record, LIMITS)
        assert self.index.repairs == []

    @rule(ids=IDS | RUNS)
    def add(self, ids: NDArray[np.int64]) -> None:
        self.record.put(ids, POOL[ids])
        self.index.add(ids, POOL[ids])

    @rule(target=removed, ids=IDS | RUNS)
    def remove(self, ids: NDArray[np.int64]) -> MultipleResults[NDArray[np.int64]]:
        self.record.drop(ids)
        self.index.remove(ids)
        return multiple(ids)

    @rule(ids=removed)
    def add_again(self, ids: NDArray[np.int64]) -> None:
        self.add(ids)

    @rule()
    def flush(self) -> None:
        self.index.flush()

    @rule()
    def close_and_open(self) -> None:
        self.index.close()
        self.open()

    @rule(added=IDS | RUNS, removed=IDS)
    def kill_between_record_and_index(self, added: NDArray[np.int64], removed: NDArray[np.int64]) -> None:
        self.record.put(added, POOL[added])
        self.record.drop(removed)
        del self.index
        gc.collect()
        self.open()

    @rule(added=IDS | RUNS, removed=IDS)
    def another_process_changes_the_record(
        self, added: NDArray[np.int64], removed: NDArray[np.int64]
    ) -> None:
        self.record.put(added, POOL[added])
        self.record.drop(removed)
        self.index.sync()

    @invariant()
    def holds_what_the_record_holds(self) -> None:
        if not hasattr(self, "index"):
            return
        ids = self.record.ids()
        assert len(self.index) == len(ids)
        everything = self.index.search_radius(POOL[0], -1, len(POOL))
        np.testing.assert_array_equal(np.sort(everything.ids), ids)
        np.testing.assert_allclose(
            everything.similarities, self.record.nearest(POOL[0], len(POOL))[1], atol=2e-6
        )
        for query in POOL[ids[:: max(1, len(ids) // 5)]]:
            found = self.index.search(query, 3)
            np.testing.assert_allclose(found.similarities, self.record.nearest(query, 3)[1], atol=2e-6)

    @invariant()
    def knows_its_members(self) -> None:
        if hasattr(self, "index"):
            members = set(self.record.ids().tolist())
            for number in range(0, len(POOL), 37):
                assert (number in self.index) == (number in members)

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.close()
            # A dropped index ends with its upkeep, which may still be writing.
            for thread in threading.enumerate():
                if thread.name == "index upkeep":
                    thread.join()
            shutil.rmtree(self.folder)


pytestmark = pytest.mark.slow

TestIndex = IndexMachine.TestCase
TestIndex.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
