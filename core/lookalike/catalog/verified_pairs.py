"""Verified pairs: what two contents are to each other, which contents are joined, and which pairs wait."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.contents import VISIBLE
from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.sql import CHUNK, chunks, placeholders


class PairRow(NamedTuple):
    """A verified pair as it is stored; see `lookalike.pairs.VerifiedPair`.

    Attributes:
        edits: words with spaces between them, or None.
        transform: nine numbers with spaces between them, or None.
        details: a JSON object, or None.
        version: names everything that the verification depends on besides the photos.
    """

    first: int
    second: int
    kind: str
    match: float
    similarity: float
    overlap: float
    edits: str | None
    original: int | None
    transform: str | None
    details: str | None
    version: str


_VISIBLE_PAIR = " AND ".join(
    f"EXISTS (SELECT 1 FROM contents WHERE contents.id = {side} AND {VISIBLE})"
    for side in ("first", "second")
)
_COLUMNS = ", ".join(f'"{name}"' for name in PairRow._fields)


class _Joined(NamedTuple):
    """Contents that were joined when this was read, and still are while `partings` is what it was.

    Attributes:
        version: of the search for candidates.
        partings: how many contents had ceased to be joined by then.
        ids: of the contents, int64 (n,).
    """

    version: str
    partings: int
    ids: NDArray[np.int64]


class VerifiedPairs:
    """The tables of the pair graph.

    A content is *joined* when all pairs of it that are worth a look have been put among the candidates. A candidate
    waits until it is verified. Both survive a killed process.
    """

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._joined = _Joined("", 0, np.zeros(0, np.int64))

    def revision(self) -> int:
        """Grows with every change of a verified pair, and when a photo of one comes or goes."""
        return int(self._database.rows("SELECT revision FROM pair_graph")[0][0])

    # Verified pairs

    def all(self, kinds: Sequence[str] | None = None) -> Iterator[PairRow]:
        """The pairs of visible contents, by their ids, ascending; a little at a time.

        Args:
            kinds: only these; None for all.
        """
        visible = {row[0] for row in self._database.rows(f"SELECT id FROM contents WHERE {VISIBLE}")}
        chosen = "" if kinds is None else f"AND kind IN ({placeholders(len(kinds))})"
        after = (0, 0)
        while True:
            rows = self._database.rows(
                f"SELECT {_COLUMNS} FROM verified_pairs WHERE (first, second) > (?, ?) {chosen} "
                "ORDER BY first, second LIMIT ?",
                [*after, *(kinds or ()), CHUNK],
            )
            for row in map(PairRow._make, rows):
                if row.first in visible and row.second in visible:
                    yield row
            if len(rows) < CHUNK:
                return
            after = rows[-1][0], rows[-1][1]

    def of(self, content_id: int) -> list[PairRow]:
        """The pairs of visible contents that one is in, by their ids."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM verified_pairs WHERE first = ? AND {_VISIBLE_PAIR} UNION ALL "
            f"SELECT {_COLUMNS} FROM verified_pairs WHERE second = ? AND {_VISIBLE_PAIR} ORDER BY 1, 2",
            (content_id, content_id),
        )
        return [PairRow._make(row) for row in rows]

    def related(self, content_id: int, least: float) -> list[int]:
        """The visible contents of its pairs of at least this match, the highest match first."""
        rows = [row for row in self.of(content_id) if row.match >= least]
        rows.sort(key=lambda row: (-row.match, row.first, row.second))
        return [row.second if row.first == content_id else row.first for row in rows]

    def one(self, first: int, second: int) -> PairRow | None:
        """A pair by its ids, the lower one first; None where it is not verified."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM verified_pairs WHERE first = ? AND second = ?", (first, second)
        )
        return PairRow._make(rows[0]) if rows else None

    def open(self, kinds: Sequence[str], between: tuple[float, float]) -> list[tuple[int, int]]:
        """The ids of pairs of visible contents whose match is unsure and that have no details; unsurest first.

        Args:
            kinds: only these.
            between: the least and the greatest match.
        """
        return self._database.rows(
            f"SELECT first, second FROM verified_pairs WHERE kind IN ({placeholders(len(kinds))}) "
            f"AND match BETWEEN ? AND ? AND details IS NULL AND {_VISIBLE_PAIR} "
            "ORDER BY abs(match - 0.5), first, second",
            [*kinds, *between],
        )

    def with_detail(self, name: str) -> list[PairRow]:
        """Some of the pairs that have a detail of a name, at most `CHUNK`."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM verified_pairs WHERE json_extract(details, ?) IS NOT NULL LIMIT ?",
            (f"$.{name}", CHUNK),
        )
        return [PairRow._make(row) for row in rows]

    def put(self, rows: Sequence[PairRow]) -> None:
        """Record verified pairs, which then no longer wait."""
        with self._database.transaction() as db:
            self._put(db, rows)

    def put_verified(
        self, rows: Sequence[PairRow], copies: Collection[str], most: int
    ) -> list[tuple[int, int]]:
        """Record verified pairs, and have those wait that were not compared of photos that are both copies of one.

        Args:
            rows: the pairs.
            copies: the kinds of copies.
            most: of a photo with more copies than this, these are not compared with one another.

        Returns:
            The pairs that wait since then.
        """
        copied = sorted({number for row in rows if row.kind in copies for number in row[:2]})
        with self._database.transaction() as db:
            self._put(db, rows)
            return [
                pair
                for number in copied
                for pair in self._put_between_copies(db, number, sorted(copies), most)
            ]

    @staticmethod
    def _put(db: Database, rows: Sequence[PairRow]) -> None:
        for row in rows:
            db.execute(
                f"INSERT INTO verified_pairs ({_COLUMNS}) VALUES ({placeholders(len(row))}) "
                "ON CONFLICT (first, second) DO UPDATE SET "
                + ", ".join(f'"{name}" = excluded."{name}"' for name in PairRow._fields[2:]),
                row,
            )
            db.execute("DELETE FROM candidate_pairs WHERE first = ? AND second = ?", row[:2])

    @staticmethod
    def _put_between_copies(
        db: Database, content_id: int, copies: Sequence[str], most: int
    ) -> list[tuple[int, int]]:
        kinds = placeholders(len(copies))
        found = db.execute(
            f"SELECT second FROM verified_pairs WHERE first = ? AND kind IN ({kinds}) UNION "
            f"SELECT first FROM verified_pairs WHERE second = ? AND kind IN ({kinds}) ORDER BY 1 LIMIT ?",
            (content_id, *copies, content_id, *copies, most + 1),
        ).fetchall()
        if len(found) > most:
            return []
        return [
            pair
            for pair in itertools.combinations([row[0] for row in found], 2)
            if db.execute(
                "INSERT OR IGNORE INTO candidate_pairs SELECT ?, ? WHERE NOT EXISTS "
                "(SELECT 1 FROM verified_pairs WHERE first = ? AND second = ?)",
                (*pair, *pair),
            ).rowcount
        ]

    def remove_orphans(self, kinds: Collection[str]) -> int:
        """Remove what stands for contents that are not there, or says nothing that is known.

        Args:
            kinds: those that are known.

        Returns:
            How many verified pairs were removed.
        """
        missing = " OR ".join(
            f"NOT EXISTS (SELECT 1 FROM contents WHERE id = {side})" for side in ("first", "second")
        )
        odd = f"{missing} OR kind NOT IN ({placeholders(len(kinds))})"
        with self._database.transaction() as db:
            count = int(
                db.execute(f"SELECT count(*) FROM verified_pairs WHERE {odd}", [*kinds]).fetchone()[0]
            )
            # Whatever they were, their contents are joined anew.
            for side in ("first", "second"):
                db.execute(
                    f"DELETE FROM joined_contents WHERE content_id IN (SELECT {side} FROM verified_pairs WHERE {odd})",
                    [*kinds],
                )
            db.execute(f"DELETE FROM verified_pairs WHERE {odd}", [*kinds])
            db.execute(f"DELETE FROM candidate_pairs WHERE {missing}")
            db.execute(
                "DELETE FROM joined_contents WHERE NOT EXISTS (SELECT 1 FROM contents WHERE id = content_id)"
            )
        return count

    def count(self) -> int:
        """How many pairs were verified."""
        return int(self._database.rows("SELECT count(*) FROM verified_pairs")[0][0])

    # Contents that are joined, and pairs that wait

    def joined(self, version: str) -> NDArray[np.int64]:
        """The contents whose candidates have been found by a version of the search for them, int64 (n,), ascending."""
        # As one text: rows of Python objects would take several times as long.
        ((numbers,),) = self._database.rows(
            "SELECT group_concat(content_id) FROM joined_contents WHERE version = ?", (version,)
        )
        return np.sort(np.fromstring(numbers or "", np.int64, sep=","))

    def not_joined(self, content_ids: NDArray[np.int64], version: str) -> NDArray[np.int64]:
        """Those of some contents whose candidates are still to be found by a version of the search for them.

        What is joined is remembered, so that a few new contents are asked for, and not all that there are.

        Args:
            content_ids: int64 (n,).
            version: of the search.

        Returns:
            int64 (m,), in their order.
        """
        ((partings,),) = self._database.rows("SELECT partings FROM pair_graph")
        with self._lock:
            if self._joined[:2] != (version, partings):
                self._joined = _Joined(version, partings, self.joined(version))
            left = content_ids[~np.isin(content_ids, self._joined.ids)]
            rows = self._database.rows(
                "SELECT content_id FROM joined_contents "
                "WHERE version = ? AND content_id IN (SELECT value FROM json_each(?))",
                (version, json.dumps(left.tolist())),
            )
            if rows:
                new = np.array([row[0] for row in rows], np.int64)
                self._joined = self._joined._replace(ids=np.union1d(self._joined.ids, new))
                left = left[~np.isin(left, new)]
        return left

    def put_joined(
        self,
        content_ids: Iterable[int],
        candidates: Iterable[tuple[int, int]],
        version: str,
        verified_by: str,
    ) -> None:
        """Record that contents are joined, and their candidates; pairs that are verified already do not wait.

        Args:
            content_ids: the contents.
            candidates: pairs of content ids, the lower one first.
            version: names everything that the candidates depend on besides the photos.
            verified_by: the version of verified pairs that need not be verified again.
        """
        with self._database.transaction() as db:
            for first, second in candidates:
                db.execute(
                    "INSERT OR IGNORE INTO candidate_pairs SELECT ?, ? WHERE NOT EXISTS "
                    "(SELECT 1 FROM verified_pairs WHERE first = ? AND second = ? AND version = ?)",
                    (first, second, first, second, verified_by),
                )
            for number in content_ids:
                # A content may be gone meanwhile.
                db.execute(
                    "INSERT INTO joined_contents SELECT id, ? FROM contents WHERE id = ? "
                    "ON CONFLICT (content_id) DO UPDATE SET version = excluded.version",
                    (version, number),
                )

    def put_outdated(self, version: str) -> None:
        """Have the pairs that another version verified wait again; they stay as they are until then."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO candidate_pairs SELECT first, second FROM verified_pairs WHERE version <> ?",
                (version,),
            )

    def waiting(self, limit: int, after: tuple[int, int] = (0, 0)) -> list[tuple[int, int]]:
        """Pairs of visible contents that are to be verified, by their ids.

        Args:
            limit: how many at most.
            after: only pairs after this one.
        """
        return self._database.rows(
            f"SELECT first, second FROM candidate_pairs WHERE (first, second) > (?, ?) AND {_VISIBLE_PAIR} "
            "ORDER BY first, second LIMIT ?",
            (*after, limit),
        )

    def waiting_count(self) -> int:
        """How many pairs of visible contents are to be verified."""
        return int(self._database.rows(f"SELECT count(*) FROM candidate_pairs WHERE {_VISIBLE_PAIR}")[0][0])

    def verified_among(self, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The versions by which those of the given pairs were verified that were."""
        found: dict[tuple[int, int], str] = {}
        for chunk in chunks(pairs, CHUNK // 2):
            rows = self._database.rows(
                "SELECT first, second, version FROM verified_pairs WHERE (first, second) IN "
                f"(VALUES {', '.join(['(?, ?)'] * len(chunk))})",
                [number for pair in chunk for number in pair],
            )
            found.update(((row[0], row[1]), row[2]) for row in rows)
        return found
