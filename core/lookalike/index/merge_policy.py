"""When the tail becomes a segment and when segments become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MergePolicy:
    """Sizes that steer upkeep, in rows.

    Attributes:
        seal_rows: a tail of this many rows becomes a segment. Until then a query compares it exactly.
        flush_rows: `flush` leaves a smaller tail to the record: reading it again is as quick as opening a file.
        segment_rows: no segment is merged beyond this, which bounds the time and memory of a merge.
        small_segments: this many segments of less than half `segment_rows` are merged.
        exact_rows: sealed rows from which on coarse codes are used; below, every query is compared with all.
        codes_files: this many files of codes beside the largest are merged.
        codes_rows: no file of codes of half as many rows is merged, which bounds the memory of a merge (0.7 GB).
        training_delay: seconds from when training is due until it begins, so that a process that only answers one
            query does not begin it.
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

    def due_codes(self, rows: Sequence[int]) -> list[int]:
        """The files of codes that should become one, as positions; empty when all is well.

        A query looks into its lists in every file, so there is to be one large file and a few small ones: these
        become one when they are `codes_files`, and join the large one when they have a quarter of its entries, so
        that each entry is written a bounded number of times while the library grows.
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
