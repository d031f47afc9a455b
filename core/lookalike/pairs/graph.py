"""Pair graph: the verified pairs of a library, as they are read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.verified_pairs import PairRow
from lookalike.pairs.verified_pair import Edit, PairKind, VerifiedPair


class PairGraph:
    """The verified pairs among the photos that a library shows. Any thread may use it.

    Args:
        catalog: the library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._rows = catalog.verified_pairs

    @property
    def revision(self) -> int:
        """Grows with each change of what `pairs` returns, whoever makes it."""
        return self._rows.revision()

    def pairs(self, kinds: Collection[PairKind] | None = None) -> Iterator[VerifiedPair]:
        """The verified pairs, by their ids, ascending.

        Args:
            kinds: only these; None for all.
        """
        return map(pair_of_row, self._rows.all(None if kinds is None else sorted(kinds)))

    def of(self, content_id: int) -> list[VerifiedPair]:
        """The verified pairs that a content is in."""
        return [pair_of_row(row) for row in self._rows.of(content_id)]


def pair_of_row(row: PairRow) -> VerifiedPair:
    """A pair as it is stored, read."""
    edits, transform, details = row.edits, row.transform, row.details
    return VerifiedPair(
        row.first,
        row.second,
        PairKind(row.kind),
        row.match,
        row.similarity,
        row.overlap,
        tuple(map(Edit, edits.split())) if edits else (),
        row.original,
        tuple(map(float, transform.split())) if transform else (),
        json.loads(details) if details else {},
    )


def row_of_pair(pair: VerifiedPair, version: str) -> PairRow:
    """A pair as it is stored.

    Args:
        pair: the pair.
        version: names everything that the verification depends on besides the photos.
    """
    return PairRow(
        pair.first,
        pair.second,
        pair.kind.value,
        pair.match,
        pair.similarity,
        pair.overlap,
        " ".join(pair.edits) or None,
        pair.original,
        _numbers(pair.transform),
        json.dumps(dict(pair.details), separators=(",", ":")) if pair.details else None,
        version,
    )


def _numbers(values: Iterable[float]) -> str | None:
    return " ".join(f"{value:.7g}" for value in values) or None
