"""Steps of a whole measurement: all runs of one data set, each saved and gone on from."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lookalike.evaluation.alterations import ALTERATIONS
from lookalike.evaluation.curves import MeasuredRun, measured_run
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.sample import QuerySample
from lookalike.evaluation.evaluate import evaluate
from lookalike.evaluation.indexing import index_dataset
from lookalike.evaluation.peers import descriptor_run, file_name, peer_runs
from lookalike.evaluation.robustness import RobustnessFigure, ask_altered, is_altered, robustness_figures
from lookalike.evaluation.runs import read_head
from lookalike.evaluation.storage import storage_runs, token_runs
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.progress import Progress

INDEX_RUN = "index"

ALTERED = "altered-"
"""What the names of runs of altered queries begin with."""

STEPS = ("search", "storage", "peers", "robustness")


@dataclass(frozen=True)
class Measurement:
    """What is measured.

    Attributes:
        dataset: the data set.
        judges: names of judges, besides the index alone.
        descriptors: names of imported models that describe the photos for runs of their own.
        groups: groups whose queries are altered, one query of each; None for all queries.
        judged_groups: groups whose queries judges are asked, one query of each; None for all queries.
        steps: of `STEPS`.
    """

    dataset: Dataset
    judges: Sequence[str]
    descriptors: Sequence[str]
    groups: int | None
    judged_groups: int | None
    steps: Sequence[str] = STEPS


def measure_all(
    measurement: Measurement, library: Library, folder: Path
) -> Generator[Progress, None, tuple[str, ...]]:
    """Take all runs that a folder does not have yet.

    Returns:
        What was left out, one line each.

    Raises:
        LookalikeError: a judge cannot work, or a run cannot be saved.
    """
    dataset, steps = measurement.dataset, measurement.steps
    judges = (NO_JUDGE, *measurement.judges)
    lines: list[str] = []
    if "search" in steps:
        for judge in judges:
            asked = dataset
            if judge != NO_JUDGE and measurement.judged_groups is not None:
                asked = QuerySample(dataset, measurement.judged_groups)
            report = yield from evaluate(asked, library, judge, save=folder / f"{_name(judge)}.jsonl")
            lines += report.skipped
    indexed = yield from index_dataset(dataset, library)
    if "storage" in steps:
        lines += yield from storage_runs(indexed, folder)
        for judge in measurement.judges:
            if library.judges.stores_tokens(judge):
                lines += yield from token_runs(dataset, library, judge, folder)
    if "peers" in steps:
        lines += yield from peer_runs(indexed, folder)
        for name in measurement.descriptors:
            lines += yield from descriptor_run(dataset, name, folder)
    if "robustness" in steps:
        sample = QuerySample(dataset, measurement.groups)
        for judge in judges:
            path = folder / f"{ALTERED}{_name(judge)}.jsonl"
            lines += yield from ask_altered(sample, library, ALTERATIONS, path, judge)
    return tuple(dict.fromkeys(lines))


def _name(judge: str) -> str:
    """A file's name for a judge's run."""
    return INDEX_RUN if judge == NO_JUDGE else file_name(judge)


def runs_in(folder: Path) -> list[MeasuredRun]:
    """The saved runs of a folder that are not of altered queries, the index's first.

    Raises:
        LookalikeError: one is broken.
    """
    paths = [path for path in sorted(folder.glob("*.jsonl")) if not is_altered(path)]
    # details-50 before details-100.
    paths.sort(
        key=lambda path: (path.stem != INDEX_RUN, re.sub(r"\d+", lambda found: found[0].zfill(9), path.stem))
    )
    return [measured_run(path) for path in paths]


def altered_in(folder: Path) -> list[tuple[str, list[RobustnessFigure]]]:
    """The figures of a folder's runs of altered queries, by the judge that took part.

    Raises:
        LookalikeError: one is broken.
    """
    paths = [path for path in sorted(folder.glob("*.jsonl")) if is_altered(path)]
    return [(str(read_head(path).conditions["judge"]), robustness_figures(path)) for path in paths]
