"""The command ``watch``, and following folders for other commands."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import json_option
from lookalike.cli.output import folder_state, say, say_json, say_skipped
from lookalike.library import Library
from lookalike.progress import Progress, Skipped, Stage
from lookalike.wording import counted


@click.command()
@json_option
@click.pass_obj
def watch(library_folder: Path | None, as_json: bool) -> None:
    """Follow changes in the watched folders until Ctrl-C."""
    with Library(library_folder) as library:
        follow_and_report(library, as_json)


def follow_and_report(library: Library, as_json: bool) -> None:
    """Follow the folders until Ctrl-C and print what changes."""
    if not library.folders.all():
        raise click.UsageError("No folder is watched yet. `lookalike add FOLDER` adds one.")
    if not as_json:
        say("Watching. Ctrl-C ends it.")
    # How many of the lines of the "watching" and the "waiting" snapshots have been printed.
    reported = failures = 0
    known: set[Skipped] = set()
    notes: dict[int, tuple[bool, bool, str]] = {}
    for progress in library.follow(lambda: False):
        if progress.stage == Stage.INDEXING and progress.ended:
            _say_changes(library, progress, known, as_json)
        elif progress.stage == Stage.WATCHING:
            say_skipped(progress.skipped[reported:])
            reported = len(progress.skipped)
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
        elif progress.stage == Stage.EXTRACTING and progress.ended:
            _say_details(progress, as_json)
        elif progress.stage == Stage.DESCRIBING and progress.ended:
            _say_changed_model(library, progress, as_json)


def _say_changes(library: Library, progress: Progress, known: set[Skipped], as_json: bool) -> None:
    """Print the outcome of an update of a folder.

    What is skipped besides photos (an XMP file, a folder) comes up again at every update; only new lines are printed.
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


def _say_details(progress: Progress, as_json: bool) -> None:
    """Print that details of older photos were extracted."""
    found = progress.done - len(progress.skipped)
    if as_json:
        say_json({"details": found, "photos": progress.total, "skipped": progress.skipped})
    else:
        say(f"{found} of {progress.total} photos can be found by their details.")
        say_skipped(progress.skipped)


def _say_changed_model(library: Library, progress: Progress, as_json: bool) -> None:
    """Print the outcome of changing the descriptor model."""
    if as_json:
        say_json({"described": progress.done, "photos": len(library), "skipped": progress.skipped})
    else:
        say(f"{counted(progress.done, 'photo')} described with the new model.")
        say_skipped(progress.skipped)
