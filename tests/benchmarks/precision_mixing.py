"""Whether descriptors of the embedded network's kinds of arithmetic can lie in one library.

    python -m tests.benchmarks.precision_mixing [SET ...]

Each SET is a folder with ``ground_truth.json`` and ``images``; without any, the evaluation photos. The distractors of
the first go with all. Every photo is described in each arithmetic, and in PyTorch in float32 as versions before
OpenVINO did. Then queries of one kind search galleries of another, or of two kinds by halves. Descriptors are rounded
to fp16, as the catalog keeps them. The calibration error is that of the shipped curve for the cosine, over the first
hundred of each query, in ten bins.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike import app_paths
from lookalike.descriptors.efficientnet import MIDDLES, EfficientNetDescriber
from lookalike.descriptors.embedded_network import SIDE, EmbeddedNetwork, Precision
from lookalike.descriptors.unit import unit_rows
from lookalike.evaluation.ground_truth import GroundTruth, read_ground_truth
from lookalike.evaluation.metrics import mean_by_group
from lookalike.photos import decode, is_photo, read_file
from lookalike.search.calibration import Calibrations
from tests.benchmarks.indexing import Pixels, torch_describe
from tests.data import evaluation_data
from tests.ranking_metrics import average_precision

BATCH = 8
FIRST = 100
BINS = 10
TORCH = "torch"
KINDS = (TORCH, *(Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8))

Vectors = NDArray[np.float32]


def describe_all(photos: Sequence[Path]) -> dict[str, Vectors]:
    """Descriptors of all photos by arithmetic."""
    describer = EfficientNetDescriber()
    networks = {kind: EmbeddedNetwork(Precision(kind)) for kind in KINDS if kind != TORCH}
    in_torch = torch_describe()
    found: dict[str, list[Vectors]] = {kind: [] for kind in KINDS}
    for first in range(0, len(photos), BATCH):
        some = photos[first : first + BATCH]
        pixels: list[Pixels] = [
            describer.prepare(decode(read_file(path), describer.decode_size).image) for path in some
        ]
        found[TORCH].append(np.concatenate([in_torch([one]) for one in pixels]))
        for kind, network in networks.items():
            views = unit_rows(network(np.stack(pixels).reshape(-1, SIDE, SIDE, 3)))
            found[kind].append(unit_rows(views.reshape(len(some), len(MIDDLES), -1).sum(axis=1)))
        print(f"\r{first + len(some)} of {len(photos)} photos", end="", flush=True)
    print()
    return {kind: np.concatenate(rows).astype(np.float16).astype(np.float32) for kind, rows in found.items()}


def figures(
    truth: GroundTruth, photos: Sequence[Path], gallery: Sequence[int], queries: Vectors, kept: Vectors
) -> tuple[float, float, float]:
    """mAP and recall of the first hundred, averaged per group first, and the calibration error."""
    number = {path: row for row, path in enumerate(photos)}
    calibration = Calibrations(app_paths.calibrations()).get(EfficientNetDescriber.key, "")
    assert calibration is not None
    precisions, recalls, probabilities, right = [], [], [], []
    for query in truth.queries:
        row = number[query.photo]
        positives = {number[path] for path in query.positives if path in number}
        dropped = {row, *(number[path] for path in query.junk if path in number)}
        cosines = kept @ queries[row]
        ranking = sorted((n for n in gallery if n not in dropped), key=lambda n: -cosines[n])
        precisions.append((query.group, average_precision(ranking, positives)))
        recalls.append((query.group, len(positives & set(ranking[:FIRST])) / len(positives)))
        probabilities += [calibration.index(float(cosines[n])) for n in ranking[:FIRST]]
        right += [n in positives for n in ranking[:FIRST]]
    told, true = np.array(probabilities), np.array(right, float)
    bins = np.minimum((told * BINS).astype(int), BINS - 1)
    error = sum(abs(told[bins == one].sum() - true[bins == one].sum()) for one in range(BINS)) / len(told)
    return mean_by_group(precisions), mean_by_group(recalls), error


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", type=Path, nargs="*")
    options = parser.parse_args()
    sets = [path.resolve() for path in options.sets or [evaluation_data() / name for name in ("dev", "dev2")]]
    folders = [*(one / "images" for one in sets), sets[0] / "distractors"]
    photos = [path for folder in folders for path in sorted(folder.rglob("*")) if is_photo(path)]
    vectors = describe_all(photos)
    for kind in KINDS[1:]:
        cosines = (unit_rows(vectors[kind]) * unit_rows(vectors[TORCH])).sum(axis=1)
        print(f"{kind}: cosine to torch {cosines.min():.4f} at least, {cosines.mean():.4f} on average")
    half = np.random.default_rng(1).random(len(photos)) < 0.5
    for one in sets:
        truth = read_ground_truth(one / "ground_truth.json")
        inside = (one / "images", folders[-1])
        gallery = [n for n, path in enumerate(photos) if any(folder in path.parents for folder in inside)]
        print(f"{one.name}: {len(truth.queries)} queries, {len(gallery)} photos")
        print(f"{'query':>6} {'library':14}    mAP  R@{FIRST}  error")
        for query, (first, second) in itertools.product(
            KINDS, itertools.combinations_with_replacement(KINDS, 2)
        ):
            kept = np.where(half[:, None], vectors[first], vectors[second])
            mean, recall, error = figures(truth, photos, gallery, vectors[query], kept)
            name = first if first == second else f"{first} + {second}"
            print(f"{query:>6} {name:14} {mean:6.4f} {recall:6.4f} {error:6.4f}", flush=True)


if __name__ == "__main__":
    main()
