"""What the user said of results goes before all else, and lasts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from lookalike.library import Library
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking, Result
from lookalike.search.user_verdicts import with_verdicts
from tests.builders.photo_files import write_album


def ranking(count: int, same: int) -> Ranking:
    return Ranking(tuple(Result(number, 0.5, None, 1 - number / 10) for number in range(count)), same)


def order(found: Ranking) -> tuple[list[int], list[int]]:
    ids = [result.content_id for result in found.results]
    return ids[: found.same], ids[found.same :]


def test_what_was_called_the_same_is_above_the_line_and_what_was_not_is_last() -> None:
    heeded = with_verdicts(ranking(6, 2), {0: False, 4: True, 1: True, 3: False, 99: True})
    assert order(heeded) == ([1, 4], [2, 5, 0, 3])
    assert [result.said for result in heeded.results] == [True, True, None, None, False, False]


def test_verdicts_taken_back_leave_the_order() -> None:
    plain = ranking(4, 1)
    assert with_verdicts(plain, {}) is plain
    said = with_verdicts(plain, {1: True})
    assert [result.said for result in with_verdicts(said, {}).results] == [None] * 4


@pytest.mark.slow
def test_verdicts_are_remembered_by_query_and_result(tmp_path: Path) -> None:
    paths = write_album(tmp_path / "album", 4)
    with Library(tmp_path / "library") as library:
        library.folders.add(tmp_path / "album")
        for _ in library.scan():
            pass
        ids = library.photos.ids_by_path()
        query, region = Query(file=paths[0]), Query(file=paths[0], region=(0.0, 0.0, 0.5, 0.5))
        results = list(library.search.rankings(query, judge="none"))[-1].results
        first, last = results[0].content_id, results[-1].content_id
        assert library.search.say(query, results[-1], True)
        assert library.search.say(query, results[0], False)
        # A picture from the clipboard leaves no trace.
        assert not library.search.say(Query(image=Image.open(paths[0]).convert("RGB")), results[0], True)
        assert not library.search.say(Query(words="sea"), results[0], True)
        kept = library.search.verdicts(None)
        assert sorted((verdict.same, verdict.similarity) for verdict, _ in kept) == [
            (False, results[0].similarity),
            (True, results[-1].similarity),
        ]
    with Library(tmp_path / "library") as library:
        for asked in (query, Query(content_id=ids[paths[0]])):
            for found in library.search.rankings(asked, judge="none"):
                above, below = order(found)
                assert last in above
                assert below[-1] == first
        # Another view of the same photo is another query.
        found = list(library.search.rankings(region, judge="none"))[-1]
        assert all(result.said is None for result in found.results)
        assert library.search.say(query, results[-1], None)
        found = list(library.search.rankings(query, judge="none"))[-1]
        assert {result.content_id: result.said for result in found.results}[last] is None
