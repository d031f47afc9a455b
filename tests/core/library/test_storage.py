"""What a library takes on the disk, and freeing it, on a real library."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.library.storage import SMALLEST_LIMIT, StoragePart, feature_limit_on
from tests.builders.jobs import result_of
from tests.builders.photo_files import write_album


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    write_album(tmp_path / "photos", 6)
    with Library(tmp_path / "library") as opened:
        opened.folders.add(tmp_path / "photos")
        for _ in opened.scan():
            pass
        yield opened


def used(library: Library) -> dict[StoragePart, int]:
    return {use.part: use.bytes for use in library.storage.usage()}


@pytest.mark.slow
def test_every_byte_of_the_library_is_counted_once(library: Library) -> None:
    own = sum(size for part, size in used(library).items() if part is not StoragePart.MODELS)
    on_disk = sum(path.stat().st_size for path in library.folder.rglob("*") if path.is_file())
    assert own == on_disk
    assert library.storage.free_bytes() > 0


@pytest.mark.slow
def test_what_is_freed_comes_back_when_it_is_needed(library: Library) -> None:
    photo = library.photos.ids()[0]
    picture = library.photos.thumbnail(photo)
    before = used(library)
    freed = library.storage.clear(StoragePart.THUMBNAILS) + library.storage.clear(StoragePart.FEATURES)
    after = used(library)
    assert freed == sum(before.values()) - sum(after.values()) > 0
    assert after[StoragePart.DETAILS] == before[StoragePart.DETAILS]
    # The photos are found as before, and the small pictures are made anew.
    assert library.photos.thumbnail(photo)[:3] == picture[:3]
    assert len(library) == 6
    report = result_of(library.check())
    assert report.sound and report.damage == ()


@pytest.mark.slow
def test_a_limit_holds_at_once_and_after_a_restart(library: Library) -> None:
    library.storage.set_limit(StoragePart.THUMBNAILS, SMALLEST_LIMIT)
    with pytest.raises(LookalikeError, match="at least 16 MB"):
        library.storage.set_limit(StoragePart.FEATURES, SMALLEST_LIMIT - 1)
    for part in (StoragePart.CATALOG, StoragePart.INDEX, StoragePart.MODELS):
        with pytest.raises(LookalikeError, match="cannot be freed"):
            library.storage.clear(part)
    library.close()
    with Library(library.folder) as again:
        limits = {use.part: use.limit for use in again.storage.usage()}
        assert limits[StoragePart.THUMBNAILS] == SMALLEST_LIMIT
        assert limits[StoragePart.INDEX] is None


@pytest.mark.slow
def test_skipped_files_are_read_again_on_request(library: Library) -> None:
    """A file that failed once for a passing reason, e.g. while the memory was short, keeps its bytes and its times."""
    folder = library.folders.all()[0].path
    (folder / "bad.jpg").write_bytes(b"not a photo")
    for _ in library.scan():
        pass
    assert [path.name for path, _ in library.status().problems] == ["bad.jpg"]
    with library._catalog.transaction() as db:
        db.execute("UPDATE files SET problem = 'out of memory' WHERE problem IS NOT NULL")
    for _ in library.scan():
        pass
    assert library.status().problems[0][1] == "out of memory", (
        "the same bytes are not read again by themselves"
    )
    assert library.folders.try_again() == 1
    for _ in library.scan():
        pass
    assert "out of memory" not in library.status().problems[0][1]


@pytest.mark.parametrize(
    ("disk", "limit"), [(0, 4 << 30), (100 << 30, 4 << 30), (500 << 30, 10 << 30), (2000 << 30, 16 << 30)]
)
def test_features_may_take_a_part_of_the_disk(disk: int, limit: int) -> None:
    assert feature_limit_on(disk) == limit


def test_what_the_user_chose_goes_before_what_the_disk_allows(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        limits = {use.part: use.limit for use in library.storage.usage()}
        assert limits[StoragePart.FEATURES] == feature_limit_on(shutil.disk_usage(tmp_path).total)
        library.storage.set_limit(StoragePart.FEATURES, 1 << 30)
    with Library(tmp_path / "library") as library:
        assert {use.part: use.limit for use in library.storage.usage()}[StoragePart.FEATURES] == 1 << 30
