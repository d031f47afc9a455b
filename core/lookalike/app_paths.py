"""Application folders: where Lookalike keeps its own files. Photos are never among them."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from lookalike.errors import LookalikeError
from lookalike.user_paths import absolute


def home() -> Path:
    """The folder for the library, models and logs: the system's data folder, or ``LOOKALIKE_HOME`` if it is set.

    Raises:
        LookalikeError: the account has no home folder.
    """
    override = os.environ.get("LOOKALIKE_HOME")
    if override:
        return absolute(Path(override))
    folder = Path(platformdirs.user_data_dir("lookalike", appauthor=False))
    # Without a home, the system's folder starts with a "~" that stands for nothing; with an empty one, at the root.
    empty = os.environ.get("HOME") == "" and not os.environ.get("XDG_DATA_HOME")
    if not folder.is_absolute() or empty:
        raise LookalikeError(
            "This account has no home folder to keep the library in.",
            "Name another folder in the environment variable LOOKALIKE_HOME.",
        )
    return folder


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


def compiled_networks() -> Path:
    """The folder with networks compiled for this computer's processor."""
    return home() / "compiled"


def judge_devices() -> Path:
    """The file with what each multimodal model last ran on."""
    return home() / "judge-devices.json"


def logs() -> Path:
    """The folder for logs, those of worker processes included."""
    return home() / "logs"


def preferences() -> Path:
    """The file with the window's preferences: in the system's folder for configuration, or in ``LOOKALIKE_HOME``.

    Raises:
        LookalikeError: the account has no home folder.
    """
    place = home()
    if not os.environ.get("LOOKALIKE_HOME"):
        place = Path(platformdirs.user_config_dir("lookalike", appauthor=False))
    return place / "window.ini"


def pictures() -> Path:
    """The system's pictures folder, whether or not it exists."""
    return Path(platformdirs.user_pictures_dir())
