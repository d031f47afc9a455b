"""Coarse quantizer: a rotation and the centroids of the inverted lists, and how they are trained."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import UnusableFileError
from lookalike.index.query_threads import run_shared
from lookalike.index.segment import single_threaded_faiss

# How these were chosen: docs/benchmarks.md, The vector index.
CODE_DIMENSION = 512
"""Longer vectors are cut to this many principal components before they are coded."""
BITS = 2
"""Bits of a code for each component."""
ASSIGNED_LISTS = 4
"""Nearest lists that are kept for each vector: the similarity join compares two vectors that share one."""
ROWS_PER_LIST = 160
"""A list is worth its centroid, which takes as much memory as thirteen codes, for this many vectors."""
SAMPLE_PER_LIST = 64
"""Vectors to train a centroid on."""
MAX_SAMPLE = 131072
"""At most this many vectors train a quantizer (400 MB while that lasts)."""
PCA_SAMPLE = 32768
"""At most this many of them train the rotation."""
TRAINING_BATCH = 4096
"""Vectors that are assigned between two checks for cancellation (under a second)."""
KMEANS_ITERATIONS = 8
REFINEMENT_ROUNDS = 3
"""Rounds of k-means over all lists at the end."""
CENTROIDS_PER_THREAD = 4096
"""Two threads share a query from twice as many centroids on."""


class TrainingCancelledError(Exception):
    """Training or encoding was cancelled."""


def list_count(rows: int) -> int:
    """How many lists suit a number of vectors: the power of two nearest 8 √rows, 16 to 65,536.

    No list is for fewer than `ROWS_PER_LIST` vectors (docs/benchmarks.md, The vector index).
    """
    suited = min(8 * math.sqrt(max(rows, 1)), rows / ROWS_PER_LIST)
    lists: int = 2 ** min(max(round(math.log2(max(suited, 1))), 4), 16)
    return lists


class CoarseQuantizer:
    """Rotates vectors into the space of the codes and assigns them to lists. Any thread may use it.

    Args:
        content: what `train_quantizer` returned.

    Attributes:
        content: the bytes.
        centroids: of the lists, a FAISS flat index.
        lists: how many there are.
        dimension: length of the vectors it was trained on.

    Raises:
        UnusableFileError: FAISS cannot read it.
    """

    def __init__(self, content: NDArray[np.uint8]) -> None:
        faiss = single_threaded_faiss()
        self.content = content
        try:
            self._whole: Any = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(content), content.size))
            self._rotation: Any = faiss.downcast_VectorTransform(self._whole.chain.at(0))
            self.centroids: Any = faiss.downcast_index(self._whole.index)
            self.lists = int(self.centroids.ntotal)
            size = self.lists * int(self.centroids.d)
            self._rows = faiss.rev_swig_ptr(self.centroids.get_xb(), size).reshape(self.lists, -1)
            self.dimension = int(self._whole.d)
        except (RuntimeError, AttributeError) as error:
            raise UnusableFileError("could not be read by this version of FAISS") from error

    def rotate(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rotate vectors (n, dimension) into the space of the codes, float32 (n, code dimension)."""
        turned: NDArray[np.float32] = self._rotation.apply(np.ascontiguousarray(vectors, np.float32))
        return turned

    def centroid_distances(self, rotated: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distances of all centroids from one rotated vector (1, code dimension), float32 (lists,)."""
        distances = np.empty(self.lists, np.float32)
        bounds = (
            np.linspace(0, self.lists, max(1, self.lists // CENTROIDS_PER_THREAD) + 1).astype(int).tolist()
        )
        run_shared(
            [partial(self._fill_distances, rotated, distances, *ends) for ends in itertools.pairwise(bounds)]
        )
        return distances

    def _fill_distances(
        self, rotated: NDArray[np.float32], distances: NDArray[np.float32], begin: int, end: int
    ) -> None:
        faiss = single_threaded_faiss()
        # A FAISS index would sort them, which takes as long as computing them.
        faiss.fvec_L2sqr_ny(
            faiss.swig_ptr(distances[begin:end]),
            faiss.swig_ptr(rotated),
            faiss.swig_ptr(self._rows[begin:end]),
            rotated.shape[1],
            end - begin,
        )

    def nearest_lists(
        self, rotated: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the lists whose centroids are nearest rotated vectors (n, code dimension).

        Returns:
            Lists int64 (n, count), nearest first, and squared distances float32 (n, count).
        """
        distances, lists = self.centroids.search(rotated, min(count, self.lists))
        return lists, distances

    def empty_inverted_file(self) -> Any:
        """A FAISS inverted file without entries over these centroids."""
        faiss = single_threaded_faiss()
        index = faiss.IndexIVFRaBitQ(
            self.centroids, self.centroids.d, self.lists, faiss.METRIC_L2, True, BITS
        )
        index.is_trained = True
        return index


def train_quantizer(
    sample: NDArray[np.float32], lists: int, seed: int = 0, cancelled: Callable[[], bool] = lambda: False
) -> NDArray[np.uint8]:
    """Train a coarse quantizer.

    The centroids are found in two levels (groups by k-means, then k-means within each group) and refined a few times
    over all. All have one length, so that direction alone decides on the list (docs/benchmarks.md, The vector index).

    Args:
        sample: vectors (n, dimension), n at least `lists`.
        lists: number of lists.
        seed: of every random draw.
        cancelled: asked about once a second.

    Returns:
        A serialised FAISS index: a rotation, then the centroids, uint8 (bytes,).

    Raises:
        TrainingCancelledError: `cancelled` said so.
    """
    faiss = single_threaded_faiss()
    dimension = sample.shape[1]
    target = min(dimension, CODE_DIMENSION)
    if target < dimension and len(sample) > target:
        # The last argument spreads the variance over all components, which one-bit codes rely on.
        rotation = faiss.PCAMatrix(dimension, target, 0, True)
    else:
        target = dimension
        rotation = faiss.RandomRotationMatrix(dimension, target)
    rng = np.random.default_rng(seed)
    rotation.train(sample[rng.choice(len(sample), min(len(sample), PCA_SAMPLE), replace=False)])
    _check_cancelled(cancelled)
    rotated = np.concatenate(
        [rotation.apply(sample[s : s + TRAINING_BATCH]) for s in range(0, len(sample), TRAINING_BATCH)]
    )
    _check_cancelled(cancelled)
    lengths = np.linalg.norm(rotated, axis=1, keepdims=True)
    rotated /= np.maximum(lengths, 1e-9)
    # Photos come in the order they were taken in, and the first of these make the groups.
    rng.shuffle(rotated)
    groups = max(1, round(math.sqrt(lists)))
    middle = _k_means(rotated[: 512 * groups], groups, seed)
    nearest = _assign(middle, rotated, cancelled)
    parts = []
    for group, share in enumerate(_lists_per_group(np.bincount(nearest, minlength=groups), lists)):
        _check_cancelled(cancelled)
        members = rotated[nearest == group]
        if share == 0:
            continue
        parts.append(_k_means(members, int(share), seed + group).reconstruct_n(0, int(share)))
    centroids = faiss.IndexFlatL2(target)
    centroids.add(_refine_centroids(_normalized(np.concatenate(parts)), rotated, cancelled) * lengths.mean())
    whole = faiss.IndexPreTransform(_without_training_data(rotation), centroids)
    content: NDArray[np.uint8] = faiss.serialize_index(whole)
    return content


def _without_training_data(rotation: Any) -> Any:
    """A FAISS transform that does the same as a trained one, without what training left in it."""
    faiss = single_threaded_faiss()
    bare = faiss.LinearTransform(rotation.d_in, rotation.d_out, rotation.have_bias)
    faiss.copy_array_to_vector(faiss.vector_to_array(rotation.A), bare.A)
    faiss.copy_array_to_vector(faiss.vector_to_array(rotation.b), bare.b)
    bare.is_trained = True
    return bare


def _check_cancelled(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise TrainingCancelledError


def _k_means(vectors: NDArray[np.float32], count: int, seed: int) -> Any:
    """A FAISS flat index of `count` centroids."""
    faiss = single_threaded_faiss()
    if count >= len(vectors):
        index = faiss.IndexFlatL2(vectors.shape[1])
        index.add(vectors[np.arange(count) % len(vectors)])
        return index
    means = faiss.Kmeans(
        vectors.shape[1],
        count,
        niter=KMEANS_ITERATIONS,
        seed=seed,
        min_points_per_centroid=1,
        max_points_per_centroid=len(vectors),
    )
    means.train(vectors)
    return means.index


def _assign(centroids: Any, vectors: NDArray[np.float32], cancelled: Callable[[], bool]) -> NDArray[np.int64]:
    """The nearest centroid of each vector."""
    nearest = np.empty(len(vectors), np.int64)
    for start in range(0, len(vectors), TRAINING_BATCH):
        _check_cancelled(cancelled)
        nearest[start : start + TRAINING_BATCH] = centroids.search(
            vectors[start : start + TRAINING_BATCH], 1
        )[1][:, 0]
    return nearest


def _refine_centroids(
    centroids: NDArray[np.float32], vectors: NDArray[np.float32], cancelled: Callable[[], bool]
) -> NDArray[np.float32]:
    """Move centroids to the mean of the vectors nearest them, a few times over."""
    for _ in range(REFINEMENT_ROUNDS):
        flat = single_threaded_faiss().IndexFlatL2(centroids.shape[1])
        flat.add(centroids)
        nearest = _assign(flat, vectors, cancelled)
        order = np.argsort(nearest, kind="stable")
        taken, starts = np.unique(nearest[order], return_index=True)
        bounds = np.append(starts, len(order))
        centroids = centroids.copy()
        for centroid, begin, end in zip(taken, bounds[:-1], bounds[1:], strict=True):
            centroids[centroid] = vectors[order[begin:end]].mean(axis=0)
        centroids = _normalized(centroids)
    return centroids


def _normalized(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def _lists_per_group(counts: NDArray[np.intp], lists: int) -> NDArray[np.intp]:
    """How many of the `lists` each group gets: in proportion to its members, and at least one where it has any."""
    shares = np.where(counts > 0, np.maximum(1, counts * lists // max(counts.sum(), 1)), 0)
    while shares.sum() < lists:
        shares[np.argmax(counts / (shares + 0.5))] += 1
    while shares.sum() > lists:
        shares[np.argmax(np.where(shares > 1, shares / (counts + 1), 0))] -= 1
    return shares
