"""The command ``evaluate``, and those below it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from lookalike.cli.evaluation_output import (
    interval_text,
    say_difference_head,
    say_differences,
    say_figures,
    say_moved,
)
from lookalike.cli.group import CommandWithSubcommands
from lookalike.cli.judge_options import checking_options, chosen, uncalibrated
from lookalike.cli.options import json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.durable import write_durably
from lookalike.errors import LookalikeError, os_errors
from lookalike.evaluation.comparison import MOVED, compare, most_moved, pair
from lookalike.evaluation.datasets.registry import OWN, measures_of, open_dataset
from lookalike.evaluation.evaluate import Report, evaluate, run_figures
from lookalike.evaluation.failure_gallery import WORST, failure_gallery
from lookalike.evaluation.measures import QueryMeasure
from lookalike.evaluation.runs import RunHead, read_answers, read_head
from lookalike.evaluation.statistics import SEED
from lookalike.evaluation.tally import Tally
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.search.settings import SearchSettings

slice_option = click.option(
    "--slice",
    "slices",
    multiple=True,
    metavar="NAME",
    help="Also show the figures for each value of this attribute of queries or of right answers, such as scale. "
    "May be given several times.",
)


@click.group("evaluate", cls=CommandWithSubcommands, invoke_without_command=True)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "set_name",
    default=OWN,
    show_default=True,
    metavar="NAME",
    help="Which data set PATH holds, as its authors lay it out: ilias, instre, roxford, rparis, gldv2, product1m, "
    "holidays, ukbench, copydays, disc21, customconcept101, dreambooth; own is a ground-truth file of our format.",
)
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
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the run to this file, for comparisons. Queries that are answered there already are not asked again.",
)
@slice_option
@json_option
def evaluate_command(
    path: Path,
    set_name: str,
    judge: str,
    mode: str | None,
    both_orders: bool | None,
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
    dataset = open_dataset(set_name, path)
    settings = chosen(SearchSettings(), mode, both_orders, top, weight)
    folder = keep or Path(tempfile.mkdtemp(prefix="lookalike-evaluate-"))
    try:
        if descriptor is not None:
            with Library(folder) as library:
                library.descriptor.choose(descriptor)
        with Library(folder) as library:
            name = library.judges.resolve(judge)
            work = evaluate(dataset, library, name, settings, slices, save)
            report = run_with_progress(work, quiet=as_json)
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
    _say_run(report.figures)
    _say_trust(report)
    if not (kept or report.figures["calibration"]["calibrated"]):
        warn(uncalibrated(name, settings, descriptor))
    if kept:
        say("stored: searches with this judge and descriptor use this calibration from now on")
    elif failed:
        warn(f"Nothing was stored: {report.unfit}")
    return int(failed)


@evaluate_command.command("show")
@click.argument("run", type=click.Path(path_type=Path))
@slice_option
@json_option
def show_command(run: Path, slices: tuple[str, ...], as_json: bool) -> None:
    """Show the figures of the saved run RUN again, in slices if wished."""
    head, tally = _read(run, slices)
    figures = {**run_figures(tally), "set": head.dataset, "photos": head.gallery, **head.conditions}
    if as_json:
        say_json(figures)
        return
    say_figures(figures)
    say(f"{figures['queries']} queries, {head.gallery} photos, judge {head.conditions['judge']}, {head.date}")


@evaluate_command.command("compare")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@slice_option
@click.option("--metric", help="By which figure queries are listed; the data set's first one otherwise.")
@click.option(
    "--moved",
    "count",
    type=click.IntRange(min=0),
    default=MOVED,
    show_default=True,
    help="How many of the queries that moved most are listed.",
)
@json_option
def compare_command(
    first: Path, second: Path, slices: tuple[str, ...], metric: str | None, count: int, as_json: bool
) -> None:
    """Compare the saved runs A and B of one data set: what differs, how surely, and in which queries."""
    (head, before), (other, after) = _read(first, slices), _read(second, slices)
    if head.dataset != other.dataset:
        raise LookalikeError(
            "The two runs are of different data sets, {first} and {second}.",
            "Choose two runs of the same data set.",
            first=head.dataset,
            second=other.dataset,
        )
    pairs = pair(before.rows, after.rows)
    measure = _measure(before, metric)
    moved = most_moved(pairs, measure, count)
    parts = {
        attribute: {
            name: compare(pair(rows, after.slices()[attribute][name]), before.measures)
            for name, rows in names.items()
            if name in after.slices()[attribute]
        }
        for attribute, names in before.slices().items()
    }
    found = compare(pairs, before.measures)
    alone = len(before.rows) - len(pairs), len(after.rows) - len(pairs)
    if as_json:
        say_json(
            {
                "set": head.dataset,
                "first": head,
                "second": other,
                "queries": len(pairs),
                "only_first": alone[0],
                "only_second": alone[1],
                "differences": found,
                "slices": parts,
                "moved": moved,
                "moved_by": measure.name,
                "seed": SEED,
            }
        )
        return
    for name in sorted({*head.conditions, *other.conditions}):
        values = head.conditions.get(name), other.conditions.get(name)
        if values[0] != values[1]:
            say(f"{name.replace('_', ' ')}: {values[0]} → {values[1]}")
    if any(alone):
        warn(f"Left out, as only one run has them: {alone[0]} queries of A and {alone[1]} of B.")
    say_difference_head()
    say_differences(found)
    for attribute, names in parts.items():
        if attribute != "kind" or len(names) > 1:
            for name, differences in names.items():
                say(f"{attribute} {name}")
                say_differences(differences, "  ")
    say_moved(moved, measure.name)


@evaluate_command.command("failures")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("page", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--metric", help="By which figure queries are worst; the data set's first one otherwise.")
@click.option(
    "--worst", "count", type=click.IntRange(min=1), default=WORST, show_default=True, help="How many queries."
)
@click.option(
    "--judge", default="geometry", show_default=True, help="Who explains; none for probabilities alone."
)
@json_option
def failures_command(
    run: Path, page: Path, metric: str | None, count: int, judge: str, as_json: bool
) -> None:
    """Write the worst queries of the saved run RUN to PAGE, one HTML file: what came first, and why."""
    _, tally = _read(run, ())
    measure = _measure(tally, metric)
    with (
        tempfile.TemporaryDirectory(prefix="lookalike-failures-") as folder,
        Library(Path(folder)) as library,
    ):
        looking = library.judges.get(library.judges.resolve(judge))
        text = run_with_progress(failure_gallery(run, measure, looking, count), quiet=as_json)
    with os_errors(f"{page} cannot be written", "Choose a file that can be."):
        write_durably(page, text.encode("utf-8", "backslashreplace"))
    if as_json:
        say_json({"page": page, "metric": measure.name})
    else:
        say(f"{page} has the worst queries by {measure.name}")


def _read(run: Path, slices: tuple[str, ...]) -> tuple[RunHead, Tally]:
    head = read_head(run)
    tally = Tally(measures_of(head.dataset), slices)
    for answer in read_answers(run):
        tally.add(answer)
    return head, tally


def _measure(tally: Tally, name: str | None) -> QueryMeasure:
    known = {one.name: one for one in tally.measures if isinstance(one, QueryMeasure)}
    if name is None:
        counted = [one for one in known.values() if any(one.name in row.values for row in tally.rows)]
        return (counted or list(known.values()))[0]
    if name not in known:
        raise LookalikeError(
            "This data set has no figure {name} of single queries.",
            "There is: {known}.",
            name=name,
            known=", ".join(known),
        )
    return known[name]


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
