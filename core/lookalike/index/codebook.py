"""The codebook of the coarse codes: a rotation, the centres of the lists, and how it is trained."""

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

CODE_DIMENSION = 512
"""Longer vectors are cut to their first principal components before they are coded.

Of 1,000,000 synthetic descriptors of dimension 1280, of the 100 nearest in the lists looked into, so many are among
the 256, 400 and 600 best by their codes: .951, .980, .991 with one bit for each of 768 components (104 bytes), .972,
.991, .997 with two for each of 512 (148 bytes), .982, .995, .998 with two for each of 576 (164 bytes). To look
through them takes the same time; each candidate costs a read from the disk, and each component of the centres time."""
BITS = 2
ASSIGNED = 4
"""Nearest lists that are kept for each vector: two vectors that share one are compared by the join."""
ROWS_PER_LIST = 160
"""A centre takes as much memory as thirteen codes."""
SAMPLE_PER_LIST = 64
MAX_SAMPLE = 131072
"""At most this many vectors train a codebook (400 MB while that lasts)."""
PCA_SAMPLE = 32768
PIECE = 4096
"""Vectors between two questions whether to stop: 4,096 of them are compared with 4,096 lists in under a second."""
ITERATIONS = 8
POLISH = 3
"""Rounds of k-means over all lists at the end."""
FEWEST_CENTRES = 4096
"""Two threads share a query from twice as many centres on."""


class TrainingCancelledError(Exception):
    """Training or encoding was told to stop."""


def lists_for(rows: int) -> int:
    """How many lists suit a number of vectors: the power of two nearest 8 √rows, 16 to 65,536.

    By an earlier rule for how far to look, of 1,000,000 synthetic descriptors .97 of the 100 nearest lay in 12 % of
    the entries with 4,096 lists and in 7 % with 8,192; with 16,384 lists, for which there are only eight vectors each
    to train on, it was 9 %. No list is for less than `ROWS_PER_LIST` vectors.
    """
    suited = min(8 * math.sqrt(max(rows, 1)), rows / ROWS_PER_LIST)
    return 2 ** min(max(round(math.log2(max(suited, 1))), 4), 16)


class Codebook:
    """Turns vectors into the space of the codes, and knows the lists. Any thread may use it.

    Args:
        content: what `train` returned.

    Attributes:
        content: the bytes.
        lists: number of lists.
        dimension: length of the vectors it was trained on.

    Raises:
        Unusable: FAISS cannot read it.
    """

    def __init__(self, content: NDArray[np.uint8]) -> None:
        faiss = single_threaded_faiss()
        self.content = content
        try:
            self._whole: Any = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(content), content.size))
            self._rotation: Any = faiss.downcast_VectorTransform(self._whole.chain.at(0))
            self.centres: Any = faiss.downcast_index(self._whole.index)
            self.lists = int(self.centres.ntotal)
            size = self.lists * int(self.centres.d)
            self._rows = faiss.rev_swig_ptr(self.centres.get_xb(), size).reshape(self.lists, -1)
            self.dimension = int(self._whole.d)
        except (RuntimeError, AttributeError) as error:
            raise UnusableFileError("could not be read by this version of FAISS") from error

    def rotated(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors (n, dimension) in the space of the codes, float32 (n, code dimension)."""
        turned: NDArray[np.float32] = self._rotation.apply(np.ascontiguousarray(vectors, np.float32))
        return turned

    def distances(self, rotated: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distances of all centres from one rotated vector (1, code dimension), float32 (lists,)."""
        distances = np.empty(self.lists, np.float32)
        bounds = np.linspace(0, self.lists, max(1, self.lists // FEWEST_CENTRES) + 1).astype(int).tolist()
        run_shared([partial(self._measure, rotated, distances, *ends) for ends in itertools.pairwise(bounds)])
        return distances

    def _measure(
        self, rotated: NDArray[np.float32], distances: NDArray[np.float32], begin: int, end: int
    ) -> None:
        faiss = single_threaded_faiss()
        # An index would hand them out sorted, which takes as long as to compute them.
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
        """The lists whose centres are nearest rotated vectors (n, code dimension).

        Returns:
            Lists int64 (n, count), nearest first, and squared distances float32 (n, count).
        """
        distances, lists = self.centres.search(rotated, min(count, self.lists))
        return lists, distances

    def empty(self) -> Any:
        """A FAISS inverted file without entries that uses this codebook's centres."""
        faiss = single_threaded_faiss()
        index = faiss.IndexIVFRaBitQ(self.centres, self.centres.d, self.lists, faiss.METRIC_L2, True, BITS)
        index.is_trained = True
        return index


def train(
    sample: NDArray[np.float32], lists: int, seed: int = 0, cancelled: Callable[[], bool] = lambda: False
) -> NDArray[np.uint8]:
    """Train a codebook.

    The centres are found in two levels (groups by k-means, then k-means within each group) and moved a few times
    over all, which takes a fraction of the time of one level. They are all made of one length, so that the
    direction alone decides on the lists: 64 of 1,024 lists then hold .93 of the 100 nearest among 200,000 synthetic
    descriptors, where plain k-means needs a fifth more of the vectors for that.

    Args:
        sample: vectors (n, dimension), n at least `lists`.
        lists: number of lists.
        seed: of all that is drawn.
        cancelled: asked about once a second.

    Returns:
        A serialised FAISS index: a rotation, then the centres, uint8 (bytes,).

    Raises:
        Cancelled: `cancelled` said so.
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
    _check(cancelled)
    rotated = np.concatenate([rotation.apply(sample[s : s + PIECE]) for s in range(0, len(sample), PIECE)])
    _check(cancelled)
    lengths = np.linalg.norm(rotated, axis=1, keepdims=True)
    rotated /= np.maximum(lengths, 1e-9)
    # Photos come in the order they were taken in, and a part of them makes the groups.
    rng.shuffle(rotated)
    groups = max(1, round(math.sqrt(lists)))
    middle = _k_means(rotated[: 512 * groups], groups, seed)
    nearest = _assign(middle, rotated, cancelled)
    parts = []
    for group, share in enumerate(_shares(np.bincount(nearest, minlength=groups), lists)):
        _check(cancelled)
        members = rotated[nearest == group]
        if share == 0:
            continue
        parts.append(_k_means(members, int(share), seed + group).reconstruct_n(0, int(share)))
    # As fp16 they would take half the memory, but to decode one takes longer than to go through 50 codes of its list.
    centres = faiss.IndexFlatL2(target)
    centres.add(_polished(_unit(np.concatenate(parts)), rotated, cancelled) * lengths.mean())
    whole = faiss.IndexPreTransform(_bare(rotation), centres)
    content: NDArray[np.uint8] = faiss.serialize_index(whole)
    return content


def _bare(rotation: Any) -> Any:
    """A FAISS transform that does the same as a trained one, without what the training left in it."""
    faiss = single_threaded_faiss()
    bare = faiss.LinearTransform(rotation.d_in, rotation.d_out, rotation.have_bias)
    faiss.copy_array_to_vector(faiss.vector_to_array(rotation.A), bare.A)
    faiss.copy_array_to_vector(faiss.vector_to_array(rotation.b), bare.b)
    bare.is_trained = True
    return bare


def _check(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise TrainingCancelledError


def _k_means(vectors: NDArray[np.float32], count: int, seed: int) -> Any:
    """A FAISS flat index of `count` centres."""
    faiss = single_threaded_faiss()
    if count >= len(vectors):
        index = faiss.IndexFlatL2(vectors.shape[1])
        index.add(vectors[np.arange(count) % len(vectors)])
        return index
    means = faiss.Kmeans(
        vectors.shape[1],
        count,
        niter=ITERATIONS,
        seed=seed,
        min_points_per_centroid=1,
        max_points_per_centroid=len(vectors),
    )
    means.train(vectors)
    return means.index


def _assign(centres: Any, vectors: NDArray[np.float32], cancelled: Callable[[], bool]) -> NDArray[np.int64]:
    """The nearest centre of each vector."""
    nearest = np.empty(len(vectors), np.int64)
    for start in range(0, len(vectors), PIECE):
        _check(cancelled)
        nearest[start : start + PIECE] = centres.search(vectors[start : start + PIECE], 1)[1][:, 0]
    return nearest


def _polished(
    centres: NDArray[np.float32], vectors: NDArray[np.float32], cancelled: Callable[[], bool]
) -> NDArray[np.float32]:
    """Centres moved to the mean of the vectors nearest them, a few times over."""
    for _ in range(POLISH):
        flat = single_threaded_faiss().IndexFlatL2(centres.shape[1])
        flat.add(centres)
        nearest = _assign(flat, vectors, cancelled)
        order = np.argsort(nearest, kind="stable")
        taken, starts = np.unique(nearest[order], return_index=True)
        bounds = np.append(starts, len(order))
        centres = centres.copy()
        for centre, begin, end in zip(taken, bounds[:-1], bounds[1:], strict=True):
            centres[centre] = vectors[order[begin:end]].mean(axis=0)
        centres = _unit(centres)
    return centres


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def _shares(counts: NDArray[np.intp], lists: int) -> NDArray[np.intp]:
    """Lists for each group, proportional to its members, at least one where it has any; `lists` in all."""
    shares = np.where(counts > 0, np.maximum(1, counts * lists // max(counts.sum(), 1)), 0)
    while shares.sum() < lists:
        shares[np.argmax(counts / (shares + 0.5))] += 1
    while shares.sum() > lists:
        shares[np.argmax(np.where(shares > 1, shares / (counts + 1), 0))] -= 1
    return shares
