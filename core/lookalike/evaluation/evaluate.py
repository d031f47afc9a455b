"""Evaluation: indexes a data set into a library of its own and measures its searches."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from lookalike.errors import LookalikeError
from lookalike.evaluation.calibrating import Fitted, calibrate
from lookalike.evaluation.ground_truth import GroundTruth
from lookalike.evaluation.outcome import Gallery, calibration_figures, figures_of, line_figures, score
from lookalike.evaluation.pairs import JudgedPairs
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.progress import Progress, ProgressMeter, Skipped, Stage, collect_skipped
from lookalike.search.calibration import NO_JUDGE_KEY
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking
from lookalike.search.settings import SearchSettings

UNJUDGED = 100
"""Candidates whose probabilities are measured where no judge says how many it is shown."""


@dataclass(frozen=True)
class Report:
    """The outcome of an evaluation.

    Attributes:
        figures: with the keys of ``lookalike evaluate --json``.
        skipped: what was skipped and why, one line each.
        fitted: the calibration fitted on these pairs; None if they do not suffice.
        unfit: why they do not, with the remedy.
        pairs: the first candidates of every query, with the judge's answers and what is right.
    """

    figures: dict[str, Any]
    skipped: tuple[str, ...]
    fitted: Fitted | None
    unfit: LookalikeError | None
    pairs: JudgedPairs


def evaluate(
    truth: GroundTruth,
    library: Library,
    judge: str = NO_JUDGE,
    settings: SearchSettings | None = None,
) -> Generator[Progress, None, Report]:
    """Index the gallery, run every query, and measure.

    The whole gallery is ranked; the judge goes through the first `top`. The query and its junk are dropped from a
    ranking before it is measured. Figures are averaged per group first, then over groups.

    The calibration error is that of the probabilities that the search went by, over the first `top` candidates, judged
    or not. The one "left out" is what a calibration fitted here has on groups that it was not fitted on.

    Args:
        truth: the data set.
        library: a library to index into; what is there already is not done again.
        judge: name of the judge, `NO_JUDGE` for the index alone.
        settings: how candidates are checked; the whole gallery is ranked whatever its limit.

    Returns:
        The figures and what they were taken from.

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
    for folder in [library.folders.add(path) for path in truth.gallery]:
        lines: list[Skipped] = []
        yield from collect_skipped(library.scan([folder]), lines)
        skipped.extend(f"{line.path}: {line.reason}" for line in lines)
    seconds["indexing"] = time.perf_counter() - started
    settings = replace(settings or SearchSettings(), limit=len(library))
    looking = library.judges.get(judge, settings.judge_options)
    ids = library.photos.ids_by_path()
    fusion = library.search.fusion(looking, settings.weight)
    top = settings.judged(looking) if looking is not None else settings.top or UNJUDGED
    gallery = Gallery(library, ids, looking, top, fusion.index)
    meter = ProgressMeter(Stage.SEARCHING, total=len(truth.queries), unit="queries")
    scored = []
    for query in truth.queries:
        if query.image in ids:
            outcome = _search(library, ids[query.image], judge, settings, seconds)
            skipped.extend(note for note in outcome.notes if note not in skipped)
            scored.append(score(gallery, query, outcome))
            meter.advance()
        else:
            meter.skip(str(query.image), "This query is not among the indexed photos.")
        yield meter.snapshot()
    yield meter.end()
    skipped.extend(f"{line.path}: {line.reason}" for line in meter.skipped)
    figures = figures_of(scored)
    kinds = sorted({entry.kind for entry in scored})
    figures["by_kind"] = {kind: figures_of(entry for entry in scored if entry.kind == kind) for kind in kinds}
    figures["queries"] = len(scored)
    figures["photos"] = len(set(ids.values()))
    figures["judge"] = judge
    figures["top"] = settings.judged(looking)
    figures["descriptor"] = library.status().descriptor
    figures["mode"] = settings.mode if library.judges.modes(judge) else None
    figures["both_orders"] = settings.both_orders if library.judges.modes(judge) else None
    figures["weight"], figures["cut_off"] = fusion.weight, round(fusion.cut_off, 4)
    figures["vote_weight"] = fusion.index_score.weight
    figures["line"] = line_figures(scored)
    figures["calibration"] = {"calibrated": fusion.calibrated, **calibration_figures(scored)}
    figures["seconds"] = {stage: round(value, 3) for stage, value in seconds.items()}
    pairs = JudgedPairs([entry.pairs for entry in scored])
    fitted, unfit = None, None
    try:
        key = NO_JUDGE_KEY if looking is None else looking.key
        index_score = library.search.fusion(None).index_score
        fitted = calibrate(pairs, figures["descriptor"], key, index_score)
        made = fitted.calibration
        figures["fit"] = {
            "mAP": round(fitted.precision, 4),
            "error": round(made.error, 4),
            "weight": made.weight,
            "vote_weight": made.index_score.weight,
            "cut_off": round(made.cut_off, 4),
            "informative": fitted.informative,
        }
    except LookalikeError as error:
        unfit, figures["fit"] = error, None
    return Report(figures, tuple(skipped), fitted, unfit, pairs)


def _search(
    library: Library, content_id: int, judge: str, settings: SearchSettings, seconds: dict[str, float]
) -> Ranking:
    started = time.perf_counter()
    stage = "index"
    for step in library.search.rankings(Query(content_id=content_id), settings, judge):
        ranking = step
        now = time.perf_counter()
        seconds[stage] += now - started
        started, stage = now, "judge"
    return ranking
