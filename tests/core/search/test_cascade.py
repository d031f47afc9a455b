"""The cascade: what a second judge is asked, in which order, and what its answers do to a ranking.

The judges here are scripted, as in `test_stream`; real ones are tested in `tests/core/cli/test_cascade_commands.py`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import JudgePhoto, Verdict
from lookalike.search.answer_worth import MOST, AnswerWorth
from lookalike.search.cascade import Agenda, CascadePlan, SecondJudge, base_scores, cascade
from lookalike.search.curves import Logistic
from lookalike.search.expected_gain import expected_gains
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore
from lookalike.search.ranking import Ranking, Result
from tests.core.search.test_stream import ScriptedJudge, photo

SLOPE = 20.0
FUSION = Fusion(0.5, IndexScore(0.0), Logistic(SLOPE, -15.0), None, 0.75, calibrated=True)
FITTED = AnswerWorth(SLOPE, (0.0, 1.0, 0.0), (1.0, 0.0), 1.0, 0.0, 3.0, calibrated=True)
GUESSED = replace(FITTED, answer=0.5, swing=1.5, calibrated=False)
NAMES = "abcdefghijklmnop"


class LogitJudge(ScriptedJudge):
    """Says the logits of a script."""

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        for verdict in super().compare(query, candidates, cancelled):
            said = self.script[verdict.content]
            yield replace(verdict, match=0.5, logit=said) if isinstance(said, float) else verdict


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


def base(scores: Sequence[float], judged: int = 3) -> Ranking:
    """What the first judge leaves: photos 1, 2, … with these scores, and matches as probable as these."""
    results = tuple(
        Result(number, score, FUSION.index(score) if number <= judged else None, score, index_score=score)
        for number, score in enumerate(scores, 1)
    )
    same = next((place for place, score in enumerate(scores) if score < FUSION.cut_off), len(scores))
    return Ranking(results, same, judged, judged, final=True)


def run(
    catalog: Catalog,
    judge: ScriptedJudge,
    ranking: Ranking,
    worth: AnswerWorth = FITTED,
    pairs: int = 30,
    reach: int = 100,
    budget: float | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    query: str = "query",
) -> list[Ranking]:
    plan = CascadePlan(
        SecondJudge(judge, worth, reach, pairs),
        FUSION,
        [photo(query)],
        {},
        lambda numbers: {number: NAMES[number - 1] for number in numbers},
        lambda _, content: photo(content),
        catalog.pair_scores,
        budget,
        cancelled,
    )
    earlier = replace(ranking, final=False, judged=0)
    return list(cascade(iter([earlier, ranking]), plan))


def ids(ranking: Ranking) -> list[int]:
    return [result.content_id for result in ranking.results]


def test_only_what_can_change_the_answer_is_asked_about(catalog: Catalog) -> None:
    judge = LogitJudge({"c": 3.0, "d": -3.0})
    scores = [1.2, 1.1, 0.76, 0.74, 0.3, 0.2]
    steps = run(catalog, judge, base(scores))
    assert sorted(judge.asked) == ["c", "d"], "the sure ones and the hopeless ones are left alone"
    assert [step.final for step in steps] == [False] * (len(steps) - 1) + [True]
    assert (steps[0].judged, steps[0].to_judge) == (0, 3 + 6)
    assert (steps[-1].judged, steps[-1].to_judge) == (5, 5)
    last = {result.content_id: result for result in steps[-1].results}
    assert last[3].score == pytest.approx(0.76 + 3 / SLOPE)
    assert last[3].match == pytest.approx(FUSION.index(last[3].score))
    assert ids(steps[-1]) == [1, 2, 3, 4, 5, 6] and steps[-1].same == 3
    assert last[1].match == FUSION.index(1.2), "what the first judge said stands"


def test_an_answer_moves_a_photo_past_others_and_across_the_line(catalog: Catalog) -> None:
    judge = LogitJudge(dict.fromkeys("abcdef", -4.0) | {"d": 5.0})
    last = run(catalog, judge, base([0.80, 0.79, 0.78, 0.72, 0.70, 0.69]))[-1]
    assert ids(last)[0] == 4 and last.same == 1
    assert last.calibrated


def test_a_photo_behind_the_judged_ones_is_worth_no_more_than_they(catalog: Catalog) -> None:
    # The fourth was not seen by the first judge, and stands behind one that it thinks little of.
    assert base_scores([0.8, 0.4, 0.3, 0.7]).tolist() == [0.8, 0.4, 0.3, 0.3]
    steps = run(catalog, LogitJudge({"a": 0.0, "d": -1.0}), base([0.8, 0.4, 0.3, 0.7]))
    assert ids(steps[-1]) == [1, 2, 3, 4]
    assert steps[-1].results[3].score == pytest.approx(0.3 - 1 / SLOPE)


def test_stored_answers_are_taken_and_nobody_is_asked_twice(catalog: Catalog) -> None:
    first = LogitJudge({"b": 4.0, "a": 4.0, "c": -4.0})
    ranking = base([0.78, 0.75, 0.72])
    last = run(catalog, first, ranking)[-1]
    again = LogitJudge({})
    steps = run(catalog, again, ranking)
    assert again.asked == [] and ids(steps[-1]) == ids(last)
    assert steps[-1].judged == steps[-1].to_judge == last.judged
    assert steps[-1].results == last.results
    other = LogitJudge(first.script)
    run(catalog, other, ranking, query="")
    assert other.asked, "a query without a name leaves nothing behind"


def test_no_more_pairs_than_wanted_and_the_best_ones_first(catalog: Catalog) -> None:
    scores = np.linspace(0.9, 0.6, 12)
    judge = LogitJudge(dict.fromkeys(NAMES, 0.0))
    steps = run(catalog, judge, base(list(scores)), pairs=4)
    assert len(judge.asked) == 4 and steps[-1].judged == 3 + 4
    gains = expected_gains(scores, SLOPE * scores - 15.0, FITTED.swing)
    assert judge.asked[0] == NAMES[int(np.argmax(gains))]
    none = LogitJudge({})
    assert ids(run(catalog, none, base(list(scores)), pairs=0)[-1]) == list(range(1, 13))
    assert none.asked == []


def test_a_judge_that_says_nothing_is_not_asked(catalog: Catalog) -> None:
    useless = replace(FITTED, answer=0.0, swing=0.0)
    judge = LogitJudge({})
    last = run(catalog, judge, base([0.8, 0.76, 0.74, 0.7]), useless)[-1]
    assert judge.asked == [] and last.final and ids(last) == [1, 2, 3, 4]


def test_time_is_up_and_the_answer_so_far_stands(catalog: Catalog) -> None:
    steps = run(catalog, LogitJudge({}), base([0.78, 0.75, 0.72]), budget=0.0)
    assert steps[-1].final and ids(steps[-1]) == [1, 2, 3]
    assert steps[-1].notes == ("The time was up after scripted was asked about 0 photos.",)


def test_a_cancelled_search_has_no_last_ranking_and_keeps_its_answers(catalog: Catalog) -> None:
    judge = LogitJudge(dict.fromkeys(NAMES, 0.5))
    steps = run(
        catalog, judge, base([0.78, 0.75, 0.72]), cancelled=lambda: len(judge.asked) >= 2, query="query"
    )
    assert not any(step.final for step in steps)
    assert len(catalog.pair_scores.get(judge.key, "query", list("abc"))) == 2


def test_a_judge_that_breaks_is_told_and_the_first_one_s_answer_stands(catalog: Catalog) -> None:
    judge = ScriptedJudge(
        dict.fromkeys("abc", LookalikeError("The model was ended by SIGSEGV.", "Remove it."))
    )
    last = run(catalog, judge, base([0.78, 0.75, 0.72]))[-1]
    assert last.final and ids(last) == [1, 2, 3]
    assert last.notes == ("scripted was not asked further: The model was ended by SIGSEGV. Remove it.",)


def test_a_candidate_that_cannot_be_read_keeps_its_place(catalog: Catalog) -> None:
    judge = LogitJudge({"a": "a.jpg is cut off.", "b": "b.jpg is cut off.", "c": "c.jpg is cut off."})
    ranking = base([0.78, 0.75, 0.72], judged=0)
    last = run(catalog, judge, ranking)[-1]
    assert ids(last) == [1, 2, 3]
    assert {result.reason for result in last.results} == {f"{name}.jpg is cut off." for name in "abc"}
    assert all(result.match is None for result in last.results)


def test_words_alone_go_through(catalog: Catalog) -> None:
    plan = CascadePlan(
        SecondJudge(LogitJudge({}), FITTED, 100, 30),
        FUSION,
        [None],
        {},
        lambda numbers: {},
        lambda _, content: photo(content),
        catalog.pair_scores,
        None,
        lambda: False,
    )
    ranking = base([0.8, 0.7])
    assert list(cascade(iter([ranking]), plan)) == [ranking]


def test_each_candidate_is_compared_with_its_own_photo_of_the_query(catalog: Catalog) -> None:
    seen: list[tuple[str, str]] = []

    class Noting(LogitJudge):
        def compare(
            self,
            query: JudgePhoto,
            candidates: Iterable[JudgePhoto],
            cancelled: Callable[[], bool] = lambda: False,
        ) -> Iterator[Verdict]:
            for verdict in super().compare(query, candidates, cancelled):
                seen.append((query.content, verdict.content))
                yield verdict

    plan = CascadePlan(
        SecondJudge(Noting(dict.fromkeys(NAMES, 0.0)), FITTED, 100, 30),
        FUSION,
        [photo("one"), None, photo("two")],
        {1: 2, 2: 0, 3: 2},
        lambda numbers: {number: NAMES[number - 1] for number in numbers},
        lambda _, content: photo(content),
        catalog.pair_scores,
        None,
        lambda: False,
    )
    list(cascade(iter([base([0.76, 0.75, 0.74, 0.73])]), plan))
    assert set(seen) == {("two", "a"), ("one", "b"), ("two", "c"), ("one", "d")}
    assert len(list(itertools.groupby(seen, key=lambda pair: pair[0]))) == 2, "each is prepared once"


scores_of = st.lists(st.floats(0.0, 1.3), min_size=1, max_size=30)


@given(scores_of, st.floats(0.0, 4.0))
def test_no_question_is_expected_to_harm(scores: list[float], swing: float) -> None:
    values = np.array(scores)
    gains = expected_gains(values, SLOPE * values - 15.0, swing)
    assert gains.shape == (len(scores),) and (gains >= -1e-9).all() and (gains <= 1.0).all()
    if swing == 0.0:
        assert np.abs(gains).max() < 1e-9


def test_a_question_gains_where_nobody_knows_and_everybody_looks() -> None:
    odds = np.array([3.0, 0.0, 0.0, -3.0])
    gains = expected_gains(np.array([4.0, 3.0, 2.0, 1.0]), odds, 2.0)
    assert gains[1] > gains[2] > gains[3] and gains[1] > gains[0]


@given(scores_of, st.data())
def test_unanswered_photos_keep_their_scores_and_answers_move_in_their_direction(
    scores: list[float], data: st.DataObject
) -> None:
    logits = np.array([data.draw(st.one_of(st.just(math.nan), st.floats(-8, 8))) for _ in scores], np.float64)
    before = base_scores(scores)
    for worth in (FITTED, GUESSED):
        agenda = Agenda(before, SLOPE * before - 15.0, worth, np.ones(len(scores)))
        agenda.logits[:] = logits
        moved, unasked = agenda.scores() - before, np.isnan(logits)
        assert (moved[unasked] == 0.0).all()
        assert agenda.odds() == pytest.approx(SLOPE * (before + moved) - 15.0)
        if worth.calibrated:
            assert moved[~unasked] == pytest.approx(logits[~unasked] / SLOPE, abs=1e-9)
        else:
            assert (np.abs(moved) <= MOST / SLOPE + 1e-9).all()


def test_what_a_model_says_of_all_photos_alike_is_taken_off_where_nothing_was_fitted() -> None:
    known = np.zeros(20)
    likes_yes = np.full(20, 6.0)
    assert np.abs(GUESSED.evidence(known, likes_yes)).max() < 1.0
    likes_yes[3] = 12.0
    moved = GUESSED.evidence(known, likes_yes)
    assert moved[3] == max(moved) > 1.0


def test_judges_that_contradict_each_other_leave_a_photo_undecided() -> None:
    worth = replace(FITTED, seen=(0.5, 0.5, 0.0))
    index, first = np.array([0.95, 0.95, 0.05]), np.array([0.95, 0.05, np.nan])
    both, contradicted, alone = worth.known(index, first)
    assert both > 2.5 and abs(contradicted) < 1e-9 and alone < -2.5


def test_photos_that_were_read_before_come_first() -> None:
    scores = np.array([0.76, 0.755, 0.75, 0.745])
    every = np.ones(4, bool)
    plain = Agenda(scores, SLOPE * scores - 15.0, FITTED, np.ones(4)).next(every)
    assert plain is not None
    costs = np.ones(4)
    costs[plain] = 10.0
    assert Agenda(scores, SLOPE * scores - 15.0, FITTED, costs).next(every) != plain
