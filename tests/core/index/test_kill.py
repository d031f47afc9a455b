"""SIGKILL at random moments of adding, removing, sealing and merging in a real process, then an audit."""

from __future__ import annotations

import random
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy
from lookalike.worker import Worker
from tests.builders.vectors import SqliteRecord

DIMENSION = 24
KILLS = 24
LIMITS = MergePolicy(seal_rows=32, flush_rows=4, segment_rows=256, small_segments=3)


def vector_of(number: int) -> NDArray[np.float32]:
    vector = np.random.default_rng(number).standard_normal(DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def churn(pipe: Connection, folder: Path, seed: int) -> None:
    """Add, remove and flush until killed."""
    chance = random.Random(seed)
    record = SqliteRecord(folder / "record.db", DIMENSION)
    index = FaissIndex.open(folder / "index", "model", DIMENSION, record, LIMITS)
    pipe.send(index.repairs)
    while True:
        first = record.next_id()
        ids = np.arange(first, first + chance.choice([1, 1, 5, 40, 90]))
        vectors = np.array([vector_of(number) for number in ids.tolist()])
        record.put(ids, vectors)
        index.add(ids, vectors)
        if chance.random() < 0.3:
            known = record.ids()
            dropped = known[np.random.default_rng(chance.randrange(10**9)).random(len(known)) < 0.15]
            record.drop(dropped)
            index.remove(dropped)
        if chance.random() < 0.2:
            index.flush()


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_phantom_shows_after_kills(tmp_path: Path) -> None:
    chance = random.Random(20)
    record = SqliteRecord(tmp_path / "record.db", DIMENSION)
    sizes = []
    for kill in range(KILLS):
        child = Worker(churn, (tmp_path, kill), name="the churning process")
        assert child.receive() == []
        threading.Event().wait(chance.uniform(0, 0.25))
        child.kill()

        index = FaissIndex.open(tmp_path / "index", "model", DIMENSION, record, LIMITS)
        # A kill is no damage: whole files only ever replace whole files.
        assert index.repairs == []
        ids = record.ids()
        sizes.append(len(ids))
        found = index.search_radius(vector_of(1), -1, 10 * len(ids) + 1)
        np.testing.assert_array_equal(np.sort(found.ids), ids)
        for number in ids[:: max(1, len(ids) // 25)].tolist():
            nearest = index.search(vector_of(number), 1)
            assert nearest.ids[0] == number
            assert nearest.similarities[0] > 0.999
        if kill % 4 == 0:
            index.close()
        del index
    record.close()
    assert sizes[-1] > LIMITS.segment_rows
