"""Finds the files that ship with Lookalike (prompts, the model catalogue, icons)."""

from __future__ import annotations

from pathlib import Path


def resource(name: str) -> Path:
    """The path of a shipped file, e.g. ``resource("prompts.toml")``.

    In a wheel or a frozen app the files lie inside the package; in a checkout they are the
    repository's top-level ``resources`` folder.

    Raises:
        FileNotFoundError: the installation lacks the file.
    """
    package = Path(__file__).parent
    for root in (package / "resources", package.parents[1] / "resources"):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} is missing from this installation of Lookalike")
