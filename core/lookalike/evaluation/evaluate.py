"""Evaluation: indexes a data set into a library of its own and measures its searches."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lookalike.errors import LookalikeError
from lookalike.evaluation.answer_fitting import FittedAnswers, fit_answers
from lookalike.evaluation.answers import Answer, Cost
from lookalike.evaluation.calibrating import Fitted, calibrate
from lookalike.evaluation.collecting import Question, collect_answers
from lookalike.evaluation.dataset_searcher import DatasetSearcher
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.encoding import decode
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.indexing import IndexedDataset, index_dataset
from lookalike.evaluation.intervals import Interval, calibration_interval, line_intervals
from lookalike.evaluation.outcome import Outcome, calibration_figures, line_figures
from lookalike.evaluation.pairs import JudgedPairs
from lookalike.evaluation.runs import SavedRun
from lookalike.evaluation.search_conditions import SearchConditions
from lookalike.evaluation.statistics import LEVEL, POOLED_RESAMPLES, RESAMPLES, SEED
from lookalike.evaluation.tally import Figures, Tally, figures_of
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.progress import Progress
from lookalike.search.answer_worth import AnswerCalibration
from lookalike.search.calibration import NO_JUDGE_KEY
from lookalike.search.settings import SearchSettings

NO_WORDS = "Queries of words were left out, as the descriptor does not read words."


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
    fitted: Fitted | FittedAnswers | None
    unfit: LookalikeError | None
    pairs: JudgedPairs


def evaluate(
    dataset: Dataset,
    library: Library,
    judge: str = NO_JUDGE,
    settings: SearchSettings | None = None,
    slices: Sequence[str] = (),
    save: Path | None = None,
    facts: Mapping[str, Any] | None = None,
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
        facts: what else a saved run says of itself, see `RunHead.facts`.

    Returns:
        The figures and what they were taken from.

    Raises:
        LookalikeError: the library has other photos, the judge cannot work, or the run cannot be saved.
    """
    started = time.perf_counter()
    indexed = yield from index_dataset(dataset, library)
    indexing = time.perf_counter() - started
    conditions = SearchConditions.of(library, judge, settings)
    found = _Found(Tally(dataset.measures, slices), seconds={"indexing": indexing})
    run = None if save is None else SavedRun(save, conditions.head(indexed, facts=facts))
    yield from _ask_all(indexed, conditions, found, run)
    figures = {
        **run_figures(found.tally),
        **_circumstances(indexed, conditions, found),
        **_trust(found.outcomes, conditions),
    }
    pairs = JudgedPairs([outcome.pairs for outcome in found.outcomes])
    fitted, unfit = _fitted(library, conditions, pairs)
    figures["fit"] = None if fitted is None else _fit_figures(fitted)
    return Report(figures, (*indexed.skipped, *found.lines), fitted, unfit, pairs)


@dataclass
class _Found:
    """What the queries have brought so far.

    Attributes:
        tally: the answers.
        outcomes: what a calibration is fitted to.
        lines: what the user is told, each once.
        seconds: by the clock, for each stage.
    """

    tally: Tally
    outcomes: list[Outcome] = field(default_factory=list)
    lines: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def take(self, answer: Answer) -> None:
        """Count an answer."""
        self.tally.add(answer)
        if answer.calibration is not None:
            self.outcomes.append(decode(Outcome, answer.calibration))

    def spend(self, cost: Cost) -> None:
        """Add up the time that a query took now."""
        spent = {"index": cost.index_clock} | ({"judge": cost.judge_clock} if cost.judged else {})
        for stage, milliseconds in spent.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + milliseconds / 1000


def _ask_all(
    indexed: IndexedDataset, conditions: SearchConditions, found: _Found, run: SavedRun | None
) -> Generator[Progress, None, None]:
    """Ask all queries that a saved run does not have yet."""
    searcher = DatasetSearcher(indexed, conditions)
    # Each once, in their order.
    told: dict[str, None] = {}

    def questions() -> Generator[Question, None, None]:
        for query in indexed.dataset.queries():
            if query.words and not indexed.library.search.reads_words:
                told[NO_WORDS] = None
                yield Question(query.name, lambda: None)
            else:
                yield Question(query.name, lambda query=query: ask(query))  # type: ignore[misc]

    def ask(query: GroundTruthQuery) -> Answer:
        answer, notes = searcher.answer(query)
        told.update(dict.fromkeys(notes))
        if answer.cost is not None:
            found.spend(answer.cost)
        return answer

    skipped = yield from collect_answers(questions(), indexed.dataset.count(), run, found.take)
    found.lines = (*told, *(f"{line.path}: {line.reason}" for line in skipped))


def _circumstances(indexed: IndexedDataset, conditions: SearchConditions, found: _Found) -> dict[str, Any]:
    """What was run, in which time, and what was left out."""
    library, fusion, settings = indexed.library, conditions.fusion, conditions.settings
    asked_in_ways = bool(library.judges.modes(conditions.judge))
    return {
        "set": indexed.dataset.name,
        "left_out": indexed.dataset.count() - len(found.tally.rows),
        "photos": indexed.photos,
        "judge": conditions.judge,
        "first_judge": None if conditions.first is None else conditions.first.name,
        "top": settings.judged(conditions.looking),
        "descriptor": library.status().descriptor,
        "mode": settings.mode if asked_in_ways else None,
        "both_orders": settings.both_orders if asked_in_ways else None,
        "weight": fusion.weight,
        "cut_off": round(fusion.cut_off, 4),
        "vote_weight": fusion.index_score.weight,
        "seconds": {stage: round(value, 3) for stage, value in found.seconds.items()},
    }


def _trust(outcomes: Sequence[Outcome], conditions: SearchConditions) -> dict[str, Any]:
    """How far the line and the probabilities can be trusted."""
    intervals = {name: _rounded(interval) for name, interval in line_intervals(outcomes).items()}
    return {
        "line": {**line_figures(outcomes), "intervals": intervals},
        "calibration": {
            "calibrated": conditions.fusion.calibrated,
            **calibration_figures(outcomes),
            "interval": _rounded(calibration_interval(outcomes)),
        },
    }


def _fitted(
    library: Library, conditions: SearchConditions, pairs: JudgedPairs
) -> tuple[Fitted | FittedAnswers | None, LookalikeError | None]:
    """The calibration fitted on some pairs, or why they do not suffice."""
    descriptor = library.status().descriptor
    key = NO_JUDGE_KEY if conditions.looking is None else conditions.looking.key
    try:
        if conditions.first is not None:
            return fit_answers(pairs, descriptor, (conditions.first.key, key), conditions.fusion), None
        return calibrate(pairs, descriptor, key, library.search.fusion(None).index_score), None
    except LookalikeError as error:
        return None, error


def _fit_figures(fitted: Fitted | FittedAnswers) -> dict[str, Any]:
    made = fitted.calibration
    if isinstance(made, AnswerCalibration):
        return {
            "mAP": round(fitted.precision, 4),
            "error": round(made.error, 4),
            "error_asked": round(made.error_asked, 4),
            "asked": made.pairs,
            "answer": round(made.worth.answer, 4),
            "swing": round(made.worth.swing, 4),
            "weight": made.weight,
            "cut_off": round(made.cut_off, 4),
            "informative": fitted.informative,
        }
    return {
        "mAP": round(fitted.precision, 4),
        "error": round(made.error, 4),
        "weight": made.weight,
        "vote_weight": made.index_score.weight,
        "cut_off": round(made.cut_off, 4),
        "informative": fitted.informative,
    }


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
