"""Steps of a clean-up: doing them, telling after a kill whether they were done, and undoing them."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from lookalike.catalog.file_stat import stamp_of
from lookalike.duplicates.checks import hash_of
from lookalike.duplicates.journal import Action, Step, Unit
from lookalike.duplicates.trash import (
    KNOWS_PLACES,
    GoneFromTrashError,
    TrashError,
    find_in_trash,
    move_to_trash,
    put_back,
)
from lookalike.durable import TEMPORARY, write_durably
from lookalike.errors import LookalikeError
from lookalike.path_bytes import join, parent
from lookalike.photos import PhotoError, read_file


class StepError(LookalikeError):
    """A step cannot be done or undone; the file is as it was."""


class Steps:
    """Does, ends and undoes the steps of a clean-up.

    Args:
        backups: the folder in which XMP files are kept as they were before they were written.
    """

    def __init__(self, backups: Path) -> None:
        self._backups = backups

    def keep_written(self, before: bytes | None, after: bytes) -> None:
        """Keep both states of an XMP file that is to be written, by their hashes.

        Raises:
            OSError: that fails.
        """
        self._backups.mkdir(parents=True, exist_ok=True)
        for data in filter(None, (before, after)):
            write_durably(self._backups / hash_of(data), data)

    def do(self, unit: Unit, step: Step) -> bytes | None:
        """Do a step; returns where the file is in the trash, if it went there and that can be told.

        Raises:
            LookalikeError: it was not done.
        """
        match step.action:
            case Action.TRASH:
                return self._trash(step)
            case Action.LINK:
                self._link(unit, step)
            case Action.WRITE:
                self._write(step.path, self._backup(step.hash))
        return None

    def was_done(self, unit: Unit, step: Step) -> tuple[bool, bytes | None]:
        """Whether a step that a kill interrupted was done, and where the file is in the trash."""
        match step.action:
            case Action.TRASH:
                place = None
                if not _is_at(step.path, step):
                    place = find_in_trash(step.path, step.inode, step.size)
                return place is not None or not os.path.lexists(step.path), place
            case Action.LINK:
                with suppress(OSError):
                    temporary = _temporary(step.path)
                    if os.path.lexists(temporary) and _is_same(temporary, unit.keep):
                        os.unlink(temporary)  # noqa: PTH108
                return _is_same(step.path, unit.keep), None
            case Action.WRITE:
                self._remove_unfinished(step)
                return _hash_at(step.path) == step.hash, None

    def undo(self, unit: Unit, step: Step, place: bytes | None) -> None:
        """Undo a step that was done.

        Args:
            unit: what it belongs to.
            step: the step.
            place: where the file is in the trash.

        Raises:
            LookalikeError: it cannot be undone, and why.
        """
        match step.action:
            case Action.TRASH:
                self._restore(step, place)
            case Action.LINK:
                self._separate(unit, step)
            case Action.WRITE:
                self._unwrite(step)

    def _remove_unfinished(self, step: Step) -> None:
        """Remove the beginning of an XMP file that a kill left beside it; nothing else of that name."""
        unfinished = step.path + os.fsencode(TEMPORARY)
        with suppress(OSError):
            with open(unfinished, "rb") as file:  # noqa: PTH123
                written = file.read()
            if self._backup(step.hash).startswith(written):
                os.unlink(unfinished)  # noqa: PTH108

    def _trash(self, step: Step) -> bytes | None:
        move_to_trash(step.path)
        place = find_in_trash(step.path, step.inode, step.size)
        # Another program may have put another file in its place in the last moment.
        if place is not None:
            with suppress(OSError):
                if stamp_of(os.lstat(place)) != (step.size, step.mtime_ns):
                    put_back(place, step.path)
                    raise StepError("{path} has changed since it was compared.", path=os.fsdecode(step.path))
        return place

    def _restore(self, step: Step, place: bytes | None) -> None:
        if _is_at(step.path, step):
            # Put back already, by a kill in the middle or by the user.
            return
        if not KNOWS_PLACES:
            raise TrashError(
                "{path} cannot be put back by Lookalike on this system.",
                "Put it back in the window of the system's trash.",
                path=os.fsdecode(step.path),
            )
        if place is None or not os.path.lexists(place):
            place = find_in_trash(step.path, step.inode, step.size)
        if place is None:
            raise GoneFromTrashError(step.path)
        put_back(place, step.path)

    def _link(self, unit: Unit, step: Step) -> None:
        temporary = _temporary(step.path)
        try:
            with suppress(FileNotFoundError):
                os.unlink(temporary)  # noqa: PTH108
            os.link(unit.keep, temporary)
            # One rename, so that at every moment there is a whole photo at this path.
            os.replace(temporary, step.path)  # noqa: PTH105
        except OSError as error:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise StepError(
                "{path} cannot be replaced by a hard link: {reason}.",
                "Both must lie on one drive that knows hard links.",
                path=os.fsdecode(step.path),
                reason=error.strerror or error,
            ) from error

    def _separate(self, unit: Unit, step: Step) -> None:
        """Give a hard link its own bytes again."""
        if not _is_same(step.path, unit.keep):
            return
        temporary = _temporary(step.path)
        try:
            shutil.copyfile(step.path, temporary)
            shutil.copymode(step.path, temporary)
            os.utime(temporary, ns=(step.mtime_ns, step.mtime_ns))
            os.replace(temporary, step.path)  # noqa: PTH105
        except OSError as error:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise StepError(
                "{path} cannot be made a file of its own again: {reason}.",
                "Check its permissions and the space on its drive.",
                path=os.fsdecode(step.path),
                reason=error.strerror or error,
            ) from error

    def _unwrite(self, step: Step) -> None:
        now = _hash_at(step.path)
        if now == step.before:
            return
        if now != step.hash:
            raise StepError(
                "{path} has been changed since, and is left as it is.", "", path=os.fsdecode(step.path)
            )
        if step.before:
            self._write(step.path, self._backup(step.before))
            return
        try:
            os.unlink(step.path)  # noqa: PTH108
        except OSError as error:
            raise _unwritable(step.path, error) from error

    def _backup(self, content: str) -> bytes:
        try:
            return (self._backups / content).read_bytes()
        except OSError as error:
            raise StepError(
                "{path} cannot be read: {reason}.",
                "Check the permissions of the library's folder.",
                path=self._backups / content,
                reason=error.strerror or error,
            ) from error

    def _write(self, path: bytes, data: bytes) -> None:
        try:
            write_durably(Path(os.fsdecode(path)), data)
        except OSError as error:
            raise _unwritable(path, error) from error


def _unwritable(path: bytes, error: OSError) -> StepError:
    return StepError(
        "{path} cannot be written: {reason}.",
        "Check its permissions and the space on its drive.",
        path=os.fsdecode(path),
        reason=error.strerror or error,
    )


def _temporary(path: bytes) -> bytes:
    """A hidden name beside a file, which no scan takes for a photo."""
    return join(parent(path), b"." + os.path.basename(path) + b".lookalike-link")  # noqa: PTH119


def _is_at(path: bytes, step: Step) -> bool:
    """Whether the file that a step is about lies at a path."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) == step.inode and stamp_of(status) == (step.size, step.mtime_ns)


def _is_same(path: bytes, other: bytes) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.lstat(path), os.lstat(other))
    return False


def _hash_at(path: bytes) -> str:
    """The hash of a file's bytes; empty where there is none."""
    with suppress(PhotoError):
        return read_file(Path(os.fsdecode(path))).content
    return ""
