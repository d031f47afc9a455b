"""The command ``scan``, and a scan with its report for other commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lookalike.catalog.folders import Folder
from lookalike.cli.options import json_option
from lookalike.cli.output import run_with_progress, say, say_json, say_skipped
from lookalike.library import Library
from lookalike.progress import Skipped, collect_skipped


@click.command()
@click.option("--try-again", is_flag=True, help="Read the files again that were skipped.")
@json_option
@click.pass_obj
def scan(library_folder: Path | None, try_again: bool, as_json: bool) -> None:
    """Look for what changed in the watched folders."""
    with Library(library_folder) as library:
        if try_again:
            library.folders.try_again()
        scan_and_report(library, None, as_json)


def scan_and_report(library: Library, folders: Sequence[Folder] | None, as_json: bool) -> None:
    """Scan folders (all when None) with a progress bar and print the outcome."""
    skipped: list[Skipped] = []
    run_with_progress(collect_skipped(library.scan(folders), skipped), quiet=as_json)
    if as_json:
        say_json(summary(library, skipped))
    else:
        say_skipped(skipped)
        say(f"{len(library)} photos can be searched.")


def summary(library: Library, skipped: Sequence[Skipped]) -> dict[str, Any]:
    """The JSON of a library after its folders or their photos changed."""
    return {
        "folders": [folder.path for folder in library.folders.all()],
        "photos": len(library),
        "skipped": skipped,
    }
