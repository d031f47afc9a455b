"""The model store: the user's judges (an LLM and its projector, GGUF) and descriptor models (a folder each)."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Generator
from pathlib import Path

from lookalike.models.errors import ModelError
from lookalike.models.installed import MANIFEST, InstalledModel, read_manifest
from lookalike.models.names import demand_usable
from lookalike.models.staging import Staging
from lookalike.progress import Progress

__all__ = ["InstalledModel", "ModelError", "ModelStore"]

IMPORTING, DOWNLOADING = "unfinished", "download"
ABANDONED_SECONDS = 24 * 3600.0


class ModelStore:
    """The folder of models.

    Args:
        folder: where the models lie; made with the first one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def installed(self) -> list[InstalledModel]:
        """All models, by name; a folder without a readable manifest is left out.

        Raises:
            ModelError: the folder of models cannot be read.
        """
        manifests = (self.folder / name / MANIFEST for name in self._names() if name[0] != ".")
        return [model for model in map(read_manifest, manifests) if model is not None]

    def _names(self) -> list[str]:
        """What lies in the folder, sorted; nothing where there is no such folder."""
        try:
            return sorted(os.listdir(self.folder))  # noqa: PTH208
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise ModelError(
                "The models in {folder} cannot be read: {reason}.",
                "Check the permissions of the folder.",
                folder=self.folder,
                reason=error.strerror or error,
            ) from error

    def get(self, name: str) -> InstalledModel:
        """The model of this name.

        Raises:
            ModelError: there is none.
        """
        for model in self.installed():
            if model.name == name:
                return model
        raise ModelError("There is no model called {name}.", "Choose one that is installed.", name=name)

    def pairs_per_second(self, name: str) -> float | None:
        """The speed that a judge's trial has found; None where there is no such model or it was not tried."""
        found = [model.pairs_per_second for model in self.installed() if model.name == name]
        return found[0] if found else None

    def staging(self, name: str, suffix: str = IMPORTING) -> Staging:
        """A place in which a new model is put together.

        Raises:
            ModelError: the name is unusable or taken.
        """
        demand_usable(name)
        if os.path.lexists(self.folder / name):
            raise ModelError(
                "There is a model called {name} already.",
                "Remove it first, or choose another name.",
                name=name,
            )
        return Staging(self.folder, name, suffix)

    def take_in(
        self, name: str, kind: str, files: dict[str, Path]
    ) -> Generator[Progress, None, tuple[Staging, InstalledModel]]:
        """Stage files as a model; `Staging.finish` then puts it into the store.

        Raises:
            ModelError: a file is missing or unreadable, the name is taken or unusable, or the disk is full.
        """
        for path in files.values():
            if not os.path.isfile(path):  # noqa: PTH113
                raise ModelError("{path} is not there.", "Check the name.", path=path)
        if len({path.name for path in files.values()}) < len(files):
            raise ModelError("The files have the same name.", "Rename one of them.")
        self._sweep()
        staging = self.staging(name)
        staging.discard()
        staging.begin()
        try:
            checksums = yield from staging.take(list(files.values()))
        except BaseException:
            staging.discard()
            raise
        return staging, staging.describe(kind, {role: path.name for role, path in files.items()}, checksums)

    def _sweep(self) -> None:
        """Delete what killed imports left long ago; a recent one may be another process's."""
        for name in self._names():
            folder = self.folder / name
            if not (name.startswith(".") and name.endswith(f".{IMPORTING}")):
                continue
            if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Delete the store's copy of a model.

        Raises:
            ModelError: there is none of this name, or it cannot be deleted.
        """
        try:
            shutil.rmtree(self.get(name).folder)
        except OSError as error:
            raise ModelError(
                "{name} cannot be removed: {reason}.",
                "Close other programs that use it and try again.",
                name=name,
                reason=error.strerror or error,
            ) from error


def folder_files(folder: Path) -> dict[str, Path]:
    """The files of a model folder by role, which is their name."""
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
