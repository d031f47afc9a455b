"""The command ``search``."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lookalike.catalog.filters import Filters
from lookalike.cli.filter_options import filter_options
from lookalike.cli.judge_options import checking_options, chosen, uncalibrated
from lookalike.cli.options import COUNT, TEXT, NumberType, json_option
from lookalike.cli.output import say, say_json, warn, when_taken
from lookalike.cli.reasons import reasons_text
from lookalike.library import Library
from lookalike.library.descriptor_migration import DEFAULT
from lookalike.search.query import Region
from lookalike.search.query_text import queries_of
from lookalike.search.ranking import Ranking


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
@click.argument("queries", metavar="QUERY...", nargs=-1, required=True, type=TEXT)
@click.option(
    "--judge", type=TEXT, help="The judge that checks the candidates: none, geometry, or a model's name."
)
@checking_options
@click.option("--limit", type=COUNT, default=20, show_default=True, help="Results shown.")
@click.option("--budget", type=NumberType(min=0), help="Seconds for checking.")
@click.option(
    "--region", callback=_region, help="Only this part of the photo: LEFT,TOP,RIGHT,BOTTOM, each 0 to 1."
)
@click.option(
    "--not",
    "unlike",
    multiple=True,
    type=TEXT,
    metavar="QUERY",
    help="Nothing like this: a photo file, or words.",
)
@click.option("--expand", is_flag=True, help="Search again with the best result added.")
@click.option("--rotations", is_flag=True, help="The photo may lie on its side or upside down.")
@filter_options
@click.option("--stream", is_flag=True, help="With --json: a line for every ranking, as they get better.")
@json_option
@click.pass_obj
def search(
    library_folder: Path | None,
    queries: tuple[str, ...],
    judge: str | None,
    mode: str | None,
    both_orders: bool | None,
    alone: bool | None,
    pairs: int | None,
    top: int | None,
    weight: float | None,
    limit: int,
    budget: float | None,
    region: Region | None,
    unlike: tuple[str, ...],
    expand: bool,
    rotations: bool,
    filters: Filters,
    stream: bool,
    as_json: bool,
) -> None:
    """Find the other photos of what QUERY shows: photo files of the same thing, or words.

    Several photos are searched for together. A region is one of the first. Words may hold dates ("summer 2019"),
    phrases in quotes, filters (camera:nikon, type:raw) and a minus before what is not wanted.
    """
    with Library(library_folder) as library:
        if not len(library):
            raise click.UsageError("There are no photos yet. `lookalike add FOLDER` indexes some.")
        first, *others = queries_of(queries, region)
        query = replace(first, positives=tuple(others), negatives=tuple(queries_of(unlike)))
        settings = chosen(library.search.settings, mode, both_orders, alone, pairs, top, weight)
        settings = replace(
            settings,
            limit=limit,
            budget=budget,
            filters=filters,
            expand=expand,
            rotations=rotations,
        )
        with closing(library.search.rankings(query, settings, judge)) as rankings:
            if as_json:
                _print_json(library, rankings, limit, stream)
            else:
                described = None if library.descriptor.name == DEFAULT else library.descriptor.name
                caution = uncalibrated(judge or library.judges.in_use(), settings, described)
                _print_live(library, rankings, limit, caution)


def _as_json(library: Library, ranking: Ranking, limit: int) -> dict[str, Any]:
    results = ranking.results[:limit]
    ids = [result.content_id for result in results]
    paths, facts = library.photos.paths(ids), library.photos.facts(ids)
    return {
        "results": [
            {
                "path": paths[result.content_id][0] if paths[result.content_id] else None,
                "paths": paths[result.content_id],
                **when_taken(facts.get(result.content_id)),
                "similarity": round(result.similarity, 4),
                "vote": None if result.vote is None else round(result.vote, 4),
                "index_score": round(result.index_score, 4),
                "match": None if result.match is None else round(result.match, 4),
                "score": round(result.score, 4),
                "reason": result.reason,
                "why": [vars(reason) for reason in result.reasons],
            }
            for result in results
        ],
        "same": ranking.same,
        "judged": ranking.judged,
        "to_judge": ranking.to_judge,
        "final": ranking.final,
        "notes": ranking.notes,
        "calibrated": ranking.calibrated,
    }


def _print_json(library: Library, rankings: Iterable[Ranking], limit: int, stream: bool) -> None:
    for ranking in rankings:
        if stream or ranking.final:
            say_json(_as_json(library, ranking, limit))


def _lines(library: Library, ranking: Ranking, limit: int) -> list[str]:
    results = ranking.results[:limit]
    paths = library.photos.paths([result.content_id for result in results])
    lines = []
    for position, result in enumerate(results):
        if position == ranking.same:
            if ranking.by_words:
                lines.append("  - perhaps -")
            else:
                lines.append(
                    "  - similar, but perhaps not the same -"
                    if position
                    else "  - nothing is surely the same -"
                )
        match = "   " if result.match is None else f"{result.match:4.0%}"
        name = paths[result.content_id][0] if paths[result.content_id] else "(gone)"
        alike = f"{result.similarity:.3f}" if result.similarity else ""
        why = f"  ({reasons_text(result.reasons)})" if result.reasons else ""
        lines.append(f"{position + 1:4}  {match:>4}  {alike:>7}  {name}{why}")
    return lines


def _print_live(library: Library, rankings: Iterable[Ranking], limit: int, caution: str) -> None:
    ranking: Ranking | None = None
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        console = Console(highlight=False)
        with Live(console=console, refresh_per_second=8, transient=True) as live:
            for ranking in rankings:
                shown = _lines(library, ranking, min(limit, max(1, console.height - 3)))
                live.update(Text("\n".join([*shown, f"checked {ranking.judged} of {ranking.to_judge}"])))
    else:
        ranking = deque(rankings, maxlen=1).pop()
    if ranking is None:
        return
    if ranking.results:
        say("rank  same    alike  photo")
    for line in _lines(library, ranking, limit):
        say(line)
    for note in ranking.notes:
        warn(note)
    if not ranking.calibrated:
        warn(caution)
