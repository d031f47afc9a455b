"""Byte paths: file names as the operating system stores them, not all of which are valid text.

`pathlib` handles text only, and turning every name in a large tree into a `Path` costs more than the rest of the walk.
"""

from __future__ import annotations

import os

SEPARATOR = os.fsencode(os.sep)


def join(folder: bytes, *names: bytes) -> bytes:
    """Join a folder and the names below it."""
    return os.path.join(folder, *names)  # noqa: PTH118


def parent(path: bytes) -> bytes:
    """The folder that contains a path."""
    return os.path.dirname(path)  # noqa: PTH120


def child_prefix(folder: bytes) -> bytes:
    """The prefix of every path below a folder: the folder and one separator."""
    return os.path.join(folder, b"")  # noqa: PTH118


def covers(folder: bytes, path: bytes) -> bool:
    """Whether a path is the folder itself or lies below it."""
    return path == folder or path.startswith(child_prefix(folder))
