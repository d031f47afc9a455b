"""Prepares a query and hands the index's answer to the stream of rankings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.filters import Filters
from lookalike.descriptors.protocol import Describer
from lookalike.descriptors.service import DescriberService
from lookalike.errors import LookalikeError
from lookalike.index import VectorIndex
from lookalike.judges.protocol import DEFAULT_MODE, Explanation, Judge
from lookalike.search.fusion import TOP, Fusion
from lookalike.search.nearest import nearest_photos
from lookalike.search.query import Query
from lookalike.search.query_encoder import QueryEncoder
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Ranking
from lookalike.search.ranking_stream import Candidates, rankings


@dataclass(frozen=True)
class SearchSettings:
    """How far a search goes.

    Attributes:
        top: candidates that the judge looks at.
        limit: results in all.
        budget: seconds for judging; None for no limit.
        weight: λ, the share of the similarity in the score, 0..1; None for the calibrated one.
        mode: what a judge that can be asked different things is asked (``"object"``, ``"landmark"``, …).
        both_orders: whether such a judge is asked twice, with the photos in both orders.
        filters: what every result must meet.
        expand: ask a second time with the best result added to the query.
        rotations: the query's photos may lie in any of the four positions.
    """

    top: int = TOP
    limit: int = 1000
    budget: float | None = None
    weight: float | None = None
    mode: str = DEFAULT_MODE
    both_orders: bool = False
    filters: Filters = field(default_factory=Filters)
    expand: bool = False
    rotations: bool = False


class Searcher:
    """Answers queries over one library and descriptor model.

    Args:
        catalog: the library's catalog.
        describer: prepares the query's pixels.
        service: describes them.
        record: descriptors of the photos.
        index: finds neighbours.
    """

    def __init__(
        self,
        catalog: Catalog,
        describer: Describer,
        service: DescriberService,
        record: DescriptorRecord,
        index: VectorIndex,
    ) -> None:
        self._catalog = catalog
        self._record = record
        self._index = index
        self._photos = QueryPhotos(catalog)
        self._encoder = QueryEncoder(self._photos, describer, service, record)

    def search(
        self,
        query: Query,
        judge: Judge | None,
        fusion: Fusion,
        settings: SearchSettings,
        cancelled: Callable[[], bool],
    ) -> Iterator[Ranking]:
        """A stream of ever better rankings; the photos that the query names are left out.

        Of several query photos, the judge compares a candidate with the one that the candidate is most like.

        Raises:
            LookalikeError: the query cannot be read or described, or a filter names what there is not.
        """
        allowed_ids = self._catalog.filters.matching(settings.filters) if settings.filters else None
        encoded = self._encoder.encode(query, settings.rotations)
        found = nearest_photos(
            self._index, self._record, encoded, settings.limit, allowed_ids, settings.expand
        )
        rows = self._catalog.contents.get(found.ids.tolist())
        kept = [
            (number, rows[number].hash, float(similarity), int(probe))
            for number, similarity, probe in zip(
                found.ids.tolist(), found.similarities, found.query_vector, strict=True
            )
            if number in rows
        ]
        candidates = (
            Candidates(*(list(column) for column in zip(*kept, strict=True)))
            if kept
            else Candidates([], [], [], [])
        )
        yield from rankings(
            candidates,
            [query_vector.photo for query_vector in encoded.query_vectors],
            judge,
            self._photos.candidate,
            self._catalog.pair_scores,
            fusion,
            settings.top,
            settings.budget,
            cancelled,
        )

    def explain(self, query: Query, content_id: int, judge: Judge) -> Explanation:
        """Why the judge says what it says of a photo.

        Raises:
            LookalikeError: a photo cannot be read, the query is words, or the judge is broken.
        """
        rows = self._catalog.contents.get([content_id])
        if content_id not in rows:
            raise LookalikeError("This photo is no longer in the library.")
        candidate = self._photos.candidate(content_id, rows[content_id].hash)
        photos = [part for part in (query, *query.positives) if not part.words]
        if len(photos) < 2:
            photo, _ = self._photos.of(query if not photos else photos[0])
            return judge.explain(photo, candidate)
        query_vectors = self._encoder.encode(
            replace(photos[0], positives=tuple(photos[1:]), negatives=())
        ).query_vectors
        vector = self._record.vectors(np.array([content_id], np.int64))[0]
        _, photo = max(
            (
                (float(query_vector.vector @ vector), query_vector.photo)
                for query_vector in query_vectors
                if query_vector.photo is not None
            ),
            key=lambda entry: entry[0],
        )
        return judge.explain(photo, candidate)
