"""Regions of photos, and the pairs that are looked at by them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.judges.geometry import GeometricJudge
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from lookalike.progress import Progress, Stage
from lookalike.search.query_photos import QueryPhotos
from lookalike.things.closer_look import VERSION, CloserLook
from lookalike.things.finder import ThingFinder
from lookalike.things.regions import WINDOWS, RegionReader, boxes, codes_of, vectors_of
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import InlineService, SmallLibrary

PHOTOS = 6


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_windows_lie_in_the_frame_and_cover_it(width: int, height: int) -> None:
    found = list(boxes((width, height)))
    assert all(0 <= left < right <= width for left, _, right, _ in found)
    assert all(0 <= top < bottom <= height for _, top, _, bottom in found)
    corners = found[:4]
    for x, y in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1), (width // 2, height // 2)):
        assert any(
            left <= x < right and top <= y < bottom for left, top, right, bottom in (*corners, found[4])
        )


@given(st.integers(0, 2**32 - 1))
def test_codes_keep_directions(seed: int) -> None:
    vectors = np.random.default_rng(seed).standard_normal((len(WINDOWS), 1280)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    codes = codes_of(vectors)
    assert len(codes) == vectors.size
    again = vectors_of(codes, 1280)
    assert again is not None
    assert (again * vectors).sum(axis=1).min() > 0.9995
    assert np.linalg.norm(again, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_other_codes_are_none() -> None:
    assert vectors_of(b"", 4) is None
    assert vectors_of(b"x" * (len(WINDOWS) * 4 - 1), 4) is None
    assert vectors_of(bytes(len(WINDOWS) * 4), 4) is None, "nothing has no direction"


class OpenPhotos:
    """A library of real files all pairs of which are open: alike, and without a detail in common."""

    def __init__(self, folder: Path) -> None:
        self.album = folder / "album"
        self.album.mkdir()
        for number in range(PHOTOS):
            textured_photo(60 + number, (96, 64)).save(self.album / f"{number}.png")
        self.library = SmallLibrary(folder / "library")
        self.library.folders.add(self.album)
        self.library.scan()
        self.decoded: list[int] = []
        self.look = CloserLook(self.catalog, QueryPhotos(self.catalog))
        self.judge = GeometricJudge(self.library.cache)
        self.finder = ThingFinder(self.catalog, self.library.thumbnails, lambda: self.library.engine.record)
        ids = sorted(self.catalog.contents.visible())
        for place, first in enumerate(ids):
            for second in ids[place + 1 :]:
                self.relate(first, second, PairKind.NOTHING)
        self.find()

    @property
    def catalog(self) -> Catalog:
        return self.library.catalog

    def relate(self, first: int, second: int, kind: PairKind) -> None:
        pair = VerifiedPair(first, second, kind, 0.05, 0.0, 0.0)
        self.catalog.verified_pairs.put([row_of_pair(pair, "test")])

    def find(self) -> None:
        for _ in self.finder.find():
            pass

    def reader(self) -> RegionReader:
        photos = QueryPhotos(self.catalog)

        def image(number: int, content: str, longest_side: int) -> Image.Image:
            self.decoded.append(number)
            return photos.exact(number, content, longest_side)

        return RegionReader(
            self.library.describer,
            InlineService(self.library.describer),
            self.library.record,
            self.library.cache,
            image,
        )

    def looked(self, settled: bool = True) -> list[Progress]:
        return list(self.look.look(self.reader(), self.judge, settled))

    def of_regions(self, steps: list[Progress]) -> Progress:
        """The last step of comparing regions."""
        return [step for step in steps if step.unit == "photos"][-1]

    def known(self) -> int:
        """Pairs whose regions were compared."""
        return sum(int((~np.isnan(links.regional)).sum()) for links in self.catalog.things.links())

    def judged(self) -> dict[tuple[int, int], float]:
        """The log-odds of the pairs that were judged."""
        return {
            (first, second): number
            for links in self.catalog.things.links()
            for (first, second), number in zip(links.ids.tolist(), links.judged.tolist(), strict=True)
            if not np.isnan(number)
        }


@pytest.fixture
def photos(tmp_path: Path) -> Iterator[OpenPhotos]:
    made = OpenPhotos(tmp_path)
    yield made
    made.judge.close()
    made.library.close()


ALL = PHOTOS * (PHOTOS - 1) // 2


def test_open_pairs_are_looked_at_once(photos: OpenPhotos) -> None:
    assert not photos.finder.outdated()
    steps = photos.looked()
    assert {step.stage for step in steps} == {Stage.LOOKING_CLOSER}
    last = photos.of_regions(steps)
    assert last.ended and last.done == last.total == PHOTOS
    assert photos.known() == ALL
    assert sorted(photos.decoded) == sorted(set(photos.decoded)), "each photo is read once"
    assert photos.finder.outdated(), "things are to be found by what is known now"
    assert photos.looked() == []


def test_regions_are_read_from_the_cache_the_next_time(photos: OpenPhotos) -> None:
    photos.looked()
    before = list(photos.decoded)
    photos.catalog.things.put_sample([], "")
    photos.find()
    assert photos.known() == 0
    photos.looked()
    assert photos.known() == ALL
    assert photos.decoded == before


def test_a_look_goes_on_where_it_was_left(photos: OpenPhotos) -> None:
    work = photos.look.look(photos.reader(), photos.judge, settled=True)
    for _ in work:
        if photos.known():
            break
    work.close()
    done = photos.known()
    assert 0 < done < ALL
    photos.looked()
    assert photos.known() == ALL


def test_only_open_pairs_are_looked_at(photos: OpenPhotos) -> None:
    first, second, third, *_ = sorted(photos.catalog.contents.visible())
    photos.relate(first, second, PairKind.EDITED)
    photos.catalog.things.put_excesses([(first, third)], [-9.0])
    photos.looked()
    assert photos.known() == ALL - 2, "neither what pixels prove nor what is far from alike"


def test_a_photo_that_cannot_be_read_is_told_and_left_for_later(photos: OpenPhotos) -> None:
    gone = photos.album / "3.png"
    bytes_before = gone.read_bytes()
    gone.unlink()
    steps = photos.looked()
    last = photos.of_regions(steps)
    assert [Path(line.path).name for line in last.skipped] == ["3.png"]
    assert max(photos.decoded.count(number) for number in set(photos.decoded)) == 1, "not for each pair anew"
    assert last.done == PHOTOS
    assert photos.known() == ALL - (PHOTOS - 1)
    assert photos.looked() == [], "not each time anew"
    gone.write_bytes(bytes_before)
    first, second, *_ = sorted(photos.catalog.contents.visible())
    photos.relate(first, second, PairKind.NOTHING)
    photos.looked()
    assert photos.known() == ALL


def test_pairs_that_came_meanwhile_are_looked_at_later(photos: OpenPhotos) -> None:
    photos.looked(settled=False)
    assert photos.known() == ALL
    assert photos.catalog.things.looked() == "", "the likeness of new pairs may not be known yet"
    textured_photo(90, (96, 64)).save(photos.album / "new.png")
    photos.library.scan()
    new = max(photos.catalog.contents.visible())
    for other in sorted(photos.catalog.contents.visible()):
        if other != new:
            photos.relate(other, new, PairKind.NOTHING)
    photos.find()
    photos.looked()
    assert photos.known() == ALL + PHOTOS


def test_of_copies_one_stands_for_the_library(photos: OpenPhotos) -> None:
    first, second, *_ = sorted(photos.catalog.contents.visible())
    photos.relate(first, second, PairKind.EDITED)
    photos.catalog.things.put_sample([], "")
    photos.find()
    sample = photos.catalog.things.sample().tolist()
    assert len(sample) == PHOTOS - 1
    assert len({first, second} & set(sample)) == 1


def test_the_judge_is_asked_where_regions_leave_a_pair_unsure(photos: OpenPhotos) -> None:
    first, *_ = sorted(photos.catalog.contents.visible())
    # As one photo and a part of it: their points are in one arrangement.
    whole = textured_photo(70, (400, 300))
    for name, image in (("whole", whole), ("part", whole.crop((40, 30, 360, 270)))):
        image.save(photos.album / f"{name}.png")
    photos.library.scan()
    one, other = sorted(photos.catalog.contents.visible())[-2:]
    photos.relate(one, other, PairKind.NOTHING)
    photos.relate(first, one, PairKind.NOTHING)
    photos.find()
    things = photos.catalog.things
    things.begin_looks(f"{VERSION} {photos.reader().key} {photos.judge.key}")
    # As if the regions of all pairs had been compared: two leave it unsure, the others say no.
    every = [(low, high) for links in things.links() for low, high in links.ids.tolist()]
    unsure = {(one, other), (first, one)}
    things.put_excesses(every, [0.38 if pair in unsure else 0.2 for pair in every])
    things.put_regional(every, [0.38 if pair in unsure else 0.2 for pair in every])
    photos.looked()
    assert photos.judged().keys() == unsure
    assert photos.judged()[one, other] > 0 > photos.judged()[first, one]


def test_another_version_looks_anew(photos: OpenPhotos) -> None:
    photos.looked()
    things = photos.catalog.things
    things.begin_looks("another")
    assert photos.known() == 0 and not photos.judged() and things.looked() == ""
    photos.looked()
    assert photos.known() == ALL
