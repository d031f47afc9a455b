"""Nearest photos: one answer of the index for a query of several vectors, with negatives and query expansion.

The constants were measured with ``python -m tests.benchmarks.query_choices``; figures in docs/benchmarks.md,
"Descriptors".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index import Neighbours, VectorIndex, VectorSource
from lookalike.index.vector_source import fetch_vectors
from lookalike.search.query_encoder import EncodedQuery

NEGATIVE_WEIGHT = 0.4
"""β of Rocchio's ``q − β·mean(negatives)``."""

EXPANSION_POWER = 3
"""α of α-weighted query expansion (arXiv 1711.02512)."""

EXPANSION_PHOTOS = 1
"""Photos that a query is expanded with. Few photos show the same thing, so later ones are nearly always wrong."""


@dataclass(frozen=True)
class NearestPhotos:
    """The index's answer to a query, best first.

    Attributes:
        ids: content ids, int64 (n,).
        similarities: float32 (n,), in [-1, 1]; the cosine for one vector, see `nearest_photos` for several.
        query_vectors: for each result the number of the query vector it is most like, (n,); photos go before words.
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float32]
    query_vectors: NDArray[np.intp]


def nearest_photos(
    index: VectorIndex,
    source: VectorSource,
    encoded: EncodedQuery,
    limit: int,
    allowed_ids: NDArray[np.int64] | None = None,
    expand: bool = False,
) -> NearestPhotos:
    """The contents nearest a query, without those it names itself.

    A photo in several rotations has the cosine of the best one. Several photos have half the mean of their cosines
    plus half the best, which is good whether they are alike or not.

    Args:
        index: finds neighbours.
        source: their vectors.
        encoded: the query.
        limit: how many at most.
        allowed_ids: the only ids that may be found, ascending; None for all.
        expand: whether to ask again with the best results added to the query.
    """
    vectors = encoded.vectors
    found = _ask(index, source, vectors, encoded, limit, allowed_ids)
    if expand and len(found.ids):
        near = slice(0, EXPANSION_PHOTOS)
        ids, additions = fetch_vectors(source, found.ids[near])
        vectors = vectors.copy()
        for number, addition in zip(ids.tolist(), additions, strict=True):
            row = found.query_vectors[np.flatnonzero(found.ids == number)[0]]
            vectors[row] += max(float(addition @ vectors[row]), 0.0) ** EXPANSION_POWER * addition
            vectors[row] /= np.linalg.norm(vectors[row])
        found = _ask(index, source, vectors, encoded, limit, allowed_ids)
    return found


def _ask(
    index: VectorIndex,
    source: VectorSource,
    vectors: NDArray[np.float32],
    encoded: EncodedQuery,
    limit: int,
    allowed_ids: NDArray[np.int64] | None,
) -> NearestPhotos:
    depth = limit + len(encoded.excluded_ids)
    if len(vectors) == 1 and encoded.negative is None:
        answer = index.search(vectors[0], depth, allowed_ids)
        return _without(encoded.excluded_ids, answer, np.zeros(len(answer), np.intp), limit)
    asked = [*vectors]
    if len(vectors) == encoded.parts[-1] + 1 > 1:
        asked.append(vectors.mean(axis=0))
    if encoded.negative is not None:
        asked = [vector - NEGATIVE_WEIGHT * encoded.negative for vector in asked]
    answers = [index.search(vector, depth, allowed_ids).ids for vector in asked if vector.any()]
    ids, candidates = fetch_vectors(source, np.unique(np.concatenate(answers)))
    if not len(ids):
        return NearestPhotos(ids, np.zeros(0, np.float32), np.zeros(0, np.intp))
    cosines = candidates @ vectors.T
    similarities = combined(cosines, encoded.parts)
    if encoded.negative is not None:
        resemblance = candidates @ encoded.negative
        # Less their mean, so that the values stay in the range that cosines have: a cut-off still means something.
        similarities = similarities - NEGATIVE_WEIGHT * (resemblance - resemblance.mean())
    order = np.lexsort((ids, -similarities))
    answer = Neighbours(ids[order], np.clip(similarities[order], -1, 1).astype(np.float32))
    return _without(encoded.excluded_ids, answer, _most_alike(cosines, encoded)[order], limit)


def combined(cosines: NDArray[np.float32], parts: NDArray[np.intp]) -> NDArray[np.float32]:
    """One similarity from the cosines with several query vectors.

    Args:
        cosines: (n, query vectors).
        parts: the number of each query vector's part, ascending from 0, (query vectors,).

    Returns:
        float32 (n,): half the mean over the parts, half the best, each part by its best vector.
    """
    starts = np.flatnonzero(np.diff(parts, prepend=-1))
    best = np.maximum.reduceat(cosines, starts, axis=1)
    similarities: NDArray[np.float32] = (0.5 * (best.mean(axis=1) + best.max(axis=1))).astype(np.float32)
    return similarities


def _most_alike(cosines: NDArray[np.float32], encoded: EncodedQuery) -> NDArray[np.intp]:
    """For each row of cosines (n, query vectors) the column of the largest; words only where there is no photo."""
    photos = np.array([query_vector.photo is not None for query_vector in encoded.query_vectors])
    columns: NDArray[np.intp] = np.where(photos | ~photos.any(), cosines, -np.inf).argmax(axis=1)
    return columns


def _without(
    excluded_ids: frozenset[int], answer: Neighbours, query_vectors: NDArray[np.intp], limit: int
) -> NearestPhotos:
    results = ~np.isin(answer.ids, np.fromiter(excluded_ids, np.int64, len(excluded_ids)))
    kept = np.flatnonzero(results)[:limit]
    return NearestPhotos(answer.ids[kept], answer.similarities[kept], query_vectors[kept])
