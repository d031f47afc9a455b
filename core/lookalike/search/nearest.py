"""Several vectors in, one answer of the index out: more photos, what it shall not resemble, expansion.

The constants come from ``python -m tests.benchmarks.query_choices`` (452 queries, the embedded descriptor, exact
search, no judge; mAP per group first).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index import Neighbours, VectorIndex, VectorSource
from lookalike.index.vector_source import fetch_vectors
from lookalike.search.query_encoder import EncodedQuery

UNLIKE_WEIGHT = 0.4
"""β of Rocchio's ``q − β·mean(unlike)``. The first wrong photo pointed at, mAP: 0.720 without, 0.732 with 0.1, 0.746
with 0.2, 0.757 with 0.3, 0.762 with 0.4, 0.758 with 0.5, 0.700 with 0.7. Taking off only by how much a photo is nearer
the wrong one than the query reached 0.736."""

EXPANSION_POWER = 3
"""α of α-weighted query expansion (arXiv 1711.02512)."""

EXPANSION_PHOTOS = 1
"""Photos that a query is expanded with, mAP: 0.696 with none, 0.707 with 1, 0.704 with 2, 0.686 with 3, 0.609 with 10.
Few photos show the same thing, so the tenth is nearly always a wrong one."""


@dataclass(frozen=True)
class NearestPhotos:
    """What the index says of a query, best first.

    Attributes:
        ids: content ids, int64 (n,).
        similarities: float32 (n,), in [-1, 1]; the cosine for one vector, see `nearest` for several.
        probe: per result the probe that it is most like, as a position, (n,); photos go before words.
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float32]
    query_vector: NDArray[np.intp]


def nearest_photos(
    index: VectorIndex,
    source: VectorSource,
    encoded: EncodedQuery,
    limit: int,
    allowed_ids: NDArray[np.int64] | None = None,
    expand: bool = False,
) -> NearestPhotos:
    """The contents nearest a query; those that it names itself are left out.

    A photo in several rotations has the cosine of the best one. Several photos: half the mean of their cosines, half
    the best, which is good whether they are alike or not: mAP with 2 photos of the same thing 0.783 (mean alone 0.783,
    best alone 0.765), with 3 0.828 (0.797, 0.805), with 5 0.946 (0.923, 0.951), with 2 of different things 0.667
    (0.571, 0.680).

    Args:
        index: finds neighbours.
        record: their vectors.
        probes: the query.
        limit: how many at most.
        among: the only ids that may be found, ascending; None for all.
        expand: whether to ask again with the best results added to the query.
    """
    vectors = encoded.vectors
    found = _asked(index, source, vectors, encoded, limit, allowed_ids)
    if expand and len(found.ids):
        near = slice(0, EXPANSION_PHOTOS)
        ids, additions = fetch_vectors(source, found.ids[near])
        vectors = vectors.copy()
        for number, addition in zip(ids.tolist(), additions, strict=True):
            probe = found.query_vector[np.flatnonzero(found.ids == number)[0]]
            vectors[probe] += max(float(addition @ vectors[probe]), 0.0) ** EXPANSION_POWER * addition
            vectors[probe] /= np.linalg.norm(vectors[probe])
        found = _asked(index, source, vectors, encoded, limit, allowed_ids)
    return found


def _asked(
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
        asked = [vector - UNLIKE_WEIGHT * encoded.negative for vector in asked]
    answers = [index.search(vector, depth, allowed_ids).ids for vector in asked if vector.any()]
    ids, candidates = fetch_vectors(source, np.unique(np.concatenate(answers)))
    if not len(ids):
        return NearestPhotos(ids, np.zeros(0, np.float32), np.zeros(0, np.intp))
    cosines = candidates @ vectors.T
    similarities = combined(cosines, encoded.parts)
    if encoded.negative is not None:
        resemblance = candidates @ encoded.negative
        # Less their mean, so that the values stay in the range that cosines have: a cut-off still means something.
        similarities = similarities - UNLIKE_WEIGHT * (resemblance - resemblance.mean())
    order = np.lexsort((ids, -similarities))
    answer = Neighbours(ids[order], np.clip(similarities[order], -1, 1).astype(np.float32))
    return _without(encoded.excluded_ids, answer, _likest(cosines, encoded)[order], limit)


def combined(cosines: NDArray[np.float32], parts: NDArray[np.intp]) -> NDArray[np.float32]:
    """One similarity from the cosines with several probes.

    Args:
        cosines: (n, probes).
        parts: which part of the query each probe shows, ascending from 0, (probes,).

    Returns:
        float32 (n,): half the mean over the parts, half the best, each part by its best probe.
    """
    starts = np.flatnonzero(np.diff(parts, prepend=-1))
    best = np.maximum.reduceat(cosines, starts, axis=1)
    return (0.5 * (best.mean(axis=1) + best.max(axis=1))).astype(np.float32)


def _likest(cosines: NDArray[np.float32], encoded: EncodedQuery) -> NDArray[np.intp]:
    """Per row of cosines (n, probes) the probe of the greatest one; words only where there is no photo."""
    photos = np.array([query_vector.photo is not None for query_vector in encoded.query_vectors])
    return np.where(photos | ~photos.any(), cosines, -np.inf).argmax(axis=1)


def _without(
    excluded_ids: frozenset[int], answer: Neighbours, probe: NDArray[np.intp], limit: int
) -> NearestPhotos:
    results = ~np.isin(answer.ids, np.fromiter(excluded_ids, np.int64, len(excluded_ids)))
    kept = np.flatnonzero(results)[:limit]
    return NearestPhotos(answer.ids[kept], answer.similarities[kept], probe[kept])
