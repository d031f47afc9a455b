"""Nearest photos: one answer of both indexes for a query of several vectors, with negatives and query expansion.

Candidates are the photos whose descriptors are nearest and those whose details vote most; each has both numbers, and
one score of them. The constants were measured with ``python -m tests.benchmarks.query_choices``; figures in
docs/benchmarks.md, "Descriptors".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index import VectorIndex, VectorSource
from lookalike.index.inverted import FeatureIndex
from lookalike.index.vector_source import fetch_vectors, findable, positions
from lookalike.search.index_score import IndexScore
from lookalike.search.query_encoder import EncodedQuery

NEGATIVE_WEIGHT = 0.4
"""β of Rocchio's ``q − β·mean(negatives)``."""

EXPANSION_POWER = 3
"""α of α-weighted query expansion (arXiv 1711.02512)."""

EXPANSION_PHOTOS = 1
"""Photos that a query is expanded with. Few photos show the same thing, so later ones are nearly always wrong."""

VOTED = 300
"""Photos that the vote proposes; behind them hardly any shows the same thing."""


@dataclass(frozen=True)
class NearestPhotos:
    """The indexes' answer to a query, best score first.

    Attributes:
        ids: content ids, int64 (n,).
        similarities: float32 (n,), in [-1, 1]; the cosine for one vector, see `nearest_photos` for several.
        votes: float32 (n,), of several photos the largest; NaN where nothing is known of details.
        scores: float32 (n,), see `IndexScore`.
        query_vectors: for each result the number of the query vector it is most like, (n,); photos go before words.
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float32]
    votes: NDArray[np.float32]
    scores: NDArray[np.float32]
    query_vectors: NDArray[np.intp]


@dataclass(frozen=True)
class SearchedPhotos:
    """What a query is compared with.

    Attributes:
        index: finds neighbours.
        source: their vectors.
        inverted: has their details vote; None where no query is to be asked for its details.
    """

    index: VectorIndex
    source: VectorSource
    inverted: FeatureIndex | None = None


def nearest_photos(
    photos: SearchedPhotos,
    encoded: EncodedQuery,
    score: IndexScore,
    limit: int,
    allowed_ids: NDArray[np.int64] | None = None,
    expand: bool = False,
) -> NearestPhotos:
    """The contents nearest a query, without those it names itself.

    A photo in several rotations has the cosine of the best one. Several photos have half the mean of their cosines
    plus half the best, which is good whether they are alike or not; their scores are combined in the same way.

    Args:
        photos: what is searched.
        encoded: the query.
        score: what a cosine and a vote are worth together.
        limit: how many at most.
        allowed_ids: the only ids that may be found, ascending; None for all.
        expand: whether to ask again with the best results added to the query.
    """
    vectors = encoded.vectors
    found = _ask(photos, vectors, encoded, score, limit, allowed_ids)
    if expand and len(found.ids):
        near = slice(0, EXPANSION_PHOTOS)
        ids, additions = fetch_vectors(photos.source, found.ids[near])
        vectors = vectors.copy()
        for number, addition in zip(ids.tolist(), additions, strict=True):
            row = found.query_vectors[np.flatnonzero(found.ids == number)[0]]
            vectors[row] += max(float(addition @ vectors[row]), 0.0) ** EXPANSION_POWER * addition
            vectors[row] /= np.linalg.norm(vectors[row])
        found = _ask(photos, vectors, encoded, score, limit, allowed_ids)
    return found


def _ask(
    photos: SearchedPhotos,
    vectors: NDArray[np.float32],
    encoded: EncodedQuery,
    score: IndexScore,
    limit: int,
    allowed_ids: NDArray[np.int64] | None,
) -> NearestPhotos:
    depth = limit + len(encoded.excluded_ids)
    fall: NDArray[np.float32] | float = 0.0
    if len(vectors) == 1 and encoded.negative is None:
        near = photos.index.search(vectors[0], depth, allowed_ids)
        votes_of = _vote(photos, encoded, near.ids, depth, allowed_ids)
        more, candidates = fetch_vectors(photos.source, np.setdiff1d(votes_of.ids, near.ids))
        ids = np.concatenate([near.ids, more])
        cosines = np.concatenate([near.similarities[:, None], candidates @ vectors.T])
    else:
        answers = [
            photos.index.search(vector, depth, allowed_ids).ids
            for vector in _asked(vectors, encoded)
            if vector.any()
        ]
        votes_of = _vote(photos, encoded, np.unique(np.concatenate(answers)), depth, allowed_ids)
        ids, candidates = fetch_vectors(photos.source, votes_of.ids)
        cosines = candidates @ vectors.T
        if encoded.negative is not None and len(ids):
            # Less their mean, so that the values stay in the range that cosines have: a cut-off still means something.
            resemblance = candidates @ encoded.negative
            fall = NEGATIVE_WEIGHT * (resemblance - resemblance.mean())
    votes = votes_of.of(ids)
    scores = combined(score(best_of_parts(cosines, encoded.parts), votes)) - fall
    similarities = np.clip(combined(best_of_parts(cosines, encoded.parts)) - fall, -1, 1)
    of_vectors = score(cosines, votes[:, encoded.parts])
    excluded = np.isin(ids, np.fromiter(encoded.excluded_ids, np.int64, len(encoded.excluded_ids)))
    order = np.lexsort((ids, -scores))
    kept = order[~excluded[order]][:limit]
    return NearestPhotos(
        ids[kept],
        similarities[kept].astype(np.float32),
        np.fmax.reduce(votes, axis=1)[kept],
        scores[kept].astype(np.float32),
        _most_alike(of_vectors, encoded)[kept],
    )


def _asked(vectors: NDArray[np.float32], encoded: EncodedQuery) -> list[NDArray[np.float32]]:
    """The vectors that the vector index is asked with."""
    asked = [*vectors]
    if len(vectors) == encoded.parts[-1] + 1 > 1:
        asked.append(vectors.mean(axis=0))
    if encoded.negative is not None:
        asked = [vector - NEGATIVE_WEIGHT * encoded.negative for vector in asked]
    return asked


@dataclass(frozen=True)
class _Votes:
    """The votes of candidates, ids ascending (n,), for each part, float32 (n, parts); NaN where nothing is known."""

    ids: NDArray[np.int64]
    votes: NDArray[np.float32]

    def of(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The votes of some of the candidates, float32 (len(ids), parts)."""
        return self.votes[np.searchsorted(self.ids, ids)]


def _vote(
    photos: SearchedPhotos,
    encoded: EncodedQuery,
    near: NDArray[np.int64],
    depth: int,
    allowed_ids: NDArray[np.int64] | None,
) -> _Votes:
    """The votes of the photos `near` a query, and of those that get most for one of its photos."""
    inverted = photos.inverted
    ids = near = np.unique(near)
    votes = np.full((len(ids), len(encoded.features)), np.nan, np.float32)
    asked = [(part, features) for part, features in enumerate(encoded.features) if features is not None]
    if inverted is None or not asked:
        return _Votes(ids, votes)
    limit = min(VOTED + len(encoded.excluded_ids), depth)
    answers = [inverted.vote(features, limit, allowed_ids, also=near) for _, features in asked]
    proposed = np.setdiff1d(np.concatenate([answer.ids for answer in answers]), near)
    # Another process may have removed photos; only the record, which both write, knows.
    proposed = proposed[findable(photos.source, proposed)]
    ids = np.union1d(near, proposed)
    votes = np.full((len(ids), len(encoded.features)), np.nan, np.float32)
    known = inverted.contains(ids)
    for (part, features), answer in zip(asked, answers, strict=True):
        votes[known, part] = 0.0
        places, there = positions(ids, answer.ids)
        votes[places[there], part] = answer.votes[there]
        if len(asked) > 1:
            # What another photo of the query has proposed was not among those asked for.
            others = known & ~np.isin(ids, near)
            votes[others, part] = inverted.votes_of(features, ids[others])
    return _Votes(ids, votes)


def best_of_parts(values: NDArray[np.float32], parts: NDArray[np.intp]) -> NDArray[np.float32]:
    """The best of the vectors of each part, float32 (n, parts).

    Args:
        values: (n, query vectors).
        parts: the number of each query vector's part, ascending from 0, (query vectors,).
    """
    starts = np.flatnonzero(np.diff(parts, prepend=-1))
    best: NDArray[np.float32] = np.maximum.reduceat(values, starts, axis=1)
    return best


def combined(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """One value from those with several parts, (n, parts): half the mean, half the best; float32 (n,)."""
    one: NDArray[np.float32] = (0.5 * (values.mean(axis=1) + values.max(axis=1))).astype(np.float32)
    return one


def _most_alike(scores: NDArray[np.float32], encoded: EncodedQuery) -> NDArray[np.intp]:
    """For each row of scores (n, query vectors) the column of the largest; words only where there is no photo."""
    photos = np.array([query_vector.photo is not None for query_vector in encoded.query_vectors])
    columns: NDArray[np.intp] = np.where(photos | ~photos.any(), scores, -np.inf).argmax(axis=1)
    return columns
