"""Query encoding: from photos and words to the vectors that the index is asked with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.descriptors.protocol import Describer, DescriptionService
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import JudgePhoto
from lookalike.local_features import LocalFeatures
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.log import log_failure
from lookalike.search.query import Query
from lookalike.search.query_photos import QueryPhotos, turned

logger = logging.getLogger(__name__)

POSITIONS = 4
"""Positions a photo may lie in, a quarter turn apart. Tried only on request: they cost R@1 for upright queries
(docs/benchmarks.md, "Descriptors")."""
WORDS_REMEDY = "Search with a photo, or use a descriptor model that reads words (SigLIP or CLIP)."


@dataclass(frozen=True)
class QueryVector:
    """One vector to ask with.

    Attributes:
        vector: unit vector (dimension,).
        part: number of the query's part (photo or words) it describes; all rotations of a photo have the same.
        photo: that part as judges take it, in this rotation; None for words.
    """

    vector: NDArray[np.float32]
    part: int
    photo: JudgePhoto | None


@dataclass(frozen=True)
class EncodedQuery:
    """A query as vectors.

    Attributes:
        query_vectors: at least one, part after part.
        features: the local features of each part, by its number; None for words, for a photo without details, and
            where they are not asked for.
        negative: mean direction of what the results should not resemble, unit vector (dimension,); None without.
        excluded_ids: the library's photos that the query names itself or excludes; they are no results.
    """

    query_vectors: tuple[QueryVector, ...]
    features: tuple[LocalFeatures | None, ...]
    negative: NDArray[np.float32] | None = None
    excluded_ids: frozenset[int] = frozenset()

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The vectors, float32 (query vectors, dimension)."""
        return np.stack([query_vector.vector for query_vector in self.query_vectors])

    @property
    def parts(self) -> NDArray[np.intp]:
        """The number of each vector's part, (query vectors,)."""
        return np.array([query_vector.part for query_vector in self.query_vectors], np.intp)


class QueryEncoder:
    """Describes queries.

    Args:
        photos: reads their photos.
        describer: prepares pixels.
        service: describes them.
        descriptors: those of the library's photos, which need not be described again.
        features: local features of photos that were extracted before.
    """

    def __init__(
        self,
        photos: QueryPhotos,
        describer: Describer,
        service: DescriptionService,
        descriptors: DescriptorRecord,
        features: FeatureCache,
    ) -> None:
        self._photos = photos
        self._describer = describer
        self._service = service
        self._descriptors = descriptors
        self._features = features

    @property
    def reads_words(self) -> bool:
        """Whether the model reads words."""
        return self._describer.reads_words

    def encode(self, query: Query, rotations: bool = False, details: bool = False) -> EncodedQuery:
        """The vectors of a query.

        Args:
            query: what is searched for.
            rotations: whether its photos may lie in any of the four positions.
            details: whether its local features are wanted too.

        Raises:
            LookalikeError: a part of it cannot be read or described.
        """
        positive = [self._part(part) for part in (query, *query.positives)]
        negative = [self._part(part) for part in query.negatives]
        turns = range(POSITIONS if rotations else 1)
        views: list[tuple[int, _Part, int]] = [
            (number, part, turn)
            for number, part in enumerate(positive)
            for turn in (turns if part.photo is not None else range(1))
        ]
        vectors = self._describe([(part, turn) for _, part, turn in views] + [(part, 0) for part in negative])
        query_vectors = tuple(
            QueryVector(vector, number, None if part.photo is None else turned(part.photo, turn))
            for (number, part, turn), vector in zip(views, vectors, strict=False)
        )
        direction = None
        if negative:
            mean = vectors[len(views) :].mean(axis=0)
            direction = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
        own = frozenset(part.own for part in (*positive, *negative) if part.own is not None)
        features = tuple(self._features_of(part) if details else None for part in positive)
        return EncodedQuery(query_vectors, features, direction, own | query.excluded_ids)

    def _features_of(self, part: _Part) -> LocalFeatures | None:
        if part.photo is None:
            return None
        try:
            found = self._features.of(part.photo.content, part.photo.load)
        except LookalikeError as error:
            # A photo of the library whose drive is away has its descriptor still.
            log_failure(logger, "Looking for the details of a query", error)
            return None
        return found if len(found) else None

    def _part(self, query: Query) -> _Part:
        if query.words:
            if not self._describer.reads_words:
                raise LookalikeError("The model in use does not read words.", WORDS_REMEDY)
            return _Part(query, None, None)
        photo, own = self._photos.of(query)
        # Descriptor and details are mostly made of the same decode.
        return _Part(query, replace(photo, load=lru_cache(maxsize=1)(photo.load)), own)

    def _describe(self, views: Sequence[tuple[_Part, int]]) -> NDArray[np.float32]:
        """Unit vectors (views, dimension); stored descriptors are used where there are any."""
        vectors = np.zeros((len(views), self._describer.dimension), np.float32)
        pixels = []
        places = []
        for place, (part, turn) in enumerate(views):
            if part.photo is None:
                vectors[place] = self._service.describe_words([part.query.words]).result()[0]
            elif part.whole and turn == 0 and not self._descriptors.lacking([part.own or 0]):
                vectors[place] = self._descriptors.vectors(np.array([part.own], np.int64))[0]
            else:
                image = turned(part.photo, turn).load(self._describer.decode_size)
                pixels.append(self._describer.prepare(image))
                places.append(place)
        size = self._describer.batch_size
        batches = [
            self._service.describe(pixels[start : start + size], urgent=True)
            for start in range(0, len(pixels), size)
        ]
        if batches:
            vectors[places] = np.concatenate([batch.result() for batch in batches])
        return vectors


@dataclass(frozen=True)
class _Part:
    """One photo or the words of a query; `own` is the library's photo that it is or is cut from, if any."""

    query: Query
    photo: JudgePhoto | None
    own: int | None

    @property
    def whole(self) -> bool:
        """Whether it is all of a photo of the library."""
        return self.own is not None and self.query.region is None
