"""Visual token rows: where tokens are stored in segment files, and how full the segments are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.sql import chunks, placeholders

USEFUL_SECONDS = 86_400.0
"""A second of making the tokens counts, at each of the first `COUNTED_USES` uses, like so much later a last use."""
COUNTED_USES = 8


@dataclass(frozen=True)
class TokenLocation:
    """Where the tokens of one content lie.

    Attributes:
        content: the content's hash.
        segment: number of the segment file.
        offset: where the record begins, bytes.
        length: bytes of the record.
        codebook: number of the codebook; None for float16.
        tokens: how many tokens.
        used: when they were last used, or else made (Unix time).
    """

    content: str
    segment: int
    offset: int
    length: int
    codebook: int | None
    tokens: int
    used: float


@dataclass(frozen=True)
class CodebookRow:
    """A trained codebook: its number, dimensions a code stands for, tokens trained on, file size and CRC-32."""

    id: int
    dims: int
    trained_on: int
    bytes: int
    checksum: int


@dataclass(frozen=True)
class SegmentRow:
    """A segment file: its number, bytes that count, bytes of these that some row points at, and if it grows."""

    id: int
    bytes: int
    live: int
    open: bool


_LOCATION = "content, segment_id, offset, length, codebook_id, tokens, used"


class VisualTokenRows:
    """The tables of visual tokens. Methods that take `db` belong within the caller's transaction."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def transaction(self) -> AbstractContextManager[Database]:
        """Write in one transaction, alone among all processes that have the library open."""
        return self._database.transaction()

    # Sets: tokens of one model, preprocessing and token budget

    def ensure_set(self, key: str, width: int) -> int:
        """The number of a set of tokens, added when new.

        Args:
            key: names everything that the tokens depend on.
            width: numbers per token.
        """
        rows = self._database.rows("SELECT id FROM token_sets WHERE key = ?", (key,))
        if rows:
            return int(rows[0][0])
        with self.transaction() as db:
            db.execute(
                "INSERT INTO token_sets (key, width) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, width)
            )
            return int(db.execute("SELECT id FROM token_sets WHERE key = ?", (key,)).fetchone()[0])

    # Codebooks

    def codebooks(self, token_set: int) -> list[CodebookRow]:
        """The codebooks of a set, latest first."""
        rows = self._database.rows(
            "SELECT id, dims, trained_on, bytes, checksum FROM token_codebooks WHERE set_id = ? "
            "ORDER BY id DESC",
            (token_set,),
        )
        return [CodebookRow(*row) for row in rows]

    def codebook_ids(self) -> set[int]:
        """The numbers of all codebooks."""
        return {row[0] for row in self._database.rows("SELECT id FROM token_codebooks")}

    def add_codebook(
        self, db: Database, token_set: int, dims: int, trained_on: int, size: int, checksum: int
    ) -> int:
        """Record a codebook and give it its number."""
        row = db.execute(
            "INSERT INTO token_codebooks (set_id, dims, trained_on, bytes, checksum) VALUES (?, ?, ?, ?, ?) "
            "RETURNING id",
            (token_set, dims, trained_on, size, checksum),
        ).fetchone()
        return int(row[0])

    def drop_codebook(self, db: Database, codebook: int) -> int:
        """Forget a codebook and all tokens that need it; returns how many contents had some."""
        rows = db.execute(
            "SELECT set_id, content FROM visual_tokens WHERE codebook_id = ?", (codebook,)
        ).fetchall()
        for token_set, content in rows:
            self.drop(db, token_set, content)
        db.execute("DELETE FROM token_codebooks WHERE id = ?", (codebook,))
        return len(rows)

    # Places

    def get(self, token_set: int, content: str) -> TokenLocation | None:
        """Where a content's tokens lie."""
        rows = self._database.rows(
            f"SELECT {_LOCATION} FROM visual_tokens WHERE set_id = ? AND content = ?", (token_set, content)
        )
        return TokenLocation(*rows[0]) if rows else None

    def put(self, db: Database, token_set: int, location: TokenLocation, seconds: float, uses: int) -> None:
        """Record new tokens of a content, in place of any it had.

        Args:
            db: the transaction.
            token_set: the set they belong to.
            location: where they are stored.
            seconds: how long they took to make.
            uses: how often they were used.
        """
        self.drop(db, token_set, location.content)
        db.execute(
            f"INSERT INTO visual_tokens (set_id, {_LOCATION}, seconds, uses) VALUES ({placeholders(10)})",
            (token_set, *vars(location).values(), seconds, uses),
        )
        db.execute(
            "UPDATE token_segments SET live = live + ? WHERE id = ?", (location.length, location.segment)
        )

    def is_at(self, db: Database, token_set: int, location: TokenLocation) -> bool:
        """Whether a content's tokens still lie where they were seen."""
        row = db.execute(
            "SELECT 1 FROM visual_tokens WHERE set_id = ? AND content = ? AND segment_id = ? AND offset = ?",
            (token_set, location.content, location.segment, location.offset),
        ).fetchone()
        return row is not None

    def move(self, db: Database, token_set: int, old: TokenLocation, new: TokenLocation) -> None:
        """Record that a content's tokens lie elsewhere, and perhaps in another form."""
        db.execute(
            "UPDATE visual_tokens SET segment_id = ?, offset = ?, length = ?, codebook_id = ? "
            "WHERE set_id = ? AND content = ?",
            (new.segment, new.offset, new.length, new.codebook, token_set, old.content),
        )
        db.execute("UPDATE token_segments SET live = live - ? WHERE id = ?", (old.length, old.segment))
        db.execute("UPDATE token_segments SET live = live + ? WHERE id = ?", (new.length, new.segment))

    def drop(self, db: Database, token_set: int, content: str) -> None:
        """Forget a content's tokens; their bytes are dead from now on."""
        row = db.execute(
            "DELETE FROM visual_tokens WHERE set_id = ? AND content = ? RETURNING segment_id, length",
            (token_set, content),
        ).fetchone()
        if row is not None:
            db.execute("UPDATE token_segments SET live = live - ? WHERE id = ?", (row[1], row[0]))

    def touch(self, db: Database, token_set: int, contents: Iterable[str], now: float) -> None:
        """Count a use of each content's tokens."""
        db.conn.executemany(
            "UPDATE visual_tokens SET used = ?, uses = uses + 1 WHERE set_id = ? AND content = ?",
            [(now, token_set, content) for content in contents],
        )

    def lacking(self, token_set: int, contents: Sequence[str]) -> list[str]:
        """Those of the given contents that have no tokens, in the order given."""
        there: set[str] = set()
        for chunk in chunks(contents):
            rows = self._database.rows(
                f"SELECT content FROM visual_tokens WHERE set_id = ? AND content IN ({placeholders(len(chunk))})",
                [token_set, *chunk],
            )
            there.update(row[0] for row in rows)
        return [content for content in contents if content not in there]

    def in_forms(self, token_set: int, dims: Sequence[int], limit: int) -> list[TokenLocation]:
        """Up to `limit` places, by content, whose tokens are kept in one of the given forms.

        Contents are hashes, so the first ones are a fair sample of all.

        Args:
            token_set: the set.
            dims: dimensions per code; 0 means float16.
            limit: how many at most.
        """
        rows = self._database.rows(
            f"SELECT {_LOCATION} FROM visual_tokens LEFT JOIN token_codebooks ON token_codebooks.id = codebook_id "
            f"WHERE visual_tokens.set_id = ? AND coalesce(dims, 0) IN ({placeholders(len(dims))}) "
            "ORDER BY content LIMIT ?",
            [token_set, *dims, limit],
        )
        return [TokenLocation(*row) for row in rows]

    def forms(self, token_set: int) -> dict[int, tuple[int, int, int]]:
        """What a set holds, by dimensions per code (0: float16): contents, tokens, and bytes of their records."""
        rows = self._database.rows(
            "SELECT coalesce(dims, 0), count(*), sum(tokens), sum(length) FROM visual_tokens "
            "LEFT JOIN token_codebooks ON token_codebooks.id = codebook_id "
            "WHERE visual_tokens.set_id = ? GROUP BY 1",
            (token_set,),
        )
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def mean_seconds(self, token_set: int) -> float | None:
        """What making the tokens of a content took, in the mean; None while there are none."""
        rows = self._database.rows("SELECT avg(seconds) FROM visual_tokens WHERE set_id = ?", (token_set,))
        mean: float | None = rows[0][0]
        return mean

    def least_useful(self, limit: int) -> list[tuple[int, str, int]]:
        """The tokens that are missed least: set, content and bytes, least useful first.

        Tokens of photos that lie in no file any more come first. The others go by the time of their last use
        (of their making, if they were never used), put off by what the making cost at each use: so of two
        models' tokens those that are dearer to make stay longer, and those made ahead and never needed go
        before those a search has needed.
        """
        rows = self._database.rows(
            "SELECT set_id, content, length FROM visual_tokens ORDER BY EXISTS (SELECT 1 FROM contents "
            "JOIN files ON files.content_id = contents.id WHERE contents.hash = visual_tokens.content), "
            "used + ? * seconds * min(uses, ?) LIMIT ?",
            (USEFUL_SECONDS, COUNTED_USES, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    # Segments

    def segments(self) -> list[SegmentRow]:
        """All segments, oldest first."""
        rows = self._database.rows("SELECT id, bytes, live, open FROM token_segments ORDER BY id")
        return [SegmentRow(row[0], row[1], row[2], bool(row[3])) for row in rows]

    def growing(self, db: Database) -> SegmentRow | None:
        """The segment that records are added to, if there is one."""
        row = db.execute(
            "SELECT id, bytes, live, open FROM token_segments WHERE open ORDER BY id DESC"
        ).fetchone()
        return None if row is None else SegmentRow(row[0], row[1], row[2], True)

    def begin_segment(self, db: Database) -> SegmentRow:
        """A new segment; the one before it grows no more."""
        db.execute("UPDATE token_segments SET open = 0 WHERE open")
        number = db.execute("INSERT INTO token_segments DEFAULT VALUES RETURNING id").fetchone()[0]
        return SegmentRow(number, 0, 0, True)

    def grow(self, db: Database, segment: int, size: int) -> None:
        """Record how many bytes of a segment's file count."""
        db.execute("UPDATE token_segments SET bytes = ? WHERE id = ?", (size, segment))

    def end_growth(self, db: Database, segment: int) -> None:
        """Add nothing more to a segment."""
        db.execute("UPDATE token_segments SET open = 0 WHERE id = ?", (segment,))

    def in_segment(self, segment: int, limit: int) -> list[tuple[int, TokenLocation]]:
        """Up to `limit` places in a segment, each with its set."""
        rows = self._database.rows(
            f"SELECT set_id, {_LOCATION} FROM visual_tokens WHERE segment_id = ? ORDER BY offset LIMIT ?",
            (segment, limit),
        )
        return [(row[0], TokenLocation(*row[1:])) for row in rows]

    def drop_beyond(self, db: Database, segment: int, size: int) -> int:
        """Forget tokens that do not lie whole within the first `size` bytes of a segment; returns how many."""
        rows = db.execute(
            "SELECT set_id, content FROM visual_tokens WHERE segment_id = ? AND offset + length > ?",
            (segment, size),
        ).fetchall()
        for token_set, content in rows:
            self.drop(db, token_set, content)
        return len(rows)

    def drop_segment(self, db: Database, segment: int) -> None:
        """Forget a segment that no row points at."""
        db.execute("DELETE FROM token_segments WHERE id = ?", (segment,))

    def clear(self, db: Database) -> None:
        """Forget all tokens; the sets keep their numbers, which another process may hold."""
        for table in ("visual_tokens", "token_codebooks", "token_segments"):
            db.execute(f"DELETE FROM {table}")
