"""The command ``evaluate``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from lookalike.cli.folders import json_option
from lookalike.cli.output import say, say_json, shown, warn
from lookalike.evaluation.evaluate import Report, evaluate
from lookalike.evaluation.ground_truth import read_ground_truth
from lookalike.library import Library


@click.command("evaluate")
@click.argument("ground_truth", type=click.Path(path_type=Path))
@click.option("--judge", default="none", show_default=True, help="none, geometry, mllm, or a model's name.")
@click.option("--top", default=100, show_default=True, help="Candidates that the judge looks at.")
@json_option
def evaluate_command(ground_truth: Path, judge: str, top: int, as_json: bool) -> None:
    """Measure retrieval on a data set with GROUND_TRUTH.json, in a library of its own."""
    truth = read_ground_truth(ground_truth)
    folder = Path(tempfile.mkdtemp(prefix="lookalike-evaluate-"))
    try:
        with Library(folder) as library:
            name = library.first_model() if judge == "mllm" else judge
            (report,) = shown(evaluate(truth, library, name, top), quiet=as_json)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert isinstance(report, Report)
    if as_json:
        say_json(report.figures)
        return
    for line in report.skipped:
        warn(f"  skipped {line}")
    _say_table(report.figures)


def _say_table(figures: dict[str, Any]) -> None:
    names = ("mAP", "AP@k", "R@1", "R@10")
    say(f"{'':10}" + "".join(f"{name:>8}" for name in names))
    for label, row in {"all": figures, **figures["by_kind"]}.items():
        say(f"{label:10}" + "".join(f"{row[name]:8.3f}" for name in names))
    say(f"{figures['queries']} queries, {figures['photos']} photos, judge {figures['judge']}")
    say("seconds: " + ", ".join(f"{stage} {value:.1f}" for stage, value in figures["seconds"].items()))
