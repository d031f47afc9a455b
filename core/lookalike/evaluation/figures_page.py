"""The page of figures: all that was measured on a data set, in Markdown, with date, commit, machine and seeds."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from lookalike import __version__
from lookalike.evaluation.charts import Chart, number_text, table
from lookalike.evaluation.curves import STORED, MeasuredRun, milliseconds_a_pair
from lookalike.evaluation.robustness import RobustnessFigure
from lookalike.evaluation.statistics import LEVEL, RESAMPLES, SEED, Estimate
from lookalike.judges.registry import NO_JUDGE


def origin_lines() -> list[str]:
    """When, by which version, on which machine and with which seeds figures were taken, one line each."""
    memory = psutil.virtual_memory().total / 2**30
    cores = (
        len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count()
    )
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, Lookalike {__version__}{_commit()}, Python {platform.python_version()}.",
        f"{_processor()}, {cores} cores, {memory:.0f} GB of memory, {platform.system()} {platform.machine()}.",
        f"Intervals: {LEVEL:.0%}, {RESAMPLES} draws of groups, seed {SEED}.",
    ]


def _commit() -> str:
    """The commit of the checkout that runs; empty for an installed package."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=10", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return f", commit {found.stdout.strip()}" if found.returncode == 0 else ""


def _processor() -> str:
    """The name of the processor; Linux alone keeps it in a file."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def figures_page(
    command: str,
    runs: Sequence[MeasuredRun],
    charts: Sequence[Chart],
    robustness: Sequence[tuple[str, Sequence[RobustnessFigure]]],
    notes: Sequence[str] = (),
) -> str:
    """The page, Markdown.

    Args:
        command: the command line that makes it.
        runs: what was measured.
        charts: their tables are on the page.
        robustness: the figures of altered queries, by judge.
        notes: what was left out, one line each.
    """
    head = runs[0].head
    parts = [
        "# Figures",
        f"Written by `{command}`; not by hand.",
        "\n".join(f"* {line}" for line in origin_lines()),
        f"Data set `{head.dataset}`: {head.gallery:,} photos, {runs[0].figure.queries} queries in "
        f"{runs[0].figure.groups} groups. The figure is {runs[0].measure.name}. Processor time is that of all cores "
        "together.",
        "## Searches",
        _searches(runs),
    ]
    for chart in charts:
        parts += [f"## {chart.title}", chart.note, _table(table(chart))]
    for judge, figures in robustness:
        who = "the index alone" if judge == NO_JUDGE else judge
        parts += [f"## Altered queries ({who})", *_robustness(figures)]
    if notes:
        parts += ["## Left out", "\n".join(f"* {note}" for note in notes)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _searches(runs: Sequence[MeasuredRun]) -> str:
    """Every run: what it is worth, what it takes of time, and what it stores."""
    rows = [
        [
            "",
            "figure",
            "queries",
            "processor ms a query",
            "ms by the clock",
            "processor ms to prepare a photo",
            "bytes a photo",
        ]
    ]
    for run in runs:
        costs = [one.cost for one in run.answers if one.cost is not None]
        judged = milliseconds_a_pair(run)
        used = _mean([cost.index for cost in costs])
        spent = used if judged is None else f"{used} + {number_text(judged)} a candidate"
        clock = _mean([cost.index_clock for cost in costs])
        if run.search.startswith(STORED):
            # They are measured by comparing with all photos, which is not how a search goes.
            spent = clock = ""
        prepared, size = run.head.facts.get("preparing"), run.bytes()
        rows.append(
            [
                f"`{run.name}`",
                estimate_text(run.figure),
                str(run.figure.queries),
                spent,
                clock,
                "" if prepared is None else number_text(prepared),
                "" if size is None else number_text(size),
            ]
        )
    return _table(rows)


def _robustness(figures: Sequence[RobustnessFigure]) -> list[str]:
    stages = list(dict.fromkeys(one.stage for one in figures))
    cells: dict[tuple[str, float], dict[str, str]] = {}
    for one in figures:
        text = estimate_text(one.figure)
        if one.change is not None:
            text += f", {one.change.difference:+.3f}"
        cells.setdefault((one.alteration, one.strength), {})[one.stage] = text
    rows = [["alteration", "strength", *stages]]
    rows += [
        [name, f"{strength:g}" if strength else "", *(found.get(stage, "") for stage in stages)]
        for (name, strength), found in cells.items()
    ]
    asked = figures[0].figure if figures else None
    lead = (
        ""
        if asked is None
        else f"{figures[0].measure} of {asked.queries} queries, and the change to the unaltered."
    )
    return [lead, _table(rows)]


def estimate_text(figure: Estimate) -> str:
    """A figure with its interval: 0.854 [.793, .895]."""
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    low, high = (f"{end:.3f}".removeprefix("0") for end in (figure.low, figure.high))
    return f"{figure.value:.3f} [{low}, {high}]"


def _mean(values: Sequence[float]) -> str:
    return number_text(round(sum(values) / len(values), 2)) if values else ""


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join([f"| {head} |", "|" + "-|" * len(rows[0]), *(f"| {row} |" for row in rest)])
