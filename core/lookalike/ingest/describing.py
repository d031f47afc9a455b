"""Description pipeline: decoding threads feed the descriptor process, so that all cores stay busy."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.protocol import DescriptionService
from lookalike.errors import LookalikeError, Phrase
from lookalike.ingest.photo_reader import ReadPhoto
from lookalike.log import log_failure

logger = logging.getLogger(__name__)

BATCHES_IN_FLIGHT = 2
"""One in the network, one waiting for it: the descriptor process never waits for this one."""

GREY = 128


def describe_all(
    service: DescriptionService,
    batch_size: int,
    take: Callable[[int], Sequence[Callable[[], ReadPhoto]]],
    patient: bool = False,
) -> Generator[ReadPhoto, None, None]:
    """Every task that `take` hands out, read and described, in the order in which they are done.

    Args:
        service: describes prepared pixels.
        batch_size: photos that it describes at once.
        take: gives that many tasks at most; none when there are no more. A task is done in a decoding thread.
        patient: whether a model failure on a batch of one photo is reported with that photo instead of raised.

    Raises:
        LookalikeError: the model is at fault, not a photo.
    """
    threads = min(4, os.cpu_count() or 1)
    look_ahead = threads + 2 * batch_size
    reading: set[Future[ReadPhoto]] = set()
    ready: deque[ReadPhoto] = deque()
    flight: dict[Future[NDArray[np.float32]], list[ReadPhoto]] = {}
    pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")
    try:
        while True:
            room = look_ahead - len(reading) - len(ready)
            reading.update(pool.submit(task) for task in take(max(room, 0)))
            while len(flight) < BATCHES_IN_FLIGHT and ready and (len(ready) >= batch_size or not reading):
                batch = [ready.popleft() for _ in range(min(batch_size, len(ready)))]
                future = service.describe([read.pixels for read in batch if read.pixels is not None])
                flight[future] = batch
            if not reading and not flight:
                return
            waiting: list[Future[Any]] = [*reading, *flight]
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for finished in done:
                if finished in reading:
                    reading.discard(finished)
                    read = finished.result()
                    if read.pixels is None:
                        yield read
                    else:
                        ready.append(read)
                else:
                    yield from _with_vectors(service, flight.pop(finished), finished, patient)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for future in flight:
            future.cancel()


def _with_vectors(
    service: DescriptionService, batch: list[ReadPhoto], future: Future[NDArray[np.float32]], patient: bool
) -> Iterator[ReadPhoto]:
    """The batch with its descriptors.

    If the batch failed, its photos are tried one by one, so that a photo that breaks the model is reported and the
    others are kept.

    Raises:
        LookalikeError: the model is at fault, not a photo.
    """
    try:
        for read, vector in zip(batch, future.result(), strict=True):
            yield replace(read, pixels=None, vector=vector)
        return
    except LookalikeError as error:
        log_failure(logger, f"A batch of {len(batch)} photos", error)
    for read in batch:
        try:
            yield _alone(service, read)
        except LookalikeError as error:
            if len(batch) > 1 or not patient:
                raise
            yield replace(read, pixels=None, row=None, problem=str(error), temporary=True)


def _alone(service: DescriptionService, read: ReadPhoto) -> ReadPhoto:
    """A photo tried by itself, after a batch with it failed.

    The model may lack memory just now, or be broken. So the photo is blamed only if it fails a second time although
    the model has described a grey picture of the same size, which takes as much memory, in between.

    Raises:
        LookalikeError: the model fails at the grey picture too.
    """
    assert read.pixels is not None
    grey = np.full_like(read.pixels, GREY)
    for tries_left in (1, 0):
        try:
            return replace(read, pixels=None, vector=service.describe([read.pixels]).result()[0])
        except LookalikeError as error:
            if tries_left:
                service.describe([grey]).result()
            else:
                failure = error.message
    problem = f"{Phrase('The model fails at this photo, which is tried again when it changes.')} {failure}"
    return replace(read, pixels=None, row=None, problem=problem, by_model=True)
