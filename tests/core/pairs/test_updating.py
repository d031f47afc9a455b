"""The pair graph follows the library: new photos are joined, removed ones vanish, a killed job goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from lookalike.catalog.catalog import Catalog
from lookalike.local_features import LocalFeatures
from lookalike.pairs import Edit, PairKind, VerifiedPair, updating
from lookalike.pairs.candidates import CandidateSearch
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.updating import PAIR_VERSION
from lookalike.pairs.verified_pair import COPIES
from tests.builders.pair_graph import SmallPairGraph
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import SmallLibrary

SIZE = (320, 240)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for number in range(3):
        photo = textured_photo(40 + number, SIZE)
        photo.save(album / f"{number}.png")
        photo.save(album / f"{number}.jpg", quality=80)
    return album


@pytest.fixture
def graph(tmp_path: Path, album: Path) -> Iterator[SmallPairGraph]:
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    yield SmallPairGraph(library)
    library.catalog.close()


def copies(graph: SmallPairGraph) -> set[frozenset[str]]:
    names = {number: name for name, number in graph.ids().items()}
    pairs = graph.graph.pairs({PairKind.SAME_PIXELS, PairKind.EDITED})
    return {frozenset((names[pair.first], names[pair.second])) for pair in pairs}


def expected(*numbers: int) -> set[frozenset[str]]:
    return {frozenset((f"{number}.png", f"{number}.jpg")) for number in numbers}


def test_every_pair_is_verified_once(graph: SmallPairGraph) -> None:
    graph.update()
    assert copies(graph) == expected(0, 1, 2)
    revision = graph.graph.revision
    graph.update()
    assert graph.graph.revision == revision
    assert graph.updater.to_join(graph.engines) == []


def test_a_new_photo_joins_all_others(graph: SmallPairGraph, album: Path) -> None:
    (album / "1.jpg").rename(album.parent / "later.jpg")
    graph.update()
    assert copies(graph) == expected(0, 2)
    before = graph.graph.revision
    (album.parent / "later.jpg").rename(album / "1.jpg")
    graph.update()
    assert copies(graph) == expected(0, 1, 2)
    assert graph.graph.revision > before


def test_a_removed_photo_vanishes_and_comes_back(graph: SmallPairGraph, album: Path) -> None:
    graph.update()
    number, before = graph.ids()["2.jpg"], graph.graph.revision
    (album / "2.jpg").rename(album.parent / "away.jpg")
    graph.library.scan()
    assert copies(graph) == expected(0, 1)
    assert graph.graph.of(number) == []
    assert graph.graph.revision > before
    # What comes while it is away is joined with it when it is back.
    textured_photo(42, SIZE).save(album / "late.jpg", quality=60)
    graph.update()
    (album.parent / "away.jpg").rename(album / "2.jpg")
    graph.update()
    assert expected(0, 1, 2) < copies(graph)
    assert frozenset(("2.jpg", "late.jpg")) in copies(graph)


def test_a_job_that_was_closed_goes_on(graph: SmallPairGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updating, "BATCH", 2)
    graph.library.scan()
    joining = graph.updater.join(graph.engines)
    next(joining)
    joining.close()
    assert len(graph.updater.to_join(graph.engines)) == 4
    list(graph.updater.join(graph.engines))
    rows = graph.library.catalog.verified_pairs
    waiting = rows.waiting_count()
    verifying = graph.updater.verify()
    next(verifying)
    next(verifying)
    verifying.close()
    assert 0 < rows.waiting_count() < waiting
    list(graph.updater.verify())
    assert rows.waiting_count() == 0
    assert copies(graph) == expected(0, 1, 2)


def test_pairs_of_an_earlier_version_are_verified_again(
    graph: SmallPairGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.update()
    pairs = list(graph.graph.pairs())
    rows = graph.library.catalog.verified_pairs
    monkeypatch.setattr(updating, "PAIR_VERSION", "another")
    verifying = graph.updater.verify()
    next(verifying)
    # They are there until they are replaced.
    assert list(graph.graph.pairs()) == pairs
    list(verifying)
    assert set(rows.verified_among((pair.first, pair.second) for pair in pairs).values()) == {"another"}


def test_a_photo_that_cannot_be_read_waits(graph: SmallPairGraph, album: Path) -> None:
    graph.library.scan()
    list(graph.updater.join(graph.engines))
    (album / "0.jpg").rename(album.parent / "away.jpg")
    steps = list(graph.updater.verify())
    assert [Path(line.path).name for line in steps[-1].skipped] == ["0.jpg"]
    assert copies(graph) == expected(1, 2)
    (album.parent / "away.jpg").rename(album / "0.jpg")
    list(graph.updater.verify())
    assert copies(graph) == expected(0, 1, 2)


def test_a_check_removes_what_stands_for_nothing(graph: SmallPairGraph) -> None:
    graph.update()
    rows = graph.library.catalog.verified_pairs
    kinds = [kind.value for kind in PairKind]
    assert rows.remove_orphans(kinds) == 0
    (pair, *_) = graph.graph.pairs({PairKind.EDITED, PairKind.SAME_PIXELS})
    with graph.library.catalog.transaction() as db:
        db.execute(
            "UPDATE verified_pairs SET kind = 'odd' WHERE first = ? AND second = ?", (pair.first, pair.second)
        )
    assert rows.remove_orphans(kinds) == 1
    graph.update()
    assert copies(graph) == expected(0, 1, 2)


def plainly_to_join(graph: SmallPairGraph) -> list[int]:
    """What is to be joined, by asking of each visible photo."""
    joined = set(graph.library.catalog.verified_pairs.joined(graph.engines.candidates.version).tolist())
    return [
        number
        for number in graph.library.catalog.contents.visible()
        if number not in joined and number in graph.engines.inverted and number in graph.engines.index
    ]


def test_what_is_to_be_joined_is_what_each_photo_says(graph: SmallPairGraph, album: Path) -> None:
    library = graph.library
    library.scan()
    everything = graph.updater.to_join(graph.engines)
    assert len(everything) == 6
    assert everything == plainly_to_join(graph)
    rows, version = library.catalog.verified_pairs, graph.engines.candidates.version
    rows.put_joined(everything[1:3], [], version, "")
    rows.put_joined(everything[3:4], [], "an earlier search", "")
    assert graph.updater.to_join(graph.engines) == plainly_to_join(graph) == [everything[0], *everything[3:]]
    # One is not shown any more, one cannot be found by its details, and one not by its descriptor.
    names = {number: name for name, number in graph.ids().items()}
    (album / names[everything[0]]).rename(album.parent / "away")
    library.scan()
    library.inverted.remove(np.array([everything[3]]))
    library.index.remove(np.array([everything[4]]))
    assert graph.updater.to_join(graph.engines) == plainly_to_join(graph) == everything[5:]


def test_what_joined_is_told_by_version_ascending(graph: SmallPairGraph) -> None:
    graph.library.scan()
    ids = graph.updater.to_join(graph.engines)
    rows = graph.library.catalog.verified_pairs
    assert rows.joined("1").tolist() == []
    rows.put_joined(sorted(ids, reverse=True), [], "1", "")
    assert rows.joined("1").tolist() == sorted(ids)
    assert rows.joined("2").tolist() == []


def test_what_is_not_joined_follows_every_change(graph: SmallPairGraph, album: Path) -> None:
    library = graph.library
    library.scan()
    rows, everything = library.catalog.verified_pairs, np.array(sorted(graph.ids().values()))

    def left() -> list[int]:
        found: list[int] = rows.not_joined(everything, "1").tolist()
        assert found == np.setdiff1d(everything, rows.joined("1")).tolist()
        return found

    assert left() == everything.tolist()
    rows.put_joined(everything[:4].tolist(), [], "1", "")
    assert left() == everything[4:].tolist()
    # By another process, for another version, and then by the loss of a file.
    with closing(Catalog(album.parent / "library" / "catalog.sqlite")) as other:
        other.verified_pairs.put_joined(everything[4:5].tolist(), [], "1", "")
    assert left() == everything[5:].tolist()
    rows.put_joined(everything[:1].tolist(), [], "2", "")
    assert left() == [everything[0], *everything[5:]]
    assert rows.not_joined(everything, "2").tolist() == everything[1:].tolist()
    names = {number: name for name, number in graph.ids().items()}
    (album / names[int(everything[2])]).rename(album.parent / "away")
    library.scan()
    assert left() == [everything[0], everything[2], *everything[5:]]


def put_copies(graph: SmallPairGraph, *pairs: tuple[int, int]) -> None:
    """Record some verified pairs of copies, and have the pairs between copies of one photo wait."""
    rows = [
        row_of_pair(VerifiedPair(one, other, PairKind.EDITED, 1.0, 1.0, 1.0), PAIR_VERSION)
        for one, other in pairs
    ]
    graph.library.catalog.verified_pairs.put_verified(rows, COPIES, updating.MOST_COPIES)


def test_copies_of_one_photo_are_compared_though_they_are_no_candidates(
    graph: SmallPairGraph, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = textured_photo(40, SIZE)
    photo.crop((0, 0, 200, 240)).save(album / "left.jpg", quality=80)
    photo.crop((120, 0, 320, 240)).save(album / "right.jpg", quality=80)
    graph.library.scan()
    ids = graph.ids()
    ends = tuple(sorted((ids["left.jpg"], ids["right.jpg"])))
    of = CandidateSearch.of

    def but_those(self: CandidateSearch, content_id: int, features: LocalFeatures) -> set[int]:
        return of(self, content_id, features) - (set(ends) if content_id in ends else set())

    monkeypatch.setattr(CandidateSearch, "of", but_those)
    list(graph.updater.join(graph.engines))
    steps = list(graph.updater.verify())
    assert steps[-1].done == steps[-1].total
    pair = graph.between("left.jpg", "right.jpg")
    assert pair is not None
    assert pair.kind is PairKind.EDITED
    assert pair.edits == (Edit.CROP,)


def test_what_waits_between_copies_is_not_lost_with_a_job_that_is_stopped(graph: SmallPairGraph) -> None:
    graph.library.scan()
    one, other, third, *_ = sorted(graph.ids().values())
    put_copies(graph, (one, other), (one, third))
    assert graph.library.catalog.verified_pairs.waiting(10) == [(other, third)]
    list(graph.updater.verify())
    assert graph.library.catalog.verified_pairs.one(other, third) is not None
    assert graph.library.catalog.verified_pairs.waiting_count() == 0


def test_of_many_copies_not_all_are_compared(graph: SmallPairGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updating, "MOST_COPIES", 2)
    graph.library.scan()
    one, *others = sorted(graph.ids().values())[:4]
    put_copies(graph, *((one, other) for other in others))
    assert graph.library.catalog.verified_pairs.waiting_count() == 0


def test_copies_that_are_away_are_compared_when_they_are_back(graph: SmallPairGraph, album: Path) -> None:
    textured_photo(40, SIZE).save(album / "late.jpg", quality=60)
    graph.library.scan()
    ids = graph.ids()
    away = ids["0.jpg"]
    (album / "0.jpg").rename(album.parent / "away.jpg")
    graph.library.scan()
    put_copies(graph, (min(away, ids["0.png"]), max(away, ids["0.png"])))
    list(graph.updater.join(graph.engines))
    steps = list(graph.updater.verify())
    assert graph.between("0.png", "late.jpg") is not None
    assert not any(step.skipped for step in steps)
    assert steps[-1].done == steps[-1].total
    assert graph.library.catalog.verified_pairs.waiting_count() == 0
    (album.parent / "away.jpg").rename(album / "0.jpg")
    graph.library.scan()
    ends = min(away, ids["late.jpg"]), max(away, ids["late.jpg"])
    assert graph.library.catalog.verified_pairs.waiting(10) == [ends]
