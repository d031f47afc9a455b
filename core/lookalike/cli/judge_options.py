"""How candidates are checked: the options that ``search``, ``evaluate`` and ``settings`` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from lookalike.cli.options import json_option
from lookalike.cli.output import say, say_json
from lookalike.judges.mllm.prompts import prompt_modes
from lookalike.judges.protocol import DEFAULT_MODE
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.search.searcher import SearchSettings

F = TypeVar("F", bound=Callable[..., Any])


def checking_options(command: F) -> F:
    """Add the options ``mode``, ``both_orders``, ``top`` and ``weight`` to a command; None where not given."""
    options = (
        click.option(
            "--mode",
            type=click.Choice(prompt_modes()),
            help="What a multimodal model is asked: the same thing (object), place (landmark), work of art (artwork), "
            "or another version of the same shot (edit).",
        ),
        click.option(
            "--both-orders/--one-order",
            default=None,
            help="Ask a multimodal model twice, with the photos in both orders. More than twice the work.",
        ),
        click.option("--top", type=click.IntRange(min=0), help="How many candidates are checked."),
        click.option(
            "--weight",
            "--lambda",
            "weight",
            type=click.FloatRange(0, 1),
            help="Share of the similarity in the score, 0 to 1; the rest is the check's.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def chosen(
    settings: SearchSettings,
    mode: str | None,
    both_orders: bool | None,
    top: int | None,
    weight: float | None,
) -> SearchSettings:
    """The settings with what was given on the command line in their place."""
    given: dict[str, Any] = {"mode": mode, "both_orders": both_orders, "top": top, "weight": weight}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def uncalibrated(judge: str, settings: SearchSettings, descriptor: str | None) -> str:
    """One line for people: the search's probabilities and its line are a guess, and the remedy.

    Args:
        judge: name of the judge that searched.
        settings: what it was asked.
        descriptor: name of the imported model that describes the photos, if any.
    """
    who, asked = "The similarity of photos", ""
    if judge != NO_JUDGE:
        who = f"What {judge} says"
        asked = "" if settings.mode == DEFAULT_MODE else f" --mode {settings.mode}"
        asked += " --both-orders" if settings.both_orders else ""
    described = f" --descriptor {descriptor}" if descriptor else ""
    return (
        f"{who} is not calibrated yet: the line is a guess. "
        f"`lookalike evaluate GROUND_TRUTH.json --judge {judge}{asked}{described} --fit` calibrates it."
    )


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
    if as_json:
        names = ("mode", "both_orders", "top", "weight")
        say_json({name: value for name, value in asdict(settings).items() if name in names})
        return
    say(f"mode         {settings.mode}  (there are: {', '.join(prompt_modes())})")
    say(f"both orders  {'yes' if settings.both_orders else 'no'}")
    say(f"top          {settings.top}")
    say(f"weight       {'as calibrated' if settings.weight is None else settings.weight}")
