"""Errand: what a start of the program asks for, which a window that is open already may do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Errand:
    """What was asked for on the command line, or by a file manager.

    Attributes:
        folders: folders to add.
        photos: photos to show.
        find: photos of one thing to search with.
        token: what lets a window come to the front under Wayland; empty elsewhere.
    """

    folders: tuple[Path, ...] = ()
    photos: tuple[Path, ...] = ()
    find: tuple[Path, ...] = ()
    token: str = ""

    def to_bytes(self) -> bytes:
        """One line of JSON. Names of files may be bytes that are no text."""
        fields = {
            "folders": list(map(str, self.folders)),
            "photos": list(map(str, self.photos)),
            "find": list(map(str, self.find)),
            "token": self.token,
        }
        return json.dumps(fields).encode("ascii") + b"\n"

    @classmethod
    def from_bytes(cls, line: bytes) -> Errand | None:
        """The errand that `to_bytes` wrote; None for anything else."""
        try:
            fields = json.loads(line)
            folders, photos, find = (
                tuple(Path(name) for name in fields[key]) for key in ("folders", "photos", "find")
            )
            return cls(folders, photos, find, str(fields["token"]))
        except (ValueError, TypeError, KeyError):
            return None


def errand_of(paths: Iterable[Path], find: Iterable[Path] = ()) -> Errand:
    """What some paths ask for: files are shown, and what is none is taken for a folder.

    Args:
        paths: absolute paths.
        find: photos to search with.
    """
    folders: list[Path] = []
    photos: list[Path] = []
    for path in paths:
        # Unlike Path.is_file, this does not raise for what may not be looked at.
        (photos if os.path.isfile(path) else folders).append(path)  # noqa: PTH113
    token = os.environ.get("XDG_ACTIVATION_TOKEN", "")
    return Errand(tuple(folders), tuple(photos), tuple(find), token)
