"""The descriptor worker: a describer in a child process, so that a native crash costs a restart and not the run."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike import log
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.errors import LookalikeError, Phrase
from lookalike.worker import Worker, WorkerDiedError

logger = logging.getLogger(__name__)

IN_FLIGHT = 2
"""One batch in the network and one waiting beside it keep the child busy; more would only take memory."""

_Request = tuple[str, Any]


class DescriberWorker:
    """A child process that describes photos and words.

    The child starts with the first request and then loads the network. If it dies, it is started once more and given
    what it had not answered. To be used by one thread.

    Args:
        spec: the descriptor back end.
        threads: threads for the network; as many as there are cores when None.
    """

    def __init__(self, spec: DescriberSpec, threads: int | None = None) -> None:
        self._spec = spec
        self._threads = threads
        self._worker: Worker | None = None
        self._flight: deque[_Request] = deque()
        self._restarted = False

    @property
    def in_flight(self) -> int:
        """Batches submitted and not yet collected."""
        return len(self._flight)

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is no child."""
        return None if self._worker is None else self._worker.pid

    def submit(self, batch: Sequence[NDArray[np.uint8]]) -> None:
        """Hand over prepared photos, all of one shape, without waiting for the result.

        Raises:
            RuntimeError: `IN_FLIGHT` batches are in flight already.
        """
        if len(self._flight) >= IN_FLIGHT:
            raise RuntimeError(f"{IN_FLIGHT} batches are in flight already; collect one first")
        self._submit(("photos", np.stack(batch)))

    def collect(self) -> NDArray[np.float32]:
        """Wait for the oldest batch in flight.

        Returns:
            float32 array (photos in the batch, dimension), rows of unit length.

        Raises:
            LookalikeError: the model failed on this batch, or the process died twice over it. The batches after
                it are not affected.
            RuntimeError: nothing is in flight.
        """
        if not self._flight:
            raise RuntimeError("nothing is in flight")
        while True:
            try:
                if self._worker is None:
                    self._start()
                assert self._worker is not None
                answer = self._worker.receive()
            except WorkerDiedError as died:
                self._drop()
                if self._restarted:
                    self._restarted = False
                    self._flight.popleft()
                    raise LookalikeError(
                        "The descriptor model crashed twice. {problem}",
                        "Free some memory, or choose another descriptor model.",
                        problem=died,
                    ) from died
                self._restarted = True
            else:
                self._restarted = False
                self._flight.popleft()
                if isinstance(answer, LookalikeError):
                    raise answer
                vectors: NDArray[np.float32] = answer
                return vectors

    def describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Describe prepared photos and wait; for when nothing is in flight.

        Raises:
            LookalikeError: as `collect`.
            RuntimeError: something is in flight.
        """
        self._must_be_idle()
        self.submit(batch)
        return self.collect()

    def describe_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Describe texts and wait; for when nothing is in flight.

        Raises:
            LookalikeError: as `collect`, or the model does not read words.
            RuntimeError: something is in flight.
        """
        self._must_be_idle()
        self._submit(("words", list(words)))
        return self.collect()

    def close(self) -> None:
        """End the child and forget what is in flight; the next request starts a new child."""
        self._flight.clear()
        self._restarted = False
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def __enter__(self) -> DescriberWorker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _must_be_idle(self) -> None:
        if self._flight:
            raise RuntimeError("collect what is in flight first")

    def _submit(self, request: _Request) -> None:
        self._flight.append(request)
        try:
            if self._worker is None:
                self._start()
            else:
                self._worker.send(request)
        except WorkerDiedError:
            # What the child answered before it died is lost with it; collect() starts the next one.
            self._lost()

    def _start(self) -> None:
        """Start a child and give it all that is in flight.

        Raises:
            WorkerDiedError: it died at once.
        """
        self._worker = Worker(_serve, (self._spec, self._threads), name=Phrase("The descriptor process"))
        for request in self._flight:
            self._worker.send(request)

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def _lost(self) -> None:
        self._drop()
        self._restarted = True


def _serve(pipe: Connection, spec: DescriberSpec, threads: int | None) -> None:
    # The model lies in a local folder: whatever a library would ask the network for, it must do without.
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Threads that spin while they wait would take the cores from the threads that decode photos.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    log.configure()
    requests: queue.SimpleQueue[_Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, requests), daemon=True).start()
    describer = None
    while True:
        kind, content = requests.get()
        try:
            if describer is None:
                describer = open_describer(spec, threads)
            answer: Any = (
                describer.describe(content) if kind == "photos" else describer.describe_words(content)
            )
        except LookalikeError as error:
            answer = error
        except Exception as error:
            logger.exception("the descriptor model failed")
            answer = LookalikeError(
                "The descriptor model failed ({kind}: {error}).",
                "Try again, or choose another descriptor model.",
                kind=type(error).__name__,
                error=error,
            )
        pipe.send(answer)


def _listen(pipe: Connection, requests: queue.SimpleQueue[_Request]) -> None:
    """Takes requests off the pipe while the network works, so that handing one over never has to wait for it."""
    try:
        while True:
            requests.put(pipe.recv())
    except (EOFError, OSError):
        # The owner is gone. Nothing is left to save, and the network may be long at its batch.
        os._exit(0)
