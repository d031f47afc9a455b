"""Checks before a duplicate is removed: nothing goes that is not what was compared, or whose like does not stay."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import stamp_of
from lookalike.catalog.files import FileRow
from lookalike.catalog.folders import Folder
from lookalike.catalog.shot_names import shot_of
from lookalike.duplicates.group_finder import KINDS
from lookalike.duplicates.groups import DuplicateClass
from lookalike.duplicates.plan import PlannedFile
from lookalike.duplicates.protected_folders import ProtectedFolders
from lookalike.errors import LookalikeError
from lookalike.pairs import PairKind
from lookalike.pairs.graph import PairGraph
from lookalike.pairs.verified_pair import COPIES
from lookalike.photos import PhotoError, read_file


class RefusedError(LookalikeError):
    """A file is not removed; the message says why, in words for the user that follow its path and a colon."""


@dataclass(frozen=True)
class CheckedFile:
    """A file that is what the catalog and the plan say.

    Attributes:
        path: where it lies.
        folder: the watched folder.
        row: what the catalog knows of the file.
        content: what it knows of its content.
        status: what the system says of it.
    """

    path: bytes
    folder: Folder
    row: FileRow
    content: ContentRow
    status: os.stat_result

    @property
    def content_id(self) -> int:
        """Its content."""
        assert self.row.content_id is not None
        return self.row.content_id

    @property
    def inode(self) -> tuple[int, int]:
        """Its device and inode."""
        return self.status.st_dev, self.status.st_ino


class Checker:
    """Checks files of a plan, each just before something is done to it.

    Args:
        catalog: the library's catalog.
        graph: its verified pairs.
        protected: folders in which nothing is removed.
    """

    def __init__(self, catalog: Catalog, graph: PairGraph, protected: ProtectedFolders) -> None:
        self._catalog = catalog
        self._graph = graph
        self._protected = protected

    def checked(self, planned: PlannedFile) -> CheckedFile:
        """Read a file and compare it with what the catalog and the plan say of it.

        Raises:
            RefusedError: it is not there, or not what it was.
        """
        path = os.fsencode(planned.path)
        known = self._catalog.files.at(path)
        if known is None or known[1].content_id is None:
            raise RefusedError("it is not among the photos of the library")
        folder_id, row = known
        folder = next((folder for folder in self._catalog.folders.all() if folder.id == folder_id), None)
        if folder is None or not folder.online:
            raise RefusedError("it lies on a drive that is away")
        assert row.content_id is not None
        content = self._catalog.contents.one(row.content_id)
        status = self._status(path)
        if (
            planned.hash not in (None, content.hash)
            or planned.bytes not in (None, content.bytes)
            or planned.mtime_ns not in (None, row.stat.mtime_ns)
            or stamp_of(status) != (content.bytes, row.stat.mtime_ns)
        ):
            raise RefusedError("it has changed since it was compared")
        self._demand_hash(path, content.hash)
        if stamp_of(self._status(path)) != stamp_of(status):
            raise RefusedError("it is being changed")
        return CheckedFile(path, folder, row, content, status)

    def demand_unchanged(self, file: CheckedFile) -> None:
        """Check that a file is still there as it was a moment ago, without reading it.

        Raises:
            RefusedError: it is not.
        """
        now = self._status(file.path)
        if (stamp_of(now), now.st_ino, now.st_dev) != (stamp_of(file.status), file.inode[1], file.inode[0]):
            raise RefusedError("it has changed since it was compared")

    def demand_removable(self, file: CheckedFile, kept: CheckedFile, kind: DuplicateClass) -> None:
        """Check that a photo may go for another's sake.

        Raises:
            RefusedError: it may not.
        """
        self.demand_unprotected(file)
        if file.inode == kept.inode or os.path.realpath(file.path) == os.path.realpath(kept.path):
            raise RefusedError("it is the very file that is kept, under another name, and takes no space")
        if file.content_id == kept.content_id:
            decided = self._catalog.duplicate_decisions.get(file.content.hash, file.content.hash)
            places = self._catalog.files.places([file.content_id]).get(file.content_id, [])
            if decided is not None and decided.copies >= len(places):
                raise RefusedError("you decided to keep all copies")
            return
        if kind is DuplicateClass.EXACT:
            raise RefusedError("it is no exact copy of what is kept")
        if self._catalog.duplicate_decisions.get(file.content.hash, kept.content.hash) is not None:
            raise RefusedError("you decided that it is no duplicate, or that both are kept")
        allowed = {PairKind.BURST, *COPIES} if kind is DuplicateClass.BURST else COPIES
        if kind is DuplicateClass.SAME_PIXELS:
            allowed = {KINDS[kind]}
        pairs = self._graph.of(file.content_id)
        if not any(pair.other(file.content_id) == kept.content_id and pair.kind in allowed for pair in pairs):
            raise RefusedError("it is not known as a duplicate of what is kept")

    def raw_files(self, file: CheckedFile, kept: CheckedFile) -> list[CheckedFile]:
        """The raw files that go with a picture: those beside it, each of which lies beside the kept photo as well.

        Raises:
            RefusedError: one of them lies nowhere else, or is not what it was.
        """
        staying = {row.content_id for _, row in self._raws_beside(kept)}
        if any(row.content_id not in staying for _, row in self._raws_beside(file)):
            raise RefusedError("its raw file lies beside it, and not beside what is kept")
        return self.raws_beside(file)

    def raws_beside(self, file: CheckedFile) -> list[CheckedFile]:
        """The raw files beside a picture, which are shown by it.

        Raises:
            RefusedError: one of them is not what it was, or is protected.
        """
        checked = []
        for path, _ in self._raws_beside(file):
            raw = self.checked(PlannedFile(Path(os.fsdecode(path))))
            if self._protected.really_covers(path):
                raise RefusedError("its raw file lies in a protected folder")
            checked.append(raw)
        return checked

    def demand_unprotected(self, file: CheckedFile) -> None:
        """Check that a file lies in no protected folder.

        Raises:
            RefusedError: it does.
        """
        if self._protected.really_covers(file.path):
            raise RefusedError("it lies in a protected folder")

    def _raws_beside(self, file: CheckedFile) -> list[tuple[bytes, FileRow]]:
        companions = self._catalog.contents.companions([file.content_id]).get(file.content_id, [])
        places = self._catalog.files.places(companions)
        found = []
        for place in (place for number in companions for place in places.get(number, ())):
            known = self._catalog.files.at(place.path) if shot_of(place.path) == shot_of(file.path) else None
            if known is not None:
                found.append((place.path, known[1]))
        return found

    @staticmethod
    def _status(path: bytes) -> os.stat_result:
        try:
            status = os.lstat(path)
        except OSError as error:
            if isinstance(error, FileNotFoundError | NotADirectoryError):
                raise RefusedError("it is no longer there") from error
            raise RefusedError("it cannot be reached ({reason})", reason=error.strerror or error) from error
        if stat.S_ISLNK(status.st_mode):
            raise RefusedError("it is a link to another file")
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError("it is no file any more")
        return status

    @staticmethod
    def _demand_hash(path: bytes, expected: str) -> None:
        try:
            found = read_file(Path(os.fsdecode(path))).content
        except PhotoError as error:
            raise RefusedError("it could not be read again ({problem})", problem=error) from error
        if found != expected:
            raise RefusedError("it has changed since it was compared")


def hash_of(data: bytes) -> str:
    """The hash of an XMP file's bytes, in hex."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
