"""Result verdicts: what the user said of results of a query, by the hashes of both, and what the index said then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lookalike.catalog.database import CatalogDatabase


@dataclass(frozen=True)
class ResultVerdict:
    """What the user said of one result.

    Attributes:
        query: the name under which the scores of the query are stored.
        candidate: hash of the result's content.
        same: whether both show the same thing.
        descriptor: key of the descriptor model that compared them; empty where none did.
        similarity: cosine of their descriptors then.
        vote: of their details then; None where it was not known.
    """

    query: str
    candidate: str
    same: bool
    descriptor: str = ""
    similarity: float = 0.0
    vote: float | None = None


class ResultVerdicts:
    """The table of what was said."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def of(self, query: str) -> dict[str, bool]:
        """What was said of the results of one query, by their hashes: whether they show the same."""
        rows = self._database.rows("SELECT candidate, same FROM result_verdicts WHERE query = ?", (query,))
        return {candidate: bool(same) for candidate, same in rows}

    def all(self) -> list[ResultVerdict]:
        """All verdicts, by their queries."""
        rows = self._database.rows(
            "SELECT query, candidate, same, descriptor, similarity, vote FROM result_verdicts ORDER BY query, candidate"
        )
        return [
            ResultVerdict(query, candidate, bool(same), descriptor, similarity, vote)
            for query, candidate, same, descriptor, similarity, vote in rows
        ]

    def put(self, verdict: ResultVerdict) -> None:
        """Remember what was said of a result; it takes the place of what was said before."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO result_verdicts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    verdict.query,
                    verdict.candidate,
                    int(verdict.same),
                    datetime.now(UTC).isoformat(),
                    verdict.descriptor,
                    verdict.similarity,
                    verdict.vote,
                ),
            )

    def forget(self, query: str, candidate: str) -> None:
        """Forget what was said of a result."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM result_verdicts WHERE query = ? AND candidate = ?", (query, candidate))
