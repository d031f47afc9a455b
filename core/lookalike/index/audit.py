"""Compares an index with its record: nothing lost, nothing phantom."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.faiss_index import FaissIndex
from lookalike.index.vector_source import VectorSource, fetch_vectors, positions
from lookalike.progress import Progress, ProgressMeter, Stage

BATCH_ROWS = 256
"""Vectors that are read and searched for between two words on progress."""

DEPTH = 10
"""A photo must be among this many nearest its own vector, unless that many others are as near."""

TIE = 2e-3
"""Cosines this close to a photo's own are as near: its copies, rounded to fp16."""

LENGTH = 0.02
"""How far a recorded vector's length may be from 1; fp16 brings less than 0.002."""


@dataclass(frozen=True)
class Audit:
    """What a comparison found; every tuple is empty where all is well.

    Attributes:
        recorded: contents that must be findable.
        searched: how many of them were searched for with their own vectors.
        lost: of these, the ones that were not found, and all that the index does not have.
        phantom: ids that a search gave and the record does not have.
        damaged: contents whose recorded vector is no unit vector.
        surplus: how many more vectors the index counts than are recorded.
    """

    recorded: int
    searched: int
    lost: tuple[int, ...]
    phantom: tuple[int, ...]
    damaged: tuple[int, ...]
    surplus: int

    @property
    def sound(self) -> bool:
        """Whether all is well."""
        return not (self.lost or self.phantom or self.damaged or self.surplus)


def audit(
    index: FaissIndex, source: VectorSource, sample: int | None = None, seed: int = 0
) -> Generator[Progress, None, Audit]:
    """Search for recorded contents with their own vectors, and compare what comes with the record.

    Args:
        index: nobody may change it meanwhile.
        record: what it must agree with.
        sample: how many contents are searched for, drawn at random; None for all. Whether the index has an id at
            all is asked for every one.
        seed: of the drawing.

    Returns:
        What was found.
    """
    ids = np.unique(source.ids())
    chosen = ids
    if sample is not None and sample < len(ids):
        chosen = np.sort(np.random.default_rng(seed).choice(ids, sample, replace=False))
    meter = ProgressMeter(Stage.CHECKING, total=len(chosen))
    yield meter.snapshot()
    lost = {number for number in ids.tolist() if number not in index}
    phantom: set[int] = set()
    damaged: set[int] = set()
    for start in range(0, len(chosen), BATCH_ROWS):
        batch, vectors = fetch_vectors(source, chosen[start : start + BATCH_ROWS])
        lengths = np.linalg.norm(vectors, axis=1)
        whole = np.abs(lengths - 1) <= LENGTH
        damaged.update(batch[~whole].tolist())
        for number, vector in zip(batch[whole].tolist(), vectors[whole], strict=True):
            found = index.search(vector, DEPTH)
            phantom.update(_unknown(ids, found.ids))
            if number not in found.ids and not _crowded(found.similarities, vector):
                lost.add(number)
        meter.advance(len(batch))
        yield meter.snapshot()
    yield meter.end()
    surplus = max(0, len(index) - len(ids))
    return Audit(
        len(ids), len(chosen), tuple(sorted(lost)), tuple(sorted(phantom)), tuple(sorted(damaged)), surplus
    )


def _unknown(ids: NDArray[np.int64], found: NDArray[np.int64]) -> list[int]:
    _, there = positions(ids, found)
    unknown: list[int] = found[~there].tolist()
    return unknown


def _crowded(similarities: NDArray[np.float32], vector: NDArray[np.float32]) -> bool:
    """Whether as many others as were asked for are as near as the photo itself."""
    own = min(1.0, float(vector @ vector))
    return len(similarities) == DEPTH and float(similarities[-1]) >= own - TIE
