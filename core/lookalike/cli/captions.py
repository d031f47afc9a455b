"""The commands ``captions …``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import TEXT, json_option
from lookalike.cli.output import run_with_progress, say, say_json, say_skipped
from lookalike.library import Library
from lookalike.library.caption_preparation import CaptionStatus
from lookalike.progress import Skipped, collect_skipped


@click.group()
def captions() -> None:
    """Have a multimodal model say what photos show, by which words find them."""


@captions.command("status")
@json_option
@click.pass_obj
def status(library_folder: Path | None, as_json: bool) -> None:
    """Show how many photos have a caption."""
    with Library(library_folder) as library:
        _say_status(library.captions.status(), as_json)


def _say_status(state: CaptionStatus, as_json: bool) -> None:
    if as_json:
        say_json(state)
        return
    say(f"captions    {state.written} of {state.photos} photos have one")
    say(
        f"background  {'the others are written while folders are followed' if state.ahead else 'none is written'}"
    )


@captions.command("write")
@click.option("--judge", type=TEXT, help="The model that writes; by default the judge in use.")
@json_option
@click.pass_obj
def write(library_folder: Path | None, judge: str | None, as_json: bool) -> None:
    """Write captions of all photos now, the newest first. After Ctrl-C, the same command continues where it stopped."""
    skipped: list[Skipped] = []
    with Library(library_folder) as library:
        run_with_progress(collect_skipped(library.captions.make(judge), skipped), quiet=as_json)
        state = library.captions.status()
    if as_json:
        say_json({**vars(state), "skipped": skipped})
    else:
        say_skipped(skipped)
        _say_status(state, False)


@captions.command("set")
@click.option(
    "--background/--no-background",
    default=None,
    help="Whether captions are written while folders are followed.",
)
@json_option
@click.pass_obj
def choose(library_folder: Path | None, background: bool | None, as_json: bool) -> None:
    """Choose whether captions are written in the background."""
    with Library(library_folder) as library:
        if background is not None:
            library.captions.choose(background)
        _say_status(library.captions.status(), as_json)


@captions.command("clear")
@json_option
@click.pass_obj
def clear(library_folder: Path | None, as_json: bool) -> None:
    """Delete all captions."""
    with Library(library_folder) as library:
        library.captions.clear()
    if as_json:
        say_json({"cleared": True})
    else:
        say("All captions were deleted.")
