"""Entry point of `lookalike-app`; worker processes import this module again, so it stays light."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Show the window until it is closed.

    Args:
        argv: folders to add and options; None for the command line's own.

    Returns:
        The process's exit status.
    """
    multiprocessing.freeze_support()
    parser = argparse.ArgumentParser(
        prog="lookalike-app", description="Find the other photos of the same thing."
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="*", type=Path, help="a folder of photos to add")
    parser.add_argument("--library", type=Path, metavar="FOLDER", help="where the library's own files lie")
    parser.add_argument(
        "--verbose", action="store_true", help="log details, and repeat the log on the error stream"
    )
    options = parser.parse_args(sys.argv[1:] if argv is None else argv)

    from lookalike import log

    log.configure(options.verbose)

    from lookalike_desktop.app import run

    return run(options.library, options.folders)


if __name__ == "__main__":
    sys.exit(main())
