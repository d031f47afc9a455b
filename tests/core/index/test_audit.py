"""The audit itself: it says nothing of a sound index, and finds each kind of unsoundness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lookalike.index import Audit, FaissIndex, MergePolicy, audit
from tests.builders.jobs import result_of
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 24
LIMITS = MergePolicy(seal_rows=64, flush_rows=8)


@pytest.fixture
def record() -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(1, 301), descriptors(300, DIMENSION))
    return record


@pytest.fixture
def index(record: MemoryRecord, tmp_path: Path) -> Iterator[FaissIndex]:
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    yield index
    index.close()


def audited(index: FaissIndex, record: MemoryRecord, sample: int | None = None) -> Audit:
    return result_of(audit(index, record, sample))


def test_a_sound_index_is_sound(index: FaissIndex, record: MemoryRecord) -> None:
    found = audited(index, record)
    assert found.sound
    assert (found.recorded, found.searched) == (300, 300)
    assert audited(index, record, 40).searched == 40


def test_copies_need_not_come_before_one_another(index: FaissIndex, record: MemoryRecord) -> None:
    copies = np.repeat(record.vectors(np.array([9])), 30, axis=0)
    record.put(np.arange(1001, 1031), copies)
    index.add(np.arange(1001, 1031), copies)
    assert audited(index, record).sound


def test_what_the_index_lacks_is_lost(index: FaissIndex, record: MemoryRecord) -> None:
    index.remove(np.array([5, 6]))
    assert audited(index, record).lost == (5, 6)
    assert audited(index, record, 10).lost == (5, 6), "those that are not searched for are missed as well"


def test_what_is_found_under_a_wrong_vector_is_lost(index: FaissIndex, record: MemoryRecord) -> None:
    index.remove(np.array([5]))
    index.add(np.array([5]), -record.vectors(np.array([5])))
    assert audited(index, record).lost == (5,)


def test_what_the_record_has_no_more_is_phantom(index: FaissIndex, record: MemoryRecord) -> None:
    record.drop(np.array([7]))
    found = audited(index, record)
    assert found.surplus == 1
    assert not found.sound


def test_a_vector_that_is_none_is_damaged(index: FaissIndex, record: MemoryRecord) -> None:
    record._vectors[record.ids() == 8] = 0.25
    record._vectors[record.ids() == 9] = np.nan
    assert set(audited(index, record).damaged) == {8, 9}
