"""An installed model, as its manifest describes it."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

MANIFEST = "model.json"


@dataclass(frozen=True)
class InstalledModel:
    """A model in the store.

    Attributes:
        name: what the user calls it.
        kind: ``"judge"`` or ``"descriptor"``.
        files: file names in its folder, by role; a judge has ``llm`` and ``mmproj``.
        checksums: SHA-256 (hex) by role, taken when it was imported.
        folder: where it lies.
        source: where it was downloaded from (repository and commit); empty for imported files.
        licence: its licence's name; empty if unknown.
        memory: bytes it takes when loaded, about; 0 if unknown.
        pairs_per_second: how fast it compared a pair when it was added, the photos' tokens being stored; None
            where it was not tried.
        first_seconds: how long it then took for a photo it had not seen, its encoding included; None likewise.
        photos_per_second: how fast a descriptor model described photos when it was added; None for a judge.
    """

    name: str
    kind: str
    files: dict[str, str]
    checksums: dict[str, str]
    folder: Path
    source: str = ""
    licence: str = ""
    memory: int = 0
    pairs_per_second: float | None = None
    first_seconds: float | None = None
    photos_per_second: float | None = None

    def file(self, role: str) -> Path:
        """The path of one of its files."""
        return self.folder / self.files[role]

    @property
    def size(self) -> int:
        """Bytes of its files that are there."""
        paths = map(self.file, self.files)
        return sum(path.stat().st_size for path in paths if path.is_file())


def read_manifest(path: Path) -> InstalledModel | None:
    """The model that a manifest describes; None if it is unreadable."""
    known = {field.name for field in fields(InstalledModel)}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        given = {key: value for key, value in content.items() if key in known}
        return InstalledModel(**{**given, "folder": path.parent})
    except (OSError, ValueError, TypeError, AttributeError):
        return None
