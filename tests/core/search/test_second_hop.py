"""The second hop: which photos ask, what they say of others, and where that puts them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from lookalike.search.curves import Logistic
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore
from lookalike.search.query import Query
from lookalike.search.ranking import Result
from lookalike.search.second_hop import FLOOR, PHOTOS, SURE, WEIGHT, SecondHop, vouched
from lookalike.search.settings import SearchSettings
from tests.builders.constant_judge import ConstantJudge
from tests.builders.small_library import SmallLibrary

FUSION = Fusion(0.5, IndexScore(0.2), Logistic(10.0, -5.0), match=None, cut_off=0.6, calibrated=True)


def result(number: int, similarity: float, match: float | None) -> Result:
    return Result(number, similarity, match, FUSION.score(similarity, match), index_score=similarity)


def asked_of(likes: Mapping[int, Mapping[int, float]]) -> tuple[SecondHop, list[int], list[int]]:
    asked: list[int] = []
    fetched: list[int] = []

    def find_like(number: int) -> Mapping[int, float]:
        asked.append(number)
        return likes[number]

    def results_of(numbers: Sequence[int]) -> list[Result]:
        fetched.extend(numbers)
        return [result(number, 0.3, None) for number in numbers]

    return SecondHop(find_like, results_of), asked, fetched


def test_only_sure_photos_ask_and_only_the_surest() -> None:
    matches = {1: SURE - 0.01, 2: 0.9, 3: None, 4: 0.99, 5: SURE, 6: 0.95}
    asked: list[int] = []

    def find_like(number: int) -> dict[int, float]:
        asked.append(number)
        return {}

    vouched(matches, find_like)
    assert asked == [4, 6, 2]
    assert len(asked) == PHOTOS


def test_the_best_word_counts_in_proportion_and_nobody_vouches_for_itself() -> None:
    likes = {1: {2: 0.9, 3: 0.7, 1: 1.0}, 2: {1: 0.9, 3: 0.8, 4: FLOOR}}
    said = vouched({1: 1.0, 2: 0.9}, likes.__getitem__)
    assert said == {
        1: pytest.approx(WEIGHT * 0.9 * (0.9 - FLOOR)),
        2: pytest.approx(WEIGHT * (0.9 - FLOOR)),
        3: pytest.approx(WEIGHT * 0.9 * (0.8 - FLOOR)),
    }


def test_what_a_sure_photo_is_like_moves_up_from_behind_the_judged_ones() -> None:
    results = [result(1, 0.9, 0.99), result(2, 0.8, 0.02), result(3, 0.3, None), result(4, 0.25, None)]
    hop, asked, fetched = asked_of({1: {4: 1.9}})
    ordered, same = hop.applied(results, 2, FUSION)
    assert asked == [1]
    assert fetched == []
    assert [one.content_id for one in ordered] == [1, 4, 2, 3]
    assert ordered[1].score == pytest.approx(results[3].score + FUSION.weight * WEIGHT * 0.99 * (1.9 - FLOOR))
    assert ordered[1].match is None, "it was not judged"
    assert same == 1


def test_nothing_crosses_the_line() -> None:
    results = [result(1, 0.9, 0.99), result(2, 0.8, 0.3), result(3, 0.7, 0.3), result(4, 0.3, None)]
    hop, _, _ = asked_of({1: {2: 1.6, 3: 1.9, 4: 1.9}})
    ordered, same = hop.applied(results, 3, FUSION)
    assert same == 1
    assert [one.content_id for one in ordered] == [1, 3, 2, 4]
    scores = [one.score for one in ordered]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > FUSION.cut_off > scores[1]


def test_a_photo_that_the_query_did_not_find_enters() -> None:
    results = [result(1, 0.9, 0.99), result(2, 0.8, 0.02)]
    hop, _, fetched = asked_of({1: {7: 1.3, 8: 0.2}})
    ordered, _ = hop.applied(results, 2, FUSION)
    assert fetched == [7]
    assert [one.content_id for one in ordered] == [1, 2, 7]


def test_without_a_word_nothing_moves() -> None:
    results = [result(1, 0.9, 0.99), result(2, 0.2, 0.02), result(3, 0.7, None)]
    hop, _, _ = asked_of({1: {2: FLOOR, 3: 0.1}})
    ordered, same = hop.applied(results, 2, FUSION)
    assert list(ordered) == results
    assert same == 1


def test_a_library_is_asked_again(tmp_path: Path) -> None:
    album = tmp_path / "album"
    album.mkdir()
    # Each is most like its neighbours.
    for number in range(6):
        image = Image.new("RGB", (64, 64), (250, 10, 10))
        image.paste((10, 10, 250), (0, 0, 8 + 8 * number, 64))
        image.save(album / f"{number}.png")
    (tmp_path / "library").mkdir()
    library = SmallLibrary(tmp_path / "library")
    try:
        library.folders.add(album)
        library.scan()
        rows = library.files.known(bytes(album))
        numbers = {row.content_id: int(Path(os.fsdecode(path)).stem) for path, row in rows.items()}
        (first,) = (content_id for content_id, number in numbers.items() if number == 0)
        settings = SearchSettings(limit=1, top=1)
        rankings = list(
            library.engine.vector_search.search(
                Query(content_id=first), ConstantJudge(match=0.99, logit=5.0), FUSION, settings, lambda: False
            )
        )
    finally:
        library.close()
    assert [numbers[one.content_id] for one in rankings[0].results] == [1]
    found = [numbers[one.content_id] for one in rankings[-1].results]
    assert sorted(found) == [1, 2, 3, 4, 5]
    assert found.index(2) < found.index(4)
    assert rankings[-1].final
