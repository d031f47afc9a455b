"""The command ``check``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import json_option
from lookalike.cli.output import run_with_progress, say, say_json
from lookalike.library import Library
from lookalike.wording import counted

EXIT_FAILED = 1


@click.command()
@click.option("--all", "everything", is_flag=True, help="Search for every photo, however many there are.")
@json_option
@click.pass_obj
def check(library_folder: Path | None, everything: bool, as_json: bool) -> int:
    """Compare the search index with the catalog, and repair what is wrong."""
    with Library(library_folder) as library:
        found = run_with_progress(library.check(everything), quiet=as_json)
        if as_json:
            say_json(found)
        else:
            for line in found.damage:
                say(f"damaged     {line}")
            for line in found.repaired:
                say(f"repaired    {line}")
            say(f"{counted(found.photos, 'photo')} can be found; {found.searched:,} tried.")
            say("Everything is in order." if found.sound else "Some damage could not be repaired.")
    return 0 if found.sound else EXIT_FAILED
