"""The command ``rate``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.given_photos import ids_of_given
from lookalike.cli.options import PATH, json_option
from lookalike.cli.output import say, say_json
from lookalike.library import Library
from lookalike.wording import counted

FORGET = "forget"
STARS = {**{str(stars): stars for stars in range(6)}, "rejected": -1, FORGET: None}
"""What can be given, and the rating that it is; None lets the files tell."""


@click.command()
@click.argument("stars", type=click.Choice(list(STARS)))
@click.argument("photos", nargs=-1, required=True, type=PATH)
@json_option
@click.pass_obj
def rate(library_folder: Path | None, stars: str, photos: tuple[Path, ...], as_json: bool) -> None:
    """Give PHOTOS stars, 0 to 5, or reject them.

    They are kept in the library, go before what the files say, and are written into no file. `forget` takes them back.
    """
    rating = STARS[stars]
    with Library(library_folder) as library:
        ids = ids_of_given(library, photos)
        library.photos.rate(dict.fromkeys(ids.values(), rating))
        annotations = library.photos.annotations(list(ids.values()))
    if as_json:
        say_json([{"path": path, "rating": annotations[number].rating} for path, number in ids.items()])
        return
    count = counted(len(set(ids.values())), "photo")
    if rating is None:
        say(f"{count}: the stars are those of the files again.")
    else:
        say(f"{count} rejected." if rating < 0 else f"{count}: {counted(rating, 'star')}.")
