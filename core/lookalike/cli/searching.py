"""The command ``search``."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from lookalike.cli.folders import json_option
from lookalike.cli.output import say, say_json, warn
from lookalike.library import Library
from lookalike.search.query import Query, Region
from lookalike.search.ranking import Ranking
from lookalike.search.searcher import SearchSettings


def _region(context: click.Context, parameter: click.Parameter, value: str | None) -> Region | None:
    if value is None:
        return None
    try:
        left, top, right, bottom = (float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter("four numbers are needed: LEFT,TOP,RIGHT,BOTTOM") from None
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise click.BadParameter(
            "each is a share of the photo, 0 to 1, left before right and top before bottom"
        )
    return left, top, right, bottom


@click.command()
@click.argument("query")
@click.option("--judge", help="Who checks the candidates: none, geometry, or a model's name.")
@click.option("--top", default=100, show_default=True, help="Candidates that are checked.")
@click.option("--limit", default=20, show_default=True, help="Results shown.")
@click.option("--budget", type=float, help="Seconds for checking.")
@click.option(
    "--region", callback=_region, help="Only this part of the photo: LEFT,TOP,RIGHT,BOTTOM, each 0 to 1."
)
@click.option("--stream", is_flag=True, help="With --json: a line for every ranking, as they get better.")
@json_option
@click.pass_obj
def search(
    library_folder: Path | None,
    query: str,
    judge: str | None,
    top: int,
    limit: int,
    budget: float | None,
    region: Region | None,
    stream: bool,
    as_json: bool,
) -> None:
    """Find the other photos of what QUERY shows: a photo file, or words."""
    with Library(library_folder) as library:
        if not len(library):
            raise click.UsageError("There are no photos yet. `lookalike add FOLDER` indexes some.")
        path = Path(query).expanduser()
        # A name with a suffix is meant as a file: a typing error gives "not there", not a search for words.
        asked = Query(file=path, region=region) if path.suffix or path.exists() else Query(words=query)
        settings = SearchSettings(top=top, limit=max(limit, top), budget=budget)
        with closing(library.search(asked, settings, judge)) as rankings:
            if as_json:
                _print_json(library, rankings, limit, stream)
            else:
                _print_live(library, rankings, limit)


def _as_json(library: Library, ranking: Ranking, limit: int) -> dict[str, Any]:
    results = ranking.results[:limit]
    places = library.catalog.files.paths([result.content_id for result in results])
    return {
        "results": [
            {
                "path": places[result.content_id][0] if places[result.content_id] else None,
                "paths": places[result.content_id],
                "similarity": round(result.similarity, 4),
                "match": None if result.match is None else round(result.match, 4),
                "score": round(result.score, 4),
                "reason": result.reason,
                "named": result.named,
            }
            for result in results
        ],
        "same": ranking.same,
        "judged": ranking.judged,
        "to_judge": ranking.to_judge,
        "final": ranking.final,
        "notes": ranking.notes,
    }


def _print_json(library: Library, rankings: Iterable[Ranking], limit: int, stream: bool) -> None:
    for ranking in rankings:
        if stream or ranking.final:
            say_json(_as_json(library, ranking, limit))


def _lines(library: Library, ranking: Ranking, limit: int) -> list[str]:
    results = ranking.results[:limit]
    places = library.catalog.files.paths([result.content_id for result in results])
    lines = []
    for position, result in enumerate(results):
        if position == ranking.same:
            lines.append(
                "  - similar, but perhaps not the same -" if position else "  - nothing is surely the same -"
            )
        match = "   " if result.match is None else f"{result.match:4.0%}"
        name = places[result.content_id][0] if places[result.content_id] else "(gone)"
        alike = result.named or f"{result.similarity:.3f}"
        lines.append(f"{position + 1:4}  {match:>4}  {alike:>7}  {name}")
    return lines


def _print_live(library: Library, rankings: Iterable[Ranking], limit: int) -> None:
    ranking: Ranking | None = None
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        console = Console(highlight=False)
        with Live(console=console, refresh_per_second=8, transient=True) as live:
            for ranking in rankings:
                shown = _lines(library, ranking, min(limit, console.height - 3))
                live.update(Text("\n".join([*shown, f"checked {ranking.judged} of {ranking.to_judge}"])))
    else:
        ranking = deque(rankings, maxlen=1).pop()
    if ranking is None:
        return
    say("rank  same    alike  photo")
    for line in _lines(library, ranking, limit):
        say(line)
    for note in ranking.notes:
        warn(note)
