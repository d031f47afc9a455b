"""The command ``photos``."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import click

from lookalike.catalog.contents import ContentRow
from lookalike.catalog.filters import Filters
from lookalike.cli.filter_options import filter_options
from lookalike.cli.options import COUNT, json_option
from lookalike.cli.output import say, say_json, warn, when_taken
from lookalike.library import Library
from lookalike.photos import Annotations, in_words


@click.command()
@filter_options
@click.option("--limit", type=COUNT, help="How many at most.")
@click.option("--long", "with_facts", is_flag=True, help="With what is known of each: date, camera, size.")
@json_option
@click.pass_obj
def photos(
    library_folder: Path | None, filters: Filters, limit: int | None, with_facts: bool, as_json: bool
) -> None:
    """List the photos of the library, newest first."""
    with Library(library_folder) as library:
        ids = list(islice(library.photos.ids(filters), limit))
        paths_by_id = library.photos.paths(ids)
        facts = library.photos.facts(ids)
        if as_json:
            annotations = library.photos.annotations(ids)
            say_json(
                [
                    _as_json(paths_by_id[number], facts[number], annotations[number])
                    for number in ids
                    if number in facts
                ]
            )
            return
        for number in ids:
            for path in paths_by_id[number][:1]:
                say(f"{path}  ({_in_words(facts[number])})" if with_facts and number in facts else str(path))
        if not ids:
            warn("No photo matches all of these filters." if filters else "There are no photos yet.")


def _in_words(facts: ContentRow) -> str:
    taken = in_words(facts.taken_at) if facts.taken_at else ""
    return ", ".join(filter(None, (taken, facts.camera, f"{facts.width} × {facts.height}")))


def _as_json(paths: list[Path], facts: ContentRow, annotations: Annotations) -> dict[str, Any]:
    return {
        "path": paths[0] if paths else None,
        "paths": paths,
        **when_taken(facts),
        "camera": facts.camera,
        "format": facts.format,
        "width": facts.width,
        "height": facts.height,
        "rating": annotations.rating,
        "title": annotations.title or None,
        "keywords": annotations.keywords,
    }
