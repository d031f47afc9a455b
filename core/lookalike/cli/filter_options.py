"""Filter options, which narrow a search or a list: ``--in --from --to --camera --rating --keyword --format --area``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from lookalike.catalog.filters import Area, FilterError, Filters, area_of, first_day, last_day
from lookalike.cli.options import PATH, TEXT

Value = TypeVar("Value", date, Area)


def _read_by(read: Callable[[str], Value]) -> Callable[..., Value | None]:
    def callback(context: click.Context, parameter: click.Parameter, value: str | None) -> Value | None:
        try:
            return None if value is None else read(value)
        except FilterError as error:
            raise click.BadParameter(str(error)) from error

    return callback


_OPTIONS = (
    click.option("--in", "folders", multiple=True, type=PATH, help="Only photos in this folder."),
    click.option(
        "--from", "since", callback=_read_by(first_day), help="Only since: 2019, 2019-07 or 2019-07-18."
    ),
    click.option(
        "--to", "until", callback=_read_by(last_day), help="Only until: 2019, 2019-07 or 2019-07-18."
    ),
    click.option(
        "--camera", "cameras", multiple=True, type=TEXT, help="Only by a camera with this in its name."
    ),
    click.option("--rating", type=click.IntRange(-1, 5), help="Only with at least this many stars."),
    click.option("--keyword", "keywords", multiple=True, type=TEXT, help="Only with this keyword."),
    click.option("--format", "formats", multiple=True, type=TEXT, help="Only of this format, as in JPEG."),
    click.option(
        "--area",
        metavar="S,W,N,E",
        callback=_read_by(area_of),
        help="Only taken between these degrees south, west, north and east.",
    ),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the filter options to a command, which gets them as one argument ``filters``."""

    @wraps(command)
    def with_filters(
        *arguments: Any,
        folders: tuple[Path, ...],
        since: date | None,
        until: date | None,
        cameras: tuple[str, ...],
        rating: int | None,
        keywords: tuple[str, ...],
        formats: tuple[str, ...],
        area: Area | None,
        **options: Any,
    ) -> Any:
        if since is not None and until is not None and since > until:
            raise click.UsageError(f"--from {since} is later than --to {until}.")
        filters = Filters(folders, since, until, cameras, rating, keywords, formats, area=area)
        return command(*arguments, filters=filters, **options)

    for option in reversed(_OPTIONS):
        with_filters = option(with_filters)
    return with_filters
