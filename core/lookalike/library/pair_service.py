"""Pair service: the pair graph of an open library, and the job that keeps it up to date."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.index.inverted import FeatureIndex
from lookalike.ingest.throttle import Throttle
from lookalike.judges.protocol import Judge
from lookalike.judges.registry import JudgeRegistry
from lookalike.library.background_job import BackgroundJob, gently
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.log import log_failure
from lookalike.pairs import PairKind, VerifiedPair
from lookalike.pairs.candidates import CandidateSearch
from lookalike.pairs.graph import PairGraph
from lookalike.pairs.judging import PairJudging
from lookalike.pairs.updating import Engines, PairUpdater
from lookalike.progress import Progress
from lookalike.search.calibration import Calibrations
from lookalike.search.fusion import fusion_for
from lookalike.search.query_photos import QueryPhotos

logger = logging.getLogger(__name__)

MULTIMODAL = "mllm"
"""The kind of judge that may decide pairs."""

RETRY_SECONDS = 60.0
"""How soon the graph is looked at again while folders are followed."""


@dataclass(frozen=True)
class PairStatus:
    """How far the pair graph has come.

    Attributes:
        joined: photos whose candidates have been found.
        to_join: photos whose candidates are still to be found.
        to_verify: pairs that are still to be verified.
        verified: pairs that are verified.
    """

    joined: int
    to_join: int
    to_verify: int
    verified: int


class PairService:
    """The pair graph of one library. Any thread may use it; what is known of it may be read while it grows.

    Args:
        catalog: the library's catalog.
        engines: the descriptor engine in use.
        features: local features of photos.
        thumbnails: their thumbnails.
        inverted: has their details vote.
        throttle: how hard to work.
        searching: whether a search is under way.
        judges: the library's judges; a multimodal one may decide what details leave open.
        photos: reads photos for judges.
        calibrations: the probabilities that judges' answers stand for.
    """

    def __init__(
        self,
        catalog: Catalog,
        engines: DescriptorEngines,
        features: FeatureCache,
        thumbnails: ThumbnailCache,
        inverted: FeatureIndex,
        throttle: Throttle,
        searching: Callable[[], bool],
        judges: JudgeRegistry,
        photos: QueryPhotos,
        calibrations: Calibrations,
    ) -> None:
        self._catalog = catalog
        self._graph = PairGraph(catalog)
        self._engines = engines
        self._inverted = inverted
        self._updater = PairUpdater(catalog, features, thumbnails)
        self._throttle = throttle
        self._searching = searching
        self._judges = judges
        self._judging = PairJudging(catalog, photos.candidate)
        self._calibrations = calibrations

    @property
    def revision(self) -> int:
        """Grows with each change of what `pairs` returns, whoever makes it."""
        return self._graph.revision

    def pairs(self, kinds: Collection[PairKind] | None = None) -> Iterator[VerifiedPair]:
        """The verified pairs; see `PairGraph.pairs`."""
        return self._graph.pairs(kinds)

    def of(self, content_id: int) -> list[VerifiedPair]:
        """The verified pairs that a photo is in."""
        return self._graph.of(content_id)

    def status(self) -> PairStatus:
        """How far the graph has come."""
        rows = self._catalog.verified_pairs
        with self._engines.use() as engine:
            to_join = len(self._updater.to_join(self._search(engine)))
        photos = self._catalog.contents.count()
        return PairStatus(photos - to_join, to_join, rows.waiting_count(), rows.count())

    def update(self, cancelled: Callable[[], bool] = lambda: False) -> Generator[Progress, None, None]:
        """Join what is new with everything, verify the pairs that wait, and have the unsure ones judged where allowed.

        Pauses for searches. May be closed at any yield, or killed; the next call continues from there.

        Args:
            cancelled: once it returns true the work ends after the current batch.
        """
        with self._engines.use() as engine:
            for work in (
                self._updater.join(self._search(engine)),
                self._updater.verify(),
                self._decide(engine),
            ):
                yield from gently(work, self._throttle, self._searching, cancelled)

    @property
    def judging(self) -> bool:
        """Whether a multimodal judge decides the pairs that details leave open."""
        return self._catalog.settings.pair_judging

    @property
    def can_judge(self) -> bool:
        """Whether there is a multimodal judge that might decide them."""
        try:
            self._judges.resolve(MULTIMODAL)
        except LookalikeError:
            return False
        return True

    def set_judging(self, judging: bool) -> None:
        """Have a multimodal judge decide the pairs that details leave open, or not; what it has decided is undone then.

        Raises:
            LookalikeError: there is no such judge, or it cannot work here.
        """
        if judging:
            self._multimodal_judge()
        self._catalog.settings.pair_judging = judging
        if not judging:
            self._forget_judge("")

    def _multimodal_judge(self) -> Judge:
        """The multimodal judge that is chosen, or else the first.

        Raises:
            LookalikeError: there is none, or it cannot work here.
        """
        return self._judges.token_judge(self._judges.resolve(MULTIMODAL))

    def _forget_judge(self, key: str) -> None:
        """Have details decide again where another judge than this one has."""
        if self._catalog.settings.pair_judge not in ("", key):
            self._judging.forget()
        self._catalog.settings.pair_judge = key

    def _decide(self, engine: DescriptorEngine) -> Generator[Progress, None, None]:
        if not self.judging:
            return
        try:
            judge = self._multimodal_judge()
        except LookalikeError as error:
            # The model was removed: what it has said stands.
            log_failure(logger, "Opening the judge of pairs", error)
            return
        self._forget_judge(judge.key)
        fusion = fusion_for(engine.describer.key, judge.key, self._calibrations)
        yield from self._judging.decide(judge, fusion.judged)

    def verify(self, first: int, second: int) -> VerifiedPair:
        """What two photos are to each other, worked out now; nothing is kept of it.

        Raises:
            LookalikeError: one of them is gone or cannot be read.
        """
        return self._updater.verified(first, second)

    def are_candidates(self, first: int, second: int) -> bool:
        """Whether the graph compares two photos."""
        with self._engines.use() as engine:
            return self._updater.are_candidates(self._search(engine), first, second)

    def _search(self, engine: DescriptorEngine) -> Engines:
        candidates = CandidateSearch(engine.index, engine.record, self._inverted)
        return Engines(candidates, engine.index, self._inverted)


class BackgroundPairs(BackgroundJob):
    """Updates the pair graph in the background.

    Args:
        pairs: the library's pair graph.
    """

    def __init__(self, pairs: PairService) -> None:
        super().__init__(pairs.update, RETRY_SECONDS)
