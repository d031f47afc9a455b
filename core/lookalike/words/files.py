"""Files of the labels and the sentence encoder, which ship with the program."""

from __future__ import annotations

from pathlib import Path

from lookalike.models.errors import ModelError
from lookalike.resources import checked_resource

FOLDER = "words"
"""Where they lie among the resources."""


def words_file(name: str) -> Path:
    """The path of one of the files, whose content is as it was made.

    Raises:
        ModelError: it is missing or damaged.
    """
    try:
        return checked_resource(f"{FOLDER}/{name}")
    except (OSError, ValueError) as error:
        raise unusable(error) from error


def unusable(error: Exception) -> ModelError:
    """What the user is told where a file cannot be used."""
    return ModelError("Photos cannot be found by words ({reason}).", "Install Lookalike again.", reason=error)
