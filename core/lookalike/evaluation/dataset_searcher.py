"""The searcher of a data set: answers its queries one by one, as the program would."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from lookalike.errors import LookalikeError
from lookalike.evaluation.answering import GalleryPhotos, answer_of, asked, within_gallery
from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.encoding import encode
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.outcome import Gallery, Outcome, score
from lookalike.judges.protocol import Judge
from lookalike.library import Library
from lookalike.search.fusion import Fusion
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking
from lookalike.search.settings import SearchSettings


class DatasetSearcher:
    """Answers queries one by one.

    Args:
        library: the library that was indexed into.
        dataset: the data set.
        gallery: its photos in the library.
        judge: name of the judge.
        looking: the judge; None for nobody.
        settings: how candidates are checked.
        fusion: how similarity, vote and match make a score.
        top: candidates that are judged, or whose probabilities are measured without a judge.
    """

    def __init__(
        self,
        library: Library,
        dataset: Dataset,
        gallery: GalleryPhotos,
        judge: str,
        looking: Judge | None,
        settings: SearchSettings,
        fusion: Fusion,
        top: int,
    ) -> None:
        self._library = library
        self._dataset = dataset
        self._gallery = gallery
        self._judge = judge
        self._looking = looking
        self._settings = settings
        self._fusion = fusion
        self._top = top

    def answer(
        self, query: GroundTruthQuery, seconds: dict[str, float]
    ) -> tuple[Answer, Outcome | None, tuple[str, ...]]:
        """The answer to a query, what a calibration is fitted to, and lines for the user.

        Raises:
            LookalikeError: the query cannot be read.
        """
        ids = self._gallery.ids([*query.positives, *query.junk, *([query.image] if query.image else [])])
        own = None if query.image is None else ids.get(query.image)
        if own is None and query.image is not None and self._lies_inside(query.image):
            raise LookalikeError("This query is not among the indexed photos.")
        search, attributes = asked(query, own)
        name, own = self._library.search.identify(search)
        ranking = within_gallery(self._search(search, self._limit(query), seconds), self._gallery)
        answer = answer_of(query, attributes, search.region, ranking, self._gallery, own, self._dataset.depth)
        if not query.positives - {query.image} or query.words:
            return answer, None, ranking.notes
        judged = Gallery(self._library, ids, self._looking, self._top, self._fusion.index)
        outcome = score(judged, query, ranking, name)
        return replace(answer, calibration=encode(outcome)), outcome, ranking.notes

    def _lies_inside(self, image: Path) -> bool:
        return any(folder in image.parents for folder in self._dataset.folders)

    def _limit(self, query: GroundTruthQuery) -> int:
        """Results to ask for: those that the figures look at, and as many as may be taken out of them."""
        depth = self._dataset.depth
        if depth is None:
            return len(self._library)
        spare = len(query.positives) + len(query.junk) + len(self._gallery.outside)
        return min(len(self._library), max(depth, self._top) + spare)

    def _search(self, query: Query, limit: int, seconds: dict[str, float]) -> Ranking:
        started = time.perf_counter()
        stage = "index"
        settings = replace(self._settings, limit=limit)
        for step in self._library.search.rankings(query, settings, self._judge):
            ranking = step
            now = time.perf_counter()
            seconds[stage] += now - started
            started, stage = now, "judge"
        return ranking
