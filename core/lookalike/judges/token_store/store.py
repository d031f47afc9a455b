"""The store of a library's visual tokens: records in segment files, their places in the catalog.

A record is on the disk before the row that points at it is committed, and it carries a checksum and the name of the
photo it belongs to: a crash loses at most the photo being written, and damaged tokens are never served. Any thread may
use a store, and several processes may open the same one; SQLite's write lock makes them take turns. Everything here
can be deleted at any time: what is missing is made again when needed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.visual_tokens import TokenLocation
from lookalike.errors import LookalikeError, Phrase, os_errors
from lookalike.judges.token_store.budget import DEFAULT_BUDGET
from lookalike.judges.token_store.codebook import TokenCodebook
from lookalike.judges.token_store.compression import Compression
from lookalike.judges.token_store.segments import SegmentFiles

LIMIT_BYTES = 2 << 30
"""The default; some 29,000 photos of a 256M model in float16, or 440,000 with one code per 8 dimensions."""
SEGMENT_BYTES = 64 << 20
SEGMENTS_AT_LIMIT = 16
"""A segment is at most this part of the limit, so that rewriting one hardly goes beyond it."""


@dataclass(frozen=True)
class Move:
    """Tokens that are to be written anew.

    Attributes:
        token_set: number of their set in the catalog.
        place: where they lie.
        record: what is to be written.
        codebook: number of the codebook that the record needs; None for float16.
    """

    token_set: int
    place: TokenLocation
    record: bytes
    codebook: int | None


class TokensNotStoredError(LookalikeError):
    """Visual tokens could not be written, or there is no more room for them."""


class TokenStore:
    """The tokens of one library.

    Args:
        catalog: where the rows are.
        folder: where the segments are; made when needed.
        compression: how tokens are stored.
        limit_bytes: what the files may take in all; beyond it the least useful tokens are evicted
            (`VisualTokenRows.least_useful` says which these are).
        budget: tokens a photo at most, one of `BUDGETS`.

    Attributes:
        budget: tokens a photo at most, for judges that are opened from now on.
        compression: how tokens are stored from now on.
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
        budget: str = DEFAULT_BUDGET,
    ) -> None:
        self.budget = budget
        self.rows = catalog.visual_tokens
        self.files = SegmentFiles(folder)
        self.compression = compression or Compression()
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._codebooks: dict[int, TokenCodebook] = {}
        self._lines: list[str] = []
        self._reported: set[str] = set()
        self._sweep()

    @property
    def size(self) -> int:
        """Bytes that the segments take, dead space included."""
        return sum(segment.bytes for segment in self.rows.segments())

    def report(self, line: str) -> None:
        """Keep a line for the user, unless it was reported before."""
        with self._lock:
            if line not in self._reported:
                self._reported.add(line)
                self._lines.append(line)

    def pending_messages(self) -> list[str]:
        """What was damaged or could not be stored since the last call, in lines for the user."""
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
        """Write a record within the caller's transaction.

        Args:
            db: the transaction.
            record: the bytes.
            sync: whether they must be on the disk when this returns; if not, the caller syncs before the commit.

        Returns:
            The segment's number and the offset in it.

        Raises:
            TokensNotStoredError: it could not be written.
        """
        segment = self.rows.growing(db)
        limit = min(SEGMENT_BYTES, self.limit_bytes // SEGMENTS_AT_LIMIT)
        if segment is None or (segment.bytes and segment.bytes + len(record) > limit):
            segment = self.rows.begin_segment(db)
        with self._writing():
            try:
                self.files.append(segment.id, segment.bytes, record, sync=sync)
            except FileNotFoundError:
                # Somebody deleted the files: what they held is gone, and the store goes on without.
                self.rows.drop_beyond(db, segment.id, self.files.size(segment.id))
                segment = self.rows.begin_segment(db)
                self.files.append(segment.id, 0, record, sync=sync)
        self.rows.grow(db, segment.id, segment.bytes + len(record))
        return segment.id, segment.bytes

    def move(self, db: Database, moves: Sequence[Move]) -> None:
        """Write records anew within the caller's transaction, except for tokens that have moved meanwhile.

        Raises:
            TokensNotStoredError: they could not be written.
        """
        written: set[int] = set()
        for move in moves:
            if self.rows.is_at(db, move.token_set, move.place):
                segment, offset = self.append(db, move.record, sync=False)
                written.add(segment)
                new = replace(
                    move.place,
                    segment=segment,
                    offset=offset,
                    length=len(move.record),
                    codebook=move.codebook,
                )
                self.rows.move(db, move.token_set, move.place, new)
        with self._writing():
            self.files.sync(written)

    def codebook(self, number: int, checksum: int) -> TokenCodebook | None:
        """A codebook; None if its file is gone or damaged."""
        with self._lock:
            if number not in self._codebooks:
                try:
                    found = TokenCodebook.unpack(self.files.read_codebook(number), checksum)
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
        told = Phrase(
            "A file in {folder} was damaged or deleted. "
            "The visual tokens of {count} photos will be made again when needed.",
            folder=self.files.folder,
            count=count,
        )
        self.report(str(told))

    def forget(self, token_set: int, place: TokenLocation) -> None:
        """Forget tokens that turned out damaged."""
        with suppress(LookalikeError), self.rows.transaction() as db:
            if self.rows.is_at(db, token_set, place):
                self.rows.drop(db, token_set, place.content)
        told = Phrase(
            "Visual tokens in {file} were damaged. They will be made again.",
            file=self.files.segment(place.segment),
        )
        self.report(str(told))

    def _writing(self) -> AbstractContextManager[None]:
        return os_errors(
            Phrase(
                "Visual tokens cannot be stored in {folder}, so searches stay slow", folder=self.files.folder
            ),
            "Check the folder's permissions.",
            TokensNotStoredError,
        )

    def _sweep(self) -> None:
        """Forget rows whose bytes are gone, and delete files that no row refers to."""
        segments = self.rows.segments()
        short = [segment.id for segment in segments if self.files.size(segment.id) < segment.bytes]
        named = [segment.id for segment in segments], self.rows.codebook_ids()
        if not short and not self.files.stray(*named):
            return
        # Deleting takes the write lock: another process may be about to refer to a file it has just begun.
        with self.rows.transaction() as db:
            lost = sum(self.rows.drop_beyond(db, number, self.files.size(number)) for number in short)
            for number in short:
                self.rows.end_growth(db, number)
            self.files.sweep([segment.id for segment in self.rows.segments()], self.rows.codebook_ids())
        if lost:
            told = Phrase(
                "The visual tokens of {count} photos are gone from {folder}. They will be made again.",
                count=lost,
                folder=self.files.folder,
            )
            self.report(str(told))
