"""The command ``start``: what a newcomer types first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from lookalike import app_paths
from lookalike.cli.app import has_display, open_window
from lookalike.cli.options import folder_arguments, json_option
from lookalike.cli.output import say, warn
from lookalike.cli.scan import scan_and_report
from lookalike.cli.watch import follow_and_report
from lookalike.library import Library


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
            follow_and_report(library, as_json)
    return 0


def _own_name() -> str:
    """What the user types to run this program again, whether or not its folder is on the PATH."""
    program = Path(sys.argv[0])
    on_path = any(Path(folder) == program.parent for folder in os.environ.get("PATH", "").split(os.pathsep))
    return "lookalike" if on_path else str(program)


def _has_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        # It is not there, or locked.
        return False


def _offered_folder(as_json: bool) -> Path:
    from lookalike.sample_album import sample_album

    pictures = app_paths.pictures()
    if _has_something(pictures):
        question = f"Index the photos in {pictures}? (Nothing in it is changed.)"
        if as_json or not sys.stdin.isatty() or click.confirm(question, default=True):
            return pictures
    album = sample_album()
    if not as_json:
        warn(f"Starting with a small album of free photos: {album}")
    return album
