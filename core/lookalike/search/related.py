"""Related photos: what the pair graph knows of a library photo that is searched with joins the judged candidates.

A photo that was found to show the same by its pixels or details may lie behind the candidates that the index puts
first, or not among them: half of a picture, its mirror image. Such photos take the places of the last candidates, so
that no more pairs are judged than without them; nothing else is asked, and they are ranked as all others are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.index import VectorSource
from lookalike.index.vector_source import fetch_vectors
from lookalike.search.index_score import IndexScore
from lookalike.search.nearest import NearestPhotos
from lookalike.search.query import Query
from lookalike.search.query_encoder import EncodedQuery

LEAST_MATCH = 0.5
"""Pairs of at least this match are of the same thing."""

MOST = 20
"""So many related photos join at most, those of the highest match."""


def own_photo(query: Query, encoded: EncodedQuery) -> int | None:
    """The photo of the library that is searched with, as a whole and by itself; None for any other query."""
    if query.region is not None or query.words or query.positives or query.negatives:
        return None
    own = encoded.excluded_ids - query.excluded_ids
    return next(iter(own)) if len(own) == 1 else None


def with_related(
    found: NearestPhotos,
    related: Sequence[int],
    source: VectorSource,
    encoded: EncodedQuery,
    score: IndexScore,
    head: int,
) -> NearestPhotos:
    """The index's answer with related photos among its first ones.

    Args:
        found: the answer.
        related: content ids, the surest first.
        source: reads descriptors.
        encoded: the query: one photo, in one or more rotations.
        score: what a cosine and a vote are worth together.
        head: how many of the first are candidates of the judge.

    Returns:
        As many photos as before, the first `head` of them in the order of their scores.
    """
    first = found.ids[:head]
    behind = np.setdiff1d(np.array(related[:MOST], np.int64), first)
    if not len(behind) or not head:
        return found
    unknown, vectors = fetch_vectors(source, np.setdiff1d(behind, found.ids))
    cosines = vectors @ encoded.vectors.T
    best = cosines.argmax(axis=1) if len(unknown) else np.zeros(0, np.intp)
    nearest = cosines[np.arange(len(unknown)), best]
    votes = np.full(len(unknown), np.nan, np.float32)
    every = NearestPhotos(
        np.concatenate([found.ids, unknown]),
        np.concatenate([found.similarities, nearest]).astype(np.float32),
        np.concatenate([found.votes, votes]),
        np.concatenate([found.scores, score(nearest, votes)]),
        np.concatenate([found.query_vectors, best]),
    )
    joins = np.isin(every.ids, behind)
    places = np.flatnonzero(joins)[: head - 1]
    kept = np.arange(min(head, len(found.ids)))[: max(head - len(places), 1)]
    candidates = np.concatenate([kept, places])
    candidates = candidates[np.lexsort((every.ids[candidates], -every.scores[candidates]))]
    rest = np.setdiff1d(np.arange(len(found.ids)), candidates)
    return _chosen(every, np.concatenate([candidates, rest])[: max(len(found.ids), len(candidates))])


def _chosen(photos: NearestPhotos, rows: NDArray[np.intp]) -> NearestPhotos:
    return NearestPhotos(
        photos.ids[rows],
        photos.similarities[rows],
        photos.votes[rows],
        photos.scores[rows],
        photos.query_vectors[rows],
    )
