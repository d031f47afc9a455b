"""User paths: names of files and folders as people give them, in a terminal, in a window, or by another program."""

from __future__ import annotations

import os
import re
import socket
import stat
from pathlib import Path
from urllib.parse import unquote_to_bytes

from lookalike.errors import LookalikeError

_ADDRESS = re.compile(r"file:(?://([^/\\]*))?(/.*)", re.IGNORECASE | re.DOTALL)
"""Host and path of a ``file:`` address, by RFC 8089; ``file:/path`` is its short form."""

_DRIVE = re.compile(r"/+([A-Za-z])[:|](.*)", re.DOTALL)
"""A drive in such a path, as Windows has it; ``|`` was the old way of writing it."""


def expanded(path: Path) -> Path:
    """A path with the home folder in the place of ``~``; as it is where ``~name`` names nobody."""
    # Path.expanduser raises RuntimeError for a name that is nobody's, and people call folders "~2019".
    return Path(os.path.expanduser(path))  # noqa: PTH111


def absolute(path: Path) -> Path:
    """A path from the root on, links left as they are.

    Raises:
        LookalikeError: it is no path, or the working folder that it counts from no longer exists.
    """
    path = expanded(path)
    if "\0" in str(path):
        raise LookalikeError("{path} cannot be the name of a file.", "Check the name.", path=path)
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100
    except OSError as error:
        raise LookalikeError(
            "The folder that {path} counts from no longer exists.",
            "Change to another folder, or give the whole path.",
            path=path,
        ) from error


def resolved(path: Path) -> Path:
    """A path from the root on, links followed as far as they lead.

    Raises:
        LookalikeError: see `absolute`.
    """
    # Unlike Path.resolve, this takes links that lead in a circle as they are.
    return Path(os.path.realpath(absolute(path)))


def demand_folder(path: Path) -> None:
    """Check that a path is a folder.

    Raises:
        LookalikeError: it is none, or its own folder may not be looked into.
    """
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            return
    except PermissionError as error:
        raise LookalikeError(
            "{path} cannot be reached: a folder above it is locked.",
            "Check the permissions of the folders above it.",
            path=path,
        ) from error
    except (OSError, ValueError):
        pass
    raise LookalikeError(
        "{path} is not a folder.", "Check the name, or connect the drive it is on.", path=path
    )


def path_of_address(text: str, windows: bool = os.name == "nt") -> Path | None:
    """The path that a ``file:`` address names, as file managers give it; None for any other text.

    Percent codes stand for bytes, so that a name which is no text survives. An address of another computer is None,
    except on Windows, which reaches it as ``//host/share``.

    Args:
        text: ``file:///home/me/a%20b.jpg``, ``file://localhost/…``, ``file:/…``, ``file:///C:/…``.
        windows: whether drives and hosts are those of Windows.
    """
    parts = _ADDRESS.fullmatch(text)
    if parts is None:
        return None
    host, path = parts[1] or "", os.fsdecode(unquote_to_bytes(parts[2]))
    drive = _DRIVE.fullmatch(path) if windows else None
    if drive is not None:
        path = f"{drive[1]}:{drive[2] or '/'}"
    if host.lower() in ("", "localhost", "127.0.0.1", socket.gethostname().lower()):
        return Path(path)
    return Path(f"//{host}{path}") if windows else None
