"""Staging of a model on its way into the store: a folder beside the others, made a model by one rename."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

from lookalike.errors import Phrase, os_errors
from lookalike.models.advice import amount
from lookalike.models.errors import ModelError
from lookalike.models.installed import MANIFEST, InstalledModel
from lookalike.progress import Progress, ProgressMeter, Stage

BLOCK = 1 << 20
SPARE = 64 << 20
"""Bytes of the disk that are left free."""


class Staging:
    """The folder in which a model is put together.

    A half-finished model never shows in the store: only `finish` gives the folder its name.

    Args:
        store: the folder of all models.
        name: the model's name to be.
        suffix: what the folder is for: an import or a download.
    """

    def __init__(self, store: Path, name: str, suffix: str) -> None:
        self.name = name
        self.folder = store / f".{name}.{suffix}"
        self._target = store / name

    def begin(self) -> None:
        """Make the folder, unless it is there.

        Raises:
            ModelError: it cannot be made.
        """
        with disk_errors(self.name):
            self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, sources: list[Path]) -> Generator[Progress, None, dict[str, str]]:
        """Link files into the folder where they lie on the same disk, else copy them.

        Returns:
            SHA-256 (hex) by file name.

        Raises:
            ModelError: a file cannot be read, or the disk is full.
        """
        meter = ProgressMeter(Stage.READING, sum(path.stat().st_size for path in sources), unit="bytes")
        checksums = {}
        with disk_errors(self.name):
            for source in sources:
                target = self.folder / source.name
                try:
                    os.link(source.resolve(), target)
                except OSError:
                    demand_space(self.folder, source.stat().st_size, self.name)
                    checksums[source.name] = yield from copy_file(source, target, meter)
                else:
                    checksums[source.name] = yield from hash_file(target, meter)
        yield meter.end()
        return checksums

    def describe(self, kind: str, files: dict[str, str], checksums: dict[str, str]) -> InstalledModel:
        """The model as it lies in the folder now, not yet in the store.

        Args:
            kind: ``"judge"`` or ``"descriptor"``.
            files: file names by role.
            checksums: SHA-256 by file name.
        """
        by_role = {role: checksums[name] for role, name in files.items()}
        return InstalledModel(self.name, kind, files, by_role, self.folder)

    def finish(self, model: InstalledModel) -> InstalledModel:
        """Write the manifest and put the model into the store.

        Raises:
            ModelError: the disk is full, or a model of this name was added meanwhile.
        """
        content = asdict(model)
        del content["folder"]
        kept = {*model.files.values(), MANIFEST}
        with disk_errors(self.name):
            for path in self.folder.iterdir():
                if path.name not in kept:
                    path.unlink()
            (self.folder / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")
            self.folder.rename(self._target)
        return InstalledModel(**content, folder=self._target)

    def discard(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def hash_file(path: Path, meter: ProgressMeter) -> Generator[Progress, None, str]:
    """A file's SHA-256 (hex), with progress in bytes."""
    return (yield from _through(path, meter, lambda block: None))


def copy_file(source: Path, target: Path, meter: ProgressMeter) -> Generator[Progress, None, str]:
    """Copy a file, with progress in bytes; returns its SHA-256 (hex)."""
    with target.open("wb") as file:
        return (yield from _through(source, meter, file.write))


def _through(
    path: Path, meter: ProgressMeter, take: Callable[[bytes], object]
) -> Generator[Progress, None, str]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            take(block)
            meter.advance(len(block))
            yield meter.snapshot()
    return digest.hexdigest()


def demand_space(folder: Path, needed: int, name: str) -> None:
    """Check that the disk has room for `needed` more bytes.

    Raises:
        ModelError: it has not.
    """
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        raise ModelError(
            "{name} needs {needed} on the disk, and {free} are free.",
            "Free some space on the disk of {folder}.",
            name=name,
            needed=amount(needed),
            free=amount(free),
            folder=folder.parent,
        )


def disk_errors(name: str) -> AbstractContextManager[None]:
    """Turn failures of the disk, while a model is stored, into a `ModelError` of one line."""
    return os_errors(
        Phrase("{name} cannot be stored", name=name), "Check the folder of the models.", ModelError
    )
