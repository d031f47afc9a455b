"""Where Lookalike keeps its own files. Photos are never among them."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """The folder with the library, models and logs; ``LOOKALIKE_HOME`` overrides the system's choice."""
    override = os.environ.get("LOOKALIKE_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("lookalike", appauthor=False))


def default_library() -> Path:
    """The folder of the library that opens when none is named."""
    return home() / "library"


def models() -> Path:
    """The folder that imported and downloaded models lie in."""
    return home() / "models"


def calibrations() -> Path:
    """The folder of what was fitted for models."""
    return home() / "calibrations"


def logs() -> Path:
    """The folder for logs, those of worker processes included."""
    return home() / "logs"


def pictures() -> Path:
    """The system's folder for pictures, whether or not it exists."""
    return Path(platformdirs.user_pictures_dir())
