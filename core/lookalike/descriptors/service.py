"""The describer service: one descriptor process for all, searches going before bulk indexing."""

from __future__ import annotations

import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from lookalike.descriptors.protocol import DescriberSpec, Pixels, Vectors
from lookalike.descriptors.worker import DescriberWorker

_SEARCH, _BULK, _END = 0, 1, 2


@dataclass(frozen=True, order=True)
class _Request:
    """Photos or words to describe; compares by urgency, then by order of arrival."""

    urgency: int
    arrival: int
    photos: Sequence[Pixels] = field(default=(), compare=False)
    words: Sequence[str] = field(default=(), compare=False)
    future: Future[Vectors] = field(default_factory=Future, compare=False)


class DescriberService:
    """Queues requests of several threads for one worker process; see `DescriptionService`.

    The process starts with the first request. Urgent requests overtake bulk ones still queued, so a search waits for
    two small batches at most.

    Args:
        spec: the descriptor back end.
    """

    def __init__(self, spec: DescriberSpec) -> None:
        self._spec = spec
        self._requests: queue.PriorityQueue[_Request] = queue.PriorityQueue()
        self._arrivals = itertools.count()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def describe(self, batch: Sequence[Pixels], urgent: bool = False) -> Future[Vectors]:
        """Queue prepared photos; the future gives float32 (len(batch), dimension), rows of unit length."""
        return self._queue(_Request(_SEARCH if urgent else _BULK, next(self._arrivals), photos=batch))

    def describe_words(self, words: Sequence[str]) -> Future[Vectors]:
        """Queue texts; the future gives float32 (len(words), dimension), rows of unit length."""
        return self._queue(_Request(_SEARCH, next(self._arrivals), words=words))

    def _queue(self, request: _Request) -> Future[Vectors]:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="descriptors")
                self._thread.start()
            self._requests.put(request)
        return request.future

    def _serve(self) -> None:
        flight: deque[Future[Vectors]] = deque()
        with DescriberWorker(self._spec) as worker:

            def land(left: int) -> None:
                while len(flight) > left:
                    _fulfil(flight.popleft(), worker.collect)

            while True:
                land(1 if not self._requests.empty() else 0)
                request = self._requests.get()
                if request.urgency == _END:
                    land(0)
                    return
                if not request.future.set_running_or_notify_cancel():
                    continue
                if request.words:
                    # Words go through a call of their own, which must not overtake what is in flight.
                    land(0)
                    _fulfil(request.future, partial(worker.describe_words, request.words))
                    continue
                try:
                    worker.submit(request.photos)
                except Exception as error:  # noqa: BLE001 - whoever waits for the future is to see it
                    request.future.set_exception(error)
                else:
                    flight.append(request.future)

    def close(self) -> None:
        """End the process after what is in flight; requests still queued are cancelled."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            while True:
                try:
                    self._requests.get_nowait().future.cancel()
                except queue.Empty:
                    break
            self._requests.put(_Request(_END, next(self._arrivals)))
        thread.join()


def _fulfil(future: Future[Vectors], result: Callable[[], Vectors]) -> None:
    try:
        future.set_result(result())
    except Exception as error:  # noqa: BLE001 - whoever waits for the future is to see it
        future.set_exception(error)
