"""Indexes a data set into a library of its own and measures what searches in it bring."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.errors import LookalikeError
from lookalike.evaluation.ground_truth import GroundTruth, GroundTruthQuery
from lookalike.evaluation.metrics import (
    average_precision,
    average_precision_at,
    mean_by_group,
    recall_at,
)
from lookalike.library import NO_JUDGE, Library
from lookalike.progress import Progress, ProgressMeter
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking
from lookalike.search.searcher import SearchSettings

AP_DEPTH = 1000
"""k of AP@k, as in arXiv 2604.13268."""


@dataclass(frozen=True)
class Report:
    """Figures of one evaluation; `figures` has the keys of ``lookalike evaluate --json``."""

    figures: dict[str, Any]
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class _Scored:
    group: str
    kind: str
    figures: dict[str, float]


def evaluate(
    truth: GroundTruth, library: Library, judge: str = NO_JUDGE, top: int = 100
) -> Generator[Progress | Report, None, None]:
    """Index the gallery, run every query, and measure.

    The whole gallery is ranked; the judge goes through the first `top`. The query and its junk are dropped from a
    ranking before it is measured. Figures are averaged per group first, then over groups.

    Args:
        truth: the data set.
        library: an empty library to index into.
        judge: name of the judge, "none" for the index alone.
        top: candidates the judge looks at.

    Yields:
        Progress, and at the end one Report.

    Raises:
        LookalikeError: the data set has no gallery, or the judge cannot work.
    """
    if not truth.gallery:
        raise LookalikeError(
            "This data set has no photos.", "They belong in images/ and distractors/ beside it."
        )
    seconds: dict[str, float] = defaultdict(float)
    started = time.perf_counter()
    skipped: list[str] = []
    for folder in [library.add_folder(path) for path in truth.gallery]:
        for progress in library.scan([folder]):
            yield progress
        skipped.extend(f"{line.path}: {line.reason}" for line in progress.skipped)
    seconds["indexing"] = time.perf_counter() - started
    library.judge(judge)
    ids = content_ids(library)
    meter = ProgressMeter("searching", total=len(truth.queries), unit="queries")
    scored = []
    for query in truth.queries:
        if query.image in ids:
            outcome = _search(library, ids[query.image], judge, top, seconds)
            skipped.extend(note for note in outcome.notes if note not in skipped)
            scored.append(_score(query, outcome, ids))
            meter.advance()
        else:
            meter.skip(str(query.image), "This query is not among the indexed photos.")
        yield meter.snapshot()
    skipped.extend(f"{line.path}: {line.reason}" for line in meter.skipped)
    figures = _figures(scored)
    kinds = sorted({entry.kind for entry in scored})
    figures["by_kind"] = {kind: _figures(entry for entry in scored if entry.kind == kind) for kind in kinds}
    figures["queries"] = len(scored)
    figures["photos"] = len(set(ids.values()))
    figures["judge"] = judge
    figures["top"] = top if judge != NO_JUDGE else 0
    figures["descriptor"] = library.status().descriptor
    figures["seconds"] = {stage: round(value, 3) for stage, value in seconds.items()}
    yield Report(figures, tuple(skipped))


def content_ids(library: Library) -> dict[Path, int]:
    """The content at every place of a library."""
    found: dict[Path, int] = {}
    for folder in library.folders():
        for path, row in library.catalog.files.known(os.fsencode(folder.path)).items():
            if row.content_id is not None:
                found[Path(os.fsdecode(path))] = row.content_id
    return found


def _search(library: Library, content_id: int, judge: str, top: int, seconds: dict[str, float]) -> Ranking:
    started = time.perf_counter()
    stage = "index"
    settings = SearchSettings(top=top, limit=len(library))
    for step in library.search(Query(content_id=content_id), settings, judge):
        ranking = step
        now = time.perf_counter()
        seconds[stage] += now - started
        started, stage = now, "judge"
    return ranking


def _score(query: GroundTruthQuery, ranking: Ranking, ids: dict[Path, int]) -> _Scored:
    own = ids[query.image]
    positives = {ids[path] if path in ids else -1 - n for n, path in enumerate(sorted(query.positives))} - {
        own
    }
    junk = {ids[path] for path in query.junk if path in ids} - positives
    order = [result.content_id for result in ranking.results if result.content_id not in junk]
    figures = {
        "mAP": average_precision(order, positives),
        "AP@k": average_precision_at(AP_DEPTH, order, positives),
        "R@1": recall_at(1, order, positives),
        "R@10": recall_at(10, order, positives),
    }
    return _Scored(query.group, query.kind, figures)


def _figures(scored: Iterable[_Scored]) -> dict[str, Any]:
    entries = list(scored)
    return {
        name: round(mean_by_group((entry.group, entry.figures[name]) for entry in entries), 4)
        for name in ("mAP", "AP@k", "R@1", "R@10")
    }
