"""Checksums of model files, computed once per file and remembered."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from lookalike import app_paths
from lookalike.judges.mllm.errors import JudgeError


def checksum(path: Path, memory: Path | None = None) -> str:
    """SHA-256 of a file as hex digits.

    A file of several gigabytes takes seconds to read, so the result is remembered together with the file's
    size and time of change and taken from there while both stay the same.

    Args:
        path: the file.
        memory: the JSON file to remember in; by default in Lookalike's own folder.

    Raises:
        OSError: the file cannot be read.
    """
    memory = memory or app_paths.home() / "model_checksums.json"
    path = path.resolve()
    before = path.stat()
    stamp = [before.st_size, before.st_mtime_ns]
    known = _recall(memory)
    entry = known.get(str(path))
    if isinstance(entry, dict) and entry.get("stamp") == stamp and isinstance(entry.get("sha256"), str):
        return str(entry["sha256"])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = {name: value for name, value in known.items() if os.path.exists(name)}  # noqa: PTH110
    known[str(path)] = {"stamp": stamp, "sha256": digest}
    # Not being able to remember only costs the time again.
    with suppress(OSError):
        _remember(memory, known)
    return digest


def verified_checksum(path: Path, expected: str | None) -> str:
    """As `checksum`, where the file must be a certain one: llama.cpp loads damaged weights without a word.

    Args:
        path: the file.
        expected: SHA-256 (hex) that it must have; None accepts any.

    Raises:
        JudgeError: it has another one.
        OSError: the file cannot be read.
    """
    found = checksum(path)
    if expected is not None and found != expected:
        raise JudgeError(
            "{file} is no longer the file that was imported.",
            "Remove the model and import it again.",
            file=path.name,
        )
    return found


def _recall(memory: Path) -> dict[str, Any]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(memory: Path, known: dict[str, Any]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=memory.parent, prefix=memory.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1)
        Path(draft).replace(memory)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
