"""Clusters of the pair graph hold: what one bridge joins is split, and what the user says is kept."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.things.clustering import LEAST, cluster, distinct

Weights = dict[tuple[int, int], float]


def clusters(
    weights: Weights, together: Iterable[Collection[int]] = (), apart: Iterable[tuple[int, int]] = ()
) -> list[list[int]]:
    ids = np.array(list(weights), np.int64).reshape(-1, 2)
    values = np.array(list(weights.values()), np.float64)
    return sorted(cluster(ids[:, 0], ids[:, 1], values, together, apart))


def clique(members: Iterable[int], weight: float = 3.0) -> Weights:
    return dict.fromkeys(itertools.combinations(sorted(members), 2), weight)


def test_two_things_that_one_pair_joins_stay_two() -> None:
    weights = {**clique(range(5)), **clique(range(10, 15)), (4, 10): 6.0}
    assert clusters(weights) == [[0, 1, 2, 3, 4], [10, 11, 12, 13, 14]]


def test_a_photo_that_shares_nothing_with_the_rest_is_not_dragged_in() -> None:
    weights = {**clique(range(5)), (4, 9): 3.0, (3, 9): -4.0, (2, 9): -4.0}
    assert clusters(weights) == [[0, 1, 2, 3, 4]]


def test_one_pair_alone_speaks_against_no_thing_without_end() -> None:
    least = {**clique(range(3)), (2, 9): 2.5, (1, 9): 0.5, (0, 9): LEAST}
    assert clusters(least) == [[0, 1, 2, 9]]
    assert clusters({**least, (0, 9): -6.0}) == [[0, 1, 2, 9]], "two sides of a car have nothing in common"
    assert clusters({**least, (0, 9): -6.0, (1, 9): -6.0}) == [[0, 1, 2]]


def test_a_chain_falls_into_pieces() -> None:
    chain = {(number, number + 1): 2.0 for number in range(12)}
    assert max(map(len, clusters(chain))) <= 3


def test_one_pair_is_a_thing() -> None:
    assert clusters({(1, 2): 0.5, (3, 4): -0.5}) == [[1, 2]]


def test_without_pairs_there_is_nothing() -> None:
    assert clusters({}) == []


def test_a_thing_with_many_photos_holds_though_most_of_its_pairs_were_not_compared() -> None:
    # Each photo is compared with the twelve nearest in a circle of viewpoints.
    weights: Weights = {}
    for number in range(150):
        for step in range(1, 13):
            one, other = sorted((number, (number + step) % 150))
            weights[one, other] = 3.0
    assert [len(found) for found in clusters(weights)] == [150]


def test_what_the_user_joined_is_one_and_what_was_taken_apart_is_not() -> None:
    weights = {**clique(range(3)), **clique(range(10, 13)), **clique((20, 21))}
    assert clusters(weights, together=[(2, 10)]) != clusters(weights)
    assert clusters(weights, together=[(0, 1, 2, 10, 11, 12)]) == [[0, 1, 2, 10, 11, 12], [20, 21]]
    assert clusters(weights, apart=[(20, 21)]) == [[0, 1, 2], [10, 11, 12]]
    apart = clusters(weights, apart=[(0, 2), (1, 2)])
    assert [0, 1] in apart and all(2 not in found for found in apart)


def test_a_group_of_the_user_needs_no_pair() -> None:
    assert clusters({(1, 2): 3.0}, together=[(7, 8)]) == [[1, 2], [7, 8]]
    assert clusters({}, together=[(7, 8), (3,)]) == [[7, 8]]


@given(
    st.dictionaries(st.tuples(st.integers(0, 9), st.integers(10, 19)), st.floats(-6, 6), max_size=60),
    st.data(),
)
def test_the_order_of_the_pairs_does_not_matter(weights: Weights, data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(weights.items()))))
    assert clusters(shuffled) == clusters(weights)
    everyone = [number for found in clusters(weights) for number in found]
    assert len(everyone) == len(set(everyone)), "no photo is in two"


@given(
    st.dictionaries(st.tuples(st.integers(0, 9), st.integers(10, 19)), st.floats(-6, 6), max_size=60),
    st.lists(st.tuples(st.integers(0, 9), st.integers(10, 19)), max_size=8),
)
def test_what_is_apart_is_never_in_one(weights: Weights, apart: list[tuple[int, int]]) -> None:
    for found in clusters(weights, apart=apart):
        assert not any(one in found and other in found for one, other in apart)


def test_what_is_far_away_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    near = {pair: float(rng.normal(0, 3)) for pair in itertools.combinations(range(12), 2)}
    far = {pair: float(rng.normal(0, 3)) for pair in itertools.combinations(range(100, 112), 2)}
    assert clusters({**near, **far}) == sorted(clusters(near) + clusters(far))


@pytest.mark.parametrize(
    ("copies", "left"), [([], 4), ([(1, 2)], 3), ([(1, 2), (2, 3), (1, 3)], 2), ([(1, 9)], 4)]
)
def test_copies_count_once(copies: list[tuple[int, int]], left: int) -> None:
    assert distinct([1, 2, 3, 4], copies) == left
