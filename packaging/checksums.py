"""Checksums of the files in a folder of resources, which `lookalike.resources.checked_resource` goes by."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

NAME = "checksums.json"


def checksum(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_checksums(folder: Path) -> None:
    """Write the checksums of all files of a folder beside them."""
    sums = {path.name: checksum(path.read_bytes()) for path in sorted(folder.iterdir()) if path.name != NAME}
    (folder / NAME).write_text(json.dumps(sums, indent=4) + "\n", encoding="utf-8")
