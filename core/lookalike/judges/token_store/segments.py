"""Segment files of a token store, which records are appended to, and its codebook files."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from lookalike.durable import TEMPORARY, sync_folder, write_durably


class SegmentFiles:
    """The folder of one store.

    What counts of a segment is what the catalog says; bytes beyond are leftovers of a write that was cut
    short, and the next one goes over them.

    Args:
        folder: made when the first record is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def segment(self, number: int) -> Path:
        """The path of a segment."""
        return self.folder / f"segment-{number}.tokens"

    def codebook(self, number: int) -> Path:
        """The path of a codebook."""
        return self.folder / f"codebook-{number}.pq"

    def append(self, number: int, at: int, record: bytes, *, sync: bool) -> None:
        """Write a record into a segment at byte `at`; with `sync` it is on the disk when this returns.

        Raises:
            FileNotFoundError: the segment should hold `at` bytes and is not there.
            OSError: it could not be written.
        """
        path = self.segment(number)
        fresh = at == 0
        if fresh:
            self.folder.mkdir(parents=True, exist_ok=True)
        with path.open("wb" if fresh else "r+b", buffering=0) as file:
            if file.seek(0, os.SEEK_END) < at:
                raise FileNotFoundError(path)
            file.truncate(at)
            file.seek(at)
            try:
                view = memoryview(record)
                while view:
                    view = view[file.write(view) :]
                if sync:
                    os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(at)
                raise
        if fresh:
            sync_folder(self.folder)

    def sync(self, numbers: Iterable[int]) -> None:
        """Have what was written into segments on the disk.

        Raises:
            OSError: that fails.
        """
        for number in numbers:
            with self.segment(number).open("r+b") as file:
                os.fsync(file.fileno())

    def read(self, number: int, offset: int, length: int) -> bytes:
        """Bytes of a segment, fewer where it ends early.

        Raises:
            OSError: it cannot be read.
        """
        with self.segment(number).open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(length)

    def size(self, number: int) -> int:
        """Bytes a segment's file takes; 0 without a file."""
        try:
            return self.segment(number).stat().st_size
        except OSError:
            return 0

    def discard(self, number: int) -> None:
        """Delete a segment; where the system refuses as long as another process reads it, a later sweep does."""
        with suppress(OSError):
            self.segment(number).unlink()

    def write_codebook(self, number: int, content: bytes) -> None:
        """Store a codebook durably.

        Raises:
            OSError: it could not be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        write_durably(self.codebook(number), content)

    def read_codebook(self, number: int) -> bytes:
        """A codebook's bytes.

        Raises:
            OSError: it cannot be read.
        """
        return self.codebook(number).read_bytes()

    def sweep(self, segments: Collection[int], codebooks: Collection[int]) -> None:
        """Delete every file of the store that is none of the given ones."""
        for path in self.stray(segments, codebooks):
            with suppress(OSError):
                path.unlink()

    def stray(self, segments: Collection[int], codebooks: Collection[int]) -> list[Path]:
        """Files of the store that are none of the given segments and codebooks."""
        counting = {self.segment(number).name for number in segments}
        counting.update(self.codebook(number).name for number in codebooks)
        patterns = ("segment-*.tokens", "codebook-*.pq", f"*{TEMPORARY}")
        found = (path for pattern in patterns for path in self.folder.glob(pattern))
        return [path for path in found if path.name not in counting]
