"""The geometric judge: do two photos share local features in one geometric arrangement? It needs no download."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from lookalike.caches.content_cache import ContentCache
from lookalike.errors import LookalikeError, Phrase
from lookalike.judges.geometry import lighterglue, xfeat
from lookalike.judges.geometry.evidence import PROVEN, Evidence, weigh
from lookalike.judges.geometry.networks import THREADS
from lookalike.judges.geometry.photo_features import PhotoFeatures, features_of
from lookalike.judges.protocol import Explanation, Judge, JudgeOptions, JudgePhoto, Verdict
from lookalike.local_features import DETECTOR

VERSION = 2
"""Raised with every change of matching or calibration, so that older scores are not reused."""

TOP = 20
"""Candidates. The index has seen the photos' details already, so most of what is right is among these
(docs/benchmarks.md, "The geometric judge").
"""

LOOK_AHEAD = 2
"""Candidates queued beyond those being judged; more would only delay the end of a cancelled search."""

IDLE_SECONDS = 600.0
"""A library's judge that has not been asked for so long releases its networks; loading them takes .4 s."""


class GeometricJudge:
    """Compares photos by local features and a robust homography; needs no download.

    Args:
        cache: where the features of contents are stored; None extracts them anew each time.
        idle_seconds: how long the networks, some 250 MB, are kept unused; None until `close`.
    """

    key = f"geometry-{VERSION}-{DETECTOR}-{xfeat.KIND}"
    name = "geometry"
    top = TOP

    def __init__(self, cache: ContentCache | None = None, idle_seconds: float | None = None) -> None:
        self._cache = cache
        self._idle_seconds = idle_seconds
        self._arming = threading.Lock()
        self._idle: threading.Timer | None = None

    def with_options(self, options: JudgeOptions) -> Judge:
        """Itself: geometry knows only one question."""
        return self

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        """Judge the candidates one by one, in the order given; see `Judge.compare`.

        Candidates are taken from their iterable only a few ahead of the verdicts. The threads end with the generator.

        Raises:
            LookalikeError: the query cannot be read.
        """
        if cancelled():
            return
        waiting: deque[Future[Verdict]] = deque()
        coming = iter(candidates)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="geometry") as pool:
            # In a new process this takes as long as some pairs do. Where it fails, the first pair says so.
            pool.submit(lighterglue.network.load)
            try:
                features = features_of(query, self._cache)
                while not cancelled():
                    while len(waiting) < THREADS + LOOK_AHEAD:
                        candidate = next(coming, None)
                        if candidate is None:
                            break
                        waiting.append(pool.submit(self._judge, features, candidate))
                    if not waiting:
                        return
                    verdict = waiting.popleft().result()
                    if cancelled():
                        return
                    yield verdict
            finally:
                for future in waiting:
                    future.cancel()
                self._release_when_idle()

    def explain(self, query: JudgePhoto, candidate: JudgePhoto) -> Explanation:
        """The pair's verdict with the points that match.

        Raises:
            LookalikeError: a photo cannot be read.
        """
        evidence = weigh(features_of(query, self._cache), features_of(candidate, self._cache))
        self._release_when_idle()
        return Explanation(
            Verdict(candidate.content, evidence.match, evidence.logit),
            _summary(evidence),
            evidence.query_points,
            evidence.candidate_points,
        )

    def close(self) -> None:
        """Release the networks' memory, some 250 MB; the next pair loads them again."""
        with self._arming:
            if self._idle is not None:
                self._idle.cancel()
        _release_networks()

    def _release_when_idle(self) -> None:
        """Begin to wait anew. A comparison that takes longer than the wait loads the networks again, no more."""
        if self._idle_seconds is None:
            return
        with self._arming:
            if self._idle is not None:
                self._idle.cancel()
            self._idle = threading.Timer(self._idle_seconds, _release_networks)
            self._idle.name, self._idle.daemon = "idle geometry", True
            self._idle.start()

    def _judge(self, query: PhotoFeatures, candidate: JudgePhoto) -> Verdict:
        try:
            evidence = weigh(query, features_of(candidate, self._cache))
        except LookalikeError as error:
            return Verdict(candidate.content, None, reason=str(error))
        return Verdict(candidate.content, evidence.match, evidence.logit)


def _release_networks() -> None:
    lighterglue.network.close()
    xfeat.network.close()


def _summary(evidence: Evidence) -> str:
    count = len(evidence.query_points)
    if not count:
        return str(Phrase("No details of the two photos match."))
    if evidence.logit < PROVEN:
        told = Phrase(
            "Only 1 detail agrees, no more than any two photos may have in common."
            if count == 1
            else "Only {count} details agree, no more than any two photos may have in common.",
            count=count,
        )
    else:
        told = Phrase(
            "{count} details lie in the same arrangement in both photos, mirrored."
            if evidence.mirrored
            else "{count} details lie in the same arrangement in both photos.",
            count=count,
        )
    return str(told)
