"""Visual vocabulary: divides local features into words, and tells features of one word apart by signatures.

Visual words are the cells of a quantizer of descriptors (Sivic and Zisserman, ICCV 2003), here with two levels as in
Nistér and Stewénius (CVPR 2006). A signature says on which side of its word's centroid a descriptor lies, in each of
64 directions; the Hamming distance of two then tells how alike they are (Hamming embedding, Jégou et al., ECCV 2008).
"""

from __future__ import annotations

import hashlib
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.resources import resource

CELLS = 256
WORDS_OF_CELL = 128
SIGNATURE_BITS = 64

PROBED_CELLS = 6
"""The nearest word is looked for in this many cells."""

FILE = "visual_vocabulary.npz"


class Vocabulary:
    """Visual words and the directions of signatures. Any thread may use it.

    Args:
        cells: centroids of the first level, uint8 (cells, 128).
        words: centroids of the second, cell by cell, uint8 (words, 128).
        rotation: orthonormal directions, float32 (128, `SIGNATURE_BITS`).
        counts: how often each word occurred in training, uint32 (words,).

    Attributes:
        key: names its content; what was made with another vocabulary cannot be compared.
    """

    def __init__(
        self,
        cells: NDArray[np.uint8],
        words: NDArray[np.uint8],
        rotation: NDArray[np.float32],
        counts: NDArray[np.uint32],
    ) -> None:
        self.cells = cells
        self.words = words
        self.rotation = rotation
        self.counts = counts
        digest = hashlib.blake2b(digest_size=6)
        for part in (cells, words, rotation, counts):
            digest.update(np.ascontiguousarray(part).tobytes())
        self.key = f"words-{len(words)}-{digest.hexdigest()}"

    def __len__(self) -> int:
        return len(self.words)

    def assign(self, descriptors: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
        """The nearest words of descriptors.

        Args:
            descriptors: uint8 (n, 128).
            count: how many words for each.

        Returns:
            int64 (n, count), nearest first; nearly always the true nearest.
        """
        if not len(descriptors):
            return np.zeros((0, count), np.int64)
        import faiss

        # For this thread; the caller decides how many threads assign.
        faiss.omp_set_num_threads(1)
        found: NDArray[np.int64] = self._index.search(descriptors.astype(np.float32), count)[1]
        # A cell may have fewer words than asked for.
        return np.where(found < 0, found[:, :1], found)

    def signatures(self, descriptors: NDArray[np.uint8], words: NDArray[np.int64]) -> NDArray[np.uint64]:
        """The signatures of descriptors, each as seen from a word.

        Args:
            descriptors: uint8 (n, 128).
            words: int64 (n, k).

        Returns:
            uint64 (n, k).
        """
        import cv2

        if not len(descriptors):
            return np.zeros(words.shape, np.uint64)
        # Not numpy's product, which would take all cores for each photo.
        seen: NDArray[np.float32] = cv2.gemm(
            descriptors.astype(np.float32),
            self.rotation,
            1.0,
            None,  # type: ignore[call-overload]
            0.0,
        )
        sides = seen[:, np.newaxis, :] > self._thresholds[words]
        return np.packbits(sides, axis=2, bitorder="little").view("<u8")[:, :, 0].astype(np.uint64)

    @cached_property
    def _thresholds(self) -> NDArray[np.float32]:
        """Where the words' centroids lie in each direction, float32 (words, `SIGNATURE_BITS`)."""
        thresholds: NDArray[np.float32] = self.words.astype(np.float32) @ self.rotation
        return thresholds

    @cached_property
    def _index(self) -> Any:
        import faiss

        length = self.words.shape[1]
        cells: Any = faiss.IndexFlatL2(length)
        cells.add(self.cells.astype(np.float32))
        index: Any = faiss.IndexIVFScalarQuantizer(
            cells, length, len(self.cells), faiss.ScalarQuantizer.QT_8bit_direct, faiss.METRIC_L2
        )
        index.by_residual = False
        index.is_trained = True
        index.add(self.words.astype(np.float32))
        index.nprobe = PROBED_CELLS
        return index


def save_vocabulary(vocabulary: Vocabulary, path: Path) -> None:
    """Write a vocabulary as a file.

    Raises:
        OSError: it cannot be written.
    """
    np.savez_compressed(
        path,
        cells=vocabulary.cells,
        words=vocabulary.words,
        rotation=vocabulary.rotation,
        counts=vocabulary.counts,
    )


def read_vocabulary(path: Path) -> Vocabulary:
    """Read what `save_vocabulary` wrote.

    Raises:
        OSError: it cannot be read.
    """
    with np.load(path) as file:
        return Vocabulary(file["cells"], file["words"], file["rotation"], file["counts"])


@cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that comes with Lookalike (``packaging/visual_vocabulary.py`` tells what it was made of)."""
    return read_vocabulary(resource(FILE))
