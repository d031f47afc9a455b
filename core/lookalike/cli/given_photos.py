"""Given photos: the photos that a command line names by the paths of their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.user_paths import absolute


def ids_of_given(library: Library, paths: Sequence[Path]) -> dict[Path, int]:
    """The content id of each photo, by its absolute path, in the order given.

    Raises:
        LookalikeError: one is not in the library.
    """
    known = library.photos.ids_at([absolute(path) for path in paths])
    for path in paths:
        if absolute(path) not in known:
            raise LookalikeError(f"{path} is not a photo of this library.", "`lookalike photos` lists them.")
    return {absolute(path): known[absolute(path)] for path in paths}
