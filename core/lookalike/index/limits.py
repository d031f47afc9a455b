"""When the tail becomes a segment and when segments become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Sizes that steer upkeep, in rows.

    Attributes:
        seal_rows: a tail of this many rows becomes a segment. Until then a query compares it exactly.
        flush_rows: `flush` leaves a smaller tail to the record: reading it again is as quick as opening a file.
        segment_rows: no segment is merged beyond this, which bounds the time and memory of a merge.
        small_segments: this many segments of less than half `segment_rows` are merged.
    """

    seal_rows: int = 8192
    flush_rows: int = 512
    segment_rows: int = 65536
    small_segments: int = 8

    def due(self, live_rows: Sequence[int], rows: Sequence[int]) -> list[int]:
        """The segments that should be rewritten as one, as positions; empty when all is well.

        Args:
            live_rows: per segment, the rows that are still wanted.
            rows: per segment, the rows in its file.
        """
        for position, (live, total) in enumerate(zip(live_rows, rows, strict=True)):
            if live < total / 2:
                return [position]
        small = [position for position, live in enumerate(live_rows) if live < self.segment_rows / 2]
        if len(small) < self.small_segments:
            return []
        chosen: list[int] = []
        together = 0
        for position in sorted(small, key=lambda position: live_rows[position]):
            together += live_rows[position]
            if together > self.segment_rows:
                break
            chosen.append(position)
        return chosen
