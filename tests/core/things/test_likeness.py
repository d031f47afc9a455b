"""Likeness is measured against what is common around a photo, and each kind of evidence counts its share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.things.likeness import (
    CERTAIN,
    CONFIRMED,
    PRIOR,
    SUPPORTED,
    SUPPORTED_BY_JUDGE,
    Likeness,
    backgrounds,
    log_odds,
    pair_similarities,
    similarities,
)

DIMENSION = 64


class Record:
    """Sets of one vector by their place."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self.rows: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def sets(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.rows[ids][:, None]


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
    likeness = Likeness(record, sample, record.sets(sample))
    in_crowd, alone = likeness.excesses([(0, 1), (600, 601)])
    assert likeness.excesses([(600, 601)]) == pytest.approx(alone)
    assert alone > 0.1 > 0.05 > in_crowd


def test_a_photo_is_not_its_own_background() -> None:
    record = Record(crowd(200, 0.0, 3))
    ids = np.arange(200)
    levels = backgrounds(record.rows @ record.rows.T, ids, ids)
    assert levels.max() < PRIOR + 0.1


def test_without_a_library_the_prior_counts() -> None:
    record = Record(crowd(4, 0.5, 4))
    nobody = np.zeros(0, np.int64)
    levels = backgrounds(similarities(record.sets(np.arange(4)), record.sets(nobody)), np.arange(4), nobody)
    assert levels.tolist() == pytest.approx([PRIOR] * 4)


def test_sets_are_as_similar_as_the_nearest_of_their_members_are() -> None:
    random = np.random.default_rng(5)
    sets = random.standard_normal((7, 3, DIMENSION)).astype(np.float32)
    sets /= np.linalg.norm(sets, axis=2, keepdims=True)
    by_hand = np.array(
        [
            [
                np.mean(
                    [
                        np.mean([max(a @ b for b in two) for a in one]),
                        np.mean([max(a @ b for a in one) for b in two]),
                    ]
                )
                for two in sets
            ]
            for one in sets
        ]
    )
    found = similarities(sets, sets)
    assert found == pytest.approx(by_hand, abs=1e-6)
    assert np.diagonal(found) == pytest.approx(1.0, abs=1e-6)
    assert pair_similarities(sets[:3], sets[3:6]) == pytest.approx(found[[0, 1, 2], [3, 4, 5]], abs=1e-6)


def test_a_part_of_one_photo_makes_two_more_similar_than_their_wholes_are() -> None:
    random = np.random.default_rng(6)
    whole, other, thing = random.standard_normal((3, DIMENSION)).astype(np.float32)
    sets = np.stack([np.stack([whole, thing, whole, whole]), np.stack([thing, other, other, other])])
    sets /= np.linalg.norm(sets, axis=2, keepdims=True)
    assert pair_similarities(sets[:1], sets[1:])[0] > pair_similarities(sets[:1, :1], sets[1:, :1])[0] + 0.1


def test_evidence_adds_up() -> None:
    matches = np.array([0.99, 0.99, 0.01, 0.01, 1.0, 0.0])
    nearness = np.array([0.1, -0.1, 0.1, -0.1, np.nan, np.nan])
    nowhere = np.full(6, np.nan)
    both, only_match, only_near, neither, sure, never = log_odds(
        matches, nearness, nowhere, nowhere, np.zeros(6, np.bool_)
    )
    assert both > only_match and both > only_near and min(only_match, only_near) > neither
    assert both > 0 > neither
    assert sure > 0 > never

    def alone(
        match: float, excess: float, regional: float = np.nan, judged: float = np.nan, animals: bool = False
    ) -> float:
        one, two, three, four = (np.array([number]) for number in (match, excess, regional, judged))
        return float(log_odds(one, two, three, four, np.array([animals]))[0])

    assert alone(0.0, -9.0) == -CERTAIN
    assert alone(0.9999, 9.0) == CERTAIN
    assert alone(0.99999, -9.0) > 0, "very many details prove it by themselves"
    assert alone(0.0, 9.0) < 0, "without a detail in common nothing is joined"
    assert alone(0.05, 0.0, 0.15) > 0 > alone(0.05, 0.15, 0.0), "what parts say counts, and not the whole"
    assert alone(0.05, 0.0, 0.05, 5.0) > 0 > alone(0.05, 0.0, 0.05, -4.0), (
        "and what the judge says counts with it"
    )
    assert alone(0.05, 0.0, 0.08, -2.0, animals=True) > alone(0.05, 0.0, 0.08, -2.0)
    assert alone(0.0, -9.0, animals=True) < 0, "two cats are no thing for being cats"
    match, verdict = SUPPORTED, SUPPORTED_BY_JUDGE
    neither, by_judge = (
        alone(match - 0.01, 0.0, 0.05, verdict - 0.01),
        alone(match - 0.01, 0.0, 0.05, verdict),
    )
    by_details, by_both = alone(match, 0.0, 0.05, verdict - 0.01), alone(match, 0.0, 0.05, verdict)
    assert by_both - max(neither, by_judge, by_details) > CONFIRMED - 0.1, "both together say more than each"
    assert max(by_judge, by_details) - neither < 0.1
    assert alone(0.01, 0.0, 0.15, 5.0) < alone(match, 0.0, 0.15, 5.0) <= CERTAIN
