"""Entry point of `lookalike-app`; worker processes import this module again, so it stays light."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lookalike import interrupts, matrix_threads
from lookalike.errors import LookalikeError
from lookalike.user_paths import absolute, path_of_address

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"""Variables of the environment that lead Qt to a display."""


def main(argv: Sequence[str] | None = None) -> int:
    """Show the window until it is closed.

    Args:
        argv: paths and options; None for the command line's own.

    Returns:
        The process's exit status.
    """
    multiprocessing.freeze_support()
    interrupts.leave_at_once()
    matrix_threads.use_one_thread()
    parser = argparse.ArgumentParser(
        prog="lookalike-app", description="Find the other photos of the same thing."
    )
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=_path, help="a folder of photos to add, or a photo to show"
    )
    parser.add_argument(
        "--find",
        type=_path,
        metavar="PHOTO",
        action="append",
        default=[],
        help="search with this photo; given several times, with all of them",
    )
    parser.add_argument("--library", type=_path, metavar="FOLDER", help="where the library's own files lie")
    parser.add_argument(
        "--verbose", action="store_true", help="log details, and repeat the log on the error stream"
    )
    options = parser.parse_args(sys.argv[1:] if argv is None else argv)

    from lookalike import log

    log.configure(options.verbose)
    try:
        return _show(options.library, options.paths, options.find)
    except LookalikeError as error:
        log.log_failure(logging.getLogger(__name__), "The window", error)
        _tell(error)
    except Exception as error:  # noqa: BLE001
        # There is no window yet to show it in.
        log.log_failure(logging.getLogger(__name__), "The window", error)
        _tell(log.unexpected(error))
    return 1


def _path(text: str) -> Path:
    if not text:
        # Path("") would be the working folder.
        raise argparse.ArgumentTypeError("it is empty")
    try:
        return absolute(path_of_address(text) or Path(text))
    except LookalikeError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _show(library: Path | None, paths: Sequence[Path], find: Sequence[Path]) -> int:
    # Without one of these, Qt ends the process.
    if sys.platform == "linux" and not any(map(os.environ.get, DISPLAYS)):
        raise LookalikeError(
            "There is no display to show the window on.", "`lookalike start` does the same in a terminal."
        )
    from lookalike_desktop.shell.errand import errand_of
    from lookalike_desktop.shell.single_instance import SingleInstance

    errand, instance = errand_of(paths, find), SingleInstance(library)
    try:
        # All that a second start needs; the window's modules take longer.
        if instance.hand_over(errand):
            return 0
        from lookalike_desktop.app import run

        return run(library, errand, instance)
    finally:
        instance.close()


def _tell(error: LookalikeError) -> None:
    # A program without a terminal has no error stream, or one that takes nothing.
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{error}\n")


if __name__ == "__main__":
    sys.exit(main())
