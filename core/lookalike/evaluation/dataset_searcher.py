"""The searcher of a data set: answers its queries one by one, as the program would."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.evaluation.answering import answer_of, asked, kept_results, within_gallery
from lookalike.evaluation.answers import Answer, Cost
from lookalike.evaluation.encoding import encode
from lookalike.evaluation.ground_truth import Attribute, GroundTruthQuery
from lookalike.evaluation.indexing import IndexedDataset
from lookalike.evaluation.outcome import Gallery, score
from lookalike.evaluation.processor_time import processor_seconds
from lookalike.evaluation.search_conditions import SearchConditions
from lookalike.photos import open_image
from lookalike.search.query import Query, Region, crop
from lookalike.search.ranking import Ranking

ALTERED_KEPT = 20
"""Results of an altered query that are kept; there are many such queries."""


class DatasetSearcher:
    """Answers queries one by one.

    Args:
        indexed: the data set in its library.
        conditions: how queries are searched for.
    """

    def __init__(self, indexed: IndexedDataset, conditions: SearchConditions) -> None:
        self._library = indexed.library
        self._dataset = indexed.dataset
        self._gallery = indexed.gallery
        self._conditions = conditions

    def answer(self, query: GroundTruthQuery) -> tuple[Answer, tuple[str, ...]]:
        """The answer to a query, with what a calibration is fitted to, and lines for the user.

        Raises:
            LookalikeError: the query cannot be read.
        """
        ids = self._gallery.ids([*query.positives, *query.junk, *([query.image] if query.image else [])])
        search, attributes = asked(query, self._own(query))
        name, own = self._library.search.identify(search)
        ranking, cost = self._search(search, self._limit(query))
        kept = kept_results(self._dataset.depth)
        answer = answer_of(
            query, attributes, search.region, ranking, self._gallery, own, kept, not query.words
        )
        answer = replace(answer, cost=cost)
        if not query.positives - {query.image} or query.words:
            return answer, ranking.notes
        conditions = self._conditions
        judged = Gallery(
            self._library, ids, conditions.looking, conditions.top, conditions.fusion.index, conditions.first
        )
        outcome = score(judged, query, ranking, name)
        return replace(answer, calibration=encode(outcome)), ranking.notes

    def photo(self, query: GroundTruthQuery, longest_side: int) -> tuple[Image.Image, Region | None]:
        """What a query shows, its longest side at most `longest_side` pixels, and the region of its photo that it is.

        Raises:
            LookalikeError: it cannot be read.
        """
        search, _ = asked(query, None)
        region = search.region
        share = 1.0 if region is None else max(region[2] - region[0], region[3] - region[1], 0.05)
        image = crop(open_image(query.photo, int(longest_side / share)), region)
        image.thumbnail((longest_side, longest_side))
        return image, region

    def answer_altered(
        self,
        query: GroundTruthQuery,
        image: Image.Image,
        region: Region | None,
        attributes: Mapping[str, Attribute],
    ) -> Answer:
        """The answer to an image that was made of a query's photo, which is no result.

        Copies of that photo in the gallery count as in `answer_of`: they come first, however it was altered.

        Raises:
            LookalikeError: the query is not among the indexed photos where it should be.
        """
        own = self._own(query)
        search = Query(image=image, excluded_ids=frozenset() if own is None else frozenset({own}))
        ranking, cost = self._search(search, self._limit(query))
        answer = answer_of(query, attributes, region, ranking, self._gallery, own, ALTERED_KEPT)
        return replace(answer, cost=cost)

    def _own(self, query: GroundTruthQuery) -> int | None:
        """Content id of a query's photo, where it is in the library."""
        if query.image is None:
            return None
        own = self._gallery.ids([query.image]).get(query.image)
        if own is None and self._lies_inside(query.image):
            raise LookalikeError("This query is not among the indexed photos.")
        return own

    def _lies_inside(self, image: Path) -> bool:
        return any(folder in image.parents for folder in self._dataset.folders)

    def _limit(self, query: GroundTruthQuery) -> int:
        """Results to ask for: those that the figures look at, and as many as may be taken out of them."""
        depth = self._dataset.depth
        if depth is None:
            return len(self._library)
        spare = len(query.positives) + len(query.junk) + len(self._gallery.outside)
        return min(len(self._library), max(depth, self._conditions.top) + spare)

    def _search(self, query: Query, limit: int) -> tuple[Ranking, Cost]:
        """The last ranking, of gallery photos alone, and what it took."""
        settings = replace(self._conditions.settings, limit=limit)
        times = [(processor_seconds(), time.perf_counter())]
        kept = None
        for step in self._library.search.rankings(query, settings, self._conditions.judge):
            ranking = step
            if kept is None:
                kept = ranking.judged
                times.append((processor_seconds(), time.perf_counter()))
        times.append((processor_seconds(), time.perf_counter()))
        (index, index_clock), (judge, judge_clock) = (
            tuple(round(1000 * (end - start), 3) for start, end in zip(before, after, strict=True))
            for before, after in itertools.pairwise(times)
        )
        cost = Cost(index, judge, index_clock, judge_clock, ranking.judged - (kept or 0))
        return within_gallery(ranking, self._gallery), cost
