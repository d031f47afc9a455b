"""The commands ``storage …``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import json_option
from lookalike.cli.output import say, say_json
from lookalike.cli.tokens import read_size
from lookalike.library import Library
from lookalike.library.storage import StoragePart

PARTS = click.Choice([StoragePart.FEATURES, StoragePart.THUMBNAILS, StoragePart.TOKENS])


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def storage(context: click.Context, as_json: bool) -> None:
    """Show what the library takes on the disk, and free what can be made again."""
    if context.invoked_subcommand is not None:
        return
    with Library(context.obj) as library:
        usage, free = library.storage.usage(), library.storage.free_bytes()
        if as_json:
            say_json(
                {"parts": [vars(use) for use in usage], "bytes": sum(u.bytes for u in usage), "free": free}
            )
            return
        for use in usage:
            limit = f", at most {use.limit / 1e6:,.0f} MB" if use.limit is not None else ""
            say(
                f"{use.part:<11} {use.bytes / 1e6:,.1f} MB{limit}{'; can be freed' if use.can_be_freed else ''}"
            )
        say(
            f"{'in all':<11} {sum(use.bytes for use in usage) / 1e6:,.1f} MB; {free / 1e9:,.1f} GB of the disk are left"
        )


@storage.command("free")
@click.argument("part", type=PARTS)
@json_option
@click.pass_obj
def free(library_folder: Path | None, part: StoragePart, as_json: bool) -> None:
    """Delete what can be made again: kept features, thumbnails or visual tokens."""
    with Library(library_folder) as library:
        freed = library.storage.clear(StoragePart(part))
        if as_json:
            say_json({"freed": freed})
        else:
            say(f"{freed / 1e6:,.1f} MB freed")


@storage.command("limit")
@click.argument("part", type=PARTS)
@click.argument("size", callback=read_size)
@json_option
@click.pass_obj
def limit(library_folder: Path | None, part: StoragePart, size: int, as_json: bool) -> None:
    """Choose what a part may take, for example 500MB or 4GB; the least recently used goes first."""
    with Library(library_folder) as library:
        library.storage.set_limit(StoragePart(part), size)
        if as_json:
            say_json({"limit": size})
        else:
            say(f"{part} may take {size / 1e6:,.0f} MB")
