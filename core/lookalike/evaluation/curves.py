"""Curves of saved runs: quality against bytes, candidates judged and processor time, and recall against distractors.

Nothing is searched again. What a ranking would have been with fewer candidates judged follows from the kept verdicts,
and what the recall would be among fewer distractors from the ranks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.answers import INDEX, Answer
from lookalike.evaluation.charts import Chart, Point, Series
from lookalike.evaluation.datasets.registry import measures_of
from lookalike.evaluation.encoding import decode
from lookalike.evaluation.measures import QueryMeasure
from lookalike.evaluation.metrics import truncated_average_precision
from lookalike.evaluation.outcome import Outcome
from lookalike.evaluation.runs import RunHead, read_answers, read_head
from lookalike.evaluation.statistics import Estimate
from lookalike.evaluation.tally import Row, Tally, figures_of, query_measure
from lookalike.judges.registry import NO_JUDGE
from lookalike.search.index_score import index_score_of

CANDIDATES = (0, 1, 2, 3, 5, 10, 20, 30, 50, 70, 100, 200, 500, 1000)
"""Of which those are shown that a run has judged."""

STORED = ("descriptor-", "details-")
"""What the names of ways to store photos begin with."""

RECALL_AT = (1, 10, 100)

SIZES = tuple(int(step * 10**power) for power in range(2, 9) for step in (1, 2, 5))
"""Of collections, in photos."""


@dataclass(frozen=True)
class MeasuredRun:
    """A saved run with what the curves need of it, without its results.

    Attributes:
        name: name of its file.
        head: what was run.
        measure: the figure that curves show.
        figure: its value.
        stages: its value at earlier stages of the search, by name.
        answers: the answers without results.
    """

    name: str
    head: RunHead
    measure: QueryMeasure
    figure: Estimate
    stages: dict[str, Estimate]
    answers: tuple[Answer, ...]

    @property
    def search(self) -> str:
        """What searched, if not the program: a way to store photos, or a peer; empty otherwise."""
        return str(self.head.conditions.get("search", ""))

    @property
    def judge(self) -> str:
        """Name of the judge; empty for none."""
        judge = str(self.head.conditions.get("judge", NO_JUDGE))
        return "" if judge == NO_JUDGE else judge

    def bytes(self, *parts: str) -> float | None:
        """What some parts of a photo take, all of them for none named; None where that is not known."""
        known = self.head.facts.get("bytes", {})
        wanted = parts or tuple(known)
        return (
            sum(known[part] for part in wanted) if known and all(part in known for part in wanted) else None
        )


def measured_run(path: Path, metric: str | None = None) -> MeasuredRun:
    """Read a saved run.

    Args:
        path: its file.
        metric: name of the figure; None for the data set's first one of single queries.

    Raises:
        LookalikeError: it cannot be read, or there is no such figure.
    """
    head = read_head(path)
    measures = [one for one in measures_of(head.dataset) if isinstance(one, QueryMeasure)]
    tally = Tally(measures)
    stages: dict[str, Tally] = defaultdict(lambda: Tally(measures))
    answers = []
    for answer in read_answers(path):
        tally.add(answer)
        for stage in answer.stages:
            stages[stage].add(answer.at(stage))
        answers.append(replace(answer, results=()))
    measure = query_measure(tally, metric)
    nothing = Estimate(0.0, None, None, 0, 0)
    figure = figures_of(tally.rows, [measure]).get(measure.name, nothing)
    of_stages = {
        name: figures_of(one.rows, [measure]).get(measure.name, nothing) for name, one in stages.items()
    }
    return MeasuredRun(path.stem, head, measure, figure, of_stages, tuple(answers))


def charts_of(runs: Sequence[MeasuredRun]) -> list[Chart]:
    """All charts that some runs of one data set give; those without points are left out."""
    charts = [
        by_bytes(runs),
        by_candidates(runs),
        by_processor_time(runs),
        *(recall_by_size(run) for run in runs if not run.search and INDEX in run.stages and not run.judge),
    ]
    return [chart for chart in charts if any(one.points for one in chart.series)]


def by_bytes(runs: Sequence[MeasuredRun]) -> Chart:
    """The figure against what is stored of a photo."""
    series: dict[str, list[Point]] = defaultdict(list)
    for run in runs:
        size = run.bytes()
        if size is not None and run.figure.queries:
            series[_series_name(run)].append(_point(size, run.figure, run.name))
    return Chart(
        "Quality against what is stored of a photo",
        "bytes a photo",
        _measure_name(runs),
        _sorted(series),
        logarithmic=True,
        note="`descriptor` compares by cosine alone, `details` adds local features to a whole descriptor. A judge "
        "counts both, and the visual tokens where it has any.",
    )


def by_candidates(runs: Sequence[MeasuredRun]) -> Chart:
    """Average precision against how many candidates a judge is shown."""
    series = tuple(
        Series(run.name, tuple(_point(count, figure) for count, figure in judged_precision(run)))
        for run in runs
        if run.judge
    )
    return Chart(
        "Quality against candidates judged",
        "candidates judged",
        "mAP",
        series,
        note="From the kept verdicts of one run, without the second hop of sure photos.",
    )


def by_processor_time(runs: Sequence[MeasuredRun]) -> Chart:
    """The figure against the processor time of a query."""
    series: dict[str, list[Point]] = defaultdict(list)
    for run in runs:
        index, pair = (
            _mean([one.cost.index for one in run.answers if one.cost is not None]),
            milliseconds_a_pair(run),
        )
        # Ways to store photos are measured by comparing with all of them, which is not how a search goes.
        if index is None or run.search.startswith(STORED):
            continue
        if pair is not None:
            for count, figure in judged_precision(run):
                series[run.name].append(_point(index + count * pair, figure, f"{run.name}, {count} judged"))
        elif not run.judge:
            series[_series_name(run)].append(_point(index, run.figure, run.name))
    return Chart(
        "Quality against processor time",
        "processor ms a query",
        _measure_name(runs),
        _sorted(series),
        logarithmic=True,
        note="Of all cores together. Describing a query photo that is not in the collection comes on top; what was "
        "kept of earlier searches does not count.",
    )


def _series_name(run: MeasuredRun) -> str:
    if run.search.startswith(STORED):
        return run.search.rpartition("-")[0]
    return run.search or (f"judge {run.judge}" if run.judge else "index")


def milliseconds_a_pair(run: MeasuredRun) -> float | None:
    """Processor milliseconds that judging one candidate took; None where none was judged anew."""
    costs = [one.cost for one in run.answers if one.cost is not None and one.cost.judged]
    pairs = sum(cost.judged for cost in costs)
    return sum(cost.judge for cost in costs) / pairs if pairs else None


def judged_precision(run: MeasuredRun) -> list[tuple[int, Estimate]]:
    """MAP if so many candidates had been judged, for each of `CANDIDATES` that the run covers."""
    numbers = run.head.facts.get("index_score")
    # Whom the second of two judges is asked about depends on the first one's answers.
    if not run.judge or numbers is None or "first_judge_key" in run.head.conditions:
        return []
    index_score, weight = index_score_of(numbers), float(run.head.conditions["weight"])
    outcomes = [
        (one.query, decode(Outcome, one.calibration)) for one in run.answers if one.calibration is not None
    ]
    top = int(run.head.conditions["top"])
    measure = QueryMeasure("mAP", lambda answer: None, run.measure.by_group)
    found = []
    for count in sorted({*(one for one in CANDIDATES if one < top), top}):
        rows = []
        for query, outcome in outcomes:
            pairs = outcome.pairs
            scores = weight * index_score(pairs.cosines, pairs.votes) + (1 - weight) * np.array(outcome.said)
            judged = np.argsort(-scores[:count], kind="stable")
            order = np.concatenate([judged, np.arange(len(judged), len(scores))])
            ranks = np.concatenate([np.flatnonzero(pairs.right[order]) + 1, pairs.tail])
            value = truncated_average_precision(ranks, pairs.positives)
            rows.append(Row(query, outcome.group, {measure.name: value}, None))
        if rows:
            found.append((count, figures_of(rows, [measure])[measure.name]))
    return found


def recall_by_size(run: MeasuredRun) -> Chart:
    """The share of right photos among the index's first results, against how many photos there are."""
    answers = [one.at(INDEX) for one in run.answers if INDEX in one.stages]
    largest = max((_distractors(one, run.head.gallery) for one in answers), default=0)
    sizes = [size for size in SIZES if size < largest]
    series = []
    for count in RECALL_AT:
        measure = QueryMeasure(f"recall@{count}", lambda answer: None, run.measure.by_group)
        points = []
        for size in (*sizes, largest):
            rows = [
                Row(
                    one.query,
                    one.group,
                    {measure.name: expected_recall(one, count, size, _distractors(one, run.head.gallery))},
                    None,
                )
                for one in answers
                if one.positives
            ]
            if rows and size:
                points.append(_point(size, figures_of(rows, [measure])[measure.name]))
        series.append(Series(measure.name, tuple(points)))
    return Chart(
        f"Recall of the index against the size of the collection ({run.name})",
        "distractors",
        "recall",
        tuple(series),
        logarithmic=True,
        note="The expectation over all ways to leave out distractors, from the ranks in the whole collection.",
    )


def _distractors(answer: Answer, gallery: int) -> int:
    """Photos of the gallery that are neither right nor junk."""
    return max(0, max(gallery, answer.returned) - len(answer.positives) - len(answer.junk))


def expected_recall(answer: Answer, count: int, size: int, distractors: int) -> float:
    """The share of the positives expected among the first `count` if only `size` of the distractors were there.

    How many of the distractors before a positive are then left is hypergeometric, so nothing need be drawn.

    Args:
        answer: the answer among all distractors.
        count: how many results are looked at.
        size: distractors that are left, chosen by chance.
        distractors: how many there are in all.
    """
    size = min(size, distractors)
    found = 0.0
    for before, rank in enumerate(answer.ranks().tolist()):
        found += hypergeometric_share(count - 1 - before, distractors, rank - 1 - before, size)
    return found / len(answer.positives)


def hypergeometric_share(most: int, population: int, marked: int, drawn: int) -> float:
    """The probability that at most `most` of the `marked` ones are among those drawn without replacement."""
    if most < 0:
        return 0.0
    least = max(0, drawn - (population - marked))
    values = np.arange(least, min(most, marked, drawn) + 1)
    logs = (
        _log_binomial(marked, values)
        + _log_binomial(population - marked, drawn - values)
        - _log_binomial(population, np.array(drawn))
    )
    return float(min(1.0, np.exp(logs).sum()))


def _log_binomial(total: int, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    logs = _log_factorials(total)
    value: NDArray[np.float64] = logs[total] - logs[chosen] - logs[total - chosen]
    return value


_FACTORIALS: list[NDArray[np.float64]] = [np.zeros(1)]


def _log_factorials(largest: int) -> NDArray[np.float64]:
    """The logarithms of 0! to at least `largest`!."""
    if len(_FACTORIALS[0]) <= largest:
        _FACTORIALS[0] = np.concatenate([np.zeros(1), np.cumsum(np.log(np.arange(1, 2 * largest + 1)))])
    return _FACTORIALS[0]


def _point(x: float, figure: Estimate, label: str = "") -> Point:
    return Point(x, figure.value, figure.low, figure.high, label)


def _sorted(series: dict[str, list[Point]]) -> tuple[Series, ...]:
    return tuple(
        Series(name, tuple(sorted(points, key=lambda one: one.x))) for name, points in series.items()
    )


def _measure_name(runs: Sequence[MeasuredRun]) -> str:
    return runs[0].measure.name if runs else ""


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
