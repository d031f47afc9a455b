"""Judge options: how candidates are checked, for ``search``, ``evaluate`` and ``settings`` alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from lookalike.cli.options import MOST, NumberType
from lookalike.judges.kinds import judge_modes
from lookalike.judges.protocol import DEFAULT_MODE
from lookalike.judges.registry import names_a_judge
from lookalike.search.settings import SearchSettings

F = TypeVar("F", bound=Callable[..., Any])


def checking_options(command: F) -> F:
    """Add the options ``mode``, ``both_orders``, ``alone``, ``pairs``, ``top`` and ``weight``; None where not given."""
    options = (
        click.option(
            "--mode",
            type=click.Choice(judge_modes()),
            help="What a multimodal model is asked: the same thing (object), place (landmark), work of art (artwork), "
            "or another version of the same shot (edit).",
        ),
        click.option(
            "--both-orders/--one-order",
            default=None,
            help="Ask a multimodal model twice, with the photos in both orders. More than twice the work.",
        ),
        click.option(
            "--alone/--together",
            default=None,
            help="Have a multimodal model check all candidates by itself, which is slow; or together with geometry, "
            "and only where it can change what you see.",
        ),
        click.option(
            "--pairs",
            type=click.IntRange(0, MOST),
            help="How many candidates a multimodal model is asked about at most when judges work together.",
        ),
        click.option("--top", type=click.IntRange(0, MOST), help="How many candidates are checked."),
        click.option(
            "--weight",
            "--lambda",
            "weight",
            type=NumberType(0, 1),
            help="Share of the index's score in the score, 0 to 1; the rest is the check's.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def chosen(
    settings: SearchSettings,
    mode: str | None,
    both_orders: bool | None,
    alone: bool | None,
    pairs: int | None,
    top: int | None,
    weight: float | None,
) -> SearchSettings:
    """The settings, replaced by what was given on the command line."""
    given: dict[str, Any] = {
        "mode": mode,
        "both_orders": both_orders,
        "alone": alone,
        "pairs": pairs,
        "top": top,
        "weight": weight,
    }
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def uncalibrated(judge: str, settings: SearchSettings, descriptor: str | None) -> str:
    """One line for people: the search's probabilities and its cut-off line are a guess, and the remedy.

    Args:
        judge: name of the judge that searched.
        settings: what it was asked.
        descriptor: name of the imported model that describes the photos, if any.
    """
    who, asked = "The similarity of photos", ""
    if names_a_judge(judge):
        who = f"What {judge} says"
        asked = "" if settings.mode == DEFAULT_MODE else f" --mode {settings.mode}"
        asked += " --both-orders" if settings.both_orders else ""
        asked += " --alone" if settings.alone else ""
    described = f" --descriptor {descriptor}" if descriptor else ""
    return (
        f"{who} is not calibrated yet: the line is a guess. "
        f"`lookalike evaluate GROUND_TRUTH.json --judge {judge}{asked}{described} --fit` calibrates it."
    )
