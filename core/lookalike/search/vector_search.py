"""Vector search: the photos whose descriptors are nearest the query's, as a stream of ever better rankings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.descriptors.protocol import Describer, DescriptionService
from lookalike.index import VectorIndex
from lookalike.index.inverted import FeatureIndex
from lookalike.judges.protocol import Explanation, Judge
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.search.cascade import CascadePlan, SecondJudge, cascade
from lookalike.search.fusion import Fusion
from lookalike.search.nearest import NearestPhotos, SearchedPhotos, nearest_photos
from lookalike.search.query import Query
from lookalike.search.query_encoder import EncodedQuery, QueryEncoder
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Candidates, Ranking, Result, ranked
from lookalike.search.ranking_stream import RankingStream, SearchPlan
from lookalike.search.second_hop import DEPTH, SecondHop
from lookalike.search.settings import SearchSettings


class VectorSearch:
    """Answers queries over one library and descriptor model.

    Args:
        catalog: the library's catalog.
        describer: prepares the query's pixels.
        service: describes them.
        descriptors: those of the library's photos.
        index: finds neighbours.
        features: local features of photos that were extracted before.
        inverted: has the photos' details vote.
    """

    def __init__(
        self,
        catalog: Catalog,
        describer: Describer,
        service: DescriptionService,
        descriptors: DescriptorRecord,
        index: VectorIndex,
        features: FeatureCache,
        inverted: FeatureIndex,
    ) -> None:
        self._catalog = catalog
        self._descriptors = descriptors
        self._searched = SearchedPhotos(index, descriptors, inverted)
        self._photos = QueryPhotos(catalog)
        self._encoder = QueryEncoder(self._photos, describer, service, descriptors, features)

    @property
    def reads_words(self) -> bool:
        """Whether the descriptor model reads words."""
        return self._encoder.reads_words

    def encode(self, query: Query, details: bool = False) -> EncodedQuery:
        """The vectors of a query, and its details if wished; see `QueryEncoder.encode`."""
        return self._encoder.encode(query, details=details)

    def search(
        self,
        query: Query,
        judge: Judge | None,
        fusion: Fusion,
        settings: SearchSettings,
        cancelled: Callable[[], bool],
        allowed_ids: NDArray[np.int64] | None = None,
        second: SecondJudge | None = None,
    ) -> Iterator[Ranking]:
        """A stream of ever better rankings, without the photos the query itself names.

        Of several query photos, a candidate is judged against the one it is most like.

        Args:
            query: what is searched for.
            judge: judges the candidates; None for nobody.
            fusion: how similarity and match make a score.
            settings: how far the search goes; its filters are the caller's to resolve.
            cancelled: once true, the stream ends.
            allowed_ids: the only photos that may be found, ascending; None for all.
            second: a slow judge that is asked behind `judge`; None for nobody.

        Raises:
            LookalikeError: the query cannot be read or described.
        """
        head = settings.judged(judge)
        encoded = self._encoder.encode(query, settings.rotations, details=fusion.index_score.weight > 0)
        found = nearest_photos(
            self._searched,
            encoded,
            fusion.index_score,
            max(settings.limit, head, second.reach if second is not None else 0),
            allowed_ids,
            settings.expand,
        )
        candidates = self._candidates(found)
        plan = SearchPlan(
            candidates,
            [query_vector.photo for query_vector in encoded.query_vectors],
            judge,
            self._photos.candidate,
            self._catalog.pair_scores,
            fusion,
            head,
            settings.budget,
            cancelled,
            # Sure is only what a fitted probability says.
            self._second_hop(encoded, fusion, allowed_ids) if fusion.calibrated else None,
        )
        rankings = iter(RankingStream(plan))
        if second is None:
            yield from rankings
        else:
            yield from cascade(rankings, self._cascade_plan(plan, second))

    def _cascade_plan(self, plan: SearchPlan, second: SecondJudge) -> CascadePlan:
        """What a second judge needs to know of a search."""

        def hashes_of(content_ids: Sequence[int]) -> dict[int, str]:
            return {number: row.hash for number, row in self._catalog.contents.get(content_ids).items()}

        found = plan.candidates
        return CascadePlan(
            second,
            plan.fusion,
            plan.query_photos,
            dict(zip(found.ids, found.queries, strict=True)),
            hashes_of,
            plan.load,
            plan.scores,
            plan.budget,
            plan.cancelled,
        )

    def _candidates(self, found: NearestPhotos) -> Candidates:
        """What was found, without photos that are gone from the catalog meanwhile."""
        rows = self._catalog.contents.get(found.ids.tolist())
        kept = np.flatnonzero([number in rows for number in found.ids.tolist()])
        ids: list[int] = found.ids[kept].tolist()
        return Candidates(
            ids,
            [rows[number].hash for number in ids],
            found.similarities[kept].tolist(),
            [None if np.isnan(vote) else float(vote) for vote in found.votes[kept]],
            found.scores[kept].tolist(),
            found.query_vectors[kept].tolist(),
        )

    def _second_hop(
        self, encoded: EncodedQuery, fusion: Fusion, allowed_ids: NDArray[np.int64] | None
    ) -> SecondHop:
        """How this query's sure photos ask again."""

        def ask(encoded: EncodedQuery, limit: int, allowed_ids: NDArray[np.int64] | None) -> NearestPhotos:
            return nearest_photos(self._searched, encoded, fusion.index_score, limit, allowed_ids)

        def find_like(content_id: int) -> dict[int, float]:
            details = fusion.index_score.weight > 0
            found = ask(
                self._encoder.encode(Query(content_id=content_id), details=details), DEPTH, allowed_ids
            )
            return dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))

        def results_of(content_ids: Sequence[int]) -> Sequence[Result]:
            if not content_ids:
                return ()
            found = self._candidates(ask(encoded, len(content_ids), np.array(content_ids, np.int64)))
            results, _ = ranked(found, {}, {}, 0, fusion)
            return results

        return SecondHop(find_like, results_of)

    def explain(self, query: Query, content_id: int, judge: Judge) -> Explanation:
        """The judge's verdict on a photo, and its grounds.

        Raises:
            LookalikeError: a photo cannot be read, the query is words, or the judge is broken.
        """
        row = self._catalog.contents.one(content_id)
        candidate = self._photos.candidate(content_id, row.hash)
        photos = [part for part in (query, *query.positives) if not part.words]
        if len(photos) < 2:
            photo, _ = self._photos.of(query if not photos else photos[0])
            return judge.explain(photo, candidate)
        query_vectors = self._encoder.encode(
            replace(photos[0], positives=tuple(photos[1:]), negatives=())
        ).query_vectors
        vector = self._descriptors.vectors(np.array([content_id], np.int64))[0]
        _, photo = max(
            (
                (float(query_vector.vector @ vector), query_vector.photo)
                for query_vector in query_vectors
                if query_vector.photo is not None
            ),
            key=lambda entry: entry[0],
        )
        return judge.explain(photo, candidate)
