"""Related photos: what the pair graph knows of a library photo joins the judged candidates when it is searched with."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lookalike.judges.protocol import JudgePhoto
from lookalike.pairs import PairKind, VerifiedPair
from lookalike.pairs.graph import row_of_pair
from lookalike.search.curves import Logistic
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore
from lookalike.search.nearest import NearestPhotos
from lookalike.search.query import Query
from lookalike.search.query_encoder import EncodedQuery, QueryVector
from lookalike.search.related import MOST, own_photo, with_related
from lookalike.search.settings import SearchSettings
from tests.builders.constant_judge import ConstantJudge
from tests.builders.small_library import SmallLibrary

FUSION = Fusion(0.5, IndexScore(0.2), Logistic(10.0, -5.0), match=None, cut_off=0.6, calibrated=False)


class Vectors:
    """Photo n has the cosine n/100 with the query."""

    def __init__(self, present: set[int]) -> None:
        self._present = present

    def ids(self) -> NDArray[np.int64]:
        return np.array(sorted(self._present), np.int64)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        if not self._present.issuperset(ids.tolist()):
            raise KeyError(ids)
        cosines = ids / 100
        return np.column_stack([cosines, np.sqrt(1 - cosines**2)]).astype(np.float32)


ENCODED = EncodedQuery(
    (QueryVector(np.array([1, 0], np.float32), 0, JudgePhoto("query", lambda _: Image.new("RGB", (1, 1)))),),
    (None,),
    excluded_ids=frozenset({1}),
)


def found(*ids: int) -> NearestPhotos:
    similarities = np.array([number / 100 for number in ids], np.float32)
    return NearestPhotos(
        np.array(ids, np.int64),
        similarities,
        np.full(len(ids), np.nan, np.float32),
        IndexScore(0.1)(similarities, np.full(len(ids), np.nan, np.float32)),
        np.zeros(len(ids), np.intp),
    )


def joined(related: list[int], head: int, *ids: int) -> list[int]:
    photos = with_related(found(*ids), related, Vectors(set(range(100))), ENCODED, IndexScore(0.1), head)
    assert np.allclose(photos.similarities, photos.ids / 100)
    ids_found: list[int] = photos.ids.tolist()
    return ids_found


@pytest.mark.parametrize(
    ("related", "head", "expected"),
    [
        ([], 3, [90, 80, 70, 60, 50]),
        ([90, 70], 3, [90, 80, 70, 60, 50]),
        # From behind: it takes the place of the last candidate, which is the first behind them.
        ([50], 3, [90, 80, 50, 70, 60]),
        # From outside: the last of all goes.
        ([20], 3, [90, 80, 20, 70, 60]),
        ([20, 50], 3, [90, 50, 20, 80, 70]),
        # The best one stays in any case.
        ([20, 30, 50], 2, [90, 50, 80, 70, 60]),
        # While there is room, nothing goes.
        ([20], 10, [90, 80, 70, 60, 50, 20]),
        ([20], 0, [90, 80, 70, 60, 50]),
    ],
)
def test_related_photos_take_the_last_places(related: list[int], head: int, expected: list[int]) -> None:
    assert joined(related, head, 90, 80, 70, 60, 50) == expected


def test_the_surest_join_and_no_more_than_so_many() -> None:
    related = list(range(1, MOST + 10))
    assert set(joined(related, 60, 90)) == {90, *related[:MOST]}


def test_a_photo_that_is_no_longer_described_does_not_join() -> None:
    photos = with_related(found(90, 80), [20, 30], Vectors({90, 80, 30}), ENCODED, IndexScore(0.1), 5)
    assert photos.ids.tolist() == [90, 80, 30]


def test_only_a_whole_photo_by_itself_has_related_ones() -> None:
    assert own_photo(Query(content_id=1), ENCODED) == 1
    assert own_photo(Query(content_id=1, region=(0, 0, 0.5, 0.5)), ENCODED) is None
    assert own_photo(Query(content_id=1, positives=(Query(words="red"),)), ENCODED) is None
    assert own_photo(Query(content_id=1, negatives=(Query(content_id=2),)), ENCODED) is None
    assert own_photo(Query(file=Path("new.jpg"), excluded_ids=frozenset({1})), ENCODED) is None


def test_a_search_asks_the_judge_about_what_the_graph_knows(tmp_path: Path) -> None:
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
        ids = {
            int(Path(os.fsdecode(path)).stem): row.content_id
            for path, row in rows.items()
            if row.content_id is not None
        }
        for other, kind, match in ((4, PairKind.EDITED, 0.99), (5, PairKind.NOTHING, 0.2)):
            first, second = sorted((ids[0], ids[other]))
            pair = VerifiedPair(first, second, kind, match, 0.0, 0.0)
            library.catalog.verified_pairs.put([row_of_pair(pair, "")])

        def judged(allowed: list[int] | None = None) -> set[int]:
            *_, last = library.engine.vector_search.search(
                Query(content_id=ids[0]),
                ConstantJudge(match=0.9),
                FUSION,
                SearchSettings(limit=4, top=2),
                lambda: False,
                None if allowed is None else np.sort(np.array([ids[one] for one in allowed], np.int64)),
            )
            assert last.to_judge == 2
            return {
                number
                for number in ids
                for one in last.results
                if one.content_id == ids[number] and one.match is not None
            }

        assert judged() == {1, 4}
        assert judged(allowed=[1, 2, 3]) == {1, 2}, "a filter holds for them too"
    finally:
        library.close()
