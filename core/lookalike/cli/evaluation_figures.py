"""The commands ``evaluate curves``, ``evaluate peers``, ``evaluate storage`` and ``evaluate figures``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.evaluation_options import evaluation_library, metric_option, set_option
from lookalike.cli.options import COUNT, PATH, TEXT, PathType, json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.durable import write_durably
from lookalike.errors import LookalikeError, Phrase, os_errors

if TYPE_CHECKING:
    from lookalike.evaluation.charts import Chart

PAGE = "page"
"""The step that every other one ends with."""

GROUPS = 40
"""Groups whose queries are altered for the page of figures."""


@click.command("curves")
@click.argument("page", type=PATH)
@click.argument("runs", type=PATH, nargs=-1, required=True)
@metric_option
@json_option
def curves_command(page: Path, runs: tuple[Path, ...], metric: str | None, as_json: bool) -> None:
    """Write the curves of the saved RUNS of one data set to PAGE, one HTML file with plots and tables.

    Quality against bytes a photo, against candidates judged and against processor time; recall of the index against
    the size of the collection; and the figures of altered queries.
    """
    from lookalike.evaluation.curves import charts_of, measured_run
    from lookalike.evaluation.robustness import is_altered, robustness_charts, robustness_figures

    altered = [run for run in runs if is_altered(run)]
    measured = [measured_run(run, metric) for run in runs if run not in altered]
    charts = charts_of(measured)
    for run in altered:
        charts += robustness_charts(robustness_figures(run, metric))
    names = {one.head.dataset for one in measured}
    if len(names) > 1:
        raise LookalikeError(
            "These runs are of different data sets: {names}.",
            "Choose runs of one data set.",
            names=", ".join(sorted(names)),
        )
    _write_curves(page, ", ".join(sorted(names)) or altered[0].stem, charts)
    if as_json:
        say_json({"page": page, "charts": charts})
    else:
        say(f"{page} has {len(charts)} curves")


@click.command("storage")
@click.argument("path", type=PATH)
@click.argument("folder", type=PathType(folder=True))
@set_option
@click.option(
    "--judge", type=TEXT, help="A multimodal model whose visual tokens are kept in each form as well."
)
@json_option
def storage_command(path: Path, folder: Path, set_name: str, judge: str | None, as_json: bool) -> None:
    """Measure what searches are worth with less of each photo: smaller descriptors, fewer details, smaller tokens.

    Writes a saved run for each way to store the photos of the data set PATH into FOLDER, beside the index. Run it
    again to go on after a stop.
    """
    _measure(path, folder, set_name, [judge] if judge else [], (), (None, None), ("storage",), as_json)


@click.command("peers")
@click.argument("path", type=PATH)
@click.argument("folder", type=PathType(folder=True))
@set_option
@click.option(
    "--descriptor",
    "descriptors",
    type=TEXT,
    multiple=True,
    metavar="NAME",
    help="Also search with this imported model, such as DINOv2 or SigLIP. May be given several times.",
)
@json_option
def peers_command(
    path: Path, folder: Path, set_name: str, descriptors: tuple[str, ...], as_json: bool
) -> None:
    """Ask others the same queries: FAISS's flat index, a plain loop, imagehash and czkawka, where installed.

    Writes a saved run of each over the data set PATH into FOLDER, beside the index. Run it again to go on after a stop.
    """
    _measure(path, folder, set_name, [], descriptors, (None, None), ("peers",), as_json)


@click.command("figures")
@click.argument("path", type=PATH)
@click.argument("folder", type=PathType(folder=True))
@set_option
@click.option(
    "--judge",
    "judges",
    type=TEXT,
    multiple=True,
    default=("geometry",),
    show_default=True,
    metavar="NAME",
    help="A judge besides the index alone. May be given several times.",
)
@click.option(
    "--descriptor",
    "descriptors",
    type=TEXT,
    multiple=True,
    metavar="NAME",
    help="Also search with this imported model. May be given several times.",
)
@click.option(
    "--groups",
    type=COUNT,
    default=GROUPS,
    show_default=True,
    help="Of how many groups a query is altered.",
)
@click.option(
    "--judged-groups",
    type=COUNT,
    help="Ask judges one query each of so many groups; all queries otherwise.",
)
@click.option(
    "--step",
    "steps",
    type=click.Choice(["search", "storage", "peers", "robustness", PAGE]),
    multiple=True,
    help="Only this step; the page is written of all runs that are there. May be given several times.",
)
@click.option("--page", type=PATH, help="Write the page to this file; FOLDER/figures.md otherwise.")
@json_option
def figures_command(
    path: Path,
    folder: Path,
    set_name: str,
    judges: tuple[str, ...],
    descriptors: tuple[str, ...],
    groups: int,
    judged_groups: int | None,
    steps: tuple[str, ...],
    page: Path | None,
    as_json: bool,
) -> None:
    """Measure everything on the data set PATH, and write one page of figures, with its curves beside it.

    Searches with and without judges, what is stored of a photo, peers, and altered queries. All runs are saved in
    FOLDER; run it again to go on after a stop.
    """
    from lookalike.evaluation.curves import charts_of
    from lookalike.evaluation.figure_steps import altered_in, runs_in
    from lookalike.evaluation.figures_page import figures_page
    from lookalike.evaluation.robustness import robustness_charts

    left_out: tuple[str, ...] = ()
    if set(steps) != {PAGE}:
        left_out = _measured(
            path, folder, set_name, judges, descriptors, (groups, judged_groups), steps, as_json
        )
    runs, altered = runs_in(folder), altered_in(folder)
    if not runs:
        raise LookalikeError("No run is there yet.", "Take the step search first.")
    charts = charts_of(runs)
    page = page or folder / "figures.md"
    options = "" if set_name == "own" else f" --set {set_name}"
    options += "".join(f" --judge {judge}" for judge in judges)
    options += f" --groups {groups}" + (f" --judged-groups {judged_groups}" if judged_groups else "")
    command = f"lookalike evaluate figures {path.name} {folder.name}{options}"
    with os_errors(Phrase("{page} cannot be written", page=page), "Choose a file that can be."):
        write_durably(page, figures_page(command, runs, charts, altered, left_out).encode())
    every = [*charts, *(chart for _, figures in altered for chart in robustness_charts(figures))]
    _write_curves(folder / "curves.html", runs[0].head.dataset, every)
    if as_json:
        say_json({"page": page, "curves": folder / "curves.html", "left_out": left_out})
    else:
        say(f"{page} has the figures, {folder / 'curves.html'} the curves")


def _measure(
    path: Path,
    folder: Path,
    set_name: str,
    judges: Sequence[str],
    descriptors: Sequence[str],
    groups: tuple[int | None, int | None],
    steps: Sequence[str],
    as_json: bool,
) -> None:
    """Take some steps, and tell what each run is worth."""
    from lookalike.evaluation.figure_steps import runs_in
    from lookalike.evaluation.figures_page import estimate_text

    left_out = _measured(path, folder, set_name, judges, descriptors, groups, steps, as_json)
    runs = runs_in(folder)
    if as_json:
        figures = {one.name: {"measure": one.measure.name, **vars(one.figure)} for one in runs}
        say_json({"folder": folder, "runs": figures, "left_out": left_out})
        return
    for one in runs:
        say(f"{one.name:22} {one.measure.name} {estimate_text(one.figure)}")


def _measured(
    path: Path,
    folder: Path,
    set_name: str,
    judges: Sequence[str],
    descriptors: Sequence[str],
    groups: tuple[int | None, int | None],
    steps: Sequence[str],
    as_json: bool,
) -> tuple[str, ...]:
    """Take some steps, all for none named; returns what was left out, which is told."""
    from lookalike.evaluation.datasets.registry import open_dataset
    from lookalike.evaluation.figure_steps import STEPS, Measurement, measure_all

    dataset = open_dataset(set_name, path)
    with evaluation_library(folder / "library", None) as library:
        names = [library.judges.resolve(judge) for judge in judges]
        wanted = Measurement(dataset, names, descriptors, *groups, steps or STEPS)
        left_out = run_with_progress(measure_all(wanted, library, folder), quiet=as_json)
    for line in left_out if not as_json else ():
        warn(f"  left out {line}")
    return left_out


def _write_curves(page: Path, name: str, charts: Sequence[Chart]) -> None:
    from lookalike.evaluation.curves_page import curves_page
    from lookalike.evaluation.figures_page import origin_lines

    text = curves_page(f"Curves: {name}", origin_lines(), charts)
    with os_errors(Phrase("{page} cannot be written", page=page), "Choose a file that can be."):
        write_durably(page, text.encode())
