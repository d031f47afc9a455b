"""Finding by details: what constants and vocabularies do to the ranking, with the embedded descriptor and no judge.

    python -m tests.benchmarks.details_choices [--set dev] [--home FOLDER] [--vocabulary FILE] [MAX_ENTRIES=500 ...]

Each argument is one choice: constants of `voting`, `entries`, `snapshot` and `vocabulary`, joined by commas; an empty
one is the product as it is. Photos are ranked by ``cosine + weight · log(1 + vote)``; mAP is averaged per group first,
also without the groups of DVD covers, which carry much of the gain. A second line has, with the weight that ships, the
positives among the first 100, what each kind of thing gains over the cosine alone with its 95 % interval over groups,
and the things that lose most. Equal scores are in random order. For a set without
distractors of its own, like dev2, those of dev are added. Features and descriptors are kept in ``--home``.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.ground_truth import read_ground_truth
from lookalike.evaluation.metrics import mean_by_group
from lookalike.index.inverted import entries, snapshot, vocabulary, voting
from lookalike.index.inverted.segment import InvertedSegment, encode_segment
from lookalike.index.inverted.vocabulary import Vocabulary
from lookalike.local_features import DETECTOR, LocalFeatures, extract
from lookalike.photos import decode, is_photo, read_file
from tests.benchmarks.fusion_choices import interval
from tests.benchmarks.geometry_choices import describe
from tests.data import evaluation_data
from tests.ranking_metrics import average_precision

SHIPPED = 0.06
WEIGHTS = (0.0, 0.04, SHIPPED, 0.09)
MODULES = (voting, entries, snapshot, vocabulary)


@dataclass(frozen=True)
class Task:
    """A query: its group and kind, its place in the gallery, its positives and what is left out of its ranking."""

    group: str
    kind: str
    number: int
    positives: frozenset[int]
    left_out: frozenset[int]


class Gallery:
    """Photos with their descriptors and local features, and the queries among them."""

    def __init__(self, name: str, home: Path) -> None:
        data = evaluation_data()
        truth = read_ground_truth(data / name / "ground_truth.json")
        folders = {*truth.gallery, (data / "dev" / "distractors").resolve()}
        paths = sorted(path for folder in folders for path in folder.rglob("*") if is_photo(path))
        numbers = {path: number for number, path in enumerate(paths)}
        self.vectors = describe(paths, home)
        self.features = found_features(paths, home / f"{name}-{DETECTOR}.pickle")
        self.tasks = [
            Task(
                query.group,
                query.kind,
                numbers[query.photo],
                frozenset(numbers[path] for path in query.positives),
                frozenset({numbers[query.photo], *(numbers[path] for path in query.junk if path in numbers)}),
            )
            for query in truth.queries
        ]


def found_features(paths: Sequence[Path], kept: Path) -> list[LocalFeatures]:
    """The photos' local features, found at the first call."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(
            pickle.dumps([extract(decode(read_file(path), 640).image).to_bytes() for path in paths])
        )
    found = [LocalFeatures.from_bytes(blob) for blob in pickle.loads(kept.read_bytes())]
    return [one for one in found if one is not None]


def put_in_place(choice: str) -> dict[tuple[Any, str], Any]:
    """Set the constants of a choice; gives what was there before."""
    before = {}
    for name, value in (setting.split("=") for setting in choice.split(",") if setting):
        for module in MODULES:
            if hasattr(module, name):
                before[module, name] = getattr(module, name)
                setattr(module, name, type(before[module, name])(float(value)))
    return before


def report(gallery: Gallery, words: Vocabulary, choice: str) -> None:
    """Print one choice's line."""
    count = len(gallery.features)
    started = time.process_time()
    made = entries.Entries.of(np.arange(count), gallery.features, words)
    assigned = 1000 * (time.process_time() - started) / count
    segment = snapshot.LiveSegment(InvertedSegment(encode_segment(made)))
    index = snapshot.Snapshot(words, (segment,))
    spent = []
    precisions: dict[float, list[tuple[str, float]]] = {weight: [] for weight in WEIGHTS}
    recalls: list[tuple[str, float]] = []
    order = np.random.default_rng(7).permutation(count)
    for task in gallery.tasks:
        begun = time.process_time()
        votes = np.zeros(count, np.float32)
        found = index.vote(gallery.features[task.number], count, None, None)
        votes[found.ids] = found.votes
        spent.append(1000 * (time.process_time() - begun))
        cosines = gallery.vectors @ gallery.vectors[task.number]
        for weight in WEIGHTS:
            ranking = ranked(cosines + weight * np.log1p(votes), order, task.left_out)
            precisions[weight].append((task.group, average_precision(ranking, task.positives)))
            if weight == SHIPPED:
                recalls.append((task.group, len(task.positives & {*ranking[:100]}) / len(task.positives)))
    columns = []
    for weight, values in precisions.items():
        others = [value for value in values if not value[0].startswith("dvd")]
        columns.append(f"{weight:g}: {mean_by_group(values):.4f} ({mean_by_group(others):.4f})")
    size = segment.segment.content.size / count
    print(
        f"{choice or 'as shipped':28} {'  '.join(columns)}  {size:,.0f} bytes, {assigned:.1f} ms a photo, "
        f"{statistics.fmean(spent):.1f} ms a query",
        flush=True,
    )
    kinds = {task.group: task.kind for task in gallery.tasks}
    alone, with_votes = (of_groups(precisions[weight]) for weight in (0.0, SHIPPED))
    gains = {group: with_votes[group] - alone[group] for group in kinds}
    told = [f"recall@100 {mean_by_group(recalls):.4f}"]
    for kind in sorted({*kinds.values()}):
        of_kind = np.array([gain for group, gain in gains.items() if kinds[group] == kind])
        told.append(f"{kind} {interval(of_kind)}")
    worst = sorted(gains, key=lambda group: gains[group])[:5]
    told.append("least: " + ", ".join(f"{group} {gains[group]:+.3f}" for group in worst))
    print("    " + "  ".join(told), flush=True)


def of_groups(values: Sequence[tuple[str, float]]) -> dict[str, float]:
    """The mean of each group."""
    groups: dict[str, list[float]] = {}
    for group, value in values:
        groups.setdefault(group, []).append(value)
    return {group: statistics.fmean(some) for group, some in groups.items()}


def ranked(scores: NDArray[np.float32], order: NDArray[np.int64], left_out: frozenset[int]) -> list[int]:
    """The photos by descending score, equal ones as in `order`."""
    ranking = order[np.argsort(-scores[order], kind="stable")].tolist()
    return [number for number in ranking if number not in left_out]


def main() -> None:
    """Measure every choice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("choices", nargs="*", default=[""])
    parser.add_argument("--set", default="dev")
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "lookalike-details")
    parser.add_argument("--vocabulary", type=Path)
    options = parser.parse_args()
    words = vocabulary.shipped_vocabulary()
    if options.vocabulary is not None:
        words = vocabulary.read_vocabulary(options.vocabulary)
    gallery = Gallery(options.set, options.home)
    for choice in options.choices:
        before = put_in_place(choice)
        try:
            report(gallery, words, choice)
        finally:
            for (module, name), value in before.items():
                setattr(module, name, value)


if __name__ == "__main__":
    main()
