"""Resource files that ship with Lookalike: prompts, the model catalogue, icons."""

from __future__ import annotations

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
