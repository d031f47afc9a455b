"""Pair scores: stored verdicts of judges, so that no pair is judged twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.sql import chunks, placeholders


@dataclass(frozen=True)
class PairScore:
    """A kept verdict: match probability in [0, 1] and the judge's raw score."""

    match: float
    logit: float


class PairScores:
    """Kept verdicts by judge key, query hash and candidate hash (hex)."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def get(self, judge: str, query: str, candidates: Sequence[str]) -> dict[str, PairScore]:
        """Kept verdicts of one query, by candidate hash."""
        found: dict[str, PairScore] = {}
        for chunk in chunks(candidates):
            rows = self._database.rows(
                "SELECT candidate, match, logit FROM pair_scores JOIN judges ON judges.id = judge_id "
                f"WHERE judges.key = ? AND query = ? AND candidate IN ({placeholders(len(chunk))})",
                [judge, query, *chunk],
            )
            found.update((row[0], PairScore(row[1], row[2])) for row in rows)
        return found

    def judged(self) -> dict[str, int]:
        """How many kept verdicts there are on each candidate, by its hash: how often searches came upon it."""
        return dict(self._database.rows("SELECT candidate, count(*) FROM pair_scores GROUP BY candidate"))

    def put(self, judge: str, query: str, scores: dict[str, PairScore]) -> None:
        """Keep verdicts of one query, by candidate hash."""
        with self._database.transaction() as db:
            db.execute("INSERT INTO judges (key) VALUES (?) ON CONFLICT (key) DO NOTHING", (judge,))
            number = db.execute("SELECT id FROM judges WHERE key = ?", (judge,)).fetchone()[0]
            for candidate, score in scores.items():
                db.execute(
                    "INSERT OR REPLACE INTO pair_scores VALUES (?, ?, ?, ?, ?)",
                    (number, query, candidate, score.match, score.logit),
                )
