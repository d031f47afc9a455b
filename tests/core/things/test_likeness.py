"""Likeness is measured against what is common around a photo, and each kind of evidence counts its share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.things.likeness import CERTAIN, PRIOR, Likeness, backgrounds, log_odds

DIMENSION = 64


class Record:
    """Vectors by their place."""

    key = "test"

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self.rows: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.rows[ids]


def crowd(count: int, near: float, seed: int) -> NDArray[np.float32]:
    """Vectors any two of which have about this cosine."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(DIMENSION)
    own = rng.standard_normal((count, DIMENSION))
    shared /= np.linalg.norm(shared)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    rows: NDArray[np.float32] = (near**0.5 * shared + (1 - near) ** 0.5 * own).astype(np.float32)
    return rows


def test_the_same_cosine_says_less_in_a_crowd() -> None:
    crowded, lonely = crowd(600, 0.85, 1), crowd(600, 0.2, 2)
    record = Record(np.concatenate([crowded, lonely]))
    # A pair of the lonely ones is as near as two of the crowd are anyway.
    record.rows[601] = 0.9 * record.rows[600] + 0.435 * record.rows[601]
    record.rows[601] /= np.linalg.norm(record.rows[601])
    sample = np.arange(1200)
    likeness = Likeness(record, sample)
    in_crowd, alone = likeness.excesses([(0, 1), (600, 601)])
    assert likeness.excesses([(600, 601)]) == pytest.approx(alone)
    assert alone > 0.1 > 0.05 > in_crowd


def test_a_photo_is_not_its_own_background() -> None:
    record = Record(crowd(200, 0.0, 3))
    ids = np.arange(200)
    levels = backgrounds(record.rows, ids, record.rows, ids)
    assert levels.max() < PRIOR + 0.1


def test_without_a_library_the_prior_counts() -> None:
    record = Record(crowd(4, 0.5, 4))
    nobody = np.zeros(0, np.int64)
    levels = backgrounds(record.rows, np.arange(4), record.rows[nobody], nobody)
    assert levels.tolist() == pytest.approx([PRIOR] * 4)


def test_evidence_adds_up() -> None:
    matches = np.array([0.99, 0.99, 0.01, 0.01, 1.0, 0.0])
    nearness = np.array([0.1, -0.1, 0.1, -0.1, np.nan, np.nan])
    both, only_match, only_near, neither, sure, never = log_odds(matches, nearness)
    assert both > only_match and both > only_near and min(only_match, only_near) > neither
    assert both > 0 > neither
    assert sure > 0 > never
    assert log_odds(np.array([0.0]), np.array([-9.0])).tolist() == [-CERTAIN]
    assert log_odds(np.array([0.9999]), np.array([9.0])).tolist() == [CERTAIN]
    assert log_odds(np.array([0.99999]), np.array([-9.0]))[0] > 0, "very many details prove it by themselves"
    assert log_odds(np.array([0.0]), np.array([9.0]))[0] < 0, "without a detail in common nothing is joined"
