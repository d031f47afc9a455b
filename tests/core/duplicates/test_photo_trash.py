"""Moving photos to the trash: all of their files go and come back, and what is not what it was stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lookalike.duplicates.photo_trash import TrashReport
from lookalike.duplicates.recovery import UndoReport
from lookalike.errors import LookalikeError
from lookalike.photos import Annotations
from tests.builders.duplicate_library import DuplicateLibrary, age
from tests.builders.jobs import result_of
from tests.builders.photo_files import raw_dng, textured_photo, xmp


def move(library: DuplicateLibrary, *content_ids: int) -> TrashReport:
    return result_of(library.trash.move(content_ids))


def restore(library: DuplicateLibrary, report: TrashReport) -> UndoReport:
    return result_of(library.trash.restore(report.journal))


def test_every_copy_of_a_photo_goes_and_comes_back(library: DuplicateLibrary, trash: Path) -> None:
    photo, other = library.photo("a.jpg"), library.photo("b.jpg", seed=1)
    copy = library.copy(photo, "sub/a.jpg")
    library.scan()
    number, stays = library.content(photo), library.content(other)
    preview = library.trash.preview([number])
    assert (preview.photos, preview.files, preview.away) == (1, 2, 0)
    assert preview.bytes == 2 * photo.stat().st_size
    report = move(library, number)
    assert (report.photos, set(report.removed), report.refused) == (1, {photo, copy}, [])
    assert library.on_disk() == {"b.jpg"}
    assert library.catalog.contents.visible() == [stays]

    undone = restore(library, report)
    assert set(undone.restored) == {photo, copy} and not undone.failed
    assert set(library.catalog.contents.visible()) == {number, stays}
    assert not any((trash / "files").iterdir())
    # What the catalog was told is what a scan finds.
    assert library.scan()[-1].skipped == ()
    assert library.content(photo) == library.content(copy) == number


def test_raw_and_xmp_files_go_along(library: DuplicateLibrary) -> None:
    photo = library.photo("a.jpg")
    raw = photo.with_suffix(".dng")
    raw.write_bytes(raw_dng(textured_photo(0, (64, 48))))
    age(raw)
    for name in ("a.jpg.xmp", "a.xmp"):
        (library.album / name).write_bytes(xmp(Annotations(3)))
    library.scan()
    assert library.trash.preview([library.content(photo)]).files == 2
    report = move(library, library.content(photo))
    assert {path.name for path in report.removed} == {"a.jpg", "a.dng", "a.jpg.xmp", "a.xmp"}
    assert library.on_disk() == set()
    restore(library, report)
    assert library.on_disk() == {"a.jpg", "a.dng", "a.jpg.xmp", "a.xmp"}
    assert library.catalog.annotations.get([library.content(photo)])[library.content(photo)].rating == 3


def test_what_has_changed_or_is_protected_stays(library: DuplicateLibrary) -> None:
    changed, safe, goes = (
        library.photo(name, seed) for seed, name in enumerate(("a.jpg", "safe/b.jpg", "c.jpg"))
    )
    library.scan()
    ids = [library.content(path) for path in (changed, safe, goes)]
    changed.write_bytes(changed.read_bytes() + b"x")
    library.duplicates.protect(library.album / "safe")
    report = move(library, *ids)
    assert (report.photos, report.removed) == (1, [goes])
    assert [(os.path.basename(line.path), line.reason) for line in report.refused] == [
        ("a.jpg", "it has changed since it was compared"),
        ("b.jpg", "it lies in a protected folder"),
    ]


def test_moves_are_undone_each_by_itself_and_apart_from_clean_ups(library: DuplicateLibrary) -> None:
    paths = [library.photo(f"{seed}.jpg", seed) for seed in range(2)]
    library.scan()
    first, second = (move(library, library.content(path)) for path in paths)
    assert not library.duplicates.can_undo()
    restore(library, first)
    assert library.on_disk() == {"0.jpg"}
    restore(library, second)
    assert library.on_disk() == {"0.jpg", "1.jpg"}
    first.journal.unlink()
    with pytest.raises(LookalikeError, match="nothing to put back"):
        restore(library, first)


def test_a_move_that_was_killed_is_ended_at_the_next_start(library: DuplicateLibrary) -> None:
    photo = library.photo("a.jpg")
    library.scan()
    report = move(library, library.content(photo))
    # As if the kill had come before the journal's last line.
    lines = report.journal.read_bytes().splitlines(keepends=True)
    report.journal.write_bytes(b"".join(lines[:-1]))
    library.trash.end_interrupted()
    assert b'"end"' in report.journal.read_bytes()
    restore(library, report)
    assert library.on_disk() == {"a.jpg"}


def test_a_move_may_be_stopped_between_photos(library: DuplicateLibrary) -> None:
    paths = [library.photo(f"{seed}.jpg", seed) for seed in range(3)]
    library.scan()
    job = library.trash.move([library.content(path) for path in paths])
    next(job)
    next(job)
    job.close()
    assert library.on_disk() == {"1.jpg", "2.jpg"}
    # Nothing is left locked.
    assert move(library, library.content(paths[1])).photos == 1
