"""The commands ``things …``: list the things and places of the library, name them, and put right what was found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from lookalike.cli.given_photos import ids_of_given
from lookalike.cli.options import COUNT, PATH, json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.library import Library
from lookalike.photos import in_words
from lookalike.things.thing import Thing
from lookalike.wording import counted


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def things(context: click.Context, as_json: bool) -> None:
    """List the things and places that several photos show, the largest first."""
    context.meta[__name__] = as_json
    if context.invoked_subcommand is not None:
        return
    with Library(context.obj) as library:
        # What came since the last time, or was left when that was stopped.
        compare = (library.details.make(), library.pairs.update(), library.things.update())
        for job in (*compare, library.closer_looks.make(), library.things.update()):
            run_with_progress(job, quiet=as_json)
        found = library.things.all()
        paths = _paths(library, found)
        if as_json:
            say_json({"things": [_as_json(thing, paths) for thing in found]})
            return
        for thing in found:
            _say(thing, paths)
        if not found:
            warn("No two photos that were compared show the same thing.")
        pairs = library.pairs.status()
        if pairs.to_join or pairs.to_verify:
            waiting = [
                counted(count, noun)
                for count, noun in ((pairs.to_join, "photo"), (pairs.to_verify, "pair"))
                if count
            ]
            warn(f"{' and '.join(waiting)} to compare yet, when they can be read.")


@things.command()
@click.argument("number", type=COUNT, metavar="ID")
@click.argument("name")
@json_option
@click.pass_context
def name(context: click.Context, number: int, name: str, as_json: bool) -> None:
    """Give thing ID a name; "" takes it away. The thing keeps it while it grows."""
    with Library(context.obj) as library:
        library.things.rename(number, name)
        _show(context, library, number, as_json)


@things.command()
@click.argument("number", type=COUNT, metavar="ID")
@click.argument("photos", nargs=-1, required=True, type=PATH)
@json_option
@click.pass_context
def apart(context: click.Context, number: int, photos: tuple[Path, ...], as_json: bool) -> None:
    """Take PHOTOS out of thing ID for ever, as they do not show it."""
    with Library(context.obj) as library:
        library.things.apart(number, ids_of_given(library, photos).values())
        run_with_progress(library.things.update(), quiet=True)
        if number in {thing.id for thing in library.things.all()}:
            _show(context, library, number, as_json)
        elif _wants_json(context, as_json):
            say_json(None)
        else:
            say(f"Thing {number} has no two photos left, and is none any more.")


@things.command()
@click.argument("numbers", nargs=-1, required=True, type=COUNT, metavar="ID...")
@json_option
@click.pass_context
def join(context: click.Context, numbers: tuple[int, ...], as_json: bool) -> None:
    """Make one thing of several for ever; the largest gives its number."""
    if len(set(numbers)) < 2:
        raise click.UsageError("Give the numbers of at least two things.")
    with Library(context.obj) as library:
        kept = library.things.join(numbers)
        run_with_progress(library.things.update(), quiet=True)
        _show(context, library, kept, as_json)


@things.command("judge")
@click.argument("choice", type=click.Choice(["on", "off"]), required=False)
@json_option
@click.pass_context
def judge_command(context: click.Context, choice: str | None, as_json: bool) -> None:
    """Have the multimodal model decide whether two photos show the same thing where their details leave it open.

    It is off at first. It is asked a minute at a time, whenever photos are compared, and never makes a duplicate.
    """
    with Library(context.obj) as library:
        if choice is not None:
            library.pairs.set_judging(choice == "on")
        judging = library.pairs.judging
    if _wants_json(context, as_json):
        say_json({"judging": judging})
    elif judging:
        say("Photos whose details leave it open are compared by the multimodal model.")
    else:
        say("Photos are compared by their details alone.")


def _wants_json(context: click.Context, as_json: bool) -> bool:
    return as_json or bool(context.meta.get(__name__))


def _show(context: click.Context, library: Library, number: int, as_json: bool) -> None:
    thing = library.things.get(number)
    paths = _paths(library, [thing])
    if _wants_json(context, as_json):
        say_json(_as_json(thing, paths))
    else:
        _say(thing, paths)


def _paths(library: Library, found: Iterable[Thing]) -> dict[int, list[Path]]:
    return library.photos.paths([number for thing in found for number in thing.photos])


def _as_json(thing: Thing, paths: dict[int, list[Path]]) -> dict[str, Any]:
    cover = paths.get(thing.cover)
    return {
        "id": thing.id,
        "name": thing.name,
        "photos": [path for number in thing.photos for path in paths.get(number, [])],
        "cover": cover[0] if cover else None,
        "first_taken_at": thing.first,
        "last_taken_at": thing.last,
        "place": None
        if thing.place is None
        else {"latitude": thing.place[0], "longitude": thing.place[1], "name": thing.place_name},
    }


def _say(thing: Thing, paths: dict[int, list[Path]]) -> None:
    parts = [counted(len(thing), "photo")]
    if thing.first and thing.last:
        parts.append(
            in_words(thing.first)
            if thing.first == thing.last
            else f"{in_words(thing.first)} to {in_words(thing.last)}"
        )
    if thing.place is not None:
        parts.append(thing.place_name or f"{thing.place[0]:.4f}, {thing.place[1]:.4f}")
    say(f"{thing.id}  {thing.name or '(no name)'}  ({'; '.join(parts)})")
    for number in thing.photos:
        for path in paths.get(number, [])[:1]:
            say(f"    {path}")
