"""What the embedded descriptor's choices bring: input size, views, pooling, and what each costs.

    python -m tests.benchmarks.descriptor_choices [FOLDER] [--sides 224 260] [--every 1]

FOLDER holds ``ground_truth.json``, ``images`` and ``distractors``; without it, the evaluation photos. Every view of
every photo goes through the published network, in PyTorch, once per side, and all poolings are made of the same
feature maps. The mAP is that of the whole ranking without the query and its junk, averaged per group first. The cost
is processor time of the network and the pooling, on one thread, relative to one whole view at 260 pixels in the same
run.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.descriptors.efficientnet import EfficientNetDescriber, view
from lookalike.descriptors.unit import unit_rows
from lookalike.errors import LookalikeError
from lookalike.evaluation.ground_truth import GroundTruth, read_ground_truth
from lookalike.evaluation.metrics import mean_by_group
from lookalike.photos import decode, is_photo, read_file
from tests.benchmarks.published_network import EfficientNetLite2, pooled
from tests.data import evaluation_data
from tests.ranking_metrics import average_precision

MIDDLES = (1.0, 0.7, 0.5)
"""Shares of a photo's width and height that a view shows."""

POOLINGS: dict[str, tuple[float, float]] = {
    "mean": (1.0, np.inf),
    "GeM 3": (3.0, np.inf),
    "GeM 3, spread 1.0": (3.0, 1.0),
    "GeM 3, spread 0.7": (3.0, 0.7),
    "GeM 3, spread 0.6": (3.0, 0.6),
    "GeM 3, spread 0.5": (3.0, 0.5),
}
"""Power and spread of each pooling."""

VIEWS: tuple[tuple[float, ...], ...] = (
    (1.0,),
    (0.7,),
    (0.5,),
    (1.0, 0.7),
    (1.0, 0.5),
    (1.0, 0.7, 0.5),
)
BATCH = 4
REFERENCE_SIDE = 260

Vectors = NDArray[np.float32]
Choice = tuple[int, float, str]


def describe_all(
    photos: Sequence[Path], sides: Sequence[int]
) -> tuple[dict[Choice, Vectors], dict[int, float]]:
    """Unit vectors of every photo by side, view and pooling, and the milliseconds of one view by side."""
    import torch

    torch.set_num_threads(1)
    vectors: dict[Choice, list[Vectors]] = {}
    seconds = dict.fromkeys(sides, 0.0)
    networks = {side: EfficientNetLite2(side) for side in sides}
    with torch.inference_mode():
        for first in range(0, len(photos), BATCH):
            images = [_read(path) for path in photos[first : first + BATCH]]
            for side, middle in itertools.product(sides, MIDDLES):
                pixels = torch.from_numpy(np.stack([view(image, middle, side) for image in images]))
                started = time.process_time()
                maps = networks[side](pixels)
                pooled(maps, *POOLINGS["GeM 3"])
                seconds[side] += time.process_time() - started
                for name, (power, spread) in POOLINGS.items():
                    rows = unit_rows(pooled(maps, power, spread).numpy())
                    vectors.setdefault((side, middle, name), []).append(rows)
            print(f"\r{first + len(images)} of {len(photos)} photos", end="", flush=True)
    print()
    milliseconds = {side: 1000 * total / len(photos) / len(MIDDLES) for side, total in seconds.items()}
    return {choice: np.concatenate(rows) for choice, rows in vectors.items()}, milliseconds


def _read(path: Path) -> Image.Image:
    try:
        return decode(read_file(path), EfficientNetDescriber.decode_size).image
    except LookalikeError as error:
        print(f"\n{error}")
        return Image.new("RGB", (8, 8))


def figures(truth: GroundTruth, photos: Sequence[Path], vectors: Vectors) -> dict[str, float]:
    """mAP overall and by kind."""
    number = {path: row for row, path in enumerate(photos)}
    scored = []
    for query in truth.queries:
        row = number[query.photo]
        positives = {number[path] for path in query.positives if path in number}
        dropped = {row, *(number[path] for path in query.junk if path in number)}
        order = np.argsort(-(vectors @ vectors[row]), kind="stable").tolist()
        ranking = [candidate for candidate in order if candidate not in dropped]
        scored.append((query.kind, query.group, average_precision(ranking, positives)))
    by_kind = {
        kind: mean_by_group((group, value) for of, group, value in scored if of == kind)
        for kind in sorted({kind for kind, _, _ in scored})
    }
    return {"all": mean_by_group((group, value) for _, group, value in scored), **by_kind}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sides", type=int, nargs="+", default=[REFERENCE_SIDE])
    parser.add_argument("--every", type=int, default=1, help="take every n-th distractor only")
    options = parser.parse_args()
    truth = read_ground_truth((options.folder or evaluation_data() / "dev") / "ground_truth.json")
    needed = {path for query in truth.queries for path in (query.photo, *query.positives)}
    gallery = [path for folder in truth.gallery for path in sorted(folder.rglob("*")) if is_photo(path)]
    others = [path for path in gallery if path not in needed]
    photos = [*sorted(needed), *others[:: options.every]]
    sides = sorted({*options.sides, REFERENCE_SIDE})
    vectors, milliseconds = describe_all(photos, sides)
    rows: list[tuple[Any, ...]] = []
    for side, views, pooling in itertools.product(sides, VIEWS, POOLINGS):
        found = figures(truth, photos, unit_rows(np.sum([vectors[side, v, pooling] for v in views], axis=0)))
        cost = len(views) * milliseconds[side]
        rows.append((side, "+".join(map(str, views)), pooling, found, cost))
    print(f"{len(photos)} photos, {len(truth.queries)} queries")
    kinds = list(rows[0][3])
    print(f"{'side':>4} {'views':12} {'pooling':18}", *(f"{kind:>9}" for kind in kinds), "  ms/photo  cost")
    for side, views, pooling, found, cost in rows:
        shown = " ".join(f"{found[kind]:9.4f}" for kind in kinds)
        print(
            f"{side:4} {views:12} {pooling:18} {shown} {cost:9.1f} {cost / milliseconds[REFERENCE_SIDE]:6.2f}"
        )


if __name__ == "__main__":
    main()
