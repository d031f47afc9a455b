"""Paths as bytes: the operating system's own names, of which some are no text.

`pathlib` knows text only, and turning every name of a large tree into a `Path` costs more than the rest of a walk.
"""

from __future__ import annotations

import os

SEPARATOR = os.fsencode(os.sep)


def join(folder: bytes, *names: bytes) -> bytes:
    """A path below a folder."""
    return os.path.join(folder, *names)  # noqa: PTH118


def parent(path: bytes) -> bytes:
    """The folder that a path lies in."""
    return os.path.dirname(path)  # noqa: PTH120


def child_prefix(folder: bytes) -> bytes:
    """What every path below a folder begins with: the folder and one separator."""
    return os.path.join(folder, b"")  # noqa: PTH118


def covers(folder: bytes, path: bytes) -> bool:
    """Whether a path is a folder, or lies below it."""
    return path == folder or path.startswith(child_prefix(folder))
