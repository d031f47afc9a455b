"""Duplicate decisions: what the user said of photos that look like duplicates, remembered by content hash.

So they hold wherever the files move, and again when photos that were removed come back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from lookalike.catalog.database import CatalogDatabase


class Decision(StrEnum):
    """What the user said of two photos. The values are kept in the catalog."""

    NOT_DUPLICATES = "not-duplicates"
    """They show different things, or differ in what matters."""
    KEEP_BOTH = "keep-both"
    """They are duplicates, and both are wanted."""


@dataclass(frozen=True)
class DecidedPair:
    """A decision on two contents.

    Attributes:
        first: the lesser hash.
        second: the other hash; the same one where the copies of one content are meant.
        decision: what was decided.
        copies: how many copies of the one content it holds for; 0 for two contents.
    """

    first: str
    second: str
    decision: Decision
    copies: int = 0


class DuplicateDecisions:
    """The table of decisions on duplicates."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def all(self) -> dict[tuple[str, str], DecidedPair]:
        """All decisions by their two hashes, the lesser first."""
        rows = self._database.rows("SELECT first, second, decision, copies FROM duplicate_decisions")
        return {
            (first, second): DecidedPair(first, second, Decision(decision), copies)
            for first, second, decision, copies in rows
        }

    def get(self, first: str, second: str) -> DecidedPair | None:
        """What was decided on two contents, by their hashes; None where nothing was."""
        rows = self._database.rows(
            "SELECT first, second, decision, copies FROM duplicate_decisions WHERE first = ? AND second = ?",
            tuple(sorted((first, second))),
        )
        return DecidedPair(rows[0][0], rows[0][1], Decision(rows[0][2]), rows[0][3]) if rows else None

    def put(self, pairs: Iterable[tuple[str, str]], decision: Decision, copies: int = 0) -> None:
        """Remember a decision on pairs of hashes; it takes the place of an earlier one.

        Args:
            pairs: the hashes, in any order.
            decision: what was decided.
            copies: for a pair of equal hashes, how many copies it holds for.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.transaction() as db:
            db.conn.executemany(
                "INSERT OR REPLACE INTO duplicate_decisions VALUES (?, ?, ?, ?, ?)",
                [(*sorted(pair), decision.value, copies if pair[0] == pair[1] else 0, now) for pair in pairs],
            )

    def forget(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Take back what was decided on pairs of hashes."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "DELETE FROM duplicate_decisions WHERE first = ? AND second = ?",
                [tuple(sorted(pair)) for pair in pairs],
            )
