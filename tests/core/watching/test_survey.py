"""A folder compared with the catalog: every kind of change, and nothing opened."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.files import FileRow
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.watching.folder_walk import diff_folder, walk


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg", "trip/c.jpg", "trip/deep/d.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def remembered(folder: Path) -> dict[bytes, FileRow]:
    """What a catalog would hold after a scan."""
    places = walk(os.fsencode(folder), True, [])
    return {
        place.path: FileRow(n, place, n, None) for n, place in enumerate(sorted(places, key=lambda p: p.path))
    }


def names(folder: Path, diff: FolderDiff) -> dict[str, set[str]]:
    def short(place: FileStat) -> str:
        return os.path.relpath(os.fsdecode(place.path), folder)

    return {
        "fresh": {short(place) for place, _ in diff.added_or_changed},
        "moved": {f"{short(row.stat)} > {short(place)}" for row, place in diff.moved},
        "gone": {short(row.stat) for row in diff.removed},
    }


NOTHING: dict[str, set[str]] = {"fresh": set(), "moved": set(), "gone": set()}


def test_an_unchanged_folder_needs_nothing_and_no_photo_is_opened(photos: Path) -> None:
    known = remembered(photos)
    for path in known:
        os.chmod(path, 0)
    before = {path: os.stat(path).st_atime_ns for path in known}
    diff = diff_folder(os.fsencode(photos), known)
    assert names(photos, diff) == NOTHING
    assert diff.unchanged == 4
    assert {path: os.stat(path).st_atime_ns for path in known} == before


def test_new_changed_and_gone_files(photos: Path) -> None:
    known = remembered(photos)
    (photos / "new.jpg").write_bytes(b"new")
    (photos / "a.jpg").write_bytes(b"another a")
    (photos / "b.jpg").unlink()
    diff = diff_folder(os.fsencode(photos), known)
    assert names(photos, diff) == {"fresh": {"new.jpg", "a.jpg"}, "moved": set(), "gone": {"b.jpg"}}
    replaced = {os.path.basename(place.path): row for place, row in diff.added_or_changed}
    assert replaced[b"new.jpg"] is None
    assert replaced[b"a.jpg"] == known[os.fsencode(photos / "a.jpg")]


def test_a_renamed_tree_is_moved_not_new(photos: Path) -> None:
    known = remembered(photos)
    (photos / "trip").rename(photos / "journey")
    assert names(photos, diff_folder(os.fsencode(photos), known)) == {
        "fresh": set(),
        "moved": {"trip/c.jpg > journey/c.jpg", "trip/deep/d.jpg > journey/deep/d.jpg"},
        "gone": set(),
    }


def test_a_copy_is_not_a_move(photos: Path) -> None:
    known = remembered(photos)
    shutil.copy2(photos / "a.jpg", photos / "copy.jpg")
    assert names(photos, diff_folder(os.fsencode(photos), known))["fresh"] == {"copy.jpg"}


def test_a_rename_over_another_photo(photos: Path) -> None:
    known = remembered(photos)
    (photos / "a.jpg").rename(photos / "b.jpg")
    assert names(photos, diff_folder(os.fsencode(photos), known)) == {
        "fresh": {"b.jpg"},
        "moved": set(),
        "gone": {"a.jpg"},
    }


def test_hidden_files_links_and_other_files_are_left_out(photos: Path) -> None:
    known = remembered(photos)
    (photos / ".hidden.jpg").write_bytes(b"x")
    (photos / ".cache").mkdir()
    (photos / ".cache" / "e.jpg").write_bytes(b"x")
    (photos / "notes.txt").write_bytes(b"x")
    (photos / "loop").symlink_to(photos)
    (photos / "link.jpg").symlink_to(photos / "a.jpg")
    os.mkfifo(photos / "pipe.jpg")
    assert names(photos, diff_folder(os.fsencode(photos), known)) == NOTHING


def test_a_shallow_look_leaves_deeper_files_alone(photos: Path) -> None:
    known = {
        path: row for path, row in remembered(photos).items() if os.path.dirname(path) == os.fsencode(photos)
    }
    shutil.rmtree(photos / "trip")
    (photos / "b.jpg").unlink()
    assert names(photos, diff_folder(os.fsencode(photos), known, deep=False))["gone"] == {"b.jpg"}


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_folder_that_cannot_be_listed_keeps_what_is_known(photos: Path) -> None:
    known = remembered(photos)
    (photos / "trip").chmod(0)
    diff = diff_folder(os.fsencode(photos), known)
    (photos / "trip").chmod(0o700)
    assert names(photos, diff) == NOTHING
    assert [line.path for line in diff.unreadable] == [str(photos / "trip")]


def test_names_that_are_no_text(photos: Path) -> None:
    path = os.fsencode(photos) + b"/caf\xe9\xff.jpg"
    with open(path, "wb") as file:
        file.write(b"x")
    diff = diff_folder(os.fsencode(photos), remembered(photos))
    assert diff.unchanged == 5
