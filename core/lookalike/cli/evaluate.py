"""The command ``evaluate``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from lookalike.cli.judge_options import checking_options, chosen, uncalibrated
from lookalike.cli.options import json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.evaluation.evaluate import Report, evaluate
from lookalike.evaluation.ground_truth import read_ground_truth
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.search.settings import SearchSettings


@click.command("evaluate")
@click.argument("ground_truth", type=click.Path(path_type=Path))
@click.option("--judge", default=NO_JUDGE, show_default=True, help="none, geometry, mllm, or a model's name.")
@checking_options
@click.option(
    "--fit",
    is_flag=True,
    help="Store the calibration fitted to these photos: probabilities, weights and the cut-off line. "
    "Searches with this judge and descriptor use it from then on.",
)
@click.option(
    "--descriptor", help="Describe the photos with this imported model instead of the embedded one."
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the index and all judgements in this folder, and reuse what is there.",
)
@json_option
def evaluate_command(
    ground_truth: Path,
    judge: str,
    mode: str | None,
    both_orders: bool | None,
    top: int | None,
    weight: float | None,
    fit: bool,
    descriptor: str | None,
    keep: Path | None,
    as_json: bool,
) -> int:
    """Measure retrieval on the data set of GROUND_TRUTH.json, in a temporary library."""
    truth = read_ground_truth(ground_truth)
    settings = chosen(SearchSettings(), mode, both_orders, top, weight)
    folder = keep or Path(tempfile.mkdtemp(prefix="lookalike-evaluate-"))
    try:
        if descriptor is not None:
            with Library(folder) as library:
                library.descriptor.choose(descriptor)
        with Library(folder) as library:
            name = library.judges.resolve(judge)
            report = run_with_progress(evaluate(truth, library, name, settings), quiet=as_json)
            kept = fit and report.fitted is not None
            if kept and report.fitted is not None:
                library.calibrations.put(report.fitted.calibration)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    failed = fit and not kept
    if as_json:
        say_json({**report.figures, "fit_kept": kept, "unfit": str(report.unfit) if report.unfit else None})
        return int(failed)
    for line in report.skipped:
        warn(f"  skipped {line}")
    _say_table(report.figures)
    _say_trust(report)
    if not (kept or report.figures["calibration"]["calibrated"]):
        warn(uncalibrated(name, settings, descriptor))
    if kept:
        say("stored: searches with this judge and descriptor use this calibration from now on")
    elif failed:
        warn(f"Nothing was stored: {report.unfit}")
    return int(failed)


def _say_table(figures: dict[str, Any]) -> None:
    names = ("mAP", "AP@k", "R@1", "R@10", "recall@100")
    say(f"{'':10}" + "".join(f"{name:>11}" for name in names))
    for label, row in {"all": figures, **figures["by_kind"]}.items():
        say(f"{label:10}" + "".join(f"{row[name]:11.3f}" for name in names))
    say(f"{figures['queries']} queries, {figures['photos']} photos, judge {figures['judge']}")
    say("seconds: " + ", ".join(f"{stage} {value:.1f}" for stage, value in figures["seconds"].items()))


def _say_trust(report: Report) -> None:
    """Print how far the probabilities can be trusted, and what a fit would gain."""
    figures = report.figures
    found, line, fit = figures["calibration"], figures["line"], figures["fit"]
    say(
        f"weight of the similarity {figures['weight']}, line at {figures['cut_off']:.3f}: "
        f"{line['precision']:.0%} of what is above it is right, {line['recall']:.0%} of what is right is above it"
    )
    say(
        f"expected calibration error {found['error']:.4f} over {found['pairs']} pairs"
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
