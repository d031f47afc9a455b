"""The command ``app``, and the window as a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from lookalike import log
from lookalike.cli.options import PATH, folder_arguments, json_option
from lookalike.cli.output import say_json
from lookalike.errors import LookalikeError
from lookalike.interrupts import TerminatedError


@click.command()
@folder_arguments
@click.option("--find", multiple=True, type=PATH, help="Search with this photo; several show the same thing.")
@json_option
@click.pass_obj
def app(library_folder: Path | None, paths: tuple[Path, ...], find: tuple[Path, ...], as_json: bool) -> int:
    """Open the window and wait until it is closed; a window that is open already does what was asked for."""
    code = open_window(library_folder, paths, find)
    if as_json:
        say_json({"exit": code})
    return code


def has_display() -> bool:
    """Whether a window can be shown on this computer."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_window(library_folder: Path | None, paths: Iterable[Path], find: Iterable[Path] = ()) -> int:
    """Run the window in a process of its own, so that this one stays small; returns its exit code.

    Args:
        library_folder: where the library lies; None for the default one.
        paths: folders to add, or photos to show.
        find: photos to search with.
    """
    if importlib.util.find_spec("PySide6") is None:
        raise LookalikeError(
            "The window is not installed.", "`python3 packaging/bootstrap.py run` installs it."
        )
    command = [sys.executable, "-m", "lookalike_desktop.main"]
    if library_folder is not None:
        command += ["--library", str(library_folder)]
    if log.is_verbose():
        command.append("--verbose")
    for photo in find:
        command += ["--find", str(photo)]
    process = subprocess.Popen([*command, *map(str, paths)])
    try:
        code = process.wait()
    except KeyboardInterrupt as error:
        # Ctrl-C in a terminal reaches the window too, which closes its library before it ends.
        if isinstance(error, TerminatedError):
            process.terminate()
        process.wait()
        raise
    return code if code >= 0 else 128 - code
