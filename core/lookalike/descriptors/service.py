"""One descriptor process shared by all that need descriptors: indexing in bulk, searches at once."""

from __future__ import annotations

import itertools
import queue
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.worker import DescriberWorker
from lookalike.errors import LookalikeError

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]

_SEARCH, _BULK, _END = 0, 1, 2
_Request = tuple[int, int, "Sequence[Pixels] | Sequence[str] | None", "Future[Vectors]"]


class DescriberService:
    """Queues descriptor requests of several threads for one worker process.

    The process starts with the first request. A search overtakes the bulk requests that are still queued, so it
    waits for two small batches at most.

    Args:
        spec: the descriptor back end.
    """

    def __init__(self, spec: DescriberSpec) -> None:
        self._spec = spec
        self._requests: queue.PriorityQueue[_Request] = queue.PriorityQueue()
        self._order = itertools.count()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def describe(self, batch: Sequence[Pixels], urgent: bool = False) -> Future[Vectors]:
        """Queue prepared photos; the future gives float32 (len(batch), dimension), rows of unit length."""
        return self._queue(_SEARCH if urgent else _BULK, batch)

    def describe_words(self, words: Sequence[str]) -> Future[Vectors]:
        """Queue texts; the future gives float32 (len(words), dimension), rows of unit length."""
        return self._queue(_SEARCH, words)

    def _queue(self, urgency: int, content: Sequence[Pixels] | Sequence[str] | None) -> Future[Vectors]:
        future: Future[Vectors] = Future()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="descriptors")
                self._thread.start()
            self._requests.put((urgency, next(self._order), content, future))
        return future

    def _serve(self) -> None:
        flight: deque[Future[Vectors]] = deque()
        with DescriberWorker(self._spec) as worker:
            while True:
                while flight and (len(flight) > 1 or self._requests.empty()):
                    self._settle(flight.popleft(), worker.collect)
                urgency, _, content, future = self._requests.get()
                if urgency == _END:
                    while flight:
                        self._settle(flight.popleft(), worker.collect)
                    return
                if not future.set_running_or_notify_cancel():
                    continue
                assert content is not None
                if isinstance(content[0], str):
                    # Words go through a call of their own, which must not overtake what is in flight.
                    while flight:
                        self._settle(flight.popleft(), worker.collect)
                    self._settle(future, lambda: worker.describe_words(content))  # type: ignore[arg-type]  # noqa: B023
                    continue
                try:
                    worker.submit(content)  # type: ignore[arg-type]
                except LookalikeError as error:
                    future.set_exception(error)
                else:
                    flight.append(future)

    @staticmethod
    def _settle(future: Future[Vectors], result: object) -> None:
        try:
            future.set_result(result())  # type: ignore[operator]
        except Exception as error:
            future.set_exception(error)

    def close(self) -> None:
        """End the process after what is in flight; requests still queued are cancelled."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            while True:
                try:
                    self._requests.get_nowait()[3].cancel()
                except queue.Empty:
                    break
            self._requests.put((_END, next(self._order), None, Future()))
        thread.join()
