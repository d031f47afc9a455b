"""Robustness of retrieval: the figures of queries that are altered at graded strengths, stage by stage.

Each query is asked as it is and in every alteration, by pixels alone in all cases, so that nothing but the alteration
differs. One search gives the answers of three stages: the descriptor by itself, the index with the details' vote, and
the judge. The photo that a query was made of is no result.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.evaluation.alterations import ALTERATION, ALTERATIONS, STRENGTH, UNALTERED, Alteration, altered
from lookalike.evaluation.answers import DESCRIPTOR, INDEX, JUDGE, Answer
from lookalike.evaluation.charts import Chart, Point, Series
from lookalike.evaluation.collecting import Question, collect_answers
from lookalike.evaluation.comparison import Difference, compare, pair
from lookalike.evaluation.dataset_searcher import DatasetSearcher
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.registry import measures_of
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.indexing import index_dataset
from lookalike.evaluation.measures import QueryMeasure
from lookalike.evaluation.runs import SavedRun, read_answers, read_head
from lookalike.evaluation.search_conditions import SearchConditions
from lookalike.evaluation.statistics import Estimate
from lookalike.evaluation.tally import Tally, figures_of, query_measure
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.progress import Progress, Skipped
from lookalike.search.query import Region
from lookalike.search.settings import SearchSettings

SIDE = 1024
"""Longest side of a query in pixels; no stage looks at more."""


@dataclass(frozen=True)
class RobustnessFigure:
    """One stage's figure under one alteration.

    Attributes:
        alteration: its name; `UNALTERED` for the queries as they are.
        strength: how strong.
        stage: `DESCRIPTOR`, `INDEX` or `JUDGE`.
        measure: name of the figure.
        figure: with its interval.
        change: against the queries as they are, with its interval; None for these themselves.
    """

    alteration: str
    strength: float
    stage: str
    measure: str
    figure: Estimate
    change: Difference | None


def ask_altered(
    dataset: Dataset,
    library: Library,
    alterations: Sequence[Alteration],
    save: Path,
    judge: str = NO_JUDGE,
    settings: SearchSettings | None = None,
) -> Generator[Progress, None, tuple[str, ...]]:
    """Index the gallery, and ask every query in every alteration.

    Args:
        dataset: the data set, or a sample of it; its queries of words are left out.
        library: a library to index into; what is there already is not done again.
        alterations: what is tried, at all strengths.
        save: where the answers are written; what is there already is not asked again.
        judge: name of the judge, `NO_JUDGE` for the index alone.
        settings: how candidates are checked.

    Returns:
        What was skipped and why, one line each.

    Raises:
        LookalikeError: the library has other photos, the judge cannot work, or the run cannot be saved.
    """
    indexed = yield from index_dataset(dataset, library)
    conditions = SearchConditions.of(library, judge, settings)
    searcher = DatasetSearcher(indexed, conditions)
    photos = sum(query.image is not None for query in dataset.queries())
    views = [
        (UNALTERED, 0.0),
        *((one.name, float(strength)) for one in alterations for strength in one.strengths),
    ]

    def questions() -> Iterator[Question]:
        for query in dataset.queries():
            if query.image is not None:
                shown = _Shown(searcher, query)
                for name, strength in views:
                    yield shown.question(name, strength)

    more = {"altered": [one.name for one in alterations]}
    run = SavedRun(save, conditions.head(indexed, more))
    skipped: tuple[Skipped, ...] = yield from collect_answers(
        questions(), photos * len(views), run, lambda answer: None
    )
    return (*indexed.skipped, *(f"{line.path}: {line.reason}" for line in skipped))


class _Shown:
    """A query whose photo is read once for all its alterations, and not before one is asked.

    Args:
        searcher: answers.
        query: the query.
    """

    def __init__(self, searcher: DatasetSearcher, query: GroundTruthQuery) -> None:
        self._searcher = searcher
        self._query = query
        self._photo: tuple[Image.Image, Region | None] | None = None

    def question(self, name: str, strength: float) -> Question:
        """The question for one alteration."""
        query = self._query
        called = f"{query.name} · {name} {strength:g}"

        def ask() -> Answer:
            if self._photo is None:
                self._photo = self._searcher.photo(query, SIDE)
            image, region = self._photo
            attributes = {**query.attributes, ALTERATION: name, STRENGTH: strength}
            made = altered(image, name, strength, query.name)
            return self._searcher.answer_altered(replace(query, name=called), made, region, attributes)

        return Question(called, ask)


def is_altered(run: Path) -> bool:
    """Whether a saved run is one of altered queries.

    Raises:
        LookalikeError: it cannot be read.
    """
    return "altered" in read_head(run).conditions


def robustness_figures(run: Path, measure: str | None = None) -> list[RobustnessFigure]:
    """The figures of a saved run of altered queries, alteration by alteration and stage by stage.

    Args:
        run: the saved run.
        measure: name of the figure; None for the data set's first one of single queries.

    Raises:
        LookalikeError: the run cannot be read, or the data set has no such figure.
    """
    head = read_head(run)
    measures = [one for one in measures_of(head.dataset) if isinstance(one, QueryMeasure)]
    stages = (DESCRIPTOR, INDEX) if head.conditions["judge"] == NO_JUDGE else (DESCRIPTOR, INDEX, JUDGE)
    tallies: dict[tuple[str, float, str], Tally] = {}
    for answer in read_answers(run):
        view = _view_of(answer, run)
        query = answer.query.rpartition(" · ")[0]
        for stage in stages:
            seen = answer if stage == JUDGE else answer.at(stage)
            tallies.setdefault((*view, stage), Tally(measures)).add(replace(seen, query=query))
    unaltered = {stage: tallies.get((UNALTERED, 0.0, stage), Tally(measures)) for stage in stages}
    wanted = query_measure(unaltered[stages[-1]], measure)
    found = []
    for (name, strength, stage), tally in tallies.items():
        figure = figures_of(tally.rows, [wanted]).get(wanted.name)
        if figure is not None:
            change = None
            if name != UNALTERED:
                change = compare(pair(unaltered[stage].rows, tally.rows), [wanted]).get(wanted.name)
            found.append(RobustnessFigure(name, strength, stage, wanted.name, figure, change))
    return found


def _view_of(answer: Answer, run: Path) -> tuple[str, float]:
    try:
        return str(answer.attributes[ALTERATION]), float(answer.attributes[STRENGTH])
    except KeyError as error:
        raise LookalikeError(
            "{path} is not a run of altered queries.",
            "Choose one that a robustness test has saved.",
            path=run,
        ) from error


def robustness_charts(figures: Sequence[RobustnessFigure]) -> list[Chart]:
    """A chart for each alteration: the figure of each stage from the queries as they are to the strongest."""
    by_stage: dict[tuple[str, str], list[RobustnessFigure]] = {}
    for one in figures:
        by_stage.setdefault((one.alteration, one.stage), []).append(one)
    charts = []
    for alteration in ALTERATIONS:
        series = []
        for stage in (DESCRIPTOR, INDEX, JUDGE):
            found = by_stage.get((alteration.name, stage), [])
            points = [*by_stage.get((UNALTERED, stage), []), *found] if found else []
            series.append(Series(stage, tuple(_point(place, one) for place, one in enumerate(points))))
        if any(one.points for one in series):
            strengths = ", ".join(f"{one:g}" for one in alteration.strengths)
            charts.append(
                Chart(
                    f"Robustness: {alteration.name}",
                    f"strength, 0 for unaltered: {strengths} {alteration.unit}",
                    figures[0].measure,
                    tuple(series),
                )
            )
    return charts


def _point(place: int, one: RobustnessFigure) -> Point:
    label = one.alteration if one.alteration == UNALTERED else f"{one.alteration} {one.strength:g}"
    return Point(place, one.figure.value, one.figure.low, one.figure.high, label)
