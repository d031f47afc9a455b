"""Protected folders: where no duplicate is ever removed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from lookalike.path_bytes import covers


class ProtectedFolders:
    """The folders in which nothing is removed, with all that lies below them.

    Args:
        paths: the folders, absolute.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._folders = {
            name for path in paths for name in (os.fsencode(path), os.path.realpath(os.fsencode(path)))
        }

    def covers(self, path: bytes) -> bool:
        """Whether a file lies in one of them by its name; see `really_covers`."""
        return any(covers(folder, path) for folder in self._folders)

    def really_covers(self, path: bytes) -> bool:
        """Whether a file lies in one of them, links on the way to it followed. Reads the disk."""
        return self.covers(path) or self.covers(os.path.realpath(path))
