"""The commands ``text …``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import PATH, json_option
from lookalike.cli.output import run_with_progress, say, say_json, say_skipped, texts_line, warn
from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.library.text_preparation import TextStatus
from lookalike.progress import Skipped, collect_skipped
from lookalike.user_paths import absolute


@click.group()
def text() -> None:
    """Read the text in photos, by which words find them."""


@text.command("status")
@json_option
@click.pass_obj
def status(library_folder: Path | None, as_json: bool) -> None:
    """Show how many photos were read."""
    with Library(library_folder) as library:
        _say_status(library.texts.status(), as_json)


def _say_status(state: TextStatus, as_json: bool) -> None:
    if as_json:
        say_json(state)
        return
    say(f"text        {texts_line(state)}")
    say(
        f"background  {'the others are read while folders are followed' if state.ahead else 'nothing is read'}"
    )


@text.command("read")
@json_option
@click.pass_obj
def read(library_folder: Path | None, as_json: bool) -> None:
    """Read all photos now, the newest first. After Ctrl-C, the same command continues where it stopped."""
    skipped: list[Skipped] = []
    with Library(library_folder) as library:
        run_with_progress(collect_skipped(library.texts.make(), skipped), quiet=as_json)
        state = library.texts.status()
    if as_json:
        say_json({**vars(state), "skipped": skipped})
    else:
        say_skipped(skipped)
        _say_status(state, False)


@text.command("show")
@click.argument("photo", type=PATH)
@json_option
@click.pass_obj
def show(library_folder: Path | None, photo: Path, as_json: bool) -> None:
    """Show the text that was read in a photo of the library."""
    path = absolute(photo)
    with Library(library_folder) as library:
        number = library.photos.ids_at([path]).get(path)
        if number is None:
            raise LookalikeError(
                "{path} is not in the library.", "Add its folder, or scan it again.", path=path
            )
        found = library.texts.text_of(number)
    if as_json:
        say_json({"path": path, "text": found})
    elif found:
        for line in found.splitlines():
            say(line)
    else:
        warn("No text was read in this photo.")


@text.command("set")
@click.option(
    "--background/--no-background", default=None, help="Whether photos are read while folders are followed."
)
@json_option
@click.pass_obj
def choose(library_folder: Path | None, background: bool | None, as_json: bool) -> None:
    """Choose whether photos are read in the background."""
    with Library(library_folder) as library:
        if background is not None:
            library.texts.choose(background)
        _say_status(library.texts.status(), as_json)


@text.command("clear")
@json_option
@click.pass_obj
def clear(library_folder: Path | None, as_json: bool) -> None:
    """Delete all text that was read; it is read again when wanted."""
    with Library(library_folder) as library:
        library.texts.clear()
    if as_json:
        say_json({"cleared": True})
    else:
        say("All text that was read in photos was deleted.")
