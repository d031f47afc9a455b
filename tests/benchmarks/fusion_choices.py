"""Prints what the vote of details, λ and the number of judged candidates bring.

    python -m tests.benchmarks.fusion_choices [GROUND_TRUTH.json] [--judge geometry] [--library FOLDER] [--top 100]
        [--without PREFIX]

First mAP without a judge for weights of the vote, with 95 % intervals (bootstrap over groups), also of the gain, and
for details of only half of the photos. Then mAP (per group first) for λ from 0 to 1 with the judge's answers as
calibrated, for fewer and more candidates. Each half of the groups is also taken alone, to show how much a λ owes to the
groups it was chosen on. With ``--library`` the indexed photos and the answers are kept for the next time.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.cli.output import run_with_progress
from lookalike.evaluation.calibrating import VOTE_WEIGHTS
from lookalike.evaluation.datasets.own import OwnDataset
from lookalike.evaluation.evaluate import evaluate
from lookalike.evaluation.metrics import mean_by_group
from lookalike.evaluation.pairs import QueryPairs
from lookalike.library import Library
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore
from lookalike.search.settings import SearchSettings
from tests.data import evaluation_data

RESAMPLED = 2000
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
TOPS = (10, 20, 30, 50, 70, 100, 150, 200)


def head(query: QueryPairs, top: int) -> QueryPairs:
    """A query's pairs as if only the first `top` candidates had been judged."""
    behind = np.flatnonzero(query.right[top:]) + top + 1
    return QueryPairs(
        query.group,
        query.cosines[:top],
        query.votes[:top],
        query.logits[:top],
        query.right[:top],
        np.concatenate([behind, query.tail]),
        query.positives,
    )


def precision(query: QueryPairs, fusion: Fusion, weight: float) -> tuple[str, float]:
    """Group and average precision with λ = `weight`."""
    fused = fusion.with_weight(weight)
    matches = [None if np.isnan(logit) else fused.judged(sigmoid(logit), logit) for logit in query.logits]
    pairs = zip(fusion.index_score(query.cosines, query.votes).tolist(), matches, strict=True)
    return query.group, query.precision(np.array([fused.score(score, match) for score, match in pairs]))


def sigmoid(logit: float) -> float:
    """The judge's own word."""
    return float(1 / (1 + np.exp(-logit)))


def interval(values: NDArray[np.float64]) -> str:
    """Mean and its 95 % interval by bootstrap."""
    chosen = np.random.default_rng(0).integers(0, len(values), (RESAMPLED, len(values)))
    low, high = np.percentile(values[chosen].mean(axis=1), [2.5, 97.5])
    return f"{values.mean():.4f} [{low:.3f}, {high:.3f}]"


def of_groups(queries: Sequence[QueryPairs], score: IndexScore, lacking: float = 0.0) -> NDArray[np.float64]:
    """Mean precision of each group, (groups,), ranked by the index alone; `lacking` is the share without details."""
    random = np.random.default_rng(1)
    values: defaultdict[str, list[float]] = defaultdict(list)
    for query in queries:
        votes = np.where(random.random(len(query.votes)) < lacking, np.nan, query.votes)
        values[query.group].append(query.precision(score(query.cosines, votes).astype(np.float64)))
    return np.array([np.mean(values[name]) for name in sorted(values)])


def print_votes(queries: Sequence[QueryPairs], shipped: IndexScore) -> None:
    """What the vote brings, by its weight."""
    alone = of_groups(queries, IndexScore(0.0))
    print(f"{'w':>6}  {'mAP':24}{'gain':26}half without details")
    for weight in VOTE_WEIGHTS:
        score = replace(shipped, weight=weight)
        values = of_groups(queries, score)
        half = of_groups(queries, score, 0.5).mean()
        print(f"{weight:6.3f}  {interval(values):24}{interval(values - alone):26}{half:.4f}", flush=True)


def main() -> None:
    """Judge every query and print the choices."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ground_truth", type=Path, nargs="?")
    parser.add_argument("--judge", default="geometry")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--top", type=int, default=100)
    parser.add_argument("--without", default="-", help="leave out groups whose names begin so")
    options = parser.parse_args()
    dataset = OwnDataset(options.ground_truth or evaluation_data() / "dev" / "ground_truth.json")
    with (
        tempfile.TemporaryDirectory() as scratch,
        Library(options.library or Path(scratch)) as library,
    ):
        work = evaluate(dataset, library, options.judge, SearchSettings(top=options.top))
        report = run_with_progress(work, quiet=False)
        judge = library.judges.get(options.judge)
        fusion = library.search.fusion(judge)
    queries = [query for query in report.pairs.queries if not query.group.startswith(options.without)]
    groups = sorted({query.group for query in queries})
    print_votes(queries, fusion.index_score)
    if judge is None:
        return
    tops = [top for top in TOPS if top <= options.top]
    print(f"{'λ':>5}" + "".join(f"{f'top {top}':>9}" for top in tops) + f"{'half':>9}{'other':>9}")
    for weight in WEIGHTS:
        row = []
        for top in tops:
            values = [precision(head(query, top), fusion, weight) for query in queries]
            row.append(mean_by_group(values))
        halves = [mean_by_group(v for v in values if v[0] in groups[start::2]) for start in (0, 1)]
        print(f"{weight:5.1f}" + "".join(f"{value:9.4f}" for value in [*row, *halves]), flush=True)


if __name__ == "__main__":
    main()
