"""The commands ``folders …``: list the watched folders, and choose how they are watched."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lookalike.cli.options import PATH, TEXT, folder_argument, json_option
from lookalike.cli.output import folder_state, say, say_json
from lookalike.cli.scan import scan_and_report
from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import PACES
from lookalike.library import Library


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def folders(context: click.Context, as_json: bool) -> None:
    """List the watched folders, or choose how they are watched."""
    if context.invoked_subcommand is not None:
        return
    with Library(context.obj) as library:
        if as_json:
            say_json(
                [
                    {**asdict(folder), "away": library.folders.missing_drives(folder)}
                    for folder in library.folders.all()
                ]
            )
            return
        for folder in library.folders.all():
            state = folder_state(folder)
            say(f"{folder.path}{f'  ({state})' if state else ''}")
            for line in library.folders.missing_drives(folder):
                say(f"  {line.path}: {line.reason}")


@folders.command()
@folder_argument
@json_option
@click.pass_obj
def pause(library_folder: Path | None, path: Path, as_json: bool) -> None:
    """Leave a folder's changes alone, until `lookalike folders resume`."""
    _pause(library_folder, path, True, as_json)


@folders.command()
@folder_argument
@json_option
@click.pass_obj
def resume(library_folder: Path | None, path: Path, as_json: bool) -> None:
    """Follow a paused folder's changes again."""
    _pause(library_folder, path, False, as_json)


def _pause(library_folder: Path | None, path: Path, paused: bool, as_json: bool) -> None:
    with Library(library_folder) as library:
        library.folders.pause(library.folders.at(path), paused)
        if as_json:
            say_json(library.folders.at(path))
        else:
            say(f"{library.folders.at(path).path}: {'paused' if paused else 'watched again'}.")


@folders.command()
@folder_argument
@click.argument("new_path", type=PATH)
@json_option
@click.pass_obj
def relocate(library_folder: Path | None, path: Path, new_path: Path, as_json: bool) -> None:
    """Tell Lookalike that the watched folder PATH is now at NEW_PATH. Nothing needs to be indexed again."""
    with Library(library_folder) as library:
        library.folders.relocate(library.folders.at(path), new_path)
        scan_and_report(library, [library.folders.at(new_path)], as_json)


@folders.command()
@click.argument("chosen", type=click.Choice(PACES), required=False)
@json_option
@click.pass_obj
def pace(library_folder: Path | None, chosen: str | None, as_json: bool) -> None:
    """Show or choose how hard indexing works.

    careful: gently on battery; considerate: also while other programs need the machine; fast: always fast.
    """
    with Library(library_folder) as library:
        if chosen:
            library.folders.set_pace(chosen)
        if as_json:
            say_json({"pace": library.folders.pace()})
        else:
            say(library.folders.pace())


@folders.group()
def exclude() -> None:
    """Leave photos out by patterns, written as in a .gitignore file.

    The patterns apply to every watched folder. A file called .lookalikeignore applies to the folder it is in.
    """


@exclude.command("list")
@json_option
@click.pass_obj
def list_excludes(library_folder: Path | None, as_json: bool) -> None:
    """List the patterns."""
    with Library(library_folder) as library:
        _say_excludes(library, as_json)


@exclude.command("add")
@click.argument("patterns", nargs=-1, required=True, type=TEXT)
@json_option
@click.pass_obj
def add_excludes(library_folder: Path | None, patterns: tuple[str, ...], as_json: bool) -> None:
    """Leave out what the patterns name. What is known of these photos is kept."""
    with Library(library_folder) as library:
        library.folders.set_excludes([*library.folders.excludes(), *patterns])
        scan_and_report(library, None, as_json)


@exclude.command("remove")
@click.argument("patterns", nargs=-1, required=True, type=TEXT)
@json_option
@click.pass_obj
def remove_excludes(library_folder: Path | None, patterns: tuple[str, ...], as_json: bool) -> None:
    """Remove patterns; the photos that they left out are found again."""
    with Library(library_folder) as library:
        kept = library.folders.excludes()
        for pattern in patterns:
            if pattern not in kept:
                raise LookalikeError(
                    f"There is no pattern {pattern}.", "`lookalike folders exclude list` lists them."
                )
            kept.remove(pattern)
        library.folders.set_excludes(kept)
        scan_and_report(library, None, as_json)


def _say_excludes(library: Library, as_json: bool) -> None:
    if as_json:
        say_json({"excludes": library.folders.excludes()})
        return
    for pattern in library.folders.excludes():
        say(pattern)
