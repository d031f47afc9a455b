"""INSTRE (Wang and Jiang, "INSTRE: A New Benchmark for Instance-Level Object Retrieval and Recognition", 2015).

The retrieval protocol of Iscen et al. (arXiv 1611.05113): 1250 queries, five of each object, cut out by a bounding
box; all other photos of the three parts S1, S2 and M are the gallery. Its ground truth is ``gnd_instre.mat``, beside
the folders ``INSTRE-S1``, ``INSTRE-S2`` and ``INSTRE-M``.

Boxes are left, top, right and bottom there, while those in the text files beside photos are left, top, width and
height; a box that equals the one in its photo's text file is taken for the latter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.datasets.matlab import read_mat
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    Source,
    broken,
    check_photos,
    existing_root,
    required_file,
    required_folder,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import QueryMeasure, trapezoidal

FILE = "gnd_instre.mat"
RELEASE = "INSTRE_release"
"""The folder that the authors' archive unpacks to."""

SOURCE = Source(
    "INSTRE",
    "ftp://ftp.irisa.fr/local/texmex/corpus/instre/",
    f"{FILE} and the folders INSTRE-S1, INSTRE-S2 and INSTRE-M",
)


class Instre(Dataset):
    """INSTRE.

    Args:
        root: its folder.

    Raises:
        LookalikeError: something is missing or broken.
    """

    name = "instre"
    measures = (QueryMeasure("mAP", trapezoidal),)

    def __init__(self, root: Path) -> None:
        root = existing_root(root)
        file = required_file((root / FILE, root / RELEASE / FILE), SOURCE)
        self.root = root / RELEASE if (root / RELEASE).is_dir() else root
        content = read_mat(file, SOURCE)
        try:
            self._gallery = [self.root / _clean(one) for one in content["imlist"]]
            self._images = [self.root / _clean(one) for one in content["qimlist"]]
            self._truth: list[Mapping[str, Any]] = content["gnd"]
            if len(self._truth) != len(self._images):
                raise ValueError(f"{len(self._images)} queries have {len(self._truth)} ground truths")
            self._positives = [self._numbers(one) for one in self._truth]
            self._boxes = [_box(one) for one in self._truth]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise broken(file, f"it is no ground truth ({error})", SOURCE) from error
        parts = sorted({path.relative_to(self.root).parts[0] for path in self._gallery})
        self.folders = tuple(required_folder((self.root / part,), SOURCE) for part in parts)
        check_photos((*self._gallery, *self._images), SOURCE)

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The queries, cut out."""
        for image, positives, box in zip(self._images, self._positives, self._boxes, strict=True):
            name = image.relative_to(self.root)
            yield GroundTruthQuery(
                image=image,
                group=name.parent.as_posix(),
                kind="object",
                positives=frozenset(self._gallery[one] for one in positives),
                junk=frozenset(),
                name=name.as_posix(),
                box=_corners(box, image.with_suffix(".txt")),
                attributes={"subset": name.parts[0].removeprefix("INSTRE-")},
            )

    def outside(self) -> Iterator[Path]:
        """The photos that queries are cut from."""
        gallery = set(self._gallery)
        return (image for image in self._images if image not in gallery)

    def count(self) -> int:
        """How many queries there are."""
        return len(self._images)

    def _numbers(self, truth: Mapping[str, Any]) -> tuple[int, ...]:
        """Numbers of gallery photos; MATLAB counts from 1."""
        found = tuple(int(one) - 1 for one in _field(truth, "ok", 0).ravel())
        if any(not 0 <= one < len(self._gallery) for one in found):
            raise ValueError(f"it names photo {max(found) + 1} of {len(self._gallery)}")
        return found


def _clean(name: str) -> str:
    if not isinstance(name, str) or not name or ".." in Path(name).parts:
        raise ValueError(f"{name!r} is no photo")
    return name.lstrip("./")


def _field(truth: Mapping[str, Any], name: str, place: int) -> NDArray[np.float64]:
    """A field by its name, or else by its place, which is how other readers of the file take it."""
    value = truth[name] if name in truth else list(truth.values())[place]
    return np.asarray(value, np.float64)


def _box(truth: Mapping[str, Any]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(one) for one in _field(truth, "bbx", 1).ravel())
    return left, top, right, bottom


def _corners(box: tuple[float, float, float, float], annotation: Path) -> tuple[float, float, float, float]:
    """A box as left, top, right, bottom; see the module."""
    left, top, right, bottom = box
    if right <= left or bottom <= top or box in _sized_boxes(annotation):
        return left, top, left + right, top + bottom
    return box


def _sized_boxes(annotation: Path) -> list[tuple[float, ...]]:
    """The boxes in the text file beside a photo; none where there is no such file."""
    try:
        lines = annotation.read_text(encoding="ascii").splitlines()
        return [tuple(float(one) for one in line.split()) for line in lines if line.strip()]
    except (OSError, ValueError):
        return []
