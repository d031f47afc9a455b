"""Application folders: where Lookalike keeps its own files. Photos are never among them."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """The folder for the library, models and logs: the system's data folder, or ``LOOKALIKE_HOME`` if it is set."""
    override = os.environ.get("LOOKALIKE_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("lookalike", appauthor=False))


def default_library() -> Path:
    """The folder of the library that is opened by default."""
    return home() / "library"


def models() -> Path:
    """The folder for imported and downloaded models."""
    return home() / "models"


def calibrations() -> Path:
    """The folder for calibrations fitted to models."""
    return home() / "calibrations"


def self_check() -> Path:
    """The file with what the embedded network's self-check has found on this computer."""
    return home() / "self-check.json"


def logs() -> Path:
    """The folder for logs, those of worker processes included."""
    return home() / "logs"


def pictures() -> Path:
    """The system's pictures folder, whether or not it exists."""
    return Path(platformdirs.user_pictures_dir())
