"""The trash of another drive than the home folder's."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.duplicate_library import DuplicateLibrary

MEMORY = Path("/dev/shm")


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on a drive of its own, whose trash does not outlast the test."""
    if (
        not MEMORY.is_dir()
        or MEMORY.stat().st_dev == tmp_path.stat().st_dev
        or not os.access(MEMORY, os.W_OK)
    ):
        pytest.skip("there is no other drive")
    trash = MEMORY / f".Trash-{os.getuid()}"
    if trash.exists() or (MEMORY / ".Trash").exists():
        pytest.skip("the other drive's trash is in use")
    from send2trash import plat_other

    monkeypatch.setattr(plat_other, "get_dev", lambda path: os.lstat(path).st_dev)
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(trash, ignore_errors=True)


def test_copies_on_another_drive_go_to_its_own_trash(drive: Path, trash: Path) -> None:
    library = DuplicateLibrary(drive / "root")
    copied = library.copy(library.photo("a.jpg"), "b.jpg")
    library.scan()
    assert library.clean_up().removed == [copied]
    assert not (trash / "files").exists()
    assert (MEMORY / f".Trash-{os.getuid()}" / "files" / "b.jpg").is_file()
    assert library.undo().restored == [copied]
    assert copied.is_file()
    library.close()


def test_where_there_can_be_no_trash_files_stay(
    drive: Path, trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = DuplicateLibrary(drive / "root")
    copied = library.copy(library.photo("a.jpg"), "b.jpg")
    library.scan()
    from send2trash import plat_other

    def locked(folder: bytes) -> None:
        raise PermissionError(13, "Permission denied", os.fsdecode(folder))

    monkeypatch.setattr(plat_other, "check_create", locked)
    report = library.clean_up()
    assert report.removed == [] and "its drive takes none" in report.refused[0].reason
    assert copied.is_file() and not library.duplicates.can_undo()
    assert library.duplicates.end_interrupted() == []
    library.close()
