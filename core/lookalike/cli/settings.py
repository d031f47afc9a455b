"""The command ``settings``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lookalike.cli.judge_options import checking_options, chosen
from lookalike.cli.options import json_option
from lookalike.cli.output import say, say_json
from lookalike.judges.kinds import judge_modes
from lookalike.library import Library
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
    top: int | None,
    weight: float | None,
    reset: bool,
    as_json: bool,
) -> None:
    """Show how searches are checked in this library, or change it."""
    with Library(library_folder) as library:
        before = library.search.settings
        settings = chosen(SearchSettings() if reset else before, mode, both_orders, top, weight)
        if settings != before:
            library.search.set_settings(settings)
        top = library.judges.top() if settings.top is None else settings.top
    if as_json:
        names = ("mode", "both_orders", "top", "weight")
        say_json({name: value for name, value in {**asdict(settings), "top": top}.items() if name in names})
        return
    say(f"mode         {settings.mode}  (there are: {', '.join(judge_modes())})")
    say(f"both orders  {'yes' if settings.both_orders else 'no'}")
    say(f"top          {top}{'  (as the judge suggests)' if settings.top is None else ''}")
    say(f"weight       {'as calibrated' if settings.weight is None else settings.weight}")
