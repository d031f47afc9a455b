"""Killed at any moment of a clean-up, the next start ends what was begun, and undo brings everything back."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from send2trash import plat_other

from lookalike.duplicates import clean_up, journal, recovery, steps
from lookalike.photos import Annotations
from tests.builders.duplicate_library import DuplicateLibrary, age
from tests.builders.photo_files import raw_dng, textured_photo, xmp

MOMENTS: list[tuple[Any, str]] = [
    (journal.CleanUpJournal, "_append"),
    (steps, "move_to_trash"),
    (steps, "find_in_trash"),
    (steps, "write_durably"),
    (steps.Steps, "_link"),
    (steps.Steps, "_separate"),
    (steps, "put_back"),
    (clean_up, "record_unit"),
    (recovery, "record_unit"),
    (plat_other, "info_for"),
    (os, "rename"),
    (os, "replace"),
    (os, "link"),
    (os, "unlink"),
]
"""Where the process may die: before and after each call of these."""


def make(root: Path) -> DuplicateLibrary:
    """Two copies of a shot with words about it, and another copy."""
    library = DuplicateLibrary(root)
    for folder in ("one", "two"):
        shot = library.photo(f"{folder}/shot.jpg", 1)
        shot.with_suffix(".dng").write_bytes(raw_dng(textured_photo(1, (64, 48))))
        age(shot.with_suffix(".dng"))
    (library.album / "two" / "shot.xmp").write_bytes(xmp(Annotations(4, "", "", ("sea",))))
    library.copy(library.album / "one" / "shot.jpg", "three/copy.jpg")
    library.scan()
    return library


def contents(library: DuplicateLibrary) -> dict[str, bytes]:
    return {name: (library.album / name).read_bytes() for name in sorted(library.on_disk())}


def run_and_die(work: Callable[[], object], moment: int) -> bool:
    """Do some work in a process that kills itself at the given moment; False where it ended before."""
    child = os.fork()
    if child == 0:
        left = moment

        def pass_moment() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def wrapped(call: Callable[..., object]) -> Callable[..., object]:
            def wrapper(*arguments: Any, **named: Any) -> object:
                pass_moment()
                result = call(*arguments, **named)
                pass_moment()
                return result

            return wrapper

        try:
            for owner, name in MOMENTS:
                setattr(owner, name, wrapped(getattr(owner, name)))
            work()
            os._exit(0)
        except BaseException:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), f"it failed: {status}"
    return status != 0


def open_and(root: Path, deed: Callable[[DuplicateLibrary], object]) -> Callable[[], None]:
    def work() -> None:
        library = DuplicateLibrary(root)
        deed(library)
        # Not closed: what it has not written by now, a kill would lose as well.

    return work


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize(
    "options", [{"merge_metadata": True}, {"link": True}], ids=lambda options: next(iter(options))
)
def test_a_kill_at_any_moment(tmp_path: Path, trash: Path, options: dict[str, Any]) -> None:
    moment, killed = 0, True
    interrupted = finished_units = 0
    root = tmp_path / "root"
    library = make(root)
    before = contents(library)
    library.close()
    # Every round ends as it began.
    while killed:
        killed = run_and_die(open_and(root, lambda opened: opened.clean_up(**options)), moment)

        library = DuplicateLibrary(root)
        lines = library.duplicates.end_interrupted()
        interrupted += bool(lines)
        assert len(lines) <= 1 and library.duplicates.end_interrupted() == []
        kept = library.album / "one" / "shot.jpg"
        assert kept.read_bytes() == before["one/shot.jpg"]
        present = library.on_disk()
        assert not [name for name in present if "lookalike" in name or name.endswith(".tmp")], present
        # Shots are whole: a raw file never stays behind its picture.
        assert ("two/shot.jpg" in present) == ("two/shot.dng" in present)
        # The catalog knows what lies where, without a scan.
        known = {
            str(path.relative_to(library.album))
            for paths in library.files.paths(library.catalog.contents.visible()).values()
            for path in paths
        }
        assert known == {name for name in present if name.endswith(".jpg")}
        finished_units += len(before) - len(present)
        while library.duplicates.can_undo():
            report = library.undo()
            assert not report.failed
        # Only a new XMP file that a kill left just before it was noted may differ; it holds what was said.
        assert contents(library) == before, moment
        if (trash / "files").is_dir():
            assert not any((trash / "files").iterdir())
        assert library.scan()[-1].skipped == ()
        library.close()
        moment += 1
    assert moment > 20 and interrupted > 10
    assert options.get("link") or finished_units > 10


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize(
    "options", [{"merge_metadata": True}, {"link": True}], ids=lambda options: next(iter(options))
)
def test_a_kill_while_undoing(tmp_path: Path, options: dict[str, Any]) -> None:
    moment, killed = 0, True
    root = tmp_path / "root"
    library = make(root)
    before = contents(library)
    library.close()
    while killed:
        library = DuplicateLibrary(root)
        library.clean_up(**options)
        library.close()
        killed = run_and_die(open_and(root, lambda opened: opened.undo()), moment)
        library = DuplicateLibrary(root)
        library.duplicates.end_interrupted()
        while library.duplicates.can_undo():
            assert not library.undo().failed
        assert contents(library) == before, moment
        library.scan()
        assert len(library.groups()) == 1 and len(library.groups()[0].photos) == 3
        library.close()
        moment += 1
    assert moment > 10
