"""The command ``settings``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lookalike.cli.judge_options import checking_options, chosen
from lookalike.cli.options import json_option
from lookalike.cli.output import say, say_json
from lookalike.judges.kinds import judge_modes
from lookalike.judges.registry import names_a_judge
from lookalike.library import Library
from lookalike.search.cascade import PAIRS
from lookalike.search.settings import SearchSettings


@click.command("settings")
@checking_options
@click.option("--reset", is_flag=True, help="Go back to how searches are checked at first.")
@json_option
@click.pass_obj
def settings_command(
    library_folder: Path | None,
    mode: str | None,
    both_orders: bool | None,
    alone: bool | None,
    pairs: int | None,
    top: int | None,
    weight: float | None,
    reset: bool,
    as_json: bool,
) -> None:
    """Show how searches are checked in this library, or change it."""
    with Library(library_folder) as library:
        before = library.search.settings
        settings = chosen(SearchSettings() if reset else before, mode, both_orders, alone, pairs, top, weight)
        if settings != before:
            library.search.set_settings(settings)
        top = library.judges.top() if settings.top is None else settings.top
        together = names_a_judge(library.judges.behind()) and not settings.alone
    if as_json:
        names = ("mode", "both_orders", "alone", "pairs", "top", "weight")
        say_json({name: value for name, value in {**asdict(settings), "top": top}.items() if name in names})
        return
    say(f"mode         {settings.mode}  (there are: {', '.join(judge_modes())})")
    say(f"both orders  {'yes' if settings.both_orders else 'no'}")
    say(f"judges       {'together, the quick one first' if together else 'one alone'}")
    if together:
        say(
            f"pairs        {f'{PAIRS}  (as many as are worth it)' if settings.pairs is None else settings.pairs}"
        )
    say(f"top          {top}{'  (as the judge suggests)' if settings.top is None else ''}")
    say(f"weight       {'as calibrated' if settings.weight is None else settings.weight}")
