"""Finds the constants of `lookalike.search.fusion` on a data set with ground truth.

    python -m tests.benchmarks.fusion_choices [GROUND_TRUTH.json] [--library FOLDER] [--top 100]

Prints mAP (per group first) for λ from 0 to 1 with the geometric judge, the logistic curve that turns a cosine into
a probability, and the expected calibration errors of that curve and of the judge. Each half of the groups is also
taken alone, to show how much a λ owes to the groups it was chosen on. With ``--library`` the indexed photos are kept
for the next time.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.evaluate import content_ids
from lookalike.evaluation.ground_truth import GroundTruth, read_ground_truth
from lookalike.evaluation.metrics import average_precision, mean_by_group
from lookalike.library import Library
from lookalike.search.fusion import WEIGHT
from lookalike.search.query import Query
from lookalike.search.searcher import SearchSettings
from tests.data import evaluation_data

BINS = 15
"""Equal bins of probability for the expected calibration error."""


@dataclass(frozen=True)
class Judged:
    """One query's ranking by similarity, its judged head, and what is right."""

    group: str
    ids: list[int]
    similarity: NDArray[np.float64]
    match: NDArray[np.float64]
    positives: set[int]
    junk: set[int]

    def precision(self, weight: float) -> float:
        """Average precision with λ = `weight`."""
        head = len(self.match)
        score = weight * self.similarity[:head] + (1 - weight) * self.match
        order = [self.ids[n] for n in np.argsort(-score, kind="stable")] + self.ids[head:]
        return average_precision([number for number in order if number not in self.junk], self.positives)


def judged(truth: GroundTruth, library: Library, top: int) -> list[Judged]:
    """Every query, judged; indexes the gallery first."""
    for path in truth.gallery:
        library.add_folder(path)
    for progress in library.scan():
        print(f"\r{progress.stage} {progress.done}", end="", flush=True)
    ids = content_ids(library)
    found = []
    for count, query in enumerate(truth.queries, start=1):
        print(f"\rjudging {count} of {len(truth.queries)}", end="", flush=True)
        own = ids[query.image]
        *_, ranking = library.search(Query(content_id=own), SearchSettings(top, len(library)), "geometry")
        results = sorted(ranking.results, key=lambda result: (-result.similarity, result.content_id))
        positives = {ids[path] for path in query.positives} - {own}
        found.append(
            Judged(
                query.group,
                [result.content_id for result in results],
                np.array([result.similarity for result in results]),
                np.array([result.match or 0.0 for result in results[:top]]),
                positives,
                {ids[path] for path in query.junk if path in ids} - positives,
            )
        )
    print()
    return found


def logistic(values: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of the logistic curve of greatest likelihood (Newton's method)."""
    features = np.column_stack([values, np.ones(len(values))])
    weights = np.zeros(2)
    for _ in range(60):
        probability = 1 / (1 + np.exp(-features @ weights))
        curvature = (features * (probability * (1 - probability))[:, None]).T @ features
        weights += np.linalg.solve(curvature, features.T @ (right - probability))
    return float(weights[0]), float(weights[1])


def calibration_error(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over `BINS` equal bins."""
    places = np.minimum((probability * BINS).astype(int), BINS - 1)
    gaps = [
        (places == place).mean() * abs(probability[places == place].mean() - right[places == place].mean())
        for place in np.unique(places)
    ]
    return float(sum(gaps))


def main() -> None:
    """Judge every query and print the choices."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ground_truth", type=Path, nargs="?")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--top", type=int, default=100)
    options = parser.parse_args()
    truth = read_ground_truth(options.ground_truth or evaluation_data() / "dev" / "ground_truth.json")
    with (
        tempfile.TemporaryDirectory() as scratch,
        Library(options.library or Path(scratch)) as library,
    ):
        queries = judged(truth, library, options.top)
    groups = sorted({query.group for query in queries})
    print(f"{'λ':>5} {'all':>7} {'half':>7} {'other':>7}")
    for weight in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        values = [(query.group, query.precision(weight)) for query in queries]
        halves = [mean_by_group(v for v in values if v[0] in groups[start::2]) for start in (0, 1)]
        print(f"{weight:5.1f} {mean_by_group(values):7.4f} {halves[0]:7.4f} {halves[1]:7.4f}")
    pairs = [
        (similarity, number in query.positives, query.match[rank] if rank < len(query.match) else np.nan)
        for query in queries
        for rank, (number, similarity) in enumerate(zip(query.ids, query.similarity, strict=True))
        if number not in query.junk
    ]
    cosine, right, match = (np.array(column) for column in zip(*pairs, strict=True))
    slope, offset = logistic(cosine, right)
    looked = ~np.isnan(match)
    score = WEIGHT * cosine[looked] + (1 - WEIGHT) * match[looked]
    steepness, height = logistic(score, right[looked])
    print(f"score at which half show the same, with λ {WEIGHT}: {-height / steepness:.2f}")
    print(f"cosine: slope {slope:.1f}, offset {offset:.1f}")
    fitted = 1 / (1 + np.exp(-slope * cosine - offset))
    print(f"expected calibration error, cosine: {calibration_error(fitted, right):.4f}")
    print(
        f"expected calibration error, judge, on its pairs: {calibration_error(match[looked], right[looked]):.4f}"
    )


if __name__ == "__main__":
    main()
