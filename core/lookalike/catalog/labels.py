"""Label record: the most probable labels of each photo, a few bytes a photo; derived from descriptors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.database import CatalogDatabase

_ENTRY = np.dtype([("label", "<u2"), ("probability", "<f2")])

_LACKING = (
    "FROM descriptors JOIN describers ON describers.id = describer_id "
    "LEFT JOIN labels ON labels.content_id = descriptors.content_id AND version = ? "
    "WHERE describers.key = ? AND labels.content_id IS NULL"
)


class LabelRecord:
    """The table of labels. A label is a number below 65,536, whose meaning the writer knows."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def put(
        self,
        content_ids: Sequence[int],
        labels: NDArray[np.uint16],
        probabilities: NDArray[np.float32],
        version: int,
    ) -> None:
        """Keep the labels of photos, in the place of those they had. Contents that are gone are passed over.

        Args:
            content_ids: the photos.
            labels: (photos, labels a photo).
            probabilities: (photos, labels a photo); kept as fp16.
            version: of whatever makes labels.
        """
        entries = np.empty(labels.shape, _ENTRY)
        entries["label"], entries["probability"] = labels, probabilities
        with self._database.transaction() as db:
            for content_id, row in zip(content_ids, entries, strict=True):
                # With a new number, so that whoever follows the table sees it.
                db.execute("DELETE FROM labels WHERE content_id = ?", (content_id,))
                db.execute(
                    "INSERT INTO labels (content_id, version, labels) SELECT id, ?, ? FROM contents WHERE id = ?",
                    (version, row.tobytes(), content_id),
                )

    def latest(self) -> int:
        """The number of the newest row; 0 where there is none."""
        return int(self._database.rows("SELECT coalesce(max(number), 0) FROM labels")[0][0])

    def since(self, number: int) -> tuple[int, NDArray[np.int64], NDArray[np.uint16], NDArray[np.float16]]:
        """The rows after one.

        Args:
            number: as `latest` gives it; 0 for all rows.

        Returns:
            The number of the last row; content ids in the order of the rows; labels and probabilities, both
            (photos, labels a photo), or (0, 0) without rows.
        """
        rows = self._database.rows(
            "SELECT number, content_id, labels FROM labels WHERE number > ? ORDER BY number", (number,)
        )
        ids = np.fromiter((row[1] for row in rows), np.int64, len(rows))
        entries = np.frombuffer(b"".join(row[2] for row in rows), _ENTRY)
        entries = entries.reshape(len(rows), len(entries) // max(len(rows), 1))
        return rows[-1][0] if rows else number, ids, entries["label"], entries["probability"]

    def lacking(self, key: str, version: int, limit: int) -> list[int]:
        """Photos that a descriptor model has described and that have no labels of a version, newest first.

        Args:
            key: the model's key.
            version: of whatever makes labels.
            limit: the most photos.
        """
        rows = self._database.rows(
            f"SELECT descriptors.content_id {_LACKING} ORDER BY descriptors.content_id DESC LIMIT ?",
            (version, key, limit),
        )
        return [row[0] for row in rows]

    def count_lacking(self, key: str, version: int) -> int:
        """How many photos `lacking` would give."""
        return int(self._database.rows(f"SELECT count(*) {_LACKING}", (version, key))[0][0])
