"""What each choice in matching SIFT features is worth: mAP of the re-ranked list, and the time a pair takes.

    python -m tests.benchmarks.geometry_choices [--queries first] [--choices chosen,500] [--keep FOLDER]

The embedded descriptor lists the candidates of every query; each choice judges the same lists. The probability is
fitted anew for every choice, always on other groups than those it is used on, so that the figures of one row can be
compared with those of the next. Columns:

* mAP     of ``λ·cosine + (1 − λ)·match`` for the best λ, groups weighing the same; the row "index" is the cosine alone,
* gain    mean and standard error, over groups, of the difference to the row "chosen",
* ECE     expected calibration error of the probability over the judged pairs, 15 bins,
* pair    processor time of one pair with features at hand, and photo, of finding one photo's, as ratios to "chosen",
* curve   MIRROR_OFFSET, MIRROR_RISE and MIRROR_BEYOND of `evidence`, fitted on all groups.

One thread, so that the ratios mean work and not luck.
"""

from __future__ import annotations

import argparse
import os

# Before numpy is loaded: afterwards its threads are there already.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.evaluation.ground_truth import GroundTruthQuery, read_ground_truth
from lookalike.evaluation.metrics import mean_by_group
from lookalike.judges.geometry import evidence, matching
from lookalike.local_features import LocalFeatures, sift
from lookalike.photos import decode, is_photo, read_file
from tests.data import evaluation_data
from tests.ranking_metrics import average_precision

WEIGHTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
BINS = 15
FOLDS = 8


def orb(image: Image.Image) -> LocalFeatures:
    """ORB's 256 bits as vectors of ±1, whose dot product orders as the Hamming distance does."""
    import cv2

    grey = image.convert("L")
    grey.thumbnail((sift.LONGEST_SIDE, sift.LONGEST_SIDE), Image.Resampling.BICUBIC)
    detector: Any = cv2.ORB.create(sift.MAX_FEATURES)
    keypoints, found = detector.detectAndCompute(np.asarray(grey), None)
    if found is None:
        return LocalFeatures.none(grey.size)
    points = np.array([point.pt for point in keypoints]) / grey.size
    unused = np.ones(len(points), np.float32)
    made = LocalFeatures(grey.size, points.astype(np.float32), found, unused, unused)
    made.__dict__["unit_descriptors"] = (np.unpackbits(found, axis=1).astype(np.float32) * 2 - 1) / 16
    return made


def fundamental(
    first: Any, second: Any, method: int, pixels: float, mask: Any, iterations: int, confidence: float
) -> Any:
    """Stands in for ``cv2.findHomography``: the epipolar geometry of a scene with depth."""
    import cv2

    if len(first) < 8:
        return None, None
    return cv2.findFundamentalMat(first, second, method, pixels / 2, confidence, iterations)


def affine(
    first: Any, second: Any, method: int, pixels: float, mask: Any, iterations: int, confidence: float
) -> Any:
    """Stands in for ``cv2.findHomography``: six free numbers instead of eight."""
    import cv2

    return cv2.estimateAffine2D(
        first, second, None, method, ransacReprojThreshold=pixels, maxIters=iterations, confidence=confidence
    )


@dataclass(frozen=True)
class Choice:
    """One way to judge: constants that differ from the product's, another detector, another model."""

    constants: tuple[tuple[ModuleType, str, float], ...] = ()
    extract: Callable[[Image.Image], LocalFeatures] = sift.extract
    model: Callable[..., Any] | None = None
    mirror: bool = True

    @property
    def detector(self) -> object:
        """Names what the features depend on."""
        return self.extract, tuple(change for change in self.constants if change[0] is sift)


CHOICES = {
    "chosen": Choice(),
    "no mirror": Choice(mirror=False),
    "500": Choice(((sift, "MAX_FEATURES", 500),)),
    "1500": Choice(((sift, "MAX_FEATURES", 1500),)),
    "contrast .04": Choice(((sift, "CONTRAST_THRESHOLD", 0.04),)),
    "side 480": Choice(((sift, "LONGEST_SIDE", 480),)),
    "ratio .85": Choice(((matching, "RATIO", 0.85),)),
    "ratio .95": Choice(((matching, "RATIO", 0.95),)),
    "4 pixels": Choice(((matching, "INLIER_PIXELS", 4.0),)),
    "16 pixels": Choice(((matching, "INLIER_PIXELS", 16.0),)),
    "fundamental": Choice(model=fundamental),
    "affine": Choice(model=affine),
    "ORB": Choice(extract=orb, mirror=False),
}


@contextmanager
def changed(choice: Choice) -> Iterator[None]:
    """Put the choice's constants and model in place for a while."""
    import cv2

    before = [(module, name, getattr(module, name)) for module, name, _ in choice.constants]
    homography = cv2.findHomography
    try:
        for module, name, value in choice.constants:
            setattr(module, name, value)
        if choice.model is not None:
            cv2.findHomography = choice.model
        yield
    finally:
        cv2.findHomography = homography
        for module, name, value in before:
            setattr(module, name, value)


@dataclass(frozen=True)
class Task:
    """A query, its first candidates as gallery numbers, their cosines, and the whole ranking."""

    query: GroundTruthQuery
    number: int
    candidates: NDArray[np.int64]
    cosines: NDArray[np.float32]
    ranking: NDArray[np.int64]
    positives: frozenset[int]

    @property
    def truth(self) -> NDArray[np.bool_]:
        """Which candidates are positives."""
        return np.isin(self.candidates, list(self.positives))

    def precision(self, scores: NDArray[np.float64]) -> tuple[str, float]:
        """Group and average precision when the candidates are ordered by `scores`."""
        order = self.candidates[np.argsort(-scores, kind="stable")]
        ranking = [*order.tolist(), *self.ranking[len(order) :].tolist()]
        return self.query.group, average_precision(ranking, self.positives)


def photo(path: Path, side: int) -> Image.Image:
    """A photo as the judge gets it."""
    return decode(read_file(path), side).image


def describe(gallery: list[Path], keep: Path | None) -> NDArray[np.float32]:
    """The embedded descriptor's vectors of the gallery, kept in a folder if one is named."""
    describer = open_describer(DescriberSpec())
    kept = None if keep is None else keep / f"{describer.key.replace(':', '-')}-{len(gallery)}.npy"
    if kept is not None and kept.exists():
        return np.asarray(np.load(kept))
    size = describer.batch_size
    vectors = np.concatenate(
        [
            describer.describe([describer.prepare(photo(path, describer.decode_size)) for path in some])
            for some in (gallery[first : first + size] for first in range(0, len(gallery), size))
        ]
    )
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, vectors)
    return vectors


def tasks(data: Path, which: str, top: int, keep: Path | None) -> tuple[list[Path], list[Task]]:
    """The gallery, and the lists that every choice judges."""
    truth = read_ground_truth(data / "ground_truth.json")
    gallery = sorted(path for folder in truth.gallery for path in folder.rglob("*") if is_photo(path))
    numbers = {path: number for number, path in enumerate(gallery)}
    vectors = describe(gallery, keep)
    primary = {
        data.resolve() / query["image"]
        for query in json.loads((data / "ground_truth.json").read_text(encoding="utf-8"))["queries"]
        if query["primary"]
    }
    made: list[Task] = []
    groups: set[str] = set()
    for query in truth.queries:
        if which != "all" and (query.photo not in primary or (which == "first" and query.group in groups)):
            continue
        groups.add(query.group)
        cosines = vectors @ vectors[numbers[query.photo]]
        left_out = {numbers[query.photo], *(numbers[path] for path in query.junk if path in numbers)}
        ranking = np.array([n for n in np.argsort(-cosines, kind="stable") if int(n) not in left_out])
        made.append(
            Task(
                query,
                numbers[query.photo],
                ranking[:top],
                cosines[ranking[:top]],
                ranking,
                frozenset(numbers[path] for path in query.positives),
            )
        )
    return gallery, made


@dataclass(frozen=True)
class Judged:
    """The evidence of every pair, and the processor seconds of a pair and of a photo."""

    amounts: list[NDArray[np.float64]]
    pair_seconds: float
    photo_seconds: float


class Gallery:
    """The photos' local features, found once for all choices that differ in matching alone."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._found: dict[object, dict[int, tuple[LocalFeatures, float]]] = defaultdict(dict)

    def seconds(self, choice: Choice) -> float:
        """Mean time that finding one photo's features took."""
        return statistics.fmean(seconds for _, seconds in self._found[choice.detector].values())

    def features(self, choice: Choice, number: int) -> LocalFeatures:
        """The features of one photo, with the constants now in place."""
        found = self._found[choice.detector]
        if number not in found:
            image = photo(self._paths[number], sift.LONGEST_SIDE)
            started = time.thread_time()
            found[number] = choice.extract(image), time.thread_time() - started
        return found[number][0]


def judged(choice: Choice, gallery: Gallery, todo: list[Task]) -> Judged:
    """Judge all lists with one choice."""
    amounts = []
    seconds = 0.0
    with changed(choice):
        for task in todo:
            query = gallery.features(choice, task.number)
            mirrored = query.mirrored() if choice.mirror else None
            row = []
            for candidate in map(int, task.candidates):
                other = gallery.features(choice, candidate)
                started = time.thread_time()
                row.append(amount(query, mirrored, other))
                seconds += time.thread_time() - started
            amounts.append(np.array(row))
    return Judged(amounts, seconds / sum(map(len, amounts)), gallery.seconds(choice))


def amount(query: LocalFeatures, mirrored: LocalFeatures | None, other: LocalFeatures) -> float:
    """The evidence of one pair, as `evidence.weigh` comes to it, before it is a probability."""
    direct = float(matching.correspond(query, other).weights.sum())
    if mirrored is None or evidence.mirror_logit(direct) >= evidence.PROVEN:
        return direct
    seen = float(matching.correspond(mirrored, other).weights.sum())
    return seen if evidence.mirror_logit(seen) > evidence.PROVEN else direct


def terms(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The three terms of the logistic curve in `evidence.mirror_logit`: 1, up to the knee, beyond it."""
    chance, knee = np.log1p(evidence.CHANCE), np.log1p(evidence.KNEE)
    logs = np.log1p(amounts)
    return np.stack([np.ones(len(logs)), logs.clip(chance, knee), (logs - knee).clip(0)], axis=1)


def fit(
    amounts: NDArray[np.float64], truth: NDArray[np.bool_], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """OFFSET, RISE and BEYOND of the curve, by Newton's method."""
    design = terms(amounts)
    shares = shares / shares.sum()
    # A trace of shrinkage keeps the slopes finite where the evidence divides the pairs without error.
    shrinkage = np.array([0.0, 1e-6, 1e-6])
    curve = np.array([-4.0, 1.0, 0.5])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-design @ curve))
        slope = design.T @ (shares * (probability - truth)) + shrinkage * curve
        bend = (design * (shares * probability * (1 - probability))[:, None]).T @ design
        curve = curve - np.linalg.solve(bend + np.diag(shrinkage), slope)
    return curve


@dataclass(frozen=True)
class Fitted:
    """Probabilities found on other groups, their calibration error, and the curve of all groups."""

    matches: list[NDArray[np.float64]]
    error: float
    curve: NDArray[np.float64]


def fitted(todo: list[Task], amounts: list[NDArray[np.float64]]) -> Fitted:
    """Turn evidence into probabilities, each group's by a curve fitted on other groups."""
    groups = sorted({task.query.group for task in todo})
    random.Random(0).shuffle(groups)
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    counts = {group: sum(task.query.group == group for task in todo) for group in groups}
    shares = [
        np.full(len(row), 1 / counts[task.query.group]) for task, row in zip(todo, amounts, strict=True)
    ]
    truths = [task.truth for task in todo]

    def curve(numbers: list[int]) -> NDArray[np.float64]:
        return fit(
            np.concatenate([amounts[n] for n in numbers]),
            np.concatenate([truths[n] for n in numbers]),
            np.concatenate([shares[n] for n in numbers]),
        )

    matches: list[NDArray[np.float64]] = [np.zeros(0)] * len(todo)
    for part in range(FOLDS):
        others = curve([n for n, task in enumerate(todo) if fold[task.query.group] != part])
        for n, task in enumerate(todo):
            if fold[task.query.group] == part:
                matches[n] = 1 / (1 + np.exp(-terms(amounts[n]) @ others))
    probability, truth, share = np.concatenate(matches), np.concatenate(truths), np.concatenate(shares)
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    gaps = [abs((share * (probability - truth))[bins == number].sum()) for number in range(BINS)]
    return Fitted(matches, float(sum(gaps) / share.sum()), curve(list(range(len(todo)))))


def fused(todo: list[Task], matches: list[NDArray[np.float64]], weight: float) -> list[tuple[str, float]]:
    """Group and average precision of every query when re-ranked with λ = `weight`."""
    return [
        task.precision(weight * task.cosines + (1 - weight) * row)
        for task, row in zip(todo, matches, strict=True)
    ]


def by_kind(todo: list[Task], precisions: list[tuple[str, float]]) -> str:
    """mAP of each kind of thing."""
    kinds = sorted({task.query.kind for task in todo})
    figures = (
        mean_by_group(value for task, value in zip(todo, precisions, strict=True) if task.query.kind == kind)
        for kind in kinds
    )
    return "  ".join(f"{kind} {figure:.3f}" for kind, figure in zip(kinds, figures, strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with ground_truth.json; the dev photos if left out")
    parser.add_argument("--queries", choices=["first", "primary", "all"], default="first")
    parser.add_argument("--top", type=int, default=100)
    parser.add_argument("--choices", default=",".join(CHOICES))
    parser.add_argument("--keep", type=Path, help="folder that the gallery's descriptors are kept in")
    options = parser.parse_args()
    import cv2

    cv2.setNumThreads(1)
    data = options.data or evaluation_data() / "dev"
    paths, todo = tasks(data, options.queries, options.top, options.keep)
    index = [task.precision(task.cosines.astype(float)) for task in todo]
    print(f"{len(todo)} queries, {len(paths)} photos, top {options.top}")
    print(f"{'index':14}mAP {mean_by_group(index):.4f}  {by_kind(todo, index)}", flush=True)
    gallery = Gallery(paths)
    chosen: tuple[Judged, dict[str, float]] | None = None
    for name in dict.fromkeys(["chosen", *options.choices.split(",")]):
        result = judged(CHOICES[name], gallery, todo)
        curve = fitted(todo, result.amounts)
        at = {weight: fused(todo, curve.matches, weight) for weight in WEIGHTS}
        best = max(WEIGHTS, key=lambda weight: mean_by_group(at[weight]))
        groups = {
            group: mean_by_group(one for one in at[best] if one[0] == group)
            for group in dict.fromkeys(task.query.group for task in todo)
        }
        if chosen is None:
            chosen = result, groups
        gains = np.array([value - chosen[1][group] for group, value in groups.items()])
        print(
            f"{name:14}mAP {mean_by_group(at[best]):.4f}  {by_kind(todo, at[best])}  λ {best}  "
            f"gain {gains.mean():+.4f} ± {gains.std() / np.sqrt(len(gains)):.4f}  ECE {curve.error:.4f}  "
            f"pair ×{result.pair_seconds / chosen[0].pair_seconds:.2f}  "
            f"photo ×{result.photo_seconds / chosen[0].photo_seconds:.2f}  "
            f"curve {np.round(curve.curve, 2)}",
            flush=True,
        )
        if name == "chosen":
            sweep = "  ".join(f"{weight}: {mean_by_group(at[weight]):.4f}" for weight in WEIGHTS)
            milliseconds = (
                f"{result.pair_seconds * 1e3:.1f} ms a pair, {result.photo_seconds * 1e3:.0f} ms a photo"
            )
            print(f"{'':14}λ {sweep}; {milliseconds}", flush=True)


if __name__ == "__main__":
    main()
