"""Commands about folders: start, add, remove, folders, scan, watch."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from lookalike import app_paths, log
from lookalike.catalog.folders import Folder
from lookalike.cli.options import folder_arguments, json_option
from lookalike.cli.output import folder_state, run_with_progress, say, say_json, say_skipped, warn
from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.progress import Progress, Skipped, Stage


def scan_and_report(library: Library, folders: Sequence[Folder] | None, as_json: bool) -> None:
    """Scan folders with a progress bar and say what came of it."""
    skipped: list[Skipped] = []

    def remembered() -> Generator[Progress, None, None]:
        last: Progress | None = None
        for last in library.scan(folders):
            if last.ended:
                skipped.extend(last.skipped)
            yield last
        # A folder may have been removed by another process while it was indexed.
        if last is not None and not last.ended:
            skipped.extend(last.skipped)

    run_with_progress(remembered(), quiet=as_json)
    if as_json:
        say_json(_summary(library, skipped))
    else:
        say_skipped(skipped)
        say(f"{len(library)} photos can be searched.")


def _summary(library: Library, skipped: Sequence[Skipped]) -> dict[str, Any]:
    return {
        "folders": [folder.path for folder in library.folders.all()],
        "photos": len(library),
        "skipped": skipped,
    }


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def add(library_folder: Path | None, paths: tuple[Path, ...], as_json: bool) -> None:
    """Watch folders and index the photos in them."""
    with Library(library_folder) as library:
        folders = []
        for path in paths:
            folder = library.folders.add(path)
            folders.append(folder)
            if folder.path != path.expanduser().resolve() and not as_json:
                warn(f"{path} lies in {folder.path}, which is watched already.")
        scan_and_report(library, list(dict.fromkeys(folders)), as_json)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def remove(library_folder: Path | None, path: Path, as_json: bool) -> None:
    """Stop watching a folder. Nothing on disk is touched."""
    with Library(library_folder) as library:
        folder = library.folders.at(path)
        library.folders.remove(folder)
        if as_json:
            say_json(_summary(library, []))
        else:
            say(f"{folder.path} is no longer watched. {len(library)} photos can be searched.")


@click.command()
@json_option
@click.pass_obj
def scan(library_folder: Path | None, as_json: bool) -> None:
    """Look for what changed in the watched folders."""
    with Library(library_folder) as library:
        scan_and_report(library, None, as_json)


@click.command()
@json_option
@click.pass_obj
def watch(library_folder: Path | None, as_json: bool) -> None:
    """Follow changes in the watched folders until Ctrl-C."""
    with Library(library_folder) as library:
        _follow(library, as_json)


def _follow(library: Library, as_json: bool) -> None:
    if not library.folders.all():
        raise click.UsageError("No folder is watched yet. `lookalike add FOLDER` adds one.")
    if not as_json:
        say("Watching. Ctrl-C ends it.")
    told = failures = 0
    known: set[Skipped] = set()
    notes: dict[int, tuple[bool, bool, str]] = {}
    for progress in library.follow(lambda: False):
        if progress.stage == Stage.INDEXING and progress.ended:
            _say_changes(library, progress, known, as_json)
        elif progress.stage == Stage.WATCHING:
            say_skipped(progress.skipped[told:])
            told = len(progress.skipped)
            for folder in library.folders.all():
                if notes.get(folder.id, (True, False, "")) != (folder.online, folder.paused, folder.note):
                    notes[folder.id] = (folder.online, folder.paused, folder.note)
                    if as_json:
                        say_json({"folder": folder})
                    else:
                        say(f"{folder.path}: {folder_state(folder) or 'it can be reached again.'}")
        elif progress.stage == Stage.WAITING:
            say_skipped(progress.skipped[failures:])
            failures = len(progress.skipped)
        elif progress.stage == Stage.DESCRIBING and progress.ended:
            _say_changed_model(library, progress, as_json)


def _say_changes(library: Library, progress: Progress, known: set[Skipped], as_json: bool) -> None:
    """Say what came of a look at a folder.

    What is passed over beside photos (an XMP file, a folder) is met again at every look, and told of when it is new.
    """
    skipped = [line for line in progress.skipped if progress.total or line not in known]
    known.update(skipped)
    if not (progress.total or skipped):
        return
    if as_json:
        say_json({"done": progress.done, "photos": len(library), "skipped": skipped})
        return
    if progress.total:
        say(f"{progress.done} changed, {len(library)} photos can be searched.")
    say_skipped(skipped)


def _say_changed_model(library: Library, progress: Progress, as_json: bool) -> None:
    """Say the last word on a change of the descriptor model."""
    if as_json:
        say_json({"described": progress.done, "photos": len(library), "skipped": progress.skipped})
    else:
        say(f"{progress.done} photos are described anew.")
        say_skipped(progress.skipped)


@click.command()
@folder_arguments
@json_option
@click.pass_obj
def start(library_folder: Path | None, paths: tuple[Path, ...], as_json: bool) -> int:
    """Index folders, keep watching them, and open the window; without a display, the same in the terminal."""
    if has_display() and not as_json:
        return open_window(library_folder, paths)
    with Library(library_folder) as library:
        chosen = list(paths)
        if not chosen and not library.folders.all():
            chosen = [_offered_folder(as_json)]
        for path in chosen:
            library.folders.add(path)
        scan_and_report(library, None, as_json)
        if as_json:
            return 0
        say()
        say("Next, find the other photos of something:")
        say(f"  {_own_name()} search PHOTO.jpg")
        say("What else there is:")
        say(f"  {_own_name()} --help")
        if sys.stdin.isatty() and sys.stdout.isatty():
            say()
            _follow(library, as_json)
    return 0


def _own_name() -> str:
    """How the user can call this program again, whether or not its folder is on the PATH."""
    program = Path(sys.argv[0])
    on_path = any(Path(folder) == program.parent for folder in os.environ.get("PATH", "").split(os.pathsep))
    return "lookalike" if on_path else str(program)


def has_display() -> bool:
    """Whether a window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_window(library_folder: Path | None, paths: Iterable[Path]) -> int:
    """Run the window in a process of its own, so that this one stays small; returns its exit code."""
    if importlib.util.find_spec("PySide6") is None:
        raise LookalikeError(
            "The window is not installed.", "`python3 packaging/bootstrap.py run` installs it."
        )
    command = [sys.executable, "-m", "lookalike_desktop.main"]
    if library_folder is not None:
        command += ["--library", str(library_folder)]
    if log.is_verbose():
        command.append("--verbose")
    return subprocess.run([*command, *map(str, paths)], check=False).returncode


def _offered_folder(as_json: bool) -> Path:
    from lookalike.sample_album import sample_album

    pictures = app_paths.pictures()
    if pictures.is_dir() and any(pictures.iterdir()):
        question = f"Index the photos in {pictures}? (Nothing in it is changed.)"
        if as_json or not sys.stdin.isatty() or click.confirm(question, default=True):
            return pictures
    album = sample_album()
    if not as_json:
        warn(f"Starting with a small album of free photos: {album}")
    return album
