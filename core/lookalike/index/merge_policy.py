"""Merge policy: when the tail becomes a segment and which segments are merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MergePolicy:
    """Sizes that steer upkeep, in rows.

    Attributes:
        seal_rows: a tail of this many rows becomes a segment; until then a query is compared with all of it.
        flush_rows: `flush` leaves a smaller tail to the record: reading it again is as fast as opening a file.
        segment_rows: no merge makes a larger segment, which bounds its time and memory.
        small_segments: this many segments of less than half `segment_rows` are merged into one.
        exact_rows: from this many sealed rows on there is a coarse index; below, a query is compared with all.
        codes_files: this many files of codes beside the largest are merged.
        codes_rows: no file of half as many codes is merged, which bounds the memory of a merge (0.7 GB).
        training_delay: seconds until training that is due begins, so that a process that only answers one query does
            not begin it.
    """

    seal_rows: int = 8192
    flush_rows: int = 512
    segment_rows: int = 65536
    small_segments: int = 8
    exact_rows: int = 32768
    codes_files: int = 4
    codes_rows: int = 2097152
    training_delay: float = 2.0

    def due_segments(self, live_rows: Sequence[int], rows: Sequence[int]) -> list[int]:
        """The positions of segments that should be rewritten as one; empty when all is well.

        Args:
            live_rows: per segment, its rows that are live.
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

    def due_codes(self, rows: Sequence[int]) -> list[int]:
        """The positions of files of codes that should become one; empty when all is well.

        A query scans its lists in every file, so there should be one large file and a few small ones. These are
        merged when there are `codes_files` of them, and join the large one when together they have a quarter of its
        entries, so that each entry is rewritten a bounded number of times while the library grows.
        """
        small = sorted(
            (count, position) for position, count in enumerate(rows) if count < self.codes_rows / 2
        )
        if len(small) < 2:
            return []
        largest, _ = small.pop()
        if largest <= 4 * sum(count for count, _ in small):
            small = sorted(
                (count, position) for position, count in enumerate(rows) if count < self.codes_rows / 2
            )
        elif len(small) < self.codes_files:
            return []
        chosen: list[int] = []
        together = 0
        for count, position in small:
            together += count
            if together > self.codes_rows and len(chosen) > 1:
                break
            chosen.append(position)
        return chosen
