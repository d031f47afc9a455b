"""Evaluation: indexes a data set into a library of its own and measures its searches."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lookalike import __version__
from lookalike.errors import LookalikeError
from lookalike.evaluation.answering import GalleryPhotos
from lookalike.evaluation.calibrating import Fitted, calibrate
from lookalike.evaluation.dataset_searcher import DatasetSearcher
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.encoding import decode
from lookalike.evaluation.intervals import Interval, calibration_interval, line_intervals
from lookalike.evaluation.outcome import Outcome, calibration_figures, line_figures
from lookalike.evaluation.pairs import JudgedPairs
from lookalike.evaluation.runs import RunHead, SavedRun, read_answers
from lookalike.evaluation.statistics import LEVEL, POOLED_RESAMPLES, RESAMPLES, SEED
from lookalike.evaluation.tally import Figures, Tally, figures_of
from lookalike.judges.protocol import Judge
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.progress import Progress, ProgressMeter, Skipped, Stage, collect_skipped
from lookalike.search.calibration import NO_JUDGE_KEY
from lookalike.search.fusion import Fusion
from lookalike.search.settings import SearchSettings

NO_WORDS = "Queries of words were left out, as the descriptor does not read words."

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
    dataset: Dataset,
    library: Library,
    judge: str = NO_JUDGE,
    settings: SearchSettings | None = None,
    slices: Sequence[str] = (),
    save: Path | None = None,
) -> Generator[Progress, None, Report]:
    """Index the gallery, run every query, and measure.

    As many results are ranked as the data set's figures look at, which may be all; the judge goes through the first
    `top`. The query and its junk are dropped from a ranking before it is measured. How queries are averaged is a
    matter of each figure.

    The calibration error is that of the probabilities that the search went by, over the first `top` candidates, judged
    or not. The one "left out" is what a calibration fitted here has on groups that it was not fitted on.

    Args:
        dataset: the data set.
        library: a library to index into; what is there already is not done again.
        judge: name of the judge, `NO_JUDGE` for the index alone.
        settings: how candidates are checked; how many results there are is a matter of the data set.
        slices: attributes that the figures are sliced by, besides the kind.
        save: where the answers are written; what is there already is not asked again. None for nowhere.

    Returns:
        The figures and what they were taken from.

    Raises:
        LookalikeError: the library has other photos, the judge cannot work, or the run cannot be saved.
    """
    seconds: dict[str, float] = defaultdict(float)
    started = time.perf_counter()
    skipped: list[str] = []
    for folder in [library.folders.add(path) for path in dataset.folders]:
        lines: list[Skipped] = []
        yield from collect_skipped(library.scan([folder]), lines)
        skipped.extend(f"{line.path}: {line.reason}" for line in lines)
    _check_alone(library, dataset)
    seconds["indexing"] = time.perf_counter() - started
    settings = settings or SearchSettings()
    looking = library.judges.get(judge, settings.judge_options)
    fusion = library.search.fusion(looking, settings.weight)
    gallery = GalleryPhotos(library, dataset)
    tally = Tally(dataset.measures, slices)
    top = settings.judged(looking) if looking is not None else settings.top or UNJUDGED
    searcher = DatasetSearcher(library, dataset, gallery, judge, looking, settings, fusion, top)
    photos = len(library) - len(gallery.outside)
    outcomes: list[Outcome] = []
    # Each once, in their order.
    told: dict[str, None] = {}
    meter = ProgressMeter(Stage.SEARCHING, total=dataset.count(), unit="queries")
    run, answered = None, frozenset[str]()
    if save is not None:
        head = _head(dataset, library, judge, looking, settings, fusion, photos)
        run = SavedRun(save, head)
    try:
        if run is not None:
            answered = _take_saved(run.path, tally, outcomes)
        for query in dataset.queries():
            if query.name in answered:
                meter.advance()
            elif query.words and not library.search.reads_words:
                told[NO_WORDS] = None
                meter.advance()
            else:
                try:
                    answer, outcome, notes = searcher.answer(query, seconds)
                except LookalikeError as error:
                    meter.skip(query.name, str(error))
                else:
                    told.update(dict.fromkeys(notes))
                    tally.add(answer)
                    if outcome is not None:
                        outcomes.append(outcome)
                    if run is not None:
                        run.add(answer)
                    meter.advance()
            yield meter.snapshot()
    finally:
        if run is not None:
            run.close()
    yield meter.end()
    skipped.extend((*told, *(f"{line.path}: {line.reason}" for line in meter.skipped)))
    figures = run_figures(tally)
    figures["set"] = dataset.name
    figures["left_out"] = dataset.count() - len(tally.rows)
    figures["photos"] = photos
    figures["judge"] = judge
    figures["top"] = settings.judged(looking)
    figures["descriptor"] = library.status().descriptor
    figures["mode"] = settings.mode if library.judges.modes(judge) else None
    figures["both_orders"] = settings.both_orders if library.judges.modes(judge) else None
    figures["weight"], figures["cut_off"] = fusion.weight, round(fusion.cut_off, 4)
    figures["vote_weight"] = fusion.index_score.weight
    figures["line"] = line_figures(outcomes)
    figures["line"]["intervals"] = {
        name: _rounded(interval) for name, interval in line_intervals(outcomes).items()
    }
    figures["calibration"] = {"calibrated": fusion.calibrated, **calibration_figures(outcomes)}
    figures["calibration"]["interval"] = _rounded(calibration_interval(outcomes))
    figures["seconds"] = {stage: round(value, 3) for stage, value in seconds.items()}
    pairs = JudgedPairs([entry.pairs for entry in outcomes])
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


def run_figures(tally: Tally) -> dict[str, Any]:
    """The figures of a run with their intervals, over all queries and in slices, as ``--json`` has them.

    Raises:
        LookalikeError: there is no such attribute to slice by.
    """
    found = figures_of(tally.rows, tally.measures)
    slices = {
        attribute: {name: figures_of(rows, tally.measures) for name, rows in parts.items()}
        for attribute, parts in tally.slices().items()
    }
    return {
        **{one.name: round(found[one.name].value, 4) for one in tally.measures if one.name in found},
        "by_kind": {
            name: {key: round(figure.value, 4) for key, figure in part.items()}
            for name, part in slices.get("kind", {}).items()
        },
        "figures": _plain(found),
        "slices": {
            attribute: {name: _plain(part) for name, part in parts.items()}
            for attribute, parts in slices.items()
        },
        "bootstrap": {
            "unit": "group",
            "interval": "BCa, percentiles for pooled figures",
            "level": LEVEL,
            "resamples": RESAMPLES,
            "pooled_resamples": POOLED_RESAMPLES,
            "seed": SEED,
        },
        "queries": len(tally.rows),
    }


def _plain(figures: Figures) -> dict[str, dict[str, Any]]:
    return {name: dict(vars(figure)) for name, figure in figures.items()}


def _rounded(interval: Interval) -> list[float] | None:
    return None if interval is None else [round(end, 4) for end in interval]


def _check_alone(library: Library, dataset: Dataset) -> None:
    """Refuse a library that has other photos too: they would be found, and counted as wrong."""
    for folder in library.folders.all():
        if not any(path.resolve().is_relative_to(folder.path) for path in dataset.folders):
            raise LookalikeError(
                "The library {library} has the photos of {folder} too, which are no part of this data set.",
                "Keep every data set in a folder of its own.",
                library=library.folder,
                folder=folder.path,
            )


def _head(
    dataset: Dataset,
    library: Library,
    judge: str,
    looking: Judge | None,
    settings: SearchSettings,
    fusion: Fusion,
    photos: int,
) -> RunHead:
    conditions: dict[str, Any] = {"judge": judge, "descriptor": library.status().descriptor}
    if looking is not None:
        conditions |= {"judge_key": looking.key, "top": settings.judged(looking)}
    conditions |= {"weight": fusion.weight, "vote_weight": fusion.index_score.weight}
    if fusion.index_score.weight:
        conditions["details"] = library.details.key
    conditions |= {"cut_off": fusion.cut_off, "calibrated": fusion.calibrated}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return RunHead(dataset.name, str(dataset.root), conditions, photos, now, __version__)


def _take_saved(save: Path, tally: Tally, outcomes: list[Outcome]) -> frozenset[str]:
    """Count the answers of a run that goes on; returns the names of the queries that have one."""
    names = []
    for answer in read_answers(save):
        tally.add(answer)
        names.append(answer.query)
        if answer.calibration is not None:
            outcomes.append(decode(Outcome, answer.calibration))
    return frozenset(names)
