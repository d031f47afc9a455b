"""Models the user imported: judges (an LLM and its projector, GGUF) and descriptor models (a folder)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from lookalike.errors import LookalikeError

MANIFEST = "model.json"


class ModelError(LookalikeError):
    """A model cannot be used."""


@dataclass(frozen=True)
class InstalledModel:
    """A model in the store.

    Attributes:
        name: what the user calls it.
        kind: ``"judge"`` or ``"descriptor"``.
        files: file names in its folder, by role; a judge has ``llm`` and ``mmproj``.
        checksums: SHA-256 (hex) by role, taken at import.
        folder: where it lies.
    """

    name: str
    kind: str
    files: dict[str, str]
    checksums: dict[str, str]
    folder: Path

    def file(self, role: str) -> Path:
        """The path of one of its files."""
        return self.folder / self.files[role]


class ModelStore:
    """The folder of imported models.

    Args:
        folder: made at the first import.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def installed(self) -> list[InstalledModel]:
        """All models, by name; a folder without a readable manifest is left out."""
        found = []
        for manifest in sorted(self._folder.glob(f"*/{MANIFEST}")):
            try:
                content = json.loads(manifest.read_text(encoding="utf-8"))
                found.append(InstalledModel(**content, folder=manifest.parent))
            except (OSError, ValueError, TypeError):
                continue
        return found

    def get(self, name: str) -> InstalledModel:
        """The model of this name.

        Raises:
            ModelError: there is none.
        """
        for model in self.installed():
            if model.name == name:
                return model
        raise ModelError(
            f"There is no model called {name}.", "`lookalike models list` shows what is installed."
        )

    def import_judge(self, llm: Path, mmproj: Path, name: str | None = None) -> InstalledModel:
        """Take in a multimodal LLM: its GGUF file and the projector's.

        The files are linked where they lie on the same volume, else copied.

        Raises:
            ModelError: a file is missing, or the name is taken or unusable.
        """
        return self._take_in(name or llm.stem, "judge", {"llm": llm, "mmproj": mmproj})

    def import_descriptor(self, source: Path, name: str | None = None) -> InstalledModel:
        """Take in a transformers vision model: the folder with its ``config.json`` and weights.

        Raises:
            ModelError: it is no such folder, or the name is taken or unusable.
        """
        if not (source / "config.json").is_file():
            raise ModelError(f"{source} is not a model folder.", "It needs a config.json beside its weights.")
        files = {path.name: path for path in sorted(source.iterdir()) if path.is_file()}
        return self._take_in(name or source.resolve().name, "descriptor", files)

    def _take_in(self, name: str, kind: str, files: dict[str, Path]) -> InstalledModel:
        if not name or name in {".", ".."} or set(name) & set('/\\:*?"<>|'):
            raise ModelError(f"{name!r} cannot be a model's name.", "Choose one with --name.")
        for path in files.values():
            if not path.is_file():
                raise ModelError(f"{path} is not there.", "Check the name.")
        target = self._folder / name
        if target.exists():
            raise ModelError(
                f"There is a model called {name} already.", "Remove it first, or choose another name."
            )
        # Built beside its place and renamed at the end: a half-finished import never shows as a model.
        unfinished = self._folder / f".{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        try:
            checksums = {role: _link_or_copy(path, unfinished / path.name) for role, path in files.items()}
            model = InstalledModel(name, kind, {role: p.name for role, p in files.items()}, checksums, target)
            content = asdict(model)
            del content["folder"]
            (unfinished / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")
            unfinished.rename(target)
        except OSError as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise ModelError(
                f"{name} could not be imported ({error.strerror or error}).", "Is the disk full?"
            ) from error
        return model

    def remove(self, name: str) -> None:
        """Delete the store's copy of a model.

        Raises:
            ModelError: there is none of this name.
        """
        shutil.rmtree(self.get(name).folder)


def _link_or_copy(source: Path, target: Path) -> str:
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
