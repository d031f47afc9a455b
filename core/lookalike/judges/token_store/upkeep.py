"""Compression of tokens that were stored before there was a codebook, and reclaiming the space they took."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import Phrase, os_errors
from lookalike.judges.token_store.codebook import TRAIN_MAX, TRAIN_MIN, TokenCodebook, train
from lookalike.judges.token_store.eviction import compact_step
from lookalike.judges.token_store.store import Move, TokensNotStoredError
from lookalike.judges.token_store.token_set import TokenSet
from lookalike.progress import Progress, ProgressMeter, Stage

BATCH = 32
"""Contents compressed in one transaction."""


def pending(token_set: TokenSet) -> int:
    """How many contents' tokens could be compressed now: none before there are enough to train a codebook on."""
    compression = token_set.store.compression
    forms = token_set.store.rows.forms(token_set.id)
    waiting = [forms[dims] for dims in compression.finer if dims in forms]
    if not waiting or token_set.width % compression.dims:
        return 0
    known = any(book.dims == compression.dims for book in token_set.store.rows.codebooks(token_set.id))
    if not known and sum(form[1] for form in waiting) < TRAIN_MIN:
        return 0
    return sum(form[0] for form in waiting)


def compress(
    token_set: TokenSet, cancelled: Callable[[], bool] = lambda: False
) -> Generator[Progress, None, None]:
    """Compress a set's tokens as wanted, without reading a photo again.

    Trains a codebook once there are enough tokens. May be closed between yields; the next call goes on from there.

    Args:
        token_set: the set.
        cancelled: asked often; once true the work ends early.

    Raises:
        LookalikeError: the disk is full, or the catalog cannot be written.
    """
    meter = ProgressMeter(Stage.COMPRESSING, pending(token_set))
    if meter.total:
        yield meter.snapshot()
        book = token_set.latest_codebook() or _train_codebook(token_set, cancelled)
        while book is not None and not cancelled():
            done = _compress_batch(token_set, *book)
            if done == 0:
                break
            meter.advance(done)
            yield meter.snapshot()
    while not cancelled() and compact_step(token_set.store):
        yield meter.snapshot()
    if meter.total:
        yield meter.end()


def _compress_batch(token_set: TokenSet, number: int, book: TokenCodebook) -> int:
    """Compress some contents; returns how many there were."""
    store = token_set.store
    places = store.rows.in_forms(token_set.id, store.compression.finer, BATCH)
    made: list[Move] = []
    for place in places:
        read = token_set.read(place)
        if read is None:
            store.forget(token_set.id, place)
        else:
            record, _ = token_set.to_record(place.content, read, (number, book))
            made.append(Move(token_set.id, place, record, number))
    with store.rows.transaction() as db:
        store.move(db, made)
    return len(places)


def _train_codebook(token_set: TokenSet, cancelled: Callable[[], bool]) -> tuple[int, TokenCodebook] | None:
    """Train a codebook on the set's own tokens and store it; None where too few can be read."""
    store = token_set.store
    dims = store.compression.dims
    sample: list[NDArray[Any]] = []
    count = 0
    for place in store.rows.in_forms(token_set.id, store.compression.finer, TRAIN_MAX):
        if count >= TRAIN_MAX or cancelled():
            break
        read = token_set.read(place)
        if read is not None:
            sample.append(read.embeddings)
            count += len(read.embeddings)
    if count < TRAIN_MIN:
        return None
    book = train(np.concatenate(sample), dims, cancelled=cancelled)
    if book is None:
        return None
    content = book.pack()
    with store.rows.transaction() as db:
        number = store.rows.add_codebook(db, token_set.id, dims, count, len(content), zlib.crc32(content))
        with os_errors(
            Phrase("Visual tokens in {folder} cannot be compressed", folder=store.files.folder),
            "Check the folder's permissions.",
            TokensNotStoredError,
        ):
            store.files.write_codebook(number, content)
    return number, book
