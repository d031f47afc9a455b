"""The command ``evaluate``, and those below it.

What they measure with is imported when they are run: it would take a tenth of every other command's start.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lookalike.cli.evaluation_figures import curves_command, figures_command, peers_command, storage_command
from lookalike.cli.evaluation_options import (
    evaluation_library,
    judge_option,
    library_options,
    save_option,
    set_option,
)
from lookalike.cli.evaluation_output import interval_text, say_figures
from lookalike.cli.evaluation_runs import (
    compare_command,
    failures_command,
    show_command,
    slice_option,
)
from lookalike.cli.group import CommandWithSubcommands
from lookalike.cli.judge_options import checking_options, chosen, uncalibrated
from lookalike.cli.options import PATH, json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.cli.robustness import robustness_command
from lookalike.search.settings import SearchSettings

if TYPE_CHECKING:
    from lookalike.evaluation.evaluate import Report


@click.group("evaluate", cls=CommandWithSubcommands, invoke_without_command=True)
@click.argument("path", type=PATH)
@set_option
@judge_option
@checking_options
@click.option(
    "--fit",
    is_flag=True,
    help="Store the calibration fitted to these photos: probabilities, weights and the cut-off line. "
    "Searches with this judge and descriptor use it from then on.",
)
@library_options
@save_option(
    "Save the run to this file, for comparisons. Queries that are answered there already are not asked again."
)
@slice_option
@json_option
def evaluate_command(
    path: Path,
    set_name: str,
    judge: str,
    mode: str | None,
    both_orders: bool | None,
    alone: bool | None,
    pairs: int | None,
    top: int | None,
    weight: float | None,
    fit: bool,
    descriptor: str | None,
    keep: Path | None,
    save: Path | None,
    slices: tuple[str, ...],
    as_json: bool,
) -> int:
    """Measure retrieval on a data set, in a temporary library.

    PATH is a GROUND_TRUTH.json, or with --set the folder of a public data set.
    """
    from lookalike.evaluation.datasets.registry import open_dataset
    from lookalike.evaluation.evaluate import evaluate

    dataset = open_dataset(set_name, path)
    settings = chosen(SearchSettings(), mode, both_orders, alone, pairs, top, weight)
    with evaluation_library(keep, descriptor) as library:
        name = library.judges.resolve(judge)
        work = evaluate(dataset, library, name, settings, slices, save)
        report = run_with_progress(work, quiet=as_json)
        kept = fit and report.fitted is not None
        if kept and report.fitted is not None:
            library.calibrations.keep(report.fitted.calibration)
    failed = fit and not kept
    if as_json:
        say_json({**report.figures, "fit_kept": kept, "unfit": str(report.unfit) if report.unfit else None})
        return int(failed)
    for line in report.skipped:
        warn(f"  skipped {line}")
    _say_run(report.figures)
    _say_trust(report)
    if not (kept or report.figures["calibration"]["calibrated"]):
        warn(uncalibrated(name, settings, descriptor))
    if kept:
        say("stored: searches with this judge and descriptor use this calibration from now on")
    elif failed:
        warn(f"Nothing was stored: {report.unfit}")
    return int(failed)


for command in (
    show_command,
    compare_command,
    failures_command,
    robustness_command,
    storage_command,
    peers_command,
    curves_command,
    figures_command,
):
    evaluate_command.add_command(command)


def _say_run(figures: dict[str, Any]) -> None:
    say_figures(figures)
    left = f" ({figures['left_out']} left out)" if figures["left_out"] else ""
    say(f"{figures['queries']} queries{left}, {figures['photos']} photos, judge {figures['judge']}")
    bootstrap = figures["bootstrap"]
    say(f"intervals by {bootstrap['resamples']} draws of groups, seed {bootstrap['seed']}")
    say("seconds: " + ", ".join(f"{stage} {value:.1f}" for stage, value in figures["seconds"].items()))


def _say_trust(report: Report) -> None:
    """Print how far the probabilities can be trusted, and what a fit would gain."""
    figures = report.figures
    found, line, fit = figures["calibration"], figures["line"], figures["fit"]
    precision, recall = (_between(line["intervals"][name]) for name in ("precision", "recall"))
    say(
        f"weight of the similarity {figures['weight']}, line at {figures['cut_off']:.3f}: "
        f"{line['precision']:.0%}{precision} of what is above it is right, "
        f"{line['recall']:.0%}{recall} of what is right is above it"
    )
    say(
        f"expected calibration error {found['error']:.4f}{_between(found['interval'])} over {found['pairs']} pairs"
        + ("" if found["calibrated"] else ", not calibrated")
    )
    for one in found["bins"]:
        say(f"  {one['pairs']:7} pairs  said {one['probability']:6.1%}  right {one['right']:6.1%}")
    if fit is not None:
        say(
            f"a fit to these pairs, on things left out of it: mAP {fit['mAP']:.3f}, expected calibration error "
            f"{fit['error']:.4f}; weight {fit['weight']}, line at {fit['cut_off']:.3f}"
        )
        if not fit["informative"]:
            say("  these answers hardly tell the same from similar: photos would be ordered by similarity")


def _between(interval: list[float] | None) -> str:
    return "" if interval is None else f" ({interval_text(*interval).strip()})"
