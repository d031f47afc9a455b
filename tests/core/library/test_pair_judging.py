"""Pairs that details leave open are decided by a multimodal model, where the user allows it; a real one, if tiny."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from lookalike.catalog.pair_scores import PairScore
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import JudgePhoto, Verdict
from lookalike.library import Library
from lookalike.models.store import ModelStore
from lookalike.pairs import PairKind
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.judging import BY_DETAILS, PairJudging
from lookalike.pairs.updating import PAIR_VERSION
from lookalike.pairs.verified_pair import VerifiedPair
from tests.builders.constant_judge import ConstantJudge
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.builders.opened_judges import open_mllm_judge
from tests.builders.photo_files import textured_photo

PHOTOS = 5


@pytest.fixture
def library(tmp_path: Path, own_home: Path) -> Iterator[Library]:
    """Five photos, of which 0 and 1, 0 and 2, and 3 and 4 are unsure pairs; 1 and 2 are a sure one, 2 and 3 an edit."""
    album = tmp_path / "album"
    album.mkdir()
    for name in range(PHOTOS):
        textured_photo(60 + name, (160, 120)).save(album / f"{name}.jpg", quality=90)
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        for job in (library.scan(), library.pairs.update()):
            for _ in job:
                pass
        # What was found of made-up photos is sure, so that only what follows is open.
        sure = [
            VerifiedPair(pair.first, pair.second, PairKind.NOTHING, 0.001, 0.0, 0.0)
            for pair in library.pairs.pairs()
        ]
        library._catalog.verified_pairs.put([row_of_pair(pair, PAIR_VERSION) for pair in sure])
        for first, second, match, kind in (
            (0, 1, 0.4, PairKind.NOTHING),
            (0, 2, 0.6, PairKind.SAME_THING),
            (3, 4, 0.2, PairKind.NOTHING),
            (1, 2, 0.99, PairKind.SAME_THING),
            (2, 3, 0.5, PairKind.EDITED),
        ):
            one, other = sorted((number(library, first), number(library, second)))
            pair = VerifiedPair(one, other, kind, match, 0.0, 0.0)
            library._catalog.verified_pairs.put([row_of_pair(pair, PAIR_VERSION)])
        yield library


def number(library: Library, name: int) -> int:
    (folder,) = library.folders.all()
    (found,) = library.photos.ids_at([folder.path / f"{name}.jpg"]).values()
    return found


def between(library: Library, one: int, other: int) -> VerifiedPair:
    ids = number(library, one), number(library, other)
    (found,) = (pair for pair in library.pairs.of(ids[0]) if pair.other(ids[0]) == ids[1])
    return found


def seen(library: Library) -> list[tuple[str, float]]:
    return [(pair.kind.value, pair.match) for pair in library.pairs.pairs()]


class CountingJudge(ConstantJudge):
    """A constant judge that remembers what it was asked, and breaks down after a number of answers."""

    def __init__(self, match: float, answers: int = 100) -> None:
        super().__init__(match=match)
        self.asked: list[frozenset[str]] = []
        self._answers = answers

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        for verdict in super().compare(query, candidates, cancelled):
            if len(self.asked) == self._answers:
                raise LookalikeError("The judge broke down.")
            self.asked.append(frozenset((query.content, verdict.content)))
            yield verdict


def judging_of(library: Library) -> PairJudging:
    return PairJudging(library._catalog, library.search._photos.candidate)


def as_it_is(match: float | None, logit: float) -> float | None:
    return match


@pytest.mark.mllm
@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed")
def test_a_multimodal_model_decides_what_details_leave_open(
    library: Library, own_home: Path, tmp_path: Path
) -> None:
    with pytest.raises(LookalikeError, match="No multimodal model"):
        library.pairs.set_judging(True)
    assert not library.pairs.judging, "off at first, and after a failure"
    before = seen(library)
    put_judge(ModelStore(own_home / "models"), *write_pair(tmp_path, "idefics3", seed=61), name="tiny")
    library.pairs.set_judging(True)
    for _ in library.pairs.update():
        pass
    judge = open_mllm_judge(library.judges, "tiny")
    assert judge.session.pid is not None, "a worker process was asked"
    for one, other in ((0, 1), (0, 2), (3, 4)):
        pair = between(library, one, other)
        first, second = (library._catalog.contents.one(part).hash for part in (pair.first, pair.second))
        kept = {
            **library._catalog.pair_scores.get(judge.key, first, [second]),
            **library._catalog.pair_scores.get(judge.key, second, [first]),
        }
        (score,) = kept.values()
        assert pair.match == score.match
        assert pair.kind is (PairKind.SAME_THING if score.match >= 0.5 else PairKind.NOTHING)
    assert between(library, 0, 1).details == {BY_DETAILS: 0.4}
    assert (between(library, 1, 2).match, between(library, 2, 3).kind) == (0.99, PairKind.EDITED)
    revision = library.pairs.revision
    for _ in library.pairs.update():
        pass
    assert library.pairs.revision == revision, "nothing is asked twice"
    library.pairs.set_judging(False)
    assert seen(library) == before
    for _ in library.pairs.update():
        pass
    assert seen(library) == before


def test_only_unsure_pairs_are_asked_about_once_each_those_of_one_photo_together(library: Library) -> None:
    judge, judging = CountingJudge(0.9), judging_of(library)
    steps = list(judging.decide(judge, as_it_is))
    assert (steps[-1].done, steps[-1].total, steps[-1].ended) == (3, 3, True)
    hashes = [library._catalog.contents.one(number(library, name)).hash for name in range(PHOTOS)]
    assert [sorted(hashes.index(part) for part in pair) for pair in judge.asked] in (
        [[0, 1], [0, 2], [3, 4]],
        [[0, 2], [0, 1], [3, 4]],
    )
    assert between(library, 0, 1).kind is PairKind.SAME_THING
    assert list(judging.decide(judge, as_it_is)) == []
    # What was said is kept: after the pairs are verified anew, nobody is asked again.
    judging.forget()
    assert between(library, 0, 1) == VerifiedPair(*_ends(library, 0, 1), PairKind.NOTHING, 0.4, 0.0, 0.0)
    list(judging.decide(judge, as_it_is))
    assert len(judge.asked) == 3 and between(library, 0, 1).match == 0.9


@pytest.mark.parametrize("names", [(0, 1), (1, 0)])
def test_what_a_search_has_asked_counts_either_way_round(library: Library, names: tuple[int, int]) -> None:
    judge = CountingJudge(0.9)
    query, candidate = (library._catalog.contents.one(number(library, name)).hash for name in names)
    library._catalog.pair_scores.put(judge.key, query, {candidate: PairScore(0.7, 1.0)})
    list(judging_of(library).decide(judge, as_it_is))
    assert between(library, 0, 1).match == 0.7
    assert len(judge.asked) == 2


def test_a_judge_that_breaks_down_leaves_the_rest_open_with_a_line(library: Library) -> None:
    judging = judging_of(library)
    steps = list(judging.decide(CountingJudge(0.9, answers=1), as_it_is))
    assert [line.reason for line in steps[-1].skipped] == ["The judge broke down."]
    assert sum(pair.match == 0.9 for pair in library.pairs.pairs()) == 1
    list(judging.decide(CountingJudge(0.9), as_it_is))
    assert sum(pair.match == 0.9 for pair in library.pairs.pairs()) == 3


def test_it_ends_after_its_budget_and_goes_on_the_next_time(library: Library) -> None:
    judging, judge = judging_of(library), CountingJudge(0.9)
    assert [step.done for step in judging.decide(judge, as_it_is, budget=0.0)] == [0, 1, 1]
    work = judging.decide(judge, as_it_is)
    assert [next(work).done, next(work).done] == [0, 1]
    work.close()
    list(judging.decide(judge, as_it_is))
    assert len(judge.asked) == len(set(judge.asked)) == 3


def test_a_pair_whose_photo_is_away_stays_open(library: Library) -> None:
    (folder,) = library.folders.all()
    for name in (3, 4):
        (folder.path / f"{name}.jpg").rename(folder.path.parent / f"{name}.jpg")
    judge = CountingJudge(0.9)
    list(judging_of(library).decide(judge, as_it_is))
    assert len(judge.asked) == 2 and between(library, 3, 4).match == 0.2


def _ends(library: Library, one: int, other: int) -> tuple[int, int]:
    first, second = sorted((number(library, one), number(library, other)))
    return first, second
