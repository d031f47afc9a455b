"""Durable files: written whole or not at all, and still there after a power cut."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".tmp"
"""What the name of an unfinished file ends in."""


def write_durably(path: Path, content: bytes | memoryview) -> None:
    """Replace a file, whole or not at all; it is on the disk when this returns.

    Raises:
        OSError: it could not be written; what was there before still is.
    """
    write_pieces_durably(path, [content])


def write_pieces_durably(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Replace a file by pieces that are made while it is written; otherwise like `write_durably`.

    Raises:
        OSError: it could not be written; what was there before still is.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with temporary.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's new files on the disk; a no-op on Windows, which does so by itself.

    Raises:
        OSError: that fails.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
