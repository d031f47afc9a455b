"""Keeps the visual tokens of a library's photos: records in segment files, their places in the catalog.

A record is on the disk before the row that points at it is committed, and it carries a checksum and the name
of the photo it belongs to: a crash loses at most the photo being written, and no damage is ever served. Any
thread may use a store, and several processes may open the same one; SQLite's write lock makes them take turns.
Everything here can be deleted at any time: what is missing is made again when it is needed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.visual_tokens import CodebookRow, TokenLocation
from lookalike.errors import LookalikeError
from lookalike.judges.mllm.token_store.codebook import Codebook
from lookalike.judges.mllm.token_store.compression import Compression
from lookalike.judges.mllm.token_store.eviction import make_space
from lookalike.judges.mllm.token_store.record_format import owner, pack, unpack
from lookalike.judges.mllm.token_store.segments import SegmentFiles
from lookalike.judges.mllm.tokens import VisualTokens

LIMIT_BYTES = 2 << 30
"""By default; some 29,000 photos of a 256M model in float16, or 440,000 with one code for 8 dimensions."""
SEGMENT_BYTES = 64 << 20
SEGMENTS_AT_LIMIT = 16
"""A segment is at most this part of the limit, so that rewriting one hardly goes beyond it."""
TOUCH_SECONDS = 3600.0
"""A use is counted at most this often, so that reading does not mean writing."""
TOUCHES = 256


Move = tuple[int, TokenLocation, bytes, int | None]
"""A set, where a content's tokens lie, their new record, and the codebook that needs."""


class TokensNotStoredError(LookalikeError):
    """Tokens could not be written."""


class TokenStore:
    """The tokens of one library.

    Args:
        catalog: where the rows are.
        folder: where the segments are; made when needed.
        compression: how tokens are kept.
        limit_bytes: what the files may take in all; beyond it the least useful tokens go
            (`VisualTokenRows.least_useful` says which these are).

    Attributes:
        compression: how tokens are kept from now on.
        limit_bytes: what the files may take in all.
        rows: the catalog's tables.
        files: the folder.
    """

    def __init__(
        self,
        catalog: Catalog,
        folder: Path,
        *,
        compression: Compression | None = None,
        limit_bytes: int = LIMIT_BYTES,
    ) -> None:
        self.rows = catalog.visual_tokens
        self.files = SegmentFiles(folder)
        self.compression = compression or Compression()
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._codebooks: dict[int, Codebook] = {}
        self._lines: list[str] = []
        self._told: set[str] = set()
        self._sweep()

    @property
    def size(self) -> int:
        """Bytes that the segments take, dead space included."""
        return sum(segment.bytes for segment in self.rows.segments())

    def open_set(self, key: str, width: int) -> TokenSet:
        """The tokens of one model, preprocessing and token budget.

        Args:
            key: names everything that the tokens depend on.
            width: numbers per token.
        """
        return TokenSet(self, key, width)

    def report(self, line: str) -> None:
        """Remember one line for the user; the same line only once."""
        with self._lock:
            if line not in self._told:
                self._told.add(line)
                self._lines.append(line)

    def pending_messages(self) -> list[str]:
        """Lines for the user since this was last asked: what was damaged, and what could not be kept."""
        with self._lock:
            lines, self._lines = self._lines, []
        return lines

    def clear(self) -> None:
        """Delete all tokens.

        Raises:
            CatalogError: the catalog cannot be written.
        """
        with self.rows.transaction() as db:
            self.rows.clear(db)
            self.files.sweep((), ())
        with self._lock:
            self._codebooks.clear()

    def append(self, db: Database, record: bytes, *, sync: bool = True) -> tuple[int, int]:
        """Write a record within the caller's transaction; gives segment and offset.

        Args:
            db: the transaction.
            record: the bytes.
            sync: have them on the disk at the return; else the caller sees to that before the commit.

        Raises:
            NotKept: it could not be written.
        """
        segment = self.rows.growing(db)
        limit = min(SEGMENT_BYTES, self.limit_bytes // SEGMENTS_AT_LIMIT)
        if segment is None or (segment.bytes and segment.bytes + len(record) > limit):
            segment = self.rows.begin_segment(db)
        with self._writing():
            try:
                self.files.append(segment.id, segment.bytes, record, sync=sync)
            except FileNotFoundError:
                # Someone has deleted the files: what they held is gone, and the store goes on.
                self.rows.drop_beyond(db, segment.id, self.files.size(segment.id))
                segment = self.rows.begin_segment(db)
                self.files.append(segment.id, 0, record, sync=sync)
        self.rows.grow(db, segment.id, segment.bytes + len(record))
        return segment.id, segment.bytes

    def move(self, db: Database, moves: Sequence[Move]) -> None:
        """Write records anew within the caller's transaction; those whose tokens have moved meanwhile are left.

        Raises:
            NotKept: they could not be written.
        """
        written: set[int] = set()
        for token_set, place, record, codebook in moves:
            if self.rows.is_at(db, token_set, place):
                segment, offset = self.append(db, record, sync=False)
                written.add(segment)
                new = replace(place, segment=segment, offset=offset, length=len(record), codebook=codebook)
                self.rows.move(db, token_set, place, new)
        with self._writing():
            self.files.sync(written)

    def codebook(self, number: int, checksum: int) -> Codebook | None:
        """A codebook; None if its file is gone or damaged."""
        with self._lock:
            if number not in self._codebooks:
                try:
                    found = Codebook.unpack(self.files.read_codebook(number), checksum)
                except OSError:
                    found = None
                if found is None:
                    return None
                self._codebooks[number] = found
            return self._codebooks[number]

    def drop_codebook(self, number: int) -> None:
        """Forget a codebook that cannot be read, and the tokens that need it."""
        with self.rows.transaction() as db:
            count = self.rows.drop_codebook(db, number)
        self.report(
            f"A file in {self.files.folder} was damaged or deleted; the visual tokens of {count} photos are made "
            "again when needed."
        )

    def forget(self, token_set: int, place: TokenLocation) -> None:
        """Forget tokens that turned out damaged."""
        with suppress(LookalikeError), self.rows.transaction() as db:
            if self.rows.is_at(db, token_set, place):
                self.rows.drop(db, token_set, place.content)
        self.report(
            f"Visual tokens in {self.files.segment(place.segment)} were damaged; they are made again."
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TokensNotStoredError(
                f"Visual tokens cannot be kept in {self.files.folder} ({error.strerror or error}), so searches "
                "stay slow.",
                "Free some space on this disk.",
            ) from error

    def _sweep(self) -> None:
        """Forget rows whose bytes are gone, and delete files that no row names."""
        segments = self.rows.segments()
        short = [segment.id for segment in segments if self.files.size(segment.id) < segment.bytes]
        named = [segment.id for segment in segments], self.rows.codebook_ids()
        if not short and not self.files.stray(*named):
            return
        # Deleting waits for the write lock: another process may be about to name a file that it has just begun.
        with self.rows.transaction() as db:
            lost = sum(self.rows.drop_beyond(db, number, self.files.size(number)) for number in short)
            for number in short:
                self.rows.end_growth(db, number)
            self.files.sweep([segment.id for segment in self.rows.segments()], self.rows.codebook_ids())
        if lost:
            self.report(
                f"The visual tokens of {lost} photos are gone from {self.files.folder}; they are made again."
            )


class TokenSet:
    """The tokens of one model, preprocessing and token budget.

    Args:
        store: where they are kept.
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
        """The tokens of a content, float16 (tokens, width); None if there are none as fine as is wanted.

        Damaged ones are forgotten, and the store has a line about them.
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
        """Keep the tokens of a content. Where that fails they are not kept, and the store has a line.

        Args:
            content: the content's hash.
            tokens: finite in float16.
            seconds: how long they took to make.
            ahead: no search has asked for them, so nothing else is to go for their sake.

        Returns:
            Whether they are kept.
        """
        rows = self.store.rows
        try:
            record, codebook = self.compressed(content, tokens, self.wanted())
            if ahead and self.store.size + len(record) > self.store.limit_bytes:
                raise TokensNotStoredError(
                    f"Visual tokens have reached their limit of {self.store.limit_bytes / 1e9:.1f} GB.",
                    "`lookalike tokens set --limit` raises it, `--compression pq16` makes more fit.",
                )
            with rows.transaction() as db:
                segment, offset = self.store.append(db, record)
                count = len(tokens.embeddings)
                place = TokenLocation(content, segment, offset, len(record), codebook, count, time.time())
                rows.put(db, self.id, place, seconds, 0 if ahead else 1)
            make_space(self.store)
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

    def compressed(
        self, content: str, tokens: VisualTokens, book: tuple[int, Codebook] | None
    ) -> tuple[bytes, int | None]:
        """The record of a content, and the number of the codebook it needs.

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

    def wanted(self) -> tuple[int, Codebook] | None:
        """The latest codebook for the compression that is wanted, and its number; None until there is one."""
        dims = self.store.compression.dims
        for row in self.store.rows.codebooks(self.id) if dims else []:
            if row.dims == dims:
                self._books[row.id] = row
                book = self.codebook(row.id)
                if book is not None:
                    return row.id, book
        return None

    def codebook(self, number: int) -> Codebook | None:
        """A codebook by its number; one that is damaged or gone is forgotten with all that needs it."""
        row = self._row(number)
        book = None if row is None else self.store.codebook(number, row.checksum)
        if book is None and row is not None:
            self.store.drop_codebook(number)
            del self._books[number]
        return book

    def flush(self) -> None:
        """Write down which tokens were used."""
        with self._lock:
            used, self._used = self._used, set()
        if used:
            # Not being able to costs nothing but the order in which tokens go.
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
