"""The figures, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.evaluation.metrics import mean_by_group, truncated_average_precision
from tests.ranking_metrics import average_precision, recall_at


def test_average_precision_by_hand() -> None:
    assert average_precision([5, 1, 6, 2], {1, 2}) == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_positives_that_were_not_returned_count_as_nothing() -> None:
    assert average_precision([1], {1, 2, 3, 4}) == pytest.approx(0.25)


def test_average_precision_at_k_by_hand() -> None:
    # The paper's form: AP over the positives in the top k, times (those / min(k, all positives)).
    ranking, positives = [1, 9, 2, 3], {1, 2, 3, 4}
    over_found = (1 / 1 + 2 / 3) / 2
    ranks = np.array([rank for rank, number in enumerate(ranking, 1) if number in positives])
    assert truncated_average_precision(ranks, 4, 3) == pytest.approx(over_found * 2 / min(3, 4))


def test_recall_is_about_any_positive() -> None:
    assert recall_at(1, [7, 1], {1}) == 0
    assert recall_at(2, [7, 1], {1}) == 1


def test_groups_weigh_the_same() -> None:
    assert mean_by_group([("a", 1.0), ("a", 0.0), ("b", 1.0)]) == pytest.approx(0.75)


@given(st.permutations(range(12)), st.sets(st.integers(0, 11), min_size=1))
def test_average_precision_is_a_share_and_perfect_only_for_positives_first(
    ranking: list[int], positives: set[int]
) -> None:
    value = average_precision(ranking, positives)
    assert 0 < value <= 1
    assert (value == pytest.approx(1)) == (set(ranking[: len(positives)]) == positives)
    ranks = np.array([rank for rank, number in enumerate(ranking, 1) if number in positives])
    for k in (12, None):
        assert truncated_average_precision(ranks, len(positives), k) == pytest.approx(value)
