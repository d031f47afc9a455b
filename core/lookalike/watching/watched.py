"""Watched folders: the user's choices about which folders to watch, how, what to leave out, and what goes first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.folders import Folder
from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import CAREFUL, PACES
from lookalike.ingest.work_queue import WorkPriority
from lookalike.progress import Skipped
from lookalike.user_paths import absolute, demand_folder, resolved
from lookalike.watching.excludes import IGNORE_FILE, NO_MEDIA_REASON, Excludes, compile_patterns, is_left_out
from lookalike.watching.folder_locator import FolderLocator
from lookalike.watching.volumes import mounted_inside, mounts


class WatchedFolders:
    """The user's choices about the folders of one library. A running scan or follow picks changes up by itself.

    Args:
        catalog: the library's catalog.

    Attributes:
        priority: what is described first.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._folders = catalog.folders
        self._locator = FolderLocator(catalog)
        self.priority = WorkPriority()

    def all(self) -> list[Folder]:
        """All watched folders, by path."""
        return self._folders.all()

    def remove(self, folder: Folder) -> None:
        """Stop watching a folder. Nothing on disk is touched."""
        self._catalog.remove_folder(folder)

    def at(self, path: Path) -> Folder:
        """The watched folder at a path.

        Raises:
            LookalikeError: it is not watched.
        """
        named, wanted = absolute(path), resolved(path)
        for folder in self._folders.all():
            # Links on the way to a folder that is offline may lead elsewhere now: its name counts too.
            if folder.path in (wanted, named):
                return folder
        raise LookalikeError(
            "{folder} is not a watched folder.", "Choose one of the folders that are.", folder=wanted
        )

    def add(self, path: Path) -> Folder:
        """Watch a folder. If it lies inside a watched folder, that one covers it already and is returned.

        Raises:
            LookalikeError: the path is not a folder, a watched folder leaves it out, or a watched folder inside it is
                paused, cannot be reached, or would be left out.
        """
        path = resolved(path)
        mounted = mounts()
        excludes = Excludes(self.excludes())
        for folder in self._folders.all():
            if folder.path.is_relative_to(path):
                self._locator.locate(folder, mounted)
                if excludes.rules(os.fsencode(path), os.fsencode(folder.path), []) is None:
                    raise LookalikeError(
                        "{inner}, which is watched, would be left out of {outer}: it is hidden there, "
                        "or a pattern names it.",
                        "Remove that folder first, or add the folders beside it one by one.",
                        inner=folder.path,
                        outer=path,
                    )
            if not path.is_relative_to(folder.path):
                continue
            at = folder.path
            for name in path.relative_to(at).parts:
                if is_left_out(os.fsencode(at), os.fsencode(name)):
                    raise LookalikeError(
                        "{inner} lies in the watched folder {outer}, which leaves out {name}.",
                        "Folders of this name are never looked into.",
                        inner=path,
                        outer=folder.path,
                        name=name,
                    )
                at = at / name
            problems: list[Skipped] = []
            if excludes.rules(os.fsencode(folder.path), os.fsencode(path), problems) is None:
                for line in problems:
                    if line.reason == NO_MEDIA_REASON:
                        raise LookalikeError(
                            "{inner} lies in the watched folder {outer}, and a .nomedia file in {folder} leaves it "
                            "out there.",
                            "Remove that file, and its photos come into the library.",
                            inner=path,
                            outer=folder.path,
                            folder=line.path,
                        )
                raise LookalikeError(
                    "{inner} lies in the watched folder {outer}, and a pattern leaves it out there.",
                    "Change the patterns of what is left out, or those in a {ignore_file} file.",
                    inner=path,
                    outer=folder.path,
                    ignore_file=os.fsdecode(IGNORE_FILE),
                )
        return self._folders.add(path, mounted_inside(os.fsencode(path), mounted))

    def missing_drives(self, folder: Folder) -> list[Skipped]:
        """A line for each drive below a folder that is not mounted now and of which photos are known."""
        return self._locator.missing_drives(folder, mounts()) if folder.online else []

    def pause(self, folder: Folder, paused: bool = True) -> None:
        """Leave a folder's changes alone for now, or pick them up again; the choice survives restarts."""
        self._folders.set_paused(folder, paused)

    def relocate(self, folder: Folder, path: Path) -> None:
        """Record that a watched folder now lies elsewhere; nothing in it needs to be described again.

        Raises:
            LookalikeError: the new path is not a folder, or overlaps with a watched one.
        """
        path = resolved(path)
        demand_folder(path)
        with self._catalog.unit_of_work() as work:
            work.relocate_folder(folder, path)

    def excludes(self) -> list[str]:
        """Patterns of what is left out of every watched folder, in the syntax of ``.gitignore``."""
        return list(self._catalog.settings.excludes)

    def set_excludes(self, patterns: Sequence[str]) -> None:
        """Replace the patterns of what is left out.

        The next scan, or a running follow, takes photos out of the library or back in. What is known of them is
        kept, so that none needs to be described again.

        Raises:
            LookalikeError: a line is not a pattern.
        """
        lines = [line for pattern in patterns for line in pattern.splitlines() if line.strip()]
        for line in compile_patterns(lines)[1]:
            raise LookalikeError(
                "“{line}” is not a pattern.", "Write patterns as in a .gitignore file.", line=line
            )
        self._catalog.settings.excludes = tuple(dict.fromkeys(lines))

    def try_again(self) -> int:
        """Let the next scan read the files again that could not be indexed; returns how many there are.

        Otherwise a file is read again only when it changes, or when this program learns to read more.
        """
        return self._catalog.files.forget_tries()

    def prioritise(self, paths: Sequence[Path]) -> None:
        """Describe the photos at these paths, or in these folders, before all others."""
        self.priority.prioritise(paths)

    def pace(self) -> str:
        """How hard indexing works: one of `lookalike.ingest.throttle.PACES`."""
        chosen = self._catalog.settings.pace
        return chosen if chosen in PACES else CAREFUL

    def set_pace(self, pace: str) -> None:
        """Choose how hard indexing works.

        Raises:
            LookalikeError: there is no such pace.
        """
        if pace not in PACES:
            raise LookalikeError(
                "There is no pace called {pace}.",
                "Choose one of: {paces}.",
                pace=pace,
                paces=", ".join(PACES),
            )
        self._catalog.settings.pace = pace
