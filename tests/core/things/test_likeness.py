"""Likeness is measured against what is common around a photo, and each kind of evidence counts its share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.things.likeness import (
    MOST_OF_ANIMALS,
    PRIOR,
    PRIOR_WEIGHT,
    SHARES,
    WEIGHTS,
    Likeness,
    backgrounds,
    pair_similarities,
    similarities,
)

DIMENSION = 64
NONE = np.zeros(0, np.int64)


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
    likeness = Likeness(record, sample, record.sets(sample), NONE)
    in_crowd, alone = likeness.excesses([(0, 1), (600, 601)])
    assert likeness.excesses([(600, 601)]) == pytest.approx(alone)
    assert alone > in_crowd + 0.2


def test_a_background_is_what_shares_of_the_sample_reach() -> None:
    record = Record(crowd(200, 0.0, 3))
    ids = np.arange(200)
    levels = backgrounds(record.rows @ record.rows.T, ids, ids, NONE)
    for number in (0, 77):
        others = np.sort(np.delete(record.rows @ record.rows[number], number))[::-1]
        reached = sum(
            weight * others[round(share * 200) - 1] for share, weight in zip(SHARES, WEIGHTS, strict=True)
        )
        assert levels[number] == pytest.approx(
            (200 * reached + PRIOR_WEIGHT * PRIOR) / (200 + PRIOR_WEIGHT), abs=1e-6
        ), "a photo is not its own background"


def test_without_a_library_the_prior_counts() -> None:
    record = Record(crowd(4, 0.5, 4))
    near = similarities(record.sets(np.arange(4)), record.sets(NONE))
    assert backgrounds(near, np.arange(4), NONE, NONE).tolist() == pytest.approx([PRIOR] * 4)


def test_many_photos_of_a_pet_do_not_hide_each_other() -> None:
    record = Record(np.concatenate([crowd(60, 0.8, 5), crowd(940, 0.3, 6)]))
    sample = np.arange(1000)
    hidden, found = (
        Likeness(record, sample, record.sets(sample), animals).excesses([(0, 1), (600, 601)])
        for animals in (NONE, np.arange(60))
    )
    near = np.sort(record.rows[1:] @ record.rows[0])[::-1][round(SHARES[0] * 1000) - 1]
    gained = WEIGHTS[0] * (near - MOST_OF_ANIMALS) * 1000 / (1000 + PRIOR_WEIGHT)
    assert found[0] - hidden[0] == pytest.approx(gained, abs=0.01)
    assert gained > 0.05
    assert found[1] == hidden[1], "other photos are as they were"


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
