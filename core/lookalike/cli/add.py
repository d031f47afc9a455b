"""The command ``add``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import PATH, json_option
from lookalike.cli.output import details_line, say, warn
from lookalike.cli.scan import scan_and_report
from lookalike.library import Library
from lookalike.user_paths import resolved


@click.command()
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option(
    "--details-later",
    is_flag=True,
    help="Be ready in half the time: photos are found by their looks alone until scan, watch or the window has "
    "found their details.",
)
@json_option
@click.pass_obj
def add(library_folder: Path | None, paths: tuple[Path, ...], details_later: bool, as_json: bool) -> None:
    """Watch folders and index the photos in them."""
    with Library(library_folder, details_later=details_later) as library:
        folders = []
        for path in paths:
            folder = library.folders.add(path)
            folders.append(folder)
            if folder.path != resolved(path) and not as_json:
                warn(f"{path} lies in {folder.path}, which is watched already.")
        scan_and_report(library, list(dict.fromkeys(folders)), as_json)
        if details_later and not as_json:
            say(f"{details_line(library.details.status())}.")
