"""The command ``evaluate robustness``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.evaluation_options import (
    evaluation_library,
    judge_option,
    library_options,
    metric_option,
    save_option,
    set_option,
)
from lookalike.cli.evaluation_output import interval_text
from lookalike.cli.judge_options import checking_options, chosen
from lookalike.cli.options import COUNT, PATH, TEXT, json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.search.settings import SearchSettings

if TYPE_CHECKING:
    from lookalike.evaluation.robustness import RobustnessFigure


@click.command("robustness")
@click.argument("path", type=PATH)
@set_option
@judge_option
@checking_options
@library_options
@save_option("The file that the answers are saved to; those that it has are not asked again.", required=True)
@click.option(
    "--alteration",
    "names",
    type=TEXT,
    multiple=True,
    metavar="NAME",
    help="Only this one: darker, brighter, blur, tiling, occlusion, scale, rotation. May be given several times.",
)
@click.option(
    "--groups",
    type=COUNT,
    help="Ask one query each of so many groups, spread over the data set; all queries otherwise.",
)
@metric_option
@json_option
def robustness_command(
    path: Path,
    set_name: str,
    judge: str,
    mode: str | None,
    both_orders: bool | None,
    alone: bool | None,
    pairs: int | None,
    top: int | None,
    weight: float | None,
    descriptor: str | None,
    keep: Path | None,
    save: Path,
    names: tuple[str, ...],
    groups: int | None,
    metric: str | None,
    as_json: bool,
) -> None:
    """Measure how retrieval holds against altered queries: light, blur, tiling, occlusion, scale, rotation.

    The queries of the data set PATH are altered in memory, each at graded strengths, and searched for. The figures are
    those of the descriptor by itself, of the index with the details' vote, and of the judge.
    """
    from lookalike.evaluation.alterations import ALTERATIONS, alteration_named
    from lookalike.evaluation.datasets.registry import open_dataset
    from lookalike.evaluation.datasets.sample import QuerySample
    from lookalike.evaluation.robustness import ask_altered, robustness_figures

    alterations = [alteration_named(name) for name in dict.fromkeys(names)] or list(ALTERATIONS)
    dataset = open_dataset(set_name, path)
    sample = QuerySample(dataset, groups)
    settings = chosen(SearchSettings(), mode, both_orders, alone, pairs, top, weight)
    with evaluation_library(keep, descriptor) as library:
        name = library.judges.resolve(judge)
        work = ask_altered(sample, library, alterations, save, name, settings)
        skipped = run_with_progress(work, quiet=as_json)
    figures = robustness_figures(save, metric)
    if as_json:
        say_json({"set": dataset.name, "judge": name, "skipped": skipped, "figures": figures})
        return
    for line in skipped:
        warn(f"  skipped {line}")
    say_robustness(figures)


def say_robustness(figures: Sequence[RobustnessFigure]) -> None:
    """Print the figures, and what changes against the queries as they are."""
    from lookalike.evaluation.statistics import LEVEL

    if figures:
        say(f"{figures[0].measure}, and its change against the queries as they are; {LEVEL:.0%} intervals")
        say(f"{'':14}{'':>6}  {'stage':10}{'':>7}  {'':17}{'change':>8}  {'':17} queries  groups")
    for one in figures:
        figure, change = one.figure, one.change
        changed = f"{'':8}  {'':17}"
        if change is not None:
            changed = f"{change.difference:+8.3f}  {interval_text(change.low, change.high):17}"
        strength = f"{one.strength:g}" if change is not None else ""
        say(
            f"{one.alteration:14}{strength:>6}  {one.stage:10}{figure.value:7.3f}  "
            f"{interval_text(figure.low, figure.high):17}{changed} {figure.queries:7} {figure.groups:7}"
        )
