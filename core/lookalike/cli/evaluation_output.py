"""Tables of evaluations: figures with their intervals, slices, and differences between runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lookalike.cli.output import say

if TYPE_CHECKING:
    from lookalike.evaluation.comparison import Difference, Moved

WIDTH = 22


def interval_text(low: float | None, high: float | None) -> str:
    """An interval for people; a dash where there is none."""
    return "      –" if low is None or high is None else f"{low:7.3f} to {high:.3f}"


def say_figures(figures: Mapping[str, Any]) -> None:
    """Print the figures of a run, and each kind and slice beside them.

    Args:
        figures: as `run_figures` gives them.
    """
    from lookalike.evaluation.statistics import LEVEL

    say(f"{'':{WIDTH}}{'':>7}   {LEVEL:.0%} interval   queries  groups")
    for name, figure in figures["figures"].items():
        _say_row(name, figure)
    for attribute, parts in figures["slices"].items():
        if attribute == "kind" and len(parts) < 2:
            continue
        for name, part in parts.items():
            say(f"{attribute} {name}")
            for key, figure in part.items():
                _say_row(f"  {key}", figure)


def _say_row(name: str, figure: Mapping[str, Any]) -> None:
    interval = interval_text(figure["low"], figure["high"])
    say(f"{name:{WIDTH}}{figure['value']:7.3f}  {interval:17}{figure['queries']:8}{figure['groups']:8}")


def say_differences(differences: Mapping[str, Difference], indent: str = "") -> None:
    """Print what differs between two runs."""
    for name, one in differences.items():
        share = "" if one.reversed is None else f"  {one.reversed:6.1%}"
        interval = (
            f"{'':7}–" if one.low is None or one.high is None else f"{one.low:+7.3f} to {one.high:+.3f}"
        )
        say(
            f"{indent + name:{WIDTH}}{one.first:7.3f}{one.second:8.3f}{one.difference:+9.3f}  {interval:18}"
            f"{share:8}{one.queries:8}{one.groups:8}"
        )


def say_difference_head() -> None:
    """Print the head of a table of differences."""
    from lookalike.evaluation.statistics import LEVEL

    say(f"{'':{WIDTH}}{'A':>7}{'B':>8}{'B − A':>9}   {LEVEL:.0%} interval   {'not so':>8} queries  groups")


def say_moved(moved: Sequence[Moved], measure: str) -> None:
    """Print the queries that moved most."""
    if not moved:
        say(f"no query has another {measure}")
        return
    say(f"moved most, by {measure}:")
    for one in moved:
        say(f"  {one.first:.3f} → {one.second:.3f}  {one.query}  ({one.group})")
