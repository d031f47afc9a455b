"""The command ``remove``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import folder_argument, json_option
from lookalike.cli.output import say, say_json
from lookalike.cli.scan import summary
from lookalike.library import Library


@click.command()
@folder_argument
@json_option
@click.pass_obj
def remove(library_folder: Path | None, path: Path, as_json: bool) -> None:
    """Stop watching a folder. Nothing on disk is touched."""
    with Library(library_folder) as library:
        folder = library.folders.at(path)
        library.folders.remove(folder)
        if as_json:
            say_json(summary(library, []))
        else:
            say(f"{folder.path} is no longer watched. {len(library)} photos can be searched.")
