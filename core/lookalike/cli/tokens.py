"""The commands ``tokens …``."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import click

from lookalike.cli.options import TEXT, json_option
from lookalike.cli.output import duration, run_with_progress, say, say_json, say_skipped, warn
from lookalike.judges.token_store.budget import BUDGETS
from lookalike.library import Library
from lookalike.library.token_preparation import TokenStatus
from lookalike.progress import Progress, Skipped

judge_option = click.option(
    "--judge", type=TEXT, help="The model whose tokens are meant; by default the judge in use."
)
SIZES = {"MB": 10**6, "GB": 10**9}
LARGEST = 10**18
"""Bytes; no disk holds more."""


@click.group()
def tokens() -> None:
    """Manage visual tokens: what a multimodal model saw in each photo, stored so that it reads each photo only once."""


@tokens.command("status")
@judge_option
@json_option
@click.pass_obj
def status(library_folder: Path | None, judge: str | None, as_json: bool) -> None:
    """Show how many photos are prepared, and how much space that takes."""
    with Library(library_folder) as library:
        _say_status(library.tokens.status(judge), as_json)


def _say_status(state: TokenStatus, as_json: bool) -> None:
    left = max(0, state.photos - state.done)
    seconds = None if state.seconds_per_photo is None else left * state.seconds_per_photo
    if as_json:
        say_json({**vars(state), "seconds_left": seconds})
        return
    say(f"model       {state.judge}")
    took = f", {duration(seconds)} for the others" if left and seconds is not None else ""
    say(f"prepared    {state.done} of {state.photos} photos{took}")
    if state.bytes_per_photo is not None:
        say(f"size        {state.bytes_per_photo / 1e3:.1f} kB a photo, {state.bytes / 1e6:.1f} MB in all")
    say(f"on disk     {state.disk / 1e6:.1f} MB for all models, at most {state.limit / 1e6:.0f} MB")
    hint = "; `lookalike tokens compress` does that" if state.compressible else ""
    waiting = f", {state.uncompressed} photos not yet{hint}" if state.uncompressed else ""
    say(f"kept as     {state.compression}{waiting}")
    if state.budget:
        say(f"budget      {state.budget}, at most {state.tokens_per_photo} tokens a photo{_offer(state)}")
    say(f"when idle   {'the window prepares the others' if state.ahead else 'nothing is prepared'}")
    for line in state.news:
        warn(line)


def _offer(state: TokenStatus) -> str:
    better = state.suggested_budget
    if not better or list(BUDGETS).index(better) <= list(BUDGETS).index(state.budget):
        return ""
    return f"; this computer is quick enough for {better} (`lookalike tokens set --budget {better}`)"


@tokens.command("make")
@judge_option
@json_option
@click.pass_obj
def make(library_folder: Path | None, judge: str | None, as_json: bool) -> None:
    """Prepare all photos now. After Ctrl-C, the same command continues where it stopped."""
    _run(library_folder, judge, as_json, lambda library: library.tokens.make(judge))


@tokens.command("compress")
@judge_option
@json_option
@click.pass_obj
def compress(library_folder: Path | None, judge: str | None, as_json: bool) -> None:
    """Compress the stored tokens, without reading the photos again."""
    _run(library_folder, judge, as_json, lambda library: library.tokens.compress(judge))


def _run(
    library_folder: Path | None,
    judge: str | None,
    as_json: bool,
    work: Callable[[Library], Generator[Progress, None, None]],
) -> None:
    skipped: dict[str, Skipped] = {}

    def collecting(library: Library) -> Generator[Progress, None, None]:
        for progress in work(library):
            skipped.update({line.path: line for line in progress.skipped})
            yield progress

    with Library(library_folder) as library:
        run_with_progress(collecting(library), quiet=as_json)
        state = library.tokens.status(judge)
    if as_json:
        say_json({**vars(state), "skipped": list(skipped.values())})
    else:
        say_skipped(skipped.values())
        _say_status(state, False)


@tokens.command("clear")
@json_option
@click.pass_obj
def clear(library_folder: Path | None, as_json: bool) -> None:
    """Delete the tokens of all models; they are made again when needed."""
    with Library(library_folder) as library:
        library.tokens.clear()
    if as_json:
        say_json({"cleared": True})
    else:
        say("All visual tokens were deleted.")


def read_size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Bytes of a size as people write it, "500MB"; a callback of click."""
    if value is None:
        return None
    try:
        size = float(value[:-2]) * SIZES[value[-2:].upper()]
    except (ValueError, KeyError):
        size = math.nan
    # Not a number is in no range.
    if not 0 <= size <= LARGEST:
        raise click.BadParameter("give a size such as 500MB or 4GB")
    return int(size)


@tokens.command("set")
@click.option(
    "--compression",
    type=TEXT,
    help="pq8 (a byte for 8 numbers), pq16 (smaller), or fp16 (all of it); pool+ or drop+ before it makes one "
    "token of four.",
)
@click.option(
    "--budget",
    type=click.Choice(list(BUDGETS)),
    help="How many visual tokens a photo becomes, for models that let one choose: 128, 256 or 576. More show finer "
    "detail and take longer.",
)
@click.option("--limit", callback=read_size, help="The disk space that all tokens may take, for example 4GB.")
@click.option(
    "--ahead/--no-ahead", default=None, help="Whether the window prepares photos while the computer is idle."
)
@json_option
@click.pass_obj
def choose(
    library_folder: Path | None,
    compression: str | None,
    budget: str | None,
    limit: int | None,
    ahead: bool | None,
    as_json: bool,
) -> None:
    """Choose how tokens are stored."""
    with Library(library_folder) as library:
        library.tokens.choose(compression=compression, limit_bytes=limit, ahead=ahead, budget=budget)
        state: dict[str, Any] = {
            "compression": str(library.tokens.store.compression),
            "budget": library.tokens.store.budget,
            "limit": library.tokens.store.limit_bytes,
            "ahead": library.tokens.ahead,
        }
    if as_json:
        say_json(state)
    else:
        idle = "photos are prepared" if state["ahead"] else "nothing is prepared"
        say(f"Kept as {state['compression']}, at most {state['limit'] / 1e6:.0f} MB; {idle} when idle.")
        say(
            f"Budget: {state['budget']}, at most {BUDGETS[state['budget']]} tokens a photo where a model has a choice."
        )
