"""XMP files are followed: through the real pipeline, decodes counted; and the words that are found in them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lookalike.catalog.filters import Filters
from lookalike.library import Library
from lookalike.photos import Annotations, Precision
from lookalike.search.query import Query
from tests.builders.inside import catalog_of, having
from tests.builders.jobs import result_of
from tests.builders.photo_files import (
    camera_exif,
    xmp,
    xmp_with,
)
from tests.core.watching.sidecars.album_files import (
    ALONE,
    aged,
    assert_in_line,
    info_of,
    picture,
    raw,
    scan,
    shown,
)


@pytest.mark.slow
def test_sidecars_are_followed_without_reading_a_photo_again(
    library: Library, album: Path, decodes: list[str]
) -> None:
    path = album / "photo_000.jpg"
    scan(library)
    assert info_of(library, path).annotations == Annotations(0)
    decodes.clear()

    sidecar = album / "photo_000.xmp"
    sidecar.write_bytes(xmp(Annotations(4, "By the sea", keywords=("boat",))))
    scan(library)
    assert info_of(library, path).annotations == Annotations(4, "By the sea", keywords=("boat",))

    sidecar.write_bytes(xmp(Annotations(-1, "By the lake")))
    scan(library)
    assert info_of(library, path).annotations == Annotations(-1, "By the lake")

    # One named after the whole file goes before one named after the stem.
    (album / "photo_000.JPG.XMP").write_bytes(xmp(Annotations(2)))
    scan(library)
    assert info_of(library, path).annotations == Annotations(2, "By the lake")

    sidecar.unlink()
    (album / "photo_000.JPG.XMP").unlink()
    scan(library)
    assert info_of(library, path).annotations == Annotations(0)
    assert decodes == []


@pytest.mark.slow
def test_a_sidecar_goes_before_what_is_embedded(library: Library, album: Path) -> None:
    path = picture(album / "IMG_1.jpg", xmp=xmp(Annotations(5, "Inside", keywords=("inner",))))
    scan(library)
    assert info_of(library, path).annotations == Annotations(5, "Inside", keywords=("inner",))
    sidecar = album / "IMG_1.jpg.xmp"
    sidecar.write_bytes(xmp(Annotations(0, keywords=("outer",))))
    scan(library)
    assert info_of(library, path).annotations == Annotations(0, "Inside", keywords=("outer",))
    sidecar.unlink()
    scan(library)
    assert info_of(library, path).annotations == Annotations(5, "Inside", keywords=("inner",))


def test_dates_of_sidecars(library: Library, album: Path) -> None:
    path = picture(album / "IMG_1.jpg", exif=camera_exif())
    sidecar = album / "IMG_1.xmp"

    def taken(properties: str = "") -> str | None:
        if properties:
            sidecar.write_bytes(xmp_with(properties))
        else:
            sidecar.unlink(missing_ok=True)
        scan(library)
        return info_of(library, path).facts.taken_at

    embedded = "2023-05-06T07:08:09.042+02:00"
    assert taken() == embedded
    assert taken("<photoshop:DateCreated>1965-08</photoshop:DateCreated>") == "1965-08"
    assert info_of(library, path).facts.precision is Precision.MONTH
    assert library.photos.ids(Filters(until=date(1965, 8, 31))) == [info_of(library, path).content_id]
    # What says less than the photo does, and what says something else.
    assert taken("<exif:DateTimeOriginal>2023-05-06</exif:DateTimeOriginal>") == embedded
    assert taken("<xmp:CreateDate>2001-01-01</xmp:CreateDate>") == embedded
    assert taken("<xmp:ModifyDate>2001-01-01</xmp:ModifyDate>") == embedded
    assert (
        taken("<exif:DateTimeOriginal>1999-01-01T00:00:00Z</exif:DateTimeOriginal>")
        == "1999-01-01T00:00:00+00:00"
    )
    assert taken() == embedded
    undated = album / "photo_000.jpg"
    (album / "photo_000.jpg.xmp").write_bytes(xmp_with("<xmp:CreateDate>2001</xmp:CreateDate>"))
    scan(library)
    assert info_of(library, undated).facts.taken_at == "2001"
    (album / "photo_000.jpg.xmp").unlink()
    scan(library)
    assert info_of(library, undated).facts.taken_at is None


def test_a_date_in_the_sidecar_of_one_file_parts_no_shot(library: Library, album: Path) -> None:
    raw(album / "IMG_1.dng")
    path = picture(album / "IMG_1.jpg", exif=camera_exif())
    (album / "IMG_1.dng.xmp").write_bytes(xmp_with("<photoshop:DateCreated>1965</photoshop:DateCreated>"))
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg", "IMG_1.dng")}
    assert info_of(library, path).facts.taken_at == "1965"


def test_a_sidecar_may_be_there_first_and_moves_with_its_photo(
    library: Library, album: Path, decodes: list[str]
) -> None:
    path = album / "photo_000.jpg"
    (album / "later.xmp").write_bytes(xmp(Annotations(3)))
    scan(library)
    decodes.clear()
    path.rename(album / "later.jpg")
    scan(library)
    assert info_of(library, album / "later.jpg").annotations.rating == 3
    (album / "trip").mkdir()
    for name in ("later.jpg", "later.xmp"):
        (album / name).rename(album / "trip" / name)
    scan(library)
    assert info_of(library, album / "trip" / "later.jpg").annotations.rating == 3
    (album / "trip" / "later.jpg").rename(album / "elsewhere.jpg")
    scan(library)
    assert info_of(library, album / "elsewhere.jpg").annotations.rating == 0
    assert decodes == []


@pytest.mark.slow
def test_the_sidecar_of_a_raw_file_speaks_of_the_photo(library: Library, album: Path) -> None:
    raw(album / "IMG_1.dng", xmp=xmp(Annotations(1, "From the camera")))
    path = picture(album / "IMG_1.jpg")
    (album / "IMG_1.dng.xmp").write_bytes(xmp(Annotations(4, keywords=("boat",))))
    scan(library)
    assert info_of(library, path).annotations == Annotations(4, "From the camera", keywords=("boat",))
    path.unlink()
    scan(library)
    assert info_of(library, album / "IMG_1.dng").annotations.rating == 4


def test_a_broken_sidecar_is_one_line_and_its_photo_is_found(library: Library, album: Path) -> None:
    sidecar = album / "photo_000.xmp"
    sidecar.write_bytes(b"<x:xmpmeta")
    aged(sidecar)
    lines = [line for progress in library.scan() for line in progress.skipped]
    assert {os.path.basename(line.path) for line in lines} == {"photo_000.xmp"}
    assert_in_line(library)
    assert len(library) == 3
    assert [path for path, _ in library.status().problems] == [sidecar]
    assert [line for progress in library.scan() for line in progress.skipped] == [], "told once"
    sidecar.write_bytes(xmp(Annotations(2)))
    scan(library)
    assert library.status().problems == ()
    assert info_of(library, album / "photo_000.jpg").annotations.rating == 2


def test_xmp_files_are_not_counted_as_photos(library: Library, album: Path) -> None:
    for name in "ab":
        picture(album / f"{name}.jpg", seed=ord(name))
        (album / f"{name}.xmp").write_bytes(b"<x:xmpmeta")
    told = [progress for progress in library.scan() if progress.stage == "indexing"]
    assert {len(progress.skipped) for progress in told if not progress.done} == {0, 2}
    assert (told[-1].done, len(told[-1].skipped)) == (told[-1].total, 2)


def test_two_changes_within_one_tick_of_the_clock(library: Library, album: Path) -> None:
    sidecar = album / "photo_000.xmp"
    sidecar.write_bytes(xmp(Annotations(2)))
    changed = sidecar.stat().st_mtime_ns
    scan(library)
    sidecar.write_bytes(xmp(Annotations(3)))
    os.utime(sidecar, ns=(changed, changed))
    scan(library)
    assert info_of(library, album / "photo_000.jpg").annotations.rating == 3


def test_many_sidecars_come_in_batches(
    library: Library, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookalike.ingest import sidecars

    monkeypatch.setattr(sidecars, "_BATCH", 2)
    for number in range(3):
        (album / f"photo_00{number}.xmp").write_bytes(xmp(Annotations(number + 1)))
    scan(library)
    ratings = [info_of(library, album / f"photo_00{n}.jpg").annotations.rating for n in range(3)]
    assert ratings == [1, 2, 3]


@pytest.mark.slow
def test_following_takes_in_a_sidecar_as_it_is_written(library: Library, album: Path) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=lambda: list(library.follow(stop.is_set)))
    thread.start()
    try:
        wait_for(lambda: len(library) == 3)
        (album / "photo_000.xmp").write_bytes(xmp(Annotations(5)))
        wait_for(lambda: info_of(library, album / "photo_000.jpg").annotations.rating == 5)
        (album / "photo_000.xmp").unlink()
        wait_for(lambda: info_of(library, album / "photo_000.jpg").annotations.rating == 0)
    finally:
        stop.set()
        thread.join()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.05)


def test_words_find_keywords_titles_and_names(library: Library, album: Path) -> None:
    (album / "photo_000.xmp").write_bytes(xmp(Annotations(keywords=("Küste", "東京タワー"))))
    (album / "photo_001.xmp").write_bytes(xmp(Annotations(title="A long coast", description="with boats")))
    (album / "photo_002.jpg").rename(album / "coast_of_Maine.jpg")
    scan(library)

    def found(words: str) -> list[tuple[str, str]]:
        *_, ranking = library.search.rankings(Query(words=words))
        assert ranking.final
        assert ranking.by_words and ranking.same == len(ranking.results)
        places = library.photos.paths([result.content_id for result in ranking.results])
        return [(places[result.content_id][0].name, result.reasons[0].kind) for result in ranking.results]

    assert found("kuste") == [("photo_000.jpg", "keyword")]
    assert found("タワー") == [("photo_000.jpg", "keyword")]
    assert found("COAST") == [("photo_001.jpg", "title"), ("coast_of_Maine.jpg", "name")]
    assert found("maine, coast!") == [("coast_of_Maine.jpg", "name")]
    assert found("boat") == [("photo_001.jpg", "description")]
    assert len(found("album")) == 3, "the name of their folder"
    assert found("xyzzy") == []
    assert found("coasst") == found("coast")
    (album / "coast_of_Maine.jpg").unlink()
    scan(library)
    assert found("coast") == [("photo_001.jpg", "title")]


def test_words_of_photos_that_are_gone_find_nothing_and_are_cleared_by_a_check(
    library: Library, album: Path
) -> None:
    raw(album / "IMG_1.dng")
    picture(album / "IMG_1.jpg")
    scan(library)
    assert len(having(library, "album")) == len(library.photos.ids())
    (kept, *_) = library.photos.ids()
    rows = {row.content_id: row for row in catalog_of(library).files.known(os.fsencode(album)).values()}
    lead = info_of(library, album / "IMG_1.jpg").content_id
    companion = catalog_of(library).contents.companions([lead])[lead][0]
    # A process that ended before it worked out what follows from files that went.
    with catalog_of(library).transaction() as db:
        gone = [row.id for number, row in rows.items() if number not in (kept, companion)]
        catalog_of(library).files.remove(db, library.folders.all()[0].id, gone)
    assert having(library, "album") == [kept]
    found = result_of(library.check())
    assert any("did not match" in line for line in found.damage)
    assert found.sound
    assert_in_line(library)
    assert set(having(library, "album")) == set(library.photos.ids()) == {kept, companion}
    again = result_of(library.check())
    assert (again.sound, again.damage) == (True, ())
