"""Product quantisation of tokens: each run of a few dimensions becomes one byte (Jégou et al., 2011).

The centroids are those of FAISS's k-means, kept in float16, so that what is decoded is, bit for bit, made of
them. Every dimension is divided by its standard deviation for training and assigning, so that a few large ones do
not take the codes for themselves. `python -m tests.benchmarks.token_compression` measures both ways of doing it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CENTROIDS = 256
TRAIN_MIN = 39 * CENTROIDS
"""Tokens below which a codebook is not trained: FAISS's own limit of 39 points a centroid."""
TRAIN_MAX = 128 * CENTROIDS
"""Tokens that a codebook is trained on at most; more take longer and gain next to nothing."""
ITERATIONS = 25
SEED = 1234
MAGIC = b"LKCB"
VERSION = 1
HEADER = struct.Struct("<4sHHI")
ENCODE_ROWS = 256


@dataclass(frozen=True, eq=False)
class Codebook:
    """A trained product quantiser.

    Attributes:
        centroids: float16 (runs, 256, dims).
        weights: float32 (runs, dims): what each dimension is multiplied by before distances are taken.
    """

    centroids: NDArray[np.float16]
    weights: NDArray[np.float32]

    @property
    def dims(self) -> int:
        """Dimensions that one code stands for."""
        return self.centroids.shape[2]

    @property
    def width(self) -> int:
        """Numbers per token."""
        return self.centroids.shape[0] * self.centroids.shape[2]

    def encode(self, embeddings: NDArray[Any]) -> NDArray[np.uint8]:
        """The nearest centroid of every run.

        Args:
            embeddings: float (tokens, width).

        Returns:
            uint8 (tokens, runs).
        """
        runs, _, dims = self.centroids.shape
        centroids = self.centroids.astype(np.float32) * self.weights[:, np.newaxis]
        norms = np.square(centroids).sum(axis=2)
        points = embeddings.astype(np.float32).reshape(-1, runs, dims) * self.weights
        codes = np.empty((len(points), runs), np.uint8)
        for first in range(0, len(points), ENCODE_ROWS):
            part = points[first : first + ENCODE_ROWS].transpose(1, 0, 2)
            distances = norms[:, np.newaxis] - 2 * (part @ centroids.transpose(0, 2, 1))
            codes[first : first + ENCODE_ROWS] = distances.argmin(axis=2).T
        return codes

    def decode(self, codes: NDArray[np.uint8]) -> NDArray[np.float16]:
        """The centroids that the codes name, side by side: float16 (tokens, width)."""
        runs = np.arange(self.centroids.shape[0])
        return self.centroids[runs, codes].reshape(len(codes), self.width)

    def pack(self) -> bytes:
        """The codebook as bytes: a header, weights, centroids, all little-endian."""
        runs, _, dims = self.centroids.shape
        header = HEADER.pack(MAGIC, VERSION, dims, runs)
        return header + self.weights.astype("<f4").tobytes() + self.centroids.astype("<f2").tobytes()

    @staticmethod
    def unpack(blob: bytes, checksum: int) -> Codebook | None:
        """Read what `pack` wrote; None if it is damaged or of another version.

        Args:
            blob: the bytes.
            checksum: their CRC-32 when they were written.
        """
        if zlib.crc32(blob) != checksum or len(blob) < HEADER.size:
            return None
        magic, version, dims, runs = HEADER.unpack_from(blob)
        scales, size = runs * dims * 4, runs * CENTROIDS * dims * 2
        if (magic, version) != (MAGIC, VERSION) or len(blob) != HEADER.size + scales + size:
            return None
        weights = np.frombuffer(blob, "<f4", runs * dims, HEADER.size).reshape(runs, dims)
        centroids = np.frombuffer(blob, "<f2", runs * CENTROIDS * dims, HEADER.size + scales)
        return Codebook(
            centroids.reshape(runs, CENTROIDS, dims).astype(np.float16), weights.astype(np.float32)
        )


def train(
    embeddings: NDArray[Any],
    dims: int,
    *,
    standardise: bool = True,
    cancelled: Callable[[], bool] = lambda: False,
) -> Codebook | None:
    """Train a codebook; None once `cancelled()` is true, which is asked between runs.

    Args:
        embeddings: float (tokens, width), `TRAIN_MIN` tokens or more; the width is a multiple of `dims`.
        dims: dimensions per code.
        standardise: divide every dimension by its standard deviation first.
        cancelled: asked once for every run of dimensions.
    """
    import faiss

    # For this thread: training is background work and must not take the cores from a search.
    faiss.omp_set_num_threads(1)
    if len(embeddings) > TRAIN_MAX:
        embeddings = embeddings[np.random.default_rng(SEED).choice(len(embeddings), TRAIN_MAX, replace=False)]
    width = embeddings.shape[1]
    runs = width // dims
    weights = np.ones(width, np.float32)
    if standardise:
        spread = embeddings.astype(np.float32).std(axis=0)
        weights = 1 / np.maximum(spread, max(float(spread.max()) * 1e-6, 1e-12), dtype=np.float32)
    scales = weights.reshape(runs, dims)
    centroids = np.empty((runs, CENTROIDS, dims), np.float16)
    for run in range(runs):
        if cancelled():
            return None
        points = embeddings[:, run * dims : (run + 1) * dims].astype(np.float32) * scales[run]
        means = faiss.Kmeans(
            dims, CENTROIDS, niter=ITERATIONS, seed=SEED, verbose=False, max_points_per_centroid=TRAIN_MAX
        )
        means.train(np.ascontiguousarray(points))
        centroids[run] = means.centroids / scales[run]
    return Codebook(centroids, scales)
