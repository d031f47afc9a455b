"""Compresses tokens that were kept before there was a codebook, and gives back the space they took."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.token_store.codebook import TRAIN_MAX, TRAIN_MIN, Codebook, train
from lookalike.judges.mllm.token_store.eviction import compact
from lookalike.judges.mllm.token_store.store import Move, TokenSet, TokensNotStoredError
from lookalike.progress import Progress, ProgressMeter, Stage

BATCH = 32
"""Contents compressed in one transaction."""


def pending(tokens: TokenSet) -> int:
    """How many contents' tokens could be made smaller now: none before there are enough to train on."""
    compression = tokens.store.compression
    forms = tokens.store.rows.forms(tokens.id)
    waiting = [forms[dims] for dims in compression.finer if dims in forms]
    if not waiting or tokens.width % compression.dims:
        return 0
    known = any(book.dims == compression.dims for book in tokens.store.rows.codebooks(tokens.id))
    if not known and sum(form[1] for form in waiting) < TRAIN_MIN:
        return 0
    return sum(form[0] for form in waiting)


def compress(
    tokens: TokenSet, cancelled: Callable[[], bool] = lambda: False
) -> Generator[Progress, None, None]:
    """Bring a set's tokens into the form that is wanted; no photo is looked at again.

    Trains a codebook when there are enough tokens and none yet. Can be closed between yields; the next call goes
    on where this one was.

    Args:
        tokens: the set.
        cancelled: asked often; once true the work ends early.

    Raises:
        LookalikeError: the disk is full, or the catalog cannot be written.
    """
    meter = ProgressMeter(Stage.COMPRESSING, pending(tokens))
    if meter.total:
        yield meter.snapshot()
        book = tokens.wanted() or _trained(tokens, cancelled)
        while book is not None and not cancelled():
            done = _batch(tokens, *book)
            if done == 0:
                break
            meter.advance(done)
            yield meter.snapshot()
    while not cancelled() and compact(tokens.store):
        yield meter.snapshot()
    if meter.total:
        yield meter.end()


def _batch(tokens: TokenSet, number: int, book: Codebook) -> int:
    """Compress some contents; returns how many there were."""
    store = tokens.store
    places = store.rows.in_forms(tokens.id, store.compression.finer, BATCH)
    made: list[Move] = []
    for place in places:
        read = tokens.read(place)
        if read is None:
            store.forget(tokens.id, place)
        else:
            record, _ = tokens.compressed(place.content, read, (number, book))
            made.append((tokens.id, place, record, number))
    with store.rows.transaction() as db:
        store.move(db, made)
    return len(places)


def _trained(tokens: TokenSet, cancelled: Callable[[], bool]) -> tuple[int, Codebook] | None:
    """Train a codebook on the set's own tokens and keep it; None where there are too few that can be read."""
    store = tokens.store
    dims = store.compression.dims
    sample: list[NDArray[Any]] = []
    count = 0
    for place in store.rows.in_forms(tokens.id, store.compression.finer, TRAIN_MAX):
        if count >= TRAIN_MAX or cancelled():
            break
        read = tokens.read(place)
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
        number = store.rows.add_codebook(db, tokens.id, dims, count, len(content), zlib.crc32(content))
        try:
            store.files.write_codebook(number, content)
        except OSError as error:
            raise TokensNotStoredError(
                f"Visual tokens cannot be compressed: {store.files.folder} cannot be written "
                f"({error.strerror or error}).",
                "Free some space on this disk.",
            ) from error
    return number, book
