"""Pair updating: joins new photos with all others and verifies their pairs, where it was left off."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.index.inverted import FeatureIndex
from lookalike.index.protocol import VectorIndex
from lookalike.local_features import KIND, LocalFeatures
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.pairs.candidates import CandidateSearch
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.photo_pixels import PixelReader
from lookalike.pairs.verification import VERSION, PairPhoto, PairVerifier
from lookalike.pairs.verified_pair import COPIES, VerifiedPair
from lookalike.progress import Progress, ProgressMeter, Stage

MAX_THREADS = 4

BATCH = 16
"""Photos that are joined, and pairs that are verified, before progress is told and what was found is written."""

FETCHED = 2000
"""Pairs that are asked of the catalog at a time."""

MOST_COPIES = 32
"""Of a photo with more copies these are not all compared with one another: their number grows with the square."""

KEPT_PHOTOS = 256
"""Photos whose features stay in memory: about 40 MB."""

PAIR_VERSION = f"{VERSION} {KIND}"
"""Names everything that a verified pair depends on besides the photos."""


@dataclass(frozen=True)
class Engines:
    """What candidates are found with.

    Attributes:
        candidates: finds them.
        index: the photos that can be found by their descriptors.
        inverted: the photos that can be found by their details.
    """

    candidates: CandidateSearch
    index: VectorIndex
    inverted: FeatureIndex


@dataclass(frozen=True)
class UnreadPhoto:
    """A photo that cannot be read now, so that a pair goes on waiting, and why."""

    content_id: int
    reason: str


class PairUpdater:
    """Brings the pair graph of one library up to date.

    Args:
        catalog: the library's catalog.
        features: local features of its photos.
        thumbnails: their thumbnails.
    """

    def __init__(self, catalog: Catalog, features: FeatureCache, thumbnails: ThumbnailCache) -> None:
        self._catalog = catalog
        self._rows = catalog.verified_pairs
        self._features = features
        self._pixels = PixelReader(catalog)
        self._verifier = PairVerifier(self._pixels, thumbnails)
        self._lock = threading.Lock()
        self._photos: OrderedDict[int, PairPhoto] = OrderedDict()
        self._renewed_for = ""

    def to_join(self, engines: Engines) -> list[int]:
        """The photos whose candidates are to be found: described, with details, and not joined yet; newest first."""
        left = self._rows.not_joined(engines.inverted.ids(), engines.candidates.version)
        visible = self._catalog.contents.newest_first(left.tolist())
        return [number for number in visible if number in engines.index]

    def join(self, engines: Engines) -> Generator[Progress, None, None]:
        """Find the candidates of all photos that are not joined yet. May be closed at any yield."""
        todo = self.to_join(engines)
        if not todo:
            return
        meter = ProgressMeter(Stage.JOINING, len(todo))
        version = engines.candidates.version
        with ThreadPoolExecutor(_threads(), thread_name_prefix="pairs") as pool:
            for start in range(0, len(todo), BATCH):
                batch = todo[start : start + BATCH]
                hashes = self._catalog.contents.visible_among(batch)

                def candidates(number: int, hashes: dict[int, str] = hashes) -> set[int]:
                    if number not in hashes:
                        return set()
                    try:
                        return engines.candidates.of(number, self._features.get(hashes[number]))
                    except KeyError:
                        # Its descriptor went while it was looked for.
                        return set()

                found = list(pool.map(candidates, batch))
                pairs = {
                    (min(number, other), max(number, other))
                    for number, others in zip(batch, found, strict=True)
                    for other in others
                }
                self._rows.put_joined(batch, sorted(pairs), version, PAIR_VERSION)
                meter.advance(len(batch))
                yield meter.snapshot()
        yield meter.end()

    def verify(self) -> Generator[Progress, None, None]:
        """Verify all pairs that wait. May be closed at any yield; pairs that cannot be read now go on waiting."""
        if self._renewed_for != PAIR_VERSION:
            # Once: it looks at all pairs, and what is verified from now on is of this version.
            self._rows.put_outdated(PAIR_VERSION)
            self._renewed_for = PAIR_VERSION
        total = self._rows.waiting_count()
        if not total:
            return
        meter = ProgressMeter(Stage.COMPARING, total, unit="pairs")
        yield meter.snapshot()
        told: set[int] = set()
        coming: Iterator[tuple[int, int]] | None = self._waiting()
        with ThreadPoolExecutor(_threads(), thread_name_prefix="pairs") as pool:
            while coming is not None:
                came: set[tuple[int, int]] = set()
                done: list[VerifiedPair] = []
                for found in self._in_order(pool, coming):
                    if isinstance(found, VerifiedPair):
                        done.append(found)
                        meter.advance()
                    else:
                        self._skip(meter, found, told)
                    if len(done) >= BATCH:
                        self._put(done, came, meter)
                        done = []
                        yield meter.snapshot()
                self._put(done, came, meter)
                # Those that came behind the place that was reached.
                coming = iter(sorted(came)) if came else None
        self._pixels.clear()
        with self._lock:
            self._photos.clear()
        yield meter.end()

    def verified(self, first: int, second: int) -> VerifiedPair:
        """What two photos are to each other; nothing is kept of it.

        Raises:
            LookalikeError: one of them is gone or cannot be read.
        """
        return self._verifier.verify(self._photo(first), self._photo(second))

    def are_candidates(self, engines: Engines, first: int, second: int) -> bool:
        """Whether one of two photos is a candidate of the other."""
        return any(
            other
            in engines.candidates.of(number, self._features.get(self._catalog.contents.one(number).hash))
            for number, other in ((first, second), (second, first))
        )

    def _put(self, done: Sequence[VerifiedPair], came: set[tuple[int, int]], meter: ProgressMeter) -> None:
        """Record verified pairs. Copies of one photo that are no candidates, so unlike are they, come to wait.

        Args:
            done: the pairs.
            came: those that came to wait and were not verified yet.
            meter: counts the pairs.
        """
        came.difference_update((pair.first, pair.second) for pair in done)
        new = self._rows.put_verified([row_of_pair(one, PAIR_VERSION) for one in done], COPIES, MOST_COPIES)
        # Those of photos that are away wait until these are back.
        there = self._catalog.contents.visible_among(sorted({number for pair in new for number in pair}))
        now = [pair for pair in new if pair[0] in there and pair[1] in there]
        came.update(now)
        meter.total = (meter.total or 0) + len(now)

    def _skip(self, meter: ProgressMeter, found: UnreadPhoto, told: set[int]) -> None:
        """Count a pair that cannot be verified now; each photo's trouble is told once."""
        meter.advance()
        if found.content_id not in told:
            told.add(found.content_id)
            paths = self._catalog.files.paths([found.content_id]).get(found.content_id, [])
            meter.note(str(paths[0]) if paths else "", found.reason)

    def _in_order(
        self, pool: ThreadPoolExecutor, coming: Iterator[tuple[int, int]]
    ) -> Iterator[VerifiedPair | UnreadPhoto]:
        waiting: deque[Future[VerifiedPair | UnreadPhoto]] = deque()
        try:
            while True:
                while len(waiting) < 2 * _threads() and (pair := next(coming, None)) is not None:
                    waiting.append(pool.submit(self._verify, *pair))
                if not waiting:
                    return
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _waiting(self) -> Iterator[tuple[int, int]]:
        after = (0, 0)
        while pairs := self._rows.waiting(FETCHED, after):
            yield from pairs
            after = pairs[-1]

    def _verify(self, first: int, second: int) -> VerifiedPair | UnreadPhoto:
        try:
            return self.verified(first, second)
        except LookalikeError as error:
            for number in (first, second):
                try:
                    self._pixels.working(number)
                except LookalikeError as reason:
                    return UnreadPhoto(number, str(reason))
            # It could be read a moment later.
            return UnreadPhoto(first, str(error))

    def _photo(self, content_id: int) -> PairPhoto:
        with self._lock:
            found = self._photos.get(content_id)
            if found is not None:
                self._photos.move_to_end(content_id)
                return found
        row = self._catalog.contents.one(content_id)
        made = PairPhoto(content_id, row, self._features_of(content_id, row.hash))
        with self._lock:
            self._photos[content_id] = made
            while len(self._photos) > KEPT_PHOTOS:
                self._photos.popitem(last=False)
        return made

    def _features_of(self, content_id: int, content: str) -> LocalFeatures:
        # The cache is bounded: features of photos that were not looked at for long are extracted again.
        return self._features.of(
            content, lambda _side: Image.fromarray(self._pixels.working(content_id).pixels)
        )


def _threads() -> int:
    return min(MAX_THREADS, os.cpu_count() or 1)
