"""What a second judge brings against the pairs it is asked about, by how good it is.

    python -m tests.benchmarks.cascade_curves [GROUND_TRUTH.json] [--library FOLDER] [--queries 1] [--page FILE]

Index and geometry are the real ones. The second judge is *dialled*: it says the truth with noise, from useless (AUC .5)
to perfect, in logits with a deviation of 1.5 that lean towards yes, as a model's may. The same seed gives the same
answers. The curves are mAP, groups weighing the same, after so many questions a query:

* cascade     questions in the order of expected gain; what answers are worth is fitted on other groups
* by rank     the same, but the ranking's first candidates are asked about first
* guessed     the cascade with nothing fitted
* alone       the judge alone over the first candidates, ``.5·index + .5·sigmoid(logit)`` as in arXiv 2604.13268

Then the expected calibration error on groups left out of the fit, and the worst that any number of questions does to
the ranking of index and geometry. ``--queries N`` takes at most so many queries of each thing (0 for all); with
``--library`` the photos, the verdicts of geometry and the pairs are kept for the next time. With ``--page`` the curves
are drawn too.
"""

from __future__ import annotations

import argparse
import os

# Before numpy is loaded: afterwards its threads are there already.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.answer_fitting import base_order, before, fit_answers
from lookalike.evaluation.calibrating import deal
from lookalike.evaluation.charts import Chart, Point, Series
from lookalike.evaluation.curves_page import curves_page
from lookalike.evaluation.ground_truth import GroundTruthQuery, read_ground_truth
from lookalike.evaluation.metrics import truncated_average_precision
from lookalike.evaluation.pairs import JudgedPairs, QueryPairs
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.search.answer_worth import GUESS, AnswerWorth
from lookalike.search.cascade import LEAST_GAIN, PAIRS, Agenda
from lookalike.search.fusion import Fusion
from lookalike.search.query import Query
from lookalike.search.settings import SearchSettings
from tests.data import evaluation_data

QUALITIES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0)
"""AUC of the dialled judge: how often it prefers the right one of a right and a wrong pair."""

ASKED = (0, 1, 2, 3, 5, 10, 20, 30, 50, 100)
PERFECT = 12.0
"""Deviations between right and wrong of a judge that is never wrong."""

DEVIATION = 1.5
LEANING = 1.5
REACH = 100
RESAMPLED = 2000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """The pairs of all queries, and what they were searched with."""

    pairs: JudgedPairs
    fusion: Fusion
    descriptor: str
    first: str


def chosen(queries: Sequence[GroundTruthQuery], most: int) -> list[GroundTruthQuery]:
    """At most so many queries of each thing; 0 for all."""
    seen: Counter[str] = Counter()
    found = []
    for query in queries:
        seen[query.group] += 1
        if not most or seen[query.group] <= most:
            found.append(query)
    return found


def judge(ground_truth: Path, library: Library, most: int) -> Judged:
    """Search with the queries, and have geometry judge its candidates."""
    truth = read_ground_truth(ground_truth)
    for _ in library.scan([library.folders.add(path) for path in truth.gallery]):
        pass
    ids = library.photos.ids_by_path()
    geometry = library.judges.get("geometry")
    assert geometry is not None
    found = []
    for query in chosen(truth.queries, most):
        search = Query(content_id=ids[query.photo])
        *_, ranking = library.search.rankings(search, SearchSettings(limit=len(library)), NO_JUDGE)
        junk = {ids[path] for path in query.junk - query.positives if path in ids}
        results = [result for result in ranking.results if result.content_id not in junk]
        name, _ = library.search.identify(search)
        first = [result.content_id for result in results[: geometry.top]]
        kept = library.search.stored_scores(geometry, name, first)
        if len(kept) < len(first):
            for _ in library.search.rankings(search, SearchSettings(limit=REACH), "geometry"):
                pass
            kept = library.search.stored_scores(geometry, name, first)
        logits = np.full(REACH, np.nan)
        logits[: len(first)] = [kept[number].logit if number in kept else np.nan for number in first]
        positives = {ids[path] for path in query.positives if path in ids}
        right = np.array([result.content_id in positives for result in results])
        head = results[:REACH]
        found.append(
            QueryPairs(
                query.group,
                np.array([result.similarity for result in head]),
                np.array([result.vote for result in head], np.float64),
                np.full(len(head), np.nan),
                right[:REACH],
                np.flatnonzero(right[REACH:]) + REACH + 1,
                len(query.positives),
                logits[: len(head)],
            )
        )
    fusion = library.search.fusion(geometry)
    return Judged(JudgedPairs(found), fusion, library.status().descriptor, geometry.key)


def read_or_judge(ground_truth: Path, folder: Path, most: int) -> Judged:
    """The pairs, from the last time if they are there."""
    place = folder / f"pairs-{most}.pickle"
    if place.exists():
        with place.open("rb") as file:
            kept: Judged = pickle.load(file)
            return kept
    with Library(folder) as library:
        found = judge(ground_truth, library, most)
    place.write_bytes(pickle.dumps(found))
    return found


def said(query: QueryPairs, quality: float, seed: int) -> Floats:
    """The dialled judge's logits of a query's pairs, (head,)."""
    apart = PERFECT if quality == 1.0 else 2**0.5 * NormalDist().inv_cdf(quality)
    noise = np.random.default_rng(seed).standard_normal(len(query.right))
    return LEANING + DEVIATION * (apart * (query.right - 0.5) + noise) / max(1.0, apart / 2)


@dataclass(frozen=True)
class Head:
    """One query's candidates in the order in which index and geometry leave them, and the judge's answers.

    Attributes:
        query: the query.
        order: the places of the candidates in the order of the index.
        scores: before any answer.
        index: probabilities that the index's scores stand for.
        first: those of geometry.
        logits: the judge's answers.
    """

    query: QueryPairs
    order: NDArray[np.int64]
    scores: Floats
    index: Floats
    first: Floats
    logits: Floats

    def precision(self, scores: Floats) -> float:
        """Average precision with scores in this order, (head,)."""
        right = self.query.right[self.order][np.argsort(-scores, kind="stable")]
        ranks = np.concatenate([np.flatnonzero(right) + 1, self.query.tail])
        return truncated_average_precision(ranks, self.query.positives)

    def above(self, scores: Floats, cut_off: float) -> tuple[float, float]:
        """The share of what lies above the line that is right, and of what is right that lies above it."""
        found = self.query.right[self.order][scores >= cut_off]
        return float(found.mean()) if len(found) else float("nan"), float(found.sum()) / self.query.positives


def heads_of(judged: Judged, logits: Sequence[Floats]) -> list[Head]:
    """All queries' candidates as a search has them before it asks the second judge."""
    known, start, found = before(judged.pairs, judged.fusion, None), 0, []
    for query, said_of in zip(judged.pairs.queries, logits, strict=True):
        mine = known.of(
            np.isin(np.arange(len(judged.pairs.right)), np.arange(start, start + len(query.right)))
        )
        start += len(query.right)
        # Those that stand behind geometry's were lowered to its last one; equal scores stay in the index's order.
        order = base_order(mine.scores, ~np.isnan(mine.first))
        parts = (mine.scores, mine.index, mine.first, said_of)
        found.append(Head(query, order, *(part[order] for part in parts)))
    return found


Curve = tuple[list[float], int, NDArray[np.bool_], Floats]
"""Average precision after each number of `ASKED`; how many were asked about, which in the index's order, and the scores
after `PAIRS` of them."""


def play(head: Head, worth: AnswerWorth, by_rank: bool = False) -> Curve:
    """Ask about one candidate after the other."""
    agenda = Agenda(head.scores, worth.known(head.index, head.first), worth, np.ones(len(head.scores)))
    every = np.ones(len(head.scores), bool)
    found, asked, about = [head.precision(agenda.scores())], 0, np.zeros(len(every), bool)
    for stop in ASKED[1:]:
        while asked < stop:
            place = asked if by_rank else agenda.next(every)
            if place is None or place >= len(every):
                break
            agenda.closed[place] = True
            agenda.logits[place] = head.logits[place]
            about[head.order[place]] = True
            asked += 1
        found.append(head.precision(agenda.scores()))
        if stop == PAIRS:
            scores = agenda.scores()
    return found, asked, about, scores


def alone(head: Head, fusion: Fusion) -> list[float]:
    """The judge over the first candidates of the index, as in the paper."""
    back = np.argsort(head.order)
    query, logits = head.query, head.logits[back]
    index = fusion.index_score(query.cosines, query.votes).astype(np.float64)
    found = []
    for count in ASKED:
        scores = 0.5 * index + 0.5 / (1 + np.exp(-logits))
        order = np.concatenate([np.argsort(-scores[:count], kind="stable"), np.arange(count, len(index))])
        ranks = np.concatenate([np.flatnonzero(query.right[order[: len(index)]]) + 1, query.tail])
        found.append(truncated_average_precision(ranks, query.positives))
    return found


class Study:
    """All queries with one dialled judge."""

    def __init__(self, judged: Judged, quality: float) -> None:
        self.judged = judged
        queries = judged.pairs.queries
        self.logits = [said(query, quality, number) for number, query in enumerate(queries)]
        self.heads = heads_of(judged, self.logits)
        names = [query.group for query in queries]
        self.groups = sorted(set(names))
        self._of = np.array([self.groups.index(name) for name in names])
        self.folds = deal(names)

    def by_group(self, values: Sequence[Sequence[float]]) -> Floats:
        """Means of each group, (groups, numbers)."""
        table = np.array(values)
        return np.array([table[self._of == group].mean(axis=0) for group in range(len(self.groups))])

    def line(self, curves: Sequence[Curve]) -> str:
        """How much of what is above the line is right, and of what is right is above it, before and after."""
        cut_off, cells = self.judged.fusion.cut_off, []
        for scores in ([head.scores for head in self.heads], [curve[3] for curve in curves]):
            found = np.array([head.above(one, cut_off) for head, one in zip(self.heads, scores, strict=True)])
            cells.append(
                [
                    float(np.mean([np.nanmean(found[self._of == group, column]) for group in groups]))
                    for column, groups in enumerate(self._with_line(found))
                ]
            )
        (right, share), (right_after, share_after) = cells
        return f"above the line {right:.3f} right of {share:.3f}, then {right_after:.3f} of {share_after:.3f}"

    def _with_line(self, found: Floats) -> tuple[list[int], list[int]]:
        """The groups that have results above the line, and all."""
        every = list(range(len(self.groups)))
        return [group for group in every if not np.isnan(found[self._of == group, 0]).all()], every

    def fitted(self, curves: Sequence[Curve]) -> tuple[list[AnswerWorth], str]:
        """For each query what answers are worth by other groups, from the pairs asked about; and what the fit says."""
        asked = [
            replace(query, logits=np.where(curve[2], logits, np.nan))
            for query, logits, curve in zip(self.judged.pairs.queries, self.logits, curves, strict=True)
        ]
        keys = (self.judged.first, "dialled")

        def fit(queries: list[QueryPairs]) -> AnswerWorth:
            return fit_answers(JudgedPairs(queries), "", keys, self.judged.fusion).calibration.worth

        of_fold = {
            fold: fit([one for one, mine in zip(asked, self.folds, strict=True) if mine != fold])
            for fold in sorted(set(self.folds.tolist()))
        }
        whole = fit_answers(JudgedPairs(asked), "", keys, self.judged.fusion)
        made = whole.calibration
        text = f"ECE {made.error:.4f}, of asked pairs {made.error_asked:.4f} ({made.pairs})"
        worth = made.worth
        text += (
            f", slope {worth.slope:.1f}, seen {np.round(worth.seen, 2)}, unseen {np.round(worth.unseen, 2)}"
        )
        text += f", answer {worth.answer:.2f}, swing {worth.swing:.2f}"
        return [of_fold[fold] for fold in self.folds.tolist()], text


def interval(values: Floats) -> str:
    """The mean and its 95 % bootstrap interval."""
    random = np.random.default_rng(0)
    means = values[random.integers(0, len(values), (RESAMPLED, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{values.mean():+.3f} [{low:+.3f},{high:+.3f}]"


def show(name: str, table: Floats, more: str = "") -> Series:
    """Print a row, and make a line of it."""
    means = table.mean(axis=0)
    worst = int(means.argmin())
    print(
        f"{name:10s}"
        + "".join(f"{value:7.3f}" for value in means)
        + f"  after {PAIRS}: {interval(table[:, ASKED.index(PAIRS)] - table[:, 0])}"
        + f"  worst: {interval(table[:, worst] - table[:, 0])} at {ASKED[worst]}  {more}",
        flush=True,
    )
    return Series(name, tuple(Point(x, float(y), None, None) for x, y in zip(ASKED, means, strict=True)))


def study(judged: Judged, quality: float) -> Chart:
    """All curves of one quality."""
    made = Study(judged, quality)
    print(f"\nAUC {quality:g}; after {' '.join(map(str, ASKED))} questions a query")
    curves = [play(head, GUESS) for head in made.heads]
    worths, text = made.fitted(curves)
    fitted = [play(head, worth) for head, worth in zip(made.heads, worths, strict=True)]
    ranked = [play(head, worth, True) for head, worth in zip(made.heads, worths, strict=True)]
    count: Callable[[list[Curve]], str] = lambda found: f"asked {np.mean([one[1] for one in found]):.1f}"  # noqa: E731
    series = (
        show(
            "cascade",
            made.by_group([one[0] for one in fitted]),
            f"{count(fitted)}; {made.line(fitted)}; {text}",
        ),
        show("by rank", made.by_group([one[0] for one in ranked])),
        show("guessed", made.by_group([one[0] for one in curves]), count(curves)),
        show("alone", made.by_group([alone(head, judged.fusion) for head in made.heads])),
    )
    return Chart(f"A judge of AUC {quality:g}", "questions a query", "mAP", series)


def main() -> None:
    """Judge, dial, and print the curves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("ground_truth", type=Path, nargs="?")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--queries", type=int, default=1)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    ground_truth = options.ground_truth or evaluation_data() / "dev" / "ground_truth.json"
    with tempfile.TemporaryDirectory() as scratch:
        judged = read_or_judge(ground_truth, options.library or Path(scratch), options.queries)
    queries = judged.pairs.queries
    print(
        f"{len(queries)} queries of {len({query.group for query in queries})} things, least gain {LEAST_GAIN}"
    )
    charts = [study(judged, quality) for quality in QUALITIES]
    if options.page:
        options.page.write_text(
            curves_page("The cascade of judges", [__doc__ or ""], charts), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
