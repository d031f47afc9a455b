"""The commands below ``evaluate`` that read saved runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from lookalike.cli.evaluation_output import say_difference_head, say_differences, say_figures, say_moved
from lookalike.cli.options import COUNT, MOST, PATH, TEXT, json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.durable import write_durably
from lookalike.errors import LookalikeError, Phrase, os_errors
from lookalike.library import Library

MOVED, WORST = 10, 20
"""Queries that are shown by default."""

slice_option = click.option(
    "--slice",
    "slices",
    type=TEXT,
    multiple=True,
    metavar="NAME",
    help="Also show the figures for each value of this attribute of queries or of right answers, such as scale. "
    "May be given several times.",
)


@click.command("show")
@click.argument("run", type=PATH)
@slice_option
@json_option
def show_command(run: Path, slices: tuple[str, ...], as_json: bool) -> None:
    """Show the figures of the saved run RUN again, in slices if wished."""
    from lookalike.evaluation.evaluate import run_figures
    from lookalike.evaluation.tally import read_tally

    head, tally = read_tally(run, slices)
    figures = {**run_figures(tally), "set": head.dataset, "photos": head.gallery, **head.conditions}
    if as_json:
        say_json(figures)
        return
    say_figures(figures)
    say(f"{figures['queries']} queries, {head.gallery} photos, judge {head.conditions['judge']}, {head.date}")


@click.command("compare")
@click.argument("first", metavar="A", type=PATH)
@click.argument("second", metavar="B", type=PATH)
@slice_option
@click.option(
    "--metric", type=TEXT, help="By which figure queries are listed; the data set's first one otherwise."
)
@click.option(
    "--moved",
    "count",
    type=click.IntRange(0, MOST),
    default=MOVED,
    show_default=True,
    help="How many of the queries that moved most are listed.",
)
@json_option
def compare_command(
    first: Path, second: Path, slices: tuple[str, ...], metric: str | None, count: int, as_json: bool
) -> None:
    """Compare the saved runs A and B of one data set: what differs, how surely, and in which queries."""
    from lookalike.evaluation.comparison import compare, most_moved, pair
    from lookalike.evaluation.statistics import SEED
    from lookalike.evaluation.tally import query_measure, read_tally

    (head, before), (other, after) = read_tally(first, slices), read_tally(second, slices)
    if head.dataset != other.dataset:
        raise LookalikeError(
            "The two runs are of different data sets, {first} and {second}.",
            "Choose two runs of the same data set.",
            first=head.dataset,
            second=other.dataset,
        )
    pairs = pair(before.rows, after.rows)
    if not pairs:
        raise LookalikeError("The two runs have no query in common.", "Choose two runs of the same data set.")
    measure = query_measure(before, metric)
    moved = most_moved(pairs, measure, count)
    others = after.slices()
    parts = {
        attribute: {
            name: compare(pair(rows, others[attribute][name]), before.measures)
            for name, rows in names.items()
            if name in others[attribute]
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


@click.command("failures")
@click.argument("run", type=PATH)
@click.argument("page", type=PATH)
@click.option(
    "--metric", type=TEXT, help="By which figure queries are worst; the data set's first one otherwise."
)
@click.option("--worst", "count", type=COUNT, default=WORST, show_default=True, help="How many queries.")
@click.option(
    "--judge",
    type=TEXT,
    default="geometry",
    show_default=True,
    help="Who explains; none for probabilities alone.",
)
@json_option
def failures_command(
    run: Path, page: Path, metric: str | None, count: int, judge: str, as_json: bool
) -> None:
    """Write the worst queries of the saved run RUN to PAGE, one HTML file: what came first, and why."""
    from lookalike.evaluation.failure_gallery import failure_gallery
    from lookalike.evaluation.tally import query_measure, read_tally

    _, tally = read_tally(run)
    measure = query_measure(tally, metric)
    with (
        tempfile.TemporaryDirectory(prefix="lookalike-failures-") as folder,
        Library(Path(folder)) as library,
    ):
        looking = library.judges.get(library.judges.resolve(judge))
        text = run_with_progress(failure_gallery(run, measure, looking, count), quiet=as_json)
    with os_errors(Phrase("{page} cannot be written", page=page), "Choose a file that can be."):
        write_durably(page, text.encode("utf-8", "backslashreplace"))
    if as_json:
        say_json({"page": page, "metric": measure.name})
    else:
        say(f"{page} has the worst queries by {measure.name}")
