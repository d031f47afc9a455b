"""Things: the tables of things, of what the user decided about them, and of what finding them goes by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.contents import VISIBLE
from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.sql import chunks, placeholders

APART, ONE = "apart", "one"
"""The kinds of decisions: photos that are not of a thing; things that are one."""

LINKS = 20_000
"""Pairs that are read at once."""


class ThingRow(NamedTuple):
    """A thing as it is stored.

    Attributes:
        id: its number, which no other thing will have.
        name: what the user calls it, or nothing.
        cover: content hash of the photo that stands for it.
        shown: whether it is a thing now; otherwise it waits with its name for its photos.
    """

    id: int
    name: str
    cover: str
    shown: bool


@dataclass(frozen=True)
class Decision:
    """What the user said.

    Attributes:
        kind: `APART` or `ONE`.
        photos: content hashes of the photos that are apart from the others, or of the one thing.
        others: those of the thing they are apart from, or of the other thing.
    """

    kind: str
    photos: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class ThingsBefore:
    """Some things as they were before a decision, which can be taken back by it.

    Attributes:
        rows: the things.
        members: their content hashes, by id.
        decision: number of the latest decision then.
    """

    rows: tuple[ThingRow, ...]
    members: Mapping[int, Set[str]]
    decision: int


@dataclass(frozen=True)
class Links:
    """Pairs of visible contents that were compared.

    Attributes:
        ids: content ids, int64 (n, 2), the lower one first.
        kinds: what each pair is, str (n,).
        matches: probabilities that both show the same thing, float64 (n,).
        excesses: by how much their descriptors are nearer than usual, float64 (n,); not a number where unknown.
        regional: the same of their regions, float64 (n,); not a number where these were not looked at.
        judged: log-odds of the geometric judge, float64 (n,); not a number where it was not asked.
    """

    ids: NDArray[np.int64]
    kinds: NDArray[np.str_]
    matches: NDArray[np.float64]
    excesses: NDArray[np.float64]
    regional: NDArray[np.float64]
    judged: NDArray[np.float64]


_MEMBERS = (
    "SELECT thing_id, contents.id FROM thing_members JOIN things ON things.id = thing_id "
    f"JOIN contents ON contents.hash = thing_members.hash WHERE shown AND {VISIBLE}"
)


class Things:
    """The tables of things. Any thread may use it."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    # Things

    def rows(self, shown: bool = False) -> list[ThingRow]:
        """All things by their ids.

        Args:
            shown: only those that are shown.
        """
        where = "WHERE shown" if shown else ""
        rows = self._database.rows(f"SELECT id, name, cover, shown FROM things {where} ORDER BY id")
        return [ThingRow(row[0], row[1], row[2], bool(row[3])) for row in rows]

    def members(self) -> dict[int, set[str]]:
        """The content hashes of all things, those of photos included that are not in the library now."""
        found: dict[int, set[str]] = {}
        for number, content in self._database.rows("SELECT thing_id, hash FROM thing_members"):
            found.setdefault(number, set()).add(content)
        return found

    def visible_members(self, thing_id: int | None = None) -> dict[int, list[int]]:
        """The visible contents of things that are shown, newest first.

        Args:
            thing_id: only of this thing; None for all.
        """
        one = "" if thing_id is None else "AND thing_id = ?"
        found: dict[int, list[int]] = {}
        for number, content in self._database.rows(
            f"{_MEMBERS} {one} ORDER BY taken_at DESC NULLS LAST, contents.id DESC",
            () if thing_id is None else (thing_id,),
        ):
            found.setdefault(number, []).append(content)
        return found

    def thing_of(self, content_id: int) -> int | None:
        """The shown thing that a content is of, or None."""
        rows = self._database.rows(f"{_MEMBERS} AND contents.id = ?", (content_id,))
        return rows[0][0] if rows else None

    def hashes(self, thing_id: int) -> set[str]:
        """The content hashes of one thing, those of photos included that are not in the library now."""
        rows = self._database.rows("SELECT hash FROM thing_members WHERE thing_id = ?", (thing_id,))
        return {row[0] for row in rows}

    def put_name(self, thing_id: int, name: str) -> None:
        """Give a thing a name."""
        with self._database.transaction() as db:
            db.execute("UPDATE things SET name = ? WHERE id = ?", (name, thing_id))

    def name(self, thing_id: int) -> str:
        """The name of a thing; empty without one."""
        rows = self._database.rows("SELECT name FROM things WHERE id = ?", (thing_id,))
        return rows[0][0] if rows else ""

    def take_out(self, thing_id: int, hashes: Iterable[str]) -> None:
        """Take photos out of a thing."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "DELETE FROM thing_members WHERE thing_id = ? AND hash = ?",
                [(thing_id, content) for content in hashes],
            )

    def put_into(self, gone: int, kept: int) -> None:
        """Give the photos of one thing to another; the first is no more."""
        with self._database.transaction() as db:
            db.execute("UPDATE OR IGNORE thing_members SET thing_id = ? WHERE thing_id = ?", (kept, gone))
            db.execute("DELETE FROM things WHERE id = ?", (gone,))

    def replace(
        self,
        kept: Mapping[int, tuple[ThingRow, Set[str]]],
        new: Sequence[tuple[str, str, Set[str]]],
        removed: Iterable[int],
        found: str,
    ) -> None:
        """Record which things there are now.

        Args:
            kept: changed things with their content hashes, by id.
            new: names, covers and content hashes of new ones.
            removed: ids of things that are no more.
            found: names everything that they were found by.
        """
        with self._database.transaction() as db:
            db.conn.executemany("DELETE FROM things WHERE id = ?", [(number,) for number in removed])
            for number, (row, hashes) in kept.items():
                db.execute(
                    "UPDATE things SET name = ?, cover = ?, shown = ? WHERE id = ?",
                    (row.name, row.cover, row.shown, number),
                )
                db.execute("DELETE FROM thing_members WHERE thing_id = ?", (number,))
                self._put_members(db, number, hashes)
            for name, cover, hashes in new:
                added = db.execute("INSERT INTO things (name, cover) VALUES (?, ?)", (name, cover))
                self._put_members(db, added.lastrowid, hashes)
            db.execute("UPDATE thing_state SET found = ?", (found,))

    @staticmethod
    def _put_members(db: Database, number: int | None, hashes: Set[str]) -> None:
        db.conn.executemany(
            "INSERT INTO thing_members VALUES (?, ?)", [(number, content) for content in sorted(hashes)]
        )

    # Decisions

    def decisions(self) -> list[Decision]:
        """What the user decided, the latest first."""
        kinds: dict[int, str] = {}
        sides: dict[int, tuple[list[str], list[str]]] = {}
        for number, kind, side, content in self._database.rows(
            "SELECT id, kind, side, hash FROM thing_decisions JOIN thing_decision_photos ON decision_id = id "
            "ORDER BY id DESC, side, hash"
        ):
            kinds[number] = kind
            sides.setdefault(number, ([], []))[side].append(content)
        return [
            Decision(kinds[number], tuple(photos), tuple(others))
            for number, (photos, others) in sides.items()
        ]

    def latest_decision(self) -> int:
        """The number of the latest decision; 0 without one."""
        return int(self._database.rows("SELECT coalesce(max(id), 0) FROM thing_decisions")[0][0])

    def put_decision(self, decision: Decision) -> None:
        """Record what the user decided."""
        with self._database.transaction() as db:
            number = db.execute("INSERT INTO thing_decisions (kind) VALUES (?)", (decision.kind,)).lastrowid
            for side, hashes in enumerate((decision.photos, decision.others)):
                db.conn.executemany(
                    "INSERT OR IGNORE INTO thing_decision_photos VALUES (?, ?, ?)",
                    [(number, side, content) for content in hashes],
                )

    def before(self, thing_ids: Iterable[int]) -> ThingsBefore:
        """What `restore` needs to take back what is about to be decided on some things."""
        wanted = set(thing_ids)
        rows = tuple(row for row in self.rows() if row.id in wanted)
        return ThingsBefore(rows, {row.id: self.hashes(row.id) for row in rows}, self.latest_decision())

    def restore(self, before: ThingsBefore) -> None:
        """Make some things what they were, and forget what was decided on their photos since."""
        photos = set[str]().union(*before.members.values())
        since = self._database.rows(
            "SELECT decision_id, hash FROM thing_decision_photos WHERE decision_id > ?", (before.decision,)
        )
        others = {number for number, content in since if content not in photos}
        with self._database.transaction() as db:
            db.conn.executemany(
                "DELETE FROM thing_decisions WHERE id = ?",
                [(number,) for number in {row[0] for row in since} - others],
            )
            db.conn.executemany(
                "DELETE FROM thing_members WHERE hash = ?", [(content,) for content in photos]
            )
            for row in before.rows:
                db.execute("DELETE FROM things WHERE id = ?", (row.id,))
                db.execute("INSERT INTO things (id, name, cover, shown) VALUES (?, ?, ?, ?)", tuple(row))
                self._put_members(db, row.id, before.members[row.id])

    # What finding them goes by

    def found(self) -> str:
        """What the things were found by that are recorded; empty at first."""
        return str(self._database.rows("SELECT found FROM thing_state")[0][0])

    def sampled(self) -> str:
        """What `put_sample` was given last; empty at first."""
        return str(self._database.rows("SELECT sampled FROM thing_state")[0][0])

    def sample(self) -> NDArray[np.int64]:
        """The content ids that stand for the library, int64 (n,), ascending."""
        rows = self._database.rows("SELECT content_id FROM thing_sample ORDER BY content_id")
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def put_sample(self, content_ids: Iterable[int], sampled: str) -> None:
        """Record which contents stand for the library from now on. What was found by others is to be found anew."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM thing_excesses")
            db.execute("DELETE FROM thing_sample")
            db.conn.executemany("INSERT INTO thing_sample VALUES (?)", [(number,) for number in content_ids])
            db.execute("UPDATE thing_state SET sampled = ?, found = '', looked = ''", (sampled,))

    def pairs_without_excess(self, limit: int, after: tuple[int, int] = (0, 0)) -> list[tuple[int, int]]:
        """Verified pairs whose excess is not known, by their ids.

        Args:
            limit: how many at most.
            after: only pairs after this one.
        """
        return self._database.rows(
            "SELECT first, second FROM verified_pairs WHERE (first, second) > (?, ?) AND NOT EXISTS "
            "(SELECT 1 FROM thing_excesses WHERE thing_excesses.first = verified_pairs.first "
            "AND thing_excesses.second = verified_pairs.second) ORDER BY first, second LIMIT ?",
            (*after, limit),
        )

    def put_excesses(self, pairs: Sequence[tuple[int, int]], excesses: Iterable[float]) -> None:
        """Record by how much the descriptors of pairs are nearer than usual."""
        rows = [(*pair, excess) for pair, excess in zip(pairs, excesses, strict=True)]
        with self._database.transaction() as db:
            db.conn.executemany(
                "INSERT INTO thing_excesses (first, second, excess) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET excess = excluded.excess",
                rows,
            )

    # What a closer look at pairs gives

    def put_regional(self, pairs: Sequence[tuple[int, int]], excesses: Iterable[float]) -> None:
        """Record by how much the regions of pairs are nearer than usual, of which the same of whole photos is known."""
        self._put_looks("regional", pairs, excesses)

    def put_judged(self, pairs: Sequence[tuple[int, int]], logits: Iterable[float]) -> None:
        """Record the geometric judge's log-odds of pairs whose regions were compared."""
        self._put_looks("judged", pairs, logits)

    def _put_looks(self, column: str, pairs: Sequence[tuple[int, int]], numbers: Iterable[float]) -> None:
        rows = [(number, *pair) for pair, number in zip(pairs, numbers, strict=True)]
        with self._database.transaction() as db:
            db.conn.executemany(
                f"UPDATE thing_excesses SET {column} = ? WHERE first = ? AND second = ?", rows
            )
            db.execute("UPDATE thing_state SET looks = looks + ?", (len(rows),))

    def looks(self) -> int:
        """Grows with each number that a closer look at a pair gives."""
        return int(self._database.rows("SELECT looks FROM thing_state")[0][0])

    def begin_looks(self, version: str) -> None:
        """Forget what closer looks of another version than this one gave.

        Args:
            version: names everything that closer looks depend on besides the photos.
        """
        if self._database.rows("SELECT look_version FROM thing_state")[0][0] != version:
            with self._database.transaction() as db:
                db.execute("UPDATE thing_excesses SET regional = NULL, judged = NULL WHERE regional NOT NULL")
                db.execute("UPDATE thing_state SET look_version = ?, looked = ''", (version,))

    def looked(self) -> str:
        """What `put_looked` was given last; empty at first."""
        return str(self._database.rows("SELECT looked FROM thing_state")[0][0])

    def put_looked(self, state: str) -> None:
        """Record in which state of the library all pairs were looked at that are worth it."""
        with self._database.transaction() as db:
            db.execute("UPDATE thing_state SET looked = ?", (state,))

    # Pairs as they are clustered

    def links(self) -> Iterator[Links]:
        """The verified pairs of visible contents, by their ids, some at a time."""
        visible = np.sort(self.visible())
        after = (0, 0)
        while True:
            rows = self._database.rows(
                "SELECT first, second, kind, match, excess, regional, judged FROM verified_pairs "
                "LEFT JOIN thing_excesses USING (first, second) WHERE (first, second) > (?, ?) "
                "ORDER BY first, second LIMIT ?",
                (*after, LINKS),
            )
            if not rows:
                return
            first, second, kinds, *numbers = zip(*rows, strict=True)
            ids = np.column_stack([first, second]).astype(np.int64)
            seen = np.isin(ids, visible).all(axis=1)
            columns = [np.array(column, np.float64)[seen] for column in numbers]
            yield Links(ids[seen], np.array(kinds, np.str_)[seen], *columns)
            after = int(ids[-1, 0]), int(ids[-1, 1])

    def visible(self) -> NDArray[np.int64]:
        """The ids of all visible contents, int64 (n,), in no order."""
        rows = self._database.rows(f"SELECT id FROM contents WHERE {VISIBLE}")
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def hashes_of(self, content_ids: Sequence[int]) -> dict[int, str]:
        """The hashes of contents, by id."""
        found: dict[int, str] = {}
        for chunk in chunks(content_ids):
            found.update(
                self._database.rows(
                    f"SELECT id, hash FROM contents WHERE id IN ({placeholders(len(chunk))})", chunk
                )
            )
        return found

    def ids_of(self, hashes: Sequence[str]) -> dict[str, int]:
        """The ids of visible contents, by hash."""
        found: dict[str, int] = {}
        for chunk in chunks(hashes):
            found.update(
                self._database.rows(
                    f"SELECT hash, id FROM contents WHERE {VISIBLE} AND hash IN ({placeholders(len(chunk))})",
                    chunk,
                )
            )
        return found
