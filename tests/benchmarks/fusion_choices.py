"""Prints what λ and the number of judged candidates bring, for the constants of `lookalike.search.fusion`.

    python -m tests.benchmarks.fusion_choices [GROUND_TRUTH.json] [--judge geometry] [--library FOLDER] [--top 100]

mAP (per group first) for λ from 0 to 1 with the judge's answers as calibrated, for fewer and more candidates. Each half
of the groups is also taken alone, to show how much a λ owes to the groups it was chosen on. With ``--library`` the
indexed photos and the answers are kept for the next time.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from lookalike.cli.output import run_with_progress
from lookalike.evaluation.datasets.own import OwnDataset
from lookalike.evaluation.evaluate import evaluate
from lookalike.evaluation.metrics import mean_by_group
from lookalike.evaluation.pairs import QueryPairs
from lookalike.library import Library
from lookalike.search.fusion import Fusion
from lookalike.search.settings import SearchSettings
from tests.data import evaluation_data

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
TOPS = (10, 20, 30, 50, 70, 100, 150, 200)


def head(query: QueryPairs, top: int) -> QueryPairs:
    """A query's pairs as if only the first `top` candidates had been judged."""
    behind = np.flatnonzero(query.right[top:]) + top + 1
    return QueryPairs(
        query.group,
        query.similarities[:top],
        query.logits[:top],
        query.right[:top],
        np.concatenate([behind, query.tail]),
        query.positives,
    )


def precision(query: QueryPairs, fusion: Fusion, weight: float) -> tuple[str, float]:
    """Group and average precision with λ = `weight`."""
    fused = fusion.with_weight(weight)
    matches = [None if np.isnan(logit) else fused.judged(sigmoid(logit), logit) for logit in query.logits]
    pairs = zip(query.similarities, matches, strict=True)
    return query.group, query.precision(np.array([fused.score(cosine, match) for cosine, match in pairs]))


def sigmoid(logit: float) -> float:
    """The judge's own word."""
    return float(1 / (1 + np.exp(-logit)))


def main() -> None:
    """Judge every query and print the choices."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ground_truth", type=Path, nargs="?")
    parser.add_argument("--judge", default="geometry")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--top", type=int, default=100)
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
    groups = sorted({query.group for query in report.pairs.queries})
    tops = [top for top in TOPS if top <= options.top]
    print(f"{'λ':>5}" + "".join(f"{f'top {top}':>9}" for top in tops) + f"{'half':>9}{'other':>9}")
    for weight in WEIGHTS:
        row = []
        for top in tops:
            values = [precision(head(query, top), fusion, weight) for query in report.pairs.queries]
            row.append(mean_by_group(values))
        halves = [mean_by_group(v for v in values if v[0] in groups[start::2]) for start in (0, 1)]
        print(f"{weight:5.1f}" + "".join(f"{value:9.4f}" for value in [*row, *halves]), flush=True)


if __name__ == "__main__":
    main()
