"""What each part of the geometric judge's evidence is worth, and the constants of `lookalike.judges.geometry.evidence`.

    python -m tests.benchmarks.judge_choices [--sets dev,dev2] [--top 20] [--keep FOLDER]

The index lists the candidates of every query, and each is judged once; every row below weighs the same numbers, by a
logistic curve over their logarithms, fitted and fused on other groups than those it is used on. dev2 is searched
among dev's distractors. With ``--keep`` libraries and numbers are kept for the next time; it may be stopped and
started again.
Columns:

* mAP of each set with its 95 % bootstrap interval over the groups, and of dev without its DVD covers,
* gain and its interval over all groups of both sets: the difference to the row "chosen",
* ECE, the expected calibration error over the judged pairs, on groups held out,
* then mAP by kind; at the end the weights fitted on all groups.
"""

from __future__ import annotations

import argparse
import os

# Before numpy is loaded: afterwards its threads are there already.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.calibrating import deal
from lookalike.evaluation.ground_truth import GroundTruth, read_ground_truth
from lookalike.evaluation.pairs import JudgedPairs, QueryPairs
from lookalike.evaluation.reliability import reliability
from lookalike.judges.geometry import evidence
from lookalike.judges.geometry.matching import correspond, correspond_learned
from lookalike.judges.geometry.photo_features import PhotoFeatures, features_of
from lookalike.judges.protocol import JudgePhoto
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.photos import decode, read_file
from lookalike.search.fusion import BROAD_INDEX, BROAD_INDEX_SCORE, Fusion
from lookalike.search.query import Query
from lookalike.search.ranking import Result
from lookalike.search.second_hop import DEPTH, SecondHop
from lookalike.search.settings import SearchSettings
from tests.data import evaluation_data
from tests.ranking_metrics import average_precision

Floats = NDArray[np.float64]

WEIGHTS = np.arange(0.0, 1.01, 0.1)
RIDGE = 1.0
"""Pull of the standardised weights towards 0, in pairs."""

CHOICES: dict[str, list[int]] = {
    "chosen": [1, 2, 5],
    "six numbers": [0, 1, 2, 3, 4, 5],
    "and what the index knows": [0, 1, 2, 3, 4, 5, 7, 8],
    "SIFT alone": [0, 1, 2],
    "LighterGlue alone": [3, 4, 5],
    "without agreement": [1, 5],
}
"""By columns of `Judged.numbers`."""


@dataclass(frozen=True)
class Judged:
    """One query's judged candidates.

    Attributes:
        data: the set it is of.
        kind: the sort of thing.
        numbers: (head, 9), what `numbers_of` returns, and what the index knows: the cosine, and the vote's logarithm.
        pairs: what is right.
        ranking: the index's answer, content ids and scores.
        positives: the content ids that are right.
        likes: asks the index what is like another photo.
    """

    data: str
    kind: str
    numbers: Floats
    pairs: QueryPairs
    ranking: tuple[list[int], Floats]
    positives: frozenset[int]
    likes: Likes

    def after_second_hop(self, matches: Floats, weight: float) -> float:
        """Average precision where the sure ones of the head ask again, with λ = `weight`."""
        fusion = Fusion(weight, BROAD_INDEX_SCORE, BROAD_INDEX, None, 0.0, calibrated=True)
        known = dict(enumerate(matches.tolist()))
        results = [
            Result(content_id, score, known.get(place), fusion.score(score, known.get(place, 0.0)))
            for place, (content_id, score) in enumerate(zip(*self.ranking, strict=True))
        ]
        head = sorted(results[: len(matches)], key=lambda result: -result.score)
        hop = SecondHop(self.likes.of, lambda ids: ())
        ordered, _ = hop.applied([*head, *results[len(matches) :]], len(head), fusion)
        return average_precision([result.content_id for result in ordered], self.positives)


class Likes:
    """What the index of a library finds like each of its photos, asked once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._found: dict[int, dict[int, float]] = {}

    def of(self, content_id: int) -> dict[int, float]:
        """The first `DEPTH` of them, with their scores."""
        if content_id not in self._found:
            settings = SearchSettings(limit=DEPTH)
            *_, ranking = self._library.search.rankings(Query(content_id=content_id), settings, NO_JUDGE)
            self._found[content_id] = {result.content_id: result.index_score for result in ranking.results}
        return self._found[content_id]


def photo(path: Path) -> JudgePhoto:
    """A photo as judges take it; nothing is kept of it."""
    return JudgePhoto("", lambda side: decode(read_file(path), side).image)


class Gallery:
    """The features of a set's photos, extracted once."""

    def __init__(self) -> None:
        self._found: dict[Path, PhotoFeatures] = {}

    def features(self, path: Path) -> PhotoFeatures:
        """The features of a photo."""
        if path not in self._found:
            self._found[path] = features_of(photo(path), None)
        return self._found[path]


def ground_truth(name: str) -> GroundTruth:
    """A set's ground truth; its gallery always has dev's distractors."""
    truth = read_ground_truth(evaluation_data() / name / "ground_truth.json")
    distractors = (evaluation_data() / "dev" / "distractors").resolve()
    return replace(truth, gallery=tuple(dict.fromkeys([*truth.gallery, distractors])))


def judge(name: str, library: Library, top: int, keep: Path) -> list[Judged]:
    """Search with all queries of a set and weigh their candidates."""
    truth, gallery, likes = ground_truth(name), Gallery(), Likes(library)
    for _ in library.scan([library.folders.add(path) for path in truth.gallery]):
        pass
    ids = library.photos.ids_by_path()
    paths = {number: path for path, number in ids.items()}
    settings = SearchSettings(limit=len(library))
    found = []
    for number, query in enumerate(truth.queries):
        *_, ranking = library.search.rankings(Query(content_id=ids[query.photo]), settings, NO_JUDGE)
        junk = {ids[path] for path in query.junk - query.positives if path in ids}
        results = [result for result in ranking.results if result.content_id not in junk]
        scores = np.array([result.index_score for result in results])
        place = keep / f"{name}-{top}-{number}.npy"
        if not place.exists():
            own = gallery.features(query.photo)
            others = [gallery.features(paths[result.content_id]) for result in results[:top]]
            np.save(place, np.array([numbers_of(own, other) for other in others]))
        known = [[result.similarity, np.log1p(result.vote or 0.0)] for result in results[:top]]
        positives = frozenset(ids[path] for path in query.positives if path in ids)
        right = np.array([result.content_id in positives for result in results])
        pairs = QueryPairs(
            query.group,
            np.array([result.similarity for result in results[:top]]),
            np.array([result.vote for result in results[:top]], np.float64),
            np.full(len(known), np.nan),
            right[:top],
            np.flatnonzero(right[top:]) + top + 1,
            len(query.positives),
        )
        answer = [result.content_id for result in results], scores
        numbers = np.hstack([np.load(place), known])
        found.append(Judged(name, query.kind, numbers, pairs, answer, positives, likes))
    return found


def numbers_of(query: PhotoFeatures, candidate: PhotoFeatures) -> list[float]:
    """Logarithms of what there is to know of a pair.

    Of SIFT the inliers, their distinctness and the agreement; of LighterGlue the matches, the inliers and the summed
    probability of these; and the distinctness of the mirror image.
    """
    sift, learned = (
        correspond(query.sift, candidate.sift),
        correspond_learned(query.learned, candidate.learned),
    )
    mirrored = correspond(query.mirrored_sift, candidate.sift)
    distinctness, agreement, probability = evidence.numbers(sift, learned)
    learned_numbers = [learned.matches, len(learned.weights), probability]
    logs: list[float] = np.log1p(
        [len(sift.weights), distinctness, agreement, *learned_numbers, float(mirrored.weights.sum())]
    ).tolist()
    return logs


def fit(numbers: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    """Weights and offset of greatest likelihood with none below 0, by Newton's method.

    More evidence must never be less probable; numbers that would count against are left out.
    """
    middle, spread = numbers.mean(axis=0), numbers.std(axis=0) + 1e-9
    design = np.column_stack([(numbers - middle) / spread, np.ones(len(numbers))])
    weights = weights / weights.mean()
    pull = np.append(np.full(numbers.shape[1], RIDGE), 0.0)
    active = np.ones(design.shape[1], bool)
    while True:
        curve = np.zeros(design.shape[1])
        for _ in range(30):
            probability = 1 / (1 + np.exp(-design @ curve))
            slope = design.T @ (weights * (probability - right)) + pull * curve
            bend = (design * (weights * probability * (1 - probability))[:, None]).T @ design + np.diag(pull)
            curve[active] -= np.linalg.solve(bend[np.ix_(active, active)], slope[active])
        falling = np.append(curve[:-1] < 0, False)
        if not falling.any():
            break
        active &= ~falling
    return np.append(curve[:-1] / spread, curve[-1] - (curve[:-1] * middle / spread).sum())


class Study:
    """All judged queries, and what a choice of numbers makes of them."""

    def __init__(self, judged: list[Judged]) -> None:
        self._judged = judged
        self._pairs = JudgedPairs([one.pairs for one in judged])
        self._ends = np.cumsum([len(one.pairs.right) for one in judged])[:-1]
        self._folds = deal(self._pairs.groups)
        self._numbers = np.concatenate([one.numbers for one in judged])
        self._scores = np.concatenate([one.ranking[1][: len(one.numbers)] for one in judged])
        groups = [one.pairs.group for one in judged]
        self.groups = sorted(set(groups))
        self._of = np.array([self.groups.index(group) for group in groups])
        first = [groups.index(group) for group in self.groups]
        self.sets = np.array([judged[number].data for number in first])
        self.kinds = np.array([judged[number].kind for number in first])
        self.discs = np.array([group.startswith("dvd_") for group in self.groups])
        fold = dict(zip(self._pairs.groups.tolist(), self._folds.tolist(), strict=True))
        self._fold_of = np.array([fold[group] for group in self.groups])

    def precision(self, scores: Floats) -> Floats:
        """Average precision of each group when the heads are ordered by `scores` (pairs,)."""
        heads = np.split(scores, self._ends)
        values = np.array([one.pairs.precision(head) for one, head in zip(self._judged, heads, strict=True)])
        return np.bincount(self._of, values) / np.bincount(self._of)

    def index(self) -> Floats:
        """The index's order."""
        return self.precision(self._scores)

    def matches(self, columns: list[int]) -> Floats:
        """Each pair's probability by a curve fitted on other groups, (pairs,)."""
        found = np.zeros(len(self._numbers))
        for fold in np.unique(self._folds):
            inside = self._folds == fold
            curve = self.fit(columns, ~inside)
            found[inside] = 1 / (1 + np.exp(-self._numbers[inside][:, columns] @ curve[:-1] - curve[-1]))
        return found

    def fit(self, columns: list[int], rows: NDArray[np.bool_] | None = None) -> Floats:
        """The curve over some numbers, of some pairs."""
        chosen = np.ones(len(self._numbers), bool) if rows is None else rows
        numbers = self._numbers[chosen][:, columns]
        return fit(numbers, self._pairs.right[chosen], self._pairs.weights[chosen])

    def fused(self, matches: Floats, second_hop: bool = False) -> Floats:
        """Average precision of each group, with λ chosen on other groups."""
        swept = np.array(
            [self.precision(weight * self._scores + (1 - weight) * matches) for weight in WEIGHTS]
        )
        found = np.zeros(len(self.groups))
        heads = np.split(matches, self._ends)
        for fold in np.unique(self._fold_of):
            inside = self._fold_of == fold
            best = int(swept[:, ~inside].mean(axis=1).argmax())
            found[inside] = swept[best][inside]
            for group in np.flatnonzero(inside) if second_hop else ():
                queries = np.flatnonzero(self._of == group)
                found[group] = np.mean(
                    [self._judged[n].after_second_hop(heads[n], float(WEIGHTS[best])) for n in queries]
                )
        return found

    def error(self, matches: Floats) -> float:
        """The expected calibration error."""
        return reliability(matches, self._pairs.right, self._pairs.weights).error


def interval(values: Floats) -> str:
    """The mean and its 95 % bootstrap interval."""
    random = np.random.default_rng(0)
    means = values[random.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{values.mean():.3f} [{low:.3f},{high:.3f}]"


def show(study: Study, name: str, values: Floats, against: Floats, error: float | None) -> None:
    """One row."""
    cells = [f"{data} {interval(values[study.sets == data])}" for data in dict.fromkeys(study.sets)]
    cells.append(f"without DVDs {values[(study.sets == 'dev') & ~study.discs].mean():.3f}")
    cells.append(f"gain {interval(values - against)}")
    cells.append("" if error is None else f"ECE {error:.4f}")
    for data in dict.fromkeys(study.sets):
        inside = study.sets == data
        kinds = sorted(set(study.kinds[inside]))
        cells.append(
            " ".join(f"{kind} {values[inside & (study.kinds == kind)].mean():.3f}" for kind in kinds)
        )
    print(f"{name:26s}", "  ".join(filter(None, cells)), flush=True)


def main() -> None:
    """Judge every query and print the choices."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", default="dev,dev2")
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as opened:
        keep = options.keep or Path(scratch)
        keep.mkdir(exist_ok=True)
        judged: list[Judged] = []
        for name in options.sets.split(","):
            library = opened.enter_context(Library(keep / f"library-{name}"))
            judged += judge(name, library, options.top, keep)
        study = Study(judged)
        chosen = study.matches(CHOICES["chosen"])
        best = study.fused(chosen)
        show(study, "the index", study.index(), best, None)
        for name, columns in CHOICES.items():
            matches = study.matches(columns)
            show(study, name, study.fused(matches), best, study.error(matches))
        show(study, "chosen, second hop", study.fused(chosen, second_hop=True), best, None)
        curve = study.fit(CHOICES["chosen"])
        print("WEIGHTS", curve[:-1].round(3).tolist(), "OFFSET", round(float(curve[-1]), 3))


if __name__ == "__main__":
    main()
