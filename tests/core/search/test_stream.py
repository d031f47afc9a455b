"""The stream of rankings: the index's answer at once, better ones after, and an answer whatever happens.

The judge here is scripted, because the tests are about what the stream makes of verdicts, failures and delays;
the real judges are tested on real photos elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import Explanation, Judge, JudgeOptions, JudgePhoto, Verdict
from lookalike.search.curves import Logistic
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore
from lookalike.search.query import crop, view_hash
from lookalike.search.ranking import Candidates, Ranking, ranked
from lookalike.search.ranking_stream import RankingStream, SearchPlan
from lookalike.search.second_hop import SecondHop

FUSION = Fusion(
    weight=0.5,
    index_score=IndexScore(0.2),
    index=Logistic(10.0, -5.0),
    match=None,
    cut_off=0.5,
    calibrated=True,
)


class ScriptedJudge:
    """Says what the script says; an exception in it is raised when its turn comes."""

    name = "scripted"
    top = 100

    def __init__(self, script: Mapping[str, float | str | LookalikeError], key: str = "scripted-1") -> None:
        self.script = script
        self.key = key
        self.asked: list[str] = []

    def with_options(self, options: JudgeOptions) -> Judge:
        return self

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        for candidate in candidates:
            if cancelled():
                return
            self.asked.append(candidate.content)
            word = self.script[candidate.content]
            if isinstance(word, Exception):
                raise word
            if isinstance(word, str):
                yield Verdict(candidate.content, None, reason=word)
            else:
                yield Verdict(candidate.content, word, 0.0)

    def explain(self, query: JudgePhoto, candidate: JudgePhoto) -> Explanation:
        return Explanation(Verdict(candidate.content, 0.5), "scripted")

    def close(self) -> None:
        pass


def photo(content: str) -> JudgePhoto:
    return JudgePhoto(content, lambda side: Image.new("RGB", (8, 8)))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


def stream(
    catalog: Catalog,
    judge: Judge | None,
    found: Candidates,
    query: str = "query",
    top: int = 100,
    budget: float | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    second_hop: SecondHop | None = None,
) -> list[Ranking]:
    plan = SearchPlan(
        candidates=found,
        query_photos=[photo(query)],
        judge=judge,
        load=lambda _, content: photo(content),
        scores=catalog.pair_scores,
        fusion=FUSION,
        top=top,
        budget=budget,
        cancelled=cancelled,
        second_hop=second_hop,
    )
    return list(RankingStream(plan))


SCORES = [0.8, 0.7, 0.6, 0.5]
FOUND = Candidates([1, 2, 3, 4], ["a", "b", "c", "d"], SCORES, [None] * 4, SCORES, [0, 0, 0, 0])


def test_without_a_judge_the_index_answers_and_that_is_final(catalog: Catalog) -> None:
    (only,) = stream(catalog, None, FOUND)
    assert [result.content_id for result in only.results] == [1, 2, 3, 4]
    assert only.final
    assert [result.match for result in only.results] == [None] * 4


def test_the_index_answers_first_and_the_judge_improves(catalog: Catalog) -> None:
    judge = ScriptedJudge({"a": 0.05, "b": 0.1, "c": 0.99, "d": 0.02})
    steps = stream(catalog, judge, FOUND)
    assert [result.content_id for result in steps[0].results] == [1, 2, 3, 4]
    assert (steps[0].judged, steps[0].to_judge, steps[0].final) == (0, 4, False)
    assert [result.content_id for result in steps[-1].results] == [3, 1, 2, 4]
    assert (steps[-1].judged, steps[-1].final, steps[-1].same) == (4, True, 1)
    assert steps[-1].results[0].score == pytest.approx(0.5 * 0.6 + 0.5 * 0.99)
    assert judge.asked == ["a", "b", "c", "d"], "best candidates first"


def test_only_the_top_changes_places(catalog: Catalog) -> None:
    judge = ScriptedJudge({"a": 0.0, "b": 0.0})
    last = stream(catalog, judge, FOUND, top=2)[-1]
    assert [result.content_id for result in last.results] == [1, 2, 3, 4]
    assert judge.asked == ["a", "b"]
    assert last.same == 0, "what follows a judged no is not above the line"


def test_verdicts_are_kept_for_the_next_search(catalog: Catalog) -> None:
    script = {"a": 0.1, "b": 0.9, "c": 0.2, "d": 0.3}
    first = stream(catalog, ScriptedJudge(script), FOUND)[-1]
    again = ScriptedJudge({})
    (only,) = stream(catalog, again, FOUND)
    assert again.asked == []
    assert only.final
    assert only.results == first.results
    other = ScriptedJudge(script, key="another judge")
    stream(catalog, other, FOUND)
    assert other.asked == ["a", "b", "c", "d"]


def test_a_query_without_a_name_leaves_no_trace(catalog: Catalog) -> None:
    stream(catalog, ScriptedJudge({"a": 0.1, "b": 0.9, "c": 0.2, "d": 0.3}), FOUND, query="")
    assert catalog.pair_scores.get("scripted-1", "", ["a", "b", "c", "d"]) == {}


def test_a_judge_that_breaks_is_told_and_the_answer_stands(catalog: Catalog) -> None:
    judge = ScriptedJudge({"a": 0.01, "b": LookalikeError("The model was ended by SIGSEGV.", "Remove it.")})
    last = stream(catalog, judge, FOUND)[-1]
    assert last.final
    assert last.judged == 1
    assert [line for line in last.notes if "SIGSEGV" in line and "Remove it." in line]
    assert len(last.results) == 4
    assert catalog.pair_scores.get(judge.key, "query", ["a"])["a"].match == 0.01, (
        "what it said before is kept"
    )


def test_a_candidate_that_cannot_be_read_has_a_reason_and_is_tried_again(catalog: Catalog) -> None:
    judge = ScriptedJudge({"a": "a.jpg is cut off.", "b": 0.9, "c": 0.2, "d": 0.3})
    last = stream(catalog, judge, FOUND)[-1]
    (unread,) = [result for result in last.results if result.content_id == 1]
    assert (unread.match, unread.reason) == (None, "a.jpg is cut off.")
    assert not last.notes
    again = ScriptedJudge({"a": 0.7})
    stream(catalog, again, FOUND)
    assert again.asked == ["a"]


def test_time_that_runs_out_is_told(catalog: Catalog) -> None:
    last = stream(catalog, ScriptedJudge({"a": 0.9}), FOUND, budget=0.0)[-1]
    assert last.final
    assert last.judged == 0
    assert last.notes


def test_a_cancelled_search_ends_without_a_final_word_and_keeps_verdicts(catalog: Catalog) -> None:
    judge = ScriptedJudge({"a": 0.9, "b": 0.9, "c": 0.9, "d": 0.9})
    steps = stream(catalog, judge, FOUND, cancelled=lambda: len(judge.asked) >= 2)
    assert not any(step.final for step in steps)
    assert set(catalog.pair_scores.get(judge.key, "query", ["a", "b", "c", "d"])) == {"a", "b"}


def test_an_empty_library_has_an_empty_answer(catalog: Catalog) -> None:
    (only,) = stream(catalog, ScriptedJudge({}), Candidates([], [], [], [], [], []))
    assert only.results == ()
    assert only.final


matches = st.dictionaries(st.integers(0, 29), st.one_of(st.none(), st.floats(0, 1)))


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), matches, st.integers(0, 40))
def test_a_ranking_loses_and_doubles_nothing(
    similarities: list[float], verdicts: dict[int, float | None], top: int
) -> None:
    similarities = sorted(similarities, reverse=True)
    ids = list(range(len(similarities)))
    found = Candidates(ids, list(map(str, ids)), similarities, [1.0] * len(ids), similarities, [0] * len(ids))
    results, same = ranked(found, verdicts, {}, top, FUSION)
    assert sorted(result.content_id for result in results) == ids
    assert [result.content_id for result in results[top:]] == ids[top:]
    scores = [result.score for result in results[:top]]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= same <= len(results)
    assert all(result.score >= FUSION.cut_off for result in results[:same])


@given(st.tuples(*[st.floats(0, 1)] * 4), st.tuples(st.integers(1, 50), st.integers(1, 50)))
def test_a_region_is_always_part_of_the_photo(
    corners: tuple[float, float, float, float], size: tuple[int, int]
) -> None:
    left, right = sorted(corners[:2])
    top, bottom = sorted(corners[2:])
    part = crop(Image.new("RGB", size), (left, top, right, bottom))
    assert 1 <= part.width <= size[0]
    assert 1 <= part.height <= size[1]


def test_regions_have_names_of_their_own() -> None:
    assert view_hash("aa", None) == "aa"
    assert (
        view_hash("aa", (0, 0, 0.5, 0.5))
        != view_hash("aa", (0, 0, 0.5, 0.6))
        != view_hash("bb", (0, 0, 0.5, 0.6))
    )


def test_sure_photos_ask_again_before_the_last_ranking(catalog: Catalog) -> None:
    judge = ScriptedJudge({"a": 0.99, "b": 0.1})
    hop = SecondHop(lambda number: {4: 1.6}, lambda numbers: [])
    for _ in range(2):  # The second time all verdicts are stored.
        steps = stream(catalog, judge, FOUND, top=2, second_hop=hop)
        assert [step.final for step in steps] == [False] * (len(steps) - 1) + [True]
        assert [result.content_id for result in steps[0].results] != [1, 4, 2, 3]
        assert [result.content_id for result in steps[-1].results] == [1, 4, 2, 3]
    assert judge.asked == ["a", "b"]


def test_nobody_asks_again_where_no_photo_is_sure(catalog: Catalog) -> None:
    hop = SecondHop(lambda number: pytest.fail("asked"), lambda numbers: [])
    steps = stream(catalog, ScriptedJudge({"a": 0.5, "b": 0.1}), FOUND, top=2, second_hop=hop)
    assert steps[-1].final


def test_a_second_hop_that_fails_leaves_the_ranking(catalog: Catalog) -> None:
    def gone(number: int) -> dict[int, float]:
        raise LookalikeError("It is gone.")

    judge = ScriptedJudge({"a": 0.99, "b": 0.1})
    steps = stream(catalog, judge, FOUND, top=2, second_hop=SecondHop(gone, lambda numbers: []))
    assert steps[-1].final
    assert [result.content_id for result in steps[-1].results] == [1, 2, 3, 4]
