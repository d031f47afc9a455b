"""What a second judge's answers are found to be worth, on made-up pairs whose odds are known."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.errors import LookalikeError
from lookalike.evaluation.answer_fitting import before, fit_answers, mean_precision, settled
from lookalike.evaluation.pairs import JudgedPairs, QueryPairs
from lookalike.search.curves import Logistic
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore

FUSION = Fusion(0.8, IndexScore(0.0), Logistic(25.0, -20.0), Logistic(1.0, 0.0), 0.76, calibrated=True)
JUDGES = ("first", "second")
LEANING = 2.0


def made_up(apart: float, groups: int = 24, asked: bool = True) -> JudgedPairs:
    """Pairs that the index and a first judge know something of, and a second one that tells them so far apart."""
    random = np.random.default_rng(5)
    queries = []
    for number in range(groups * 3):
        right = random.random(40) < np.where(np.arange(40) < 10, 0.4, 0.03)
        cosines = np.sort(0.74 + 0.05 * random.standard_normal(40) + 0.05 * right)[::-1]
        right = right[np.argsort(-(cosines + 0.02 * random.standard_normal(40)), kind="stable")]
        first = np.where(np.arange(40) < 10, 2.0 * (right - 0.5) + random.standard_normal(40), np.nan)
        logits = LEANING + apart * (right - 0.5) + random.standard_normal(40)
        queries.append(
            QueryPairs(
                f"thing {number % groups}",
                cosines,
                np.full(40, np.nan),
                np.where(np.arange(40) < 20, logits, np.nan) if asked else np.full(40, np.nan),
                right,
                np.zeros(0, np.int64),
                max(1, int(right.sum())),
                first,
            )
        )
    return JudgedPairs(queries)


def test_a_good_judge_is_believed_by_as_much_as_it_tells() -> None:
    pairs = made_up(3.0)
    fitted = fit_answers(pairs, "descriptor", JUDGES, FUSION)
    made = fitted.calibration
    assert fitted.informative
    assert (made.descriptor, made.first, made.second) == ("descriptor", *JUDGES)
    assert made.belongs_to(FUSION.weight, FUSION.cut_off) and not made.belongs_to(0.5, FUSION.cut_off)
    # Of two normal distributions of deviation 1 the log-odds rise by their distance.
    assert made.worth.answer == pytest.approx(3.0, rel=0.25)
    assert made.worth.bias == pytest.approx(-3.0 * LEANING, rel=0.35), "its leaning towards yes is taken off"
    assert made.error < 0.03 and made.error_asked < 0.06
    assert (made.pairs, made.groups) == (72 * 20, 24)
    assert fitted.precision > mean_precision(pairs, before(pairs, FUSION, None).scores) + 0.05


def test_a_judge_that_guesses_counts_for_nothing() -> None:
    fitted = fit_answers(made_up(0.0), "descriptor", JUDGES, FUSION)
    assert not fitted.informative
    worth = fitted.calibration.worth
    assert (worth.answer, worth.bias, worth.swing) == (0.0, 0.0, 0.0)


def test_a_judge_that_is_always_wrong_is_not_believed_the_other_way_round() -> None:
    fitted = fit_answers(made_up(-3.0), "descriptor", JUDGES, FUSION)
    assert fitted.calibration.worth.answer == 0.0


def test_without_answers_nothing_is_fitted() -> None:
    with pytest.raises(LookalikeError, match=r"0 pairs of the same thing and 0 of different things"):
        fit_answers(made_up(3.0, asked=False), "descriptor", JUDGES, FUSION)


def test_candidates_behind_the_first_judge_s_are_worth_no_more_than_they() -> None:
    scores = np.array([0.5, 0.9, 0.7, 0.8, 0.4])
    judged = np.array([True, True, False, False, False])
    query = made_up(1.0).queries[0]
    query = QueryPairs(
        query.group, scores, scores, scores, judged, np.zeros(0, np.int64), 2, np.where(judged, 0.0, np.nan)
    )
    found = settled(JudgedPairs([query, query]), np.tile(scores, 2), np.tile(judged, 2))
    assert found.tolist() == [0.5, 0.9, 0.5, 0.5, 0.4] * 2
