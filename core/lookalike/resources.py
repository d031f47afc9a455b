"""Resource files that ship with Lookalike: prompts, the model catalogue, icons."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def resource(name: str) -> Path:
    """The path of a resource file, e.g. ``resource("prompts.toml")``.

    In a wheel or a frozen app the files are inside the package; in a checkout they are in the repository's top-level
    ``resources`` folder.

    Raises:
        FileNotFoundError: the file is missing from this installation.
    """
    package = Path(__file__).parent
    for root in (package / "resources", package.parents[1] / "resources"):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} is missing from this installation of Lookalike")


def checked_resource(name: str) -> Path:
    """The path of a resource file whose content is as it was made, by the ``checksums.json`` beside it.

    Raises:
        OSError: it or the checksums are missing from this installation, or cannot be read.
        ValueError: it or the checksums are damaged.
    """
    path = resource(name)
    sums = json.loads(path.with_name("checksums.json").read_text(encoding="utf-8"))
    if hashlib.sha256(path.read_bytes()).hexdigest() != sums.get(path.name):
        raise ValueError(f"{path.name} is damaged")
    return path
