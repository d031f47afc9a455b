"""Model names: each is also a folder in the store, a word on the command line, and a line on the screen."""

from __future__ import annotations

from collections.abc import Collection

from lookalike.models.errors import ModelError

UNUSABLE = '/\\:*?"<>|'
"""Characters that file names may not contain on some system that Lookalike runs on."""

DEVICES = frozenset(
    ("aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)
"""Names that Windows takes for devices, whatever follows them after a dot."""

LONGEST_BYTES = 200
"""A file system takes 255 bytes, some of which the folder of an unfinished model needs."""


def demand_usable(name: str, taken: Collection[str] = ()) -> None:
    """Check that a model can have a name.

    Args:
        name: what the user chose, or what its file is called.
        taken: names that stand for something else.

    Raises:
        ModelError: it cannot, and why.
    """
    if not name.strip():
        raise ModelError("A model's name cannot be empty.", "Choose another name.")
    shown = name if name.isprintable() else ascii(name)[1:-1]
    if not name.isprintable():
        raise ModelError(
            "{name} has characters that cannot be shown in a model's name.",
            "Choose another name.",
            name=shown,
        )
    for character in UNUSABLE:
        if character in name:
            raise ModelError(
                "{name} cannot be a model's name: not every file system takes {character}.",
                "Choose another name.",
                name=shown,
                character=character,
            )
    if name[0] in ".-" or name[-1] == "." or name != name.strip():
        raise ModelError(
            "{name} cannot be a model's name: it begins with a dot or a dash, ends with a dot, or has a blank there.",
            "Choose another name.",
            name=shown,
        )
    if name.partition(".")[0].strip().lower() in DEVICES:
        raise ModelError(
            "{name} cannot be a model's name: Windows calls a device so.", "Choose another name.", name=shown
        )
    if len(name.encode()) > LONGEST_BYTES:
        raise ModelError("A model's name cannot be so long: {name}", "Choose another name.", name=shown)
    if name.casefold() in {other.casefold() for other in taken}:
        raise ModelError(
            "{name} cannot be a model's name: it stands for something else.",
            "Choose another name.",
            name=shown,
        )
