"""The system's trash: moving files there, finding them in it again, and putting them back.

Send2Trash moves them. It does not tell where a file went, so on Linux the trash is looked through for it, by the rules
of freedesktop.org (https://specifications.freedesktop.org/trash-spec/): a folder ``files``, and in a folder ``info`` a
``.trashinfo`` for each file that names the place it came from. Elsewhere the system's own window puts files back.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from lookalike.errors import LookalikeError
from lookalike.path_bytes import join, parent

KNOWS_PLACES = sys.platform not in ("win32", "darwin")
"""Whether files can be found in the trash again, and put back."""

_INFO_SUFFIX = b".trashinfo"


class TrashError(LookalikeError):
    """A file cannot be moved to the trash or back."""


class GoneFromTrashError(TrashError):
    """A file is no longer in the trash."""

    def __init__(self, path: bytes) -> None:
        super().__init__(
            "{path} cannot be put back: it is no longer in the trash.", "", path=os.fsdecode(path)
        )


def move_to_trash(path: bytes) -> None:
    """Move a file to the trash of its drive; it is never deleted for good.

    Raises:
        TrashError: it stays where it is, and why.
    """
    from send2trash import TrashPermissionError, send2trash

    shown = os.fsdecode(path)
    try:
        send2trash(shown)
    except TrashPermissionError as error:
        raise TrashError(
            "{path} cannot be moved to the trash: its drive takes none.",
            "Remove it in the file manager.",
            path=shown,
        ) from error
    except OSError as error:
        raise TrashError(
            "{path} cannot be moved to the trash: {reason}.",
            "Check its permissions, and whether its drive has a trash.",
            path=shown,
            reason=error.strerror or error,
        ) from error


def find_in_trash(path: bytes, inode: tuple[int, int], size: int) -> bytes | None:
    """Where a file that lay at a path now lies in the trash; None where it is not found.

    Args:
        path: where it lay.
        inode: its device and inode.
        size: its size in bytes. A file that was copied to the trash of another drive is known by it and the path.
    """
    if not KNOWS_PLACES:
        return None
    found: bytes | None = None
    latest = -1
    for trash in _trashes(path):
        files = join(trash, b"files")
        with suppress(OSError), os.scandir(files) as entries:
            for entry in entries:
                if entry.inode() == inode[1] and _identity(entry.path) == inode:
                    return entry.path
        with suppress(OSError), os.scandir(join(trash, b"info")) as infos:
            for info in infos:
                place = join(files, info.name.removesuffix(_INFO_SUFFIX))
                with suppress(OSError):
                    status = os.lstat(place)
                    if (
                        status.st_size == size
                        and status.st_ctime_ns > latest
                        and origin(info.path, trash) == path
                    ):
                        found, latest = place, status.st_ctime_ns
    return found


def put_back(trashed: bytes, path: bytes) -> None:
    """Put a file from the trash back where it lay. Nothing is replaced.

    Raises:
        TrashError: it stays in the trash, and why.
    """
    shown = os.fsdecode(path)
    try:
        os.makedirs(parent(path), exist_ok=True)  # noqa: PTH103
        if os.path.lexists(path):
            raise FileExistsError
        os.rename(trashed, path)  # noqa: PTH104
    except FileExistsError as error:
        raise TrashError(
            "{path} cannot be put back: another file lies there now.",
            "Move that file away, and undo again.",
            path=shown,
        ) from error
    except FileNotFoundError as error:
        raise GoneFromTrashError(path) from error
    except OSError as error:
        raise TrashError(
            "{path} cannot be put back: {reason}.",
            "Check the permissions of its folder, or put it back in the file manager.",
            path=shown,
            reason=error.strerror or error,
        ) from error
    forget_info(trashed)


def forget_info(trashed: bytes) -> None:
    """Delete what the trash notes of a file that no longer lies in it."""
    info = join(parent(parent(trashed)), b"info", os.path.basename(trashed) + _INFO_SUFFIX)  # noqa: PTH119
    with suppress(OSError):
        os.unlink(info)  # noqa: PTH108


def origin(info: bytes, trash: bytes) -> bytes | None:
    """The path that a ``.trashinfo`` says its file came from; None where it says none.

    Args:
        info: the ``.trashinfo``.
        trash: the trash that it is in. Paths that are not absolute count from the top of its drive.
    """
    with open(info, "rb") as file:  # noqa: PTH123
        for line in file.read(1 << 16).splitlines():
            if line.startswith(b"Path="):
                named = unquote_to_bytes(line[len(b"Path=") :])
                top = _top_of(trash)
                return os.path.normpath(join(top, named))
    return None


def _top_of(trash: bytes) -> bytes:
    above = parent(trash)
    return parent(above) if os.path.basename(above) == b".Trash" else above  # noqa: PTH119


def _trashes(path: bytes) -> Iterator[bytes]:
    """The trashes that a file may have come to: that of its own drive, then the one in the home folder."""
    top = os.path.realpath(parent(path))
    while not os.path.ismount(top) and parent(top) != top:
        top = parent(top)
    number = str(os.getuid()).encode()
    yield join(top, b".Trash", number)
    yield join(top, b".Trash-" + number)
    from send2trash.plat_other import HOMETRASH_B

    yield HOMETRASH_B


def _identity(path: bytes) -> tuple[int, int] | None:
    with suppress(OSError):
        status = os.lstat(path)
        if stat.S_ISREG(status.st_mode):
            return status.st_dev, status.st_ino
    return None
