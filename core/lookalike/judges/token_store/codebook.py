"""The token codebook: optimised product quantisation, one byte for each run of a few rotated numbers.

The numbers of a token depend on each other, and in a real or a random model alike a few directions hold most of what
tells photos apart. So tokens are divided by every number's standard deviation (a few large ones must not take the
codes for themselves), turned to their principal axes, and the axes dealt out to the runs so that each run holds the
same share (the parametric solution of Ge et al., Optimized Product Quantization, 2013). The centroids are those of
FAISS's k-means. Rotation and centroids are kept as whole numbers, and what is decoded is a sum of their products
without any rounding before the last step: the same codes give the same token, bit for bit, on every machine.
``python -m tests.benchmarks.token_compression`` compares it with FAISS's own product quantiser.
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
"""Tokens needed to train a codebook: FAISS's own limit of 39 points per centroid."""
TRAIN_MAX = 128 * CENTROIDS
"""Tokens a codebook is trained on at most; more take longer and gain next to nothing."""
ITERATIONS = 25
SEED = 1234
BLOCK = 1024
"""Numbers that are rotated together at most: a rotation takes the square of that, twice in bytes."""
WHOLE = 32767
"""The largest whole number in a rotation or a centroid; sums of `BLOCK` products fit into a float64 exactly."""
MAGIC = b"LKCB"
VERSION = 2
HEADER = struct.Struct("<4sHHIId")
"""Magic, version, dimensions per code, runs, blocks, step."""
ENCODE_ROWS = 256


@dataclass(frozen=True, eq=False)
class TokenCodebook:
    """A trained quantiser.

    Attributes:
        centroids: int16 (runs, 256, dims), in units of `step`.
        rotation: int16 (blocks, size, size), in units of 1 / `WHOLE`: each block's axes, one a row.
        step: what one unit of a centroid is in standard deviations.
        mean: float32 (width): what is subtracted from a token at first.
        weights: float32 (width): what each number is multiplied by then.
    """

    centroids: NDArray[np.int16]
    rotation: NDArray[np.int16]
    step: float
    mean: NDArray[np.float32]
    weights: NDArray[np.float32]

    @property
    def dims(self) -> int:
        """Dimensions that one code stands for."""
        return int(self.centroids.shape[2])

    @property
    def width(self) -> int:
        """Numbers per token."""
        return int(self.centroids.shape[0] * self.centroids.shape[2])

    def turned(self, embeddings: NDArray[Any]) -> NDArray[np.float32]:
        """Tokens as codes see them.

        Args:
            embeddings: float (tokens, width).

        Returns:
            float32 (tokens, runs, dims), in units of `step`.
        """
        blocks, size, _ = self.rotation.shape
        points = (embeddings.astype(np.float32) - self.mean) * (self.weights / np.float32(self.step))
        axes = self.rotation.astype(np.float32) / np.float32(WHOLE)
        turned: NDArray[np.float32] = points.reshape(-1, blocks, size).transpose(1, 0, 2) @ axes.transpose(
            0, 2, 1
        )
        return turned.transpose(1, 0, 2).reshape(-1, *self.centroids.shape[::2])

    def encode(self, embeddings: NDArray[Any]) -> NDArray[np.uint8]:
        """The nearest centroid of every run.

        Args:
            embeddings: float (tokens, width).

        Returns:
            uint8 (tokens, runs).
        """
        centroids = self.centroids.astype(np.float32)
        norms = np.square(centroids).sum(axis=2)
        points = self.turned(embeddings)
        codes = np.empty(points.shape[:2], np.uint8)
        for first in range(0, len(points), ENCODE_ROWS):
            part = points[first : first + ENCODE_ROWS].transpose(1, 0, 2)
            distances = norms[:, np.newaxis] - 2 * (part @ centroids.transpose(0, 2, 1))
            codes[first : first + ENCODE_ROWS] = distances.argmin(axis=2).T
        return codes

    def decode(self, codes: NDArray[np.uint8]) -> NDArray[np.float16]:
        """The centroids that the codes name, side by side and turned back: float16 (tokens, width)."""
        blocks, size, _ = self.rotation.shape
        runs = np.arange(len(self.centroids))
        named = self.centroids[runs, codes].reshape(len(codes), blocks, size).transpose(1, 0, 2)
        # Whole numbers below 2^53: in whatever order they are added, nothing is rounded.
        sums = named.astype(np.float64) @ self.rotation.astype(np.float64)
        points = sums.transpose(1, 0, 2).reshape(len(codes), self.width)
        return (self.mean + points * (self.step / WHOLE) / self.weights).astype(np.float16)

    def pack(self) -> bytes:
        """The codebook as bytes: a header, mean, weights, rotation, centroids, all little-endian."""
        runs, _, dims = self.centroids.shape
        header = HEADER.pack(MAGIC, VERSION, dims, runs, len(self.rotation), self.step)
        floats = np.concatenate([self.mean, self.weights]).astype("<f4").tobytes()
        return (
            header + floats + self.rotation.astype("<i2").tobytes() + self.centroids.astype("<i2").tobytes()
        )

    @staticmethod
    def unpack(blob: bytes, checksum: int) -> TokenCodebook | None:
        """Read what `pack` wrote; None if it is damaged or of another version.

        Args:
            blob: the bytes.
            checksum: their CRC-32 when they were written.
        """
        if zlib.crc32(blob) != checksum or len(blob) < HEADER.size:
            return None
        magic, version, dims, runs, blocks, step = HEADER.unpack_from(blob)
        if (magic, version) != (MAGIC, VERSION):
            return None
        width = runs * dims
        size = width // blocks
        turns, places = width * size, width * CENTROIDS
        if len(blob) != HEADER.size + 8 * width + 2 * turns + 2 * places:
            return None
        floats = np.frombuffer(blob, "<f4", 2 * width, HEADER.size).astype(np.float32)
        whole = np.frombuffer(blob, "<i2", turns + places, HEADER.size + 8 * width).astype(np.int16)
        return TokenCodebook(
            whole[turns:].reshape(runs, CENTROIDS, dims),
            whole[:turns].reshape(blocks, size, size),
            step,
            floats[:width],
            floats[width:],
        )


def train(
    embeddings: NDArray[Any], dims: int, *, cancelled: Callable[[], bool] = lambda: False
) -> TokenCodebook | None:
    """Train a codebook; None once `cancelled()` is true, which is asked between runs.

    Args:
        embeddings: float (tokens, width), `TRAIN_MIN` tokens or more; the width is a multiple of `dims`.
        dims: dimensions per code.
        cancelled: asked once for every block and every run of dimensions.
    """
    import faiss

    # For this thread: training is background work and must not take the cores from a search.
    faiss.omp_set_num_threads(1)
    if len(embeddings) > TRAIN_MAX:
        embeddings = embeddings[np.random.default_rng(SEED).choice(len(embeddings), TRAIN_MAX, replace=False)]
    points = embeddings.astype(np.float32)
    width = points.shape[1]
    mean, spread = points.mean(axis=0), points.std(axis=0)
    weights = 1 / np.maximum(spread, max(float(spread.max()) * 1e-6, 1e-12), dtype=np.float32)
    points = (points - mean) * weights
    blocks = next(
        count
        for count in range(-(-width // BLOCK), width + 1)
        if width % count == 0 and width // count % dims == 0
    )
    axes = []
    for block in np.split(points, blocks, axis=1):
        if cancelled():
            return None
        axes.append(_axes(block, dims))
        block[:] = block @ axes[-1].T
    runs = width // dims
    centroids = np.empty((runs, CENTROIDS, dims), np.float32)
    for run in range(runs):
        if cancelled():
            return None
        means = faiss.Kmeans(
            dims, CENTROIDS, niter=ITERATIONS, seed=SEED, verbose=False, max_points_per_centroid=TRAIN_MAX
        )
        means.train(np.ascontiguousarray(points[:, run * dims : (run + 1) * dims]))
        centroids[run] = means.centroids
    step = max(float(np.abs(centroids).max()), 1e-12) / WHOLE
    rotation = np.rint(np.stack(axes) * WHOLE).astype(np.int16)
    return TokenCodebook(np.rint(centroids / step).astype(np.int16), rotation, step, mean, weights)


def _axes(points: NDArray[np.float32], dims: int) -> NDArray[np.float32]:
    """The principal axes of points around 0, one a row, `dims` after `dims` holding the same share of the variance.

    The share is the product of the variances, as that is what the error of a quantiser grows with: the largest that is
    left goes to the run with the smallest product that has room (Ge et al., 2013, section 3.2.3).
    """
    variances, vectors = np.linalg.eigh(points.T @ points / np.float32(len(points)))
    # Not below 1, so that no product gets smaller by another factor.
    shares = np.log(np.maximum(variances / max(float(variances.max()), 1e-12), 1e-9) * 1e9)
    runs: list[list[int]] = [[] for _ in range(len(shares) // dims)]
    products = np.zeros(len(runs))
    for axis in np.argsort(-shares, kind="stable"):
        run = int(products.argmin())
        runs[run].append(int(axis))
        products[run] = np.inf if len(runs[run]) == dims else products[run] + shares[axis]
    return np.ascontiguousarray(vectors.T[np.concatenate(runs)])
