"""The token set: the visual tokens that one model made of a library's photos, read and written by content."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from lookalike.catalog.visual_tokens import CodebookRow, TokenLocation
from lookalike.errors import LookalikeError
from lookalike.judges.token_store.codebook import TokenCodebook
from lookalike.judges.token_store.eviction import evict_step
from lookalike.judges.token_store.record_format import owner, pack, unpack
from lookalike.judges.token_store.store import TokensNotStoredError, TokenStore
from lookalike.judges.token_store.visual_tokens import VisualTokens

TOUCH_SECONDS = 3600.0
"""A use is recorded at most this often, so that reading rarely means writing."""
TOUCHES = 256
"""Uses that are recorded together."""


class TokenSet:
    """The tokens of one model, preprocessing and token budget.

    Args:
        store: where they are stored.
        key: names everything that they depend on.
        width: numbers per token.

    Attributes:
        id: the set's number in the catalog.
        key: as given.
        width: as given.
        store: as given.
    """

    def __init__(self, store: TokenStore, key: str, width: int) -> None:
        self.store = store
        self.key = key
        self.width = width
        self.id = store.rows.ensure_set(key, width)
        self._books: dict[int, CodebookRow] = {}
        self._used: set[str] = set()
        self._lock = threading.Lock()

    def get(self, content: str) -> VisualTokens | None:
        """The tokens of a content, float16 (tokens, width); None if there are none of the quality wanted.

        Damaged ones are forgotten, and the store reports them.
        """
        seen: TokenLocation | None = None
        while True:
            place = self.store.rows.get(self.id, content)
            if place is None or self._dims(place.codebook) > self.store.compression.dims:
                return None
            tokens = self.read(place)
            if tokens is not None:
                self._touch(place)
                return tokens
            # Another process may just have moved them. If not, they are lost.
            if place == seen:
                self.store.forget(self.id, place)
                return None
            seen = place

    def put(self, content: str, tokens: VisualTokens, seconds: float, *, ahead: bool = False) -> bool:
        """Store the tokens of a content; where that fails, the store reports why.

        Args:
            content: the content's hash.
            tokens: finite in float16.
            seconds: how long they took to make.
            ahead: no search has asked for them, so nothing may be evicted for them.

        Returns:
            Whether they are stored.
        """
        rows = self.store.rows
        try:
            record, codebook = self.to_record(content, tokens, self.latest_codebook())
            if ahead and self.store.size + len(record) > self.store.limit_bytes:
                raise TokensNotStoredError(
                    "Visual tokens have reached their limit of {limit} GB.",
                    "Raise the limit, or choose a stronger compression.",
                    limit=f"{self.store.limit_bytes / 1e9:.1f}",
                )
            with rows.transaction() as db:
                segment, offset = self.store.append(db, record)
                count = len(tokens.embeddings)
                place = TokenLocation(content, segment, offset, len(record), codebook, count, time.time())
                rows.put(db, self.id, place, seconds, 0 if ahead else 1)
            evict_step(self.store)
        except LookalikeError as error:
            self.store.report(str(error))
            return False
        return True

    def lacking(self, contents: Sequence[str]) -> list[str]:
        """Those of the given contents that have no tokens, in the order given."""
        return self.store.rows.lacking(self.id, contents)

    def read(self, place: TokenLocation) -> VisualTokens | None:
        """The tokens at a place, float16 (tokens, width); None if they are not there whole."""
        try:
            blob = self.store.files.read(place.segment, place.offset, place.length)
        except OSError:
            return None
        found = unpack(blob, owner(self.key, place.content))
        if found is None:
            return None
        tokens, codes, number = found
        if number == 0:
            embeddings = codes.view("<f2").astype(np.float16)
        else:
            book = self.codebook(number)
            if book is None:
                return None
            embeddings = book.decode(codes)
        if embeddings.shape[1] != self.width:
            return None
        return replace(tokens, embeddings=embeddings)

    def to_record(
        self, content: str, tokens: VisualTokens, book: tuple[int, TokenCodebook] | None
    ) -> tuple[bytes, int | None]:
        """A content's record, and the number of the codebook it needs (None for float16).

        Args:
            content: the content's hash.
            tokens: its tokens.
            book: a codebook and its number; None for float16.
        """
        who = owner(self.key, content)
        if book is not None:
            number, codebook = book
            return pack(who, tokens, codebook.encode(tokens.embeddings), number), number
        halves = np.ascontiguousarray(tokens.embeddings, "<f2")
        return pack(who, tokens, halves.view(np.uint8), 0), None

    def latest_codebook(self) -> tuple[int, TokenCodebook] | None:
        """The number of the latest codebook for the wanted compression, and the codebook; None until there is one."""
        dims = self.store.compression.dims
        for row in self.store.rows.codebooks(self.id) if dims else []:
            if row.dims == dims:
                self._books[row.id] = row
                book = self.codebook(row.id)
                if book is not None:
                    return row.id, book
        return None

    def codebook(self, number: int) -> TokenCodebook | None:
        """A codebook by its number; one that is damaged or gone is forgotten with all that needs it."""
        row = self._row(number)
        book = None if row is None else self.store.codebook(number, row.checksum)
        if book is None and row is not None:
            self.store.drop_codebook(number)
            del self._books[number]
        return book

    def flush(self) -> None:
        """Record in the catalog which tokens were used."""
        with self._lock:
            used, self._used = self._used, set()
        if used:
            # A failure costs nothing but the order in which tokens are evicted.
            with suppress(LookalikeError), self.store.rows.transaction() as db:
                self.store.rows.touch(db, self.id, used, time.time())

    def _touch(self, place: TokenLocation) -> None:
        if time.time() - place.used > TOUCH_SECONDS:
            with self._lock:
                self._used.add(place.content)
                many = len(self._used) >= TOUCHES
            if many:
                self.flush()

    def _dims(self, number: int | None) -> int:
        row = None if number is None else self._row(number)
        return 0 if row is None else row.dims

    def _row(self, number: int) -> CodebookRow | None:
        if number not in self._books:
            self._books.update((row.id, row) for row in self.store.rows.codebooks(self.id))
        return self._books.get(number)
