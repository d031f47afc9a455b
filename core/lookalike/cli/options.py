"""Shared options and arguments of the commands, and the types of what is given."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click

from lookalike.user_paths import expanded, path_of_address

MOST = 10**9
"""The largest number that an option takes."""


class TextType(click.ParamType):  # type: ignore[type-arg]
    """A text that is not blank."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text itself."""
        if not value.strip():
            self.fail("it is empty.", param, ctx)
        return value


class PathType(click.ParamType):  # type: ignore[type-arg]
    """The path of a file or a folder; also as a ``file:`` address, and with ``~`` for the home folder.

    Args:
        folder: whether it is a folder, there or not.
    """

    def __init__(self, folder: bool = False) -> None:
        self.folder = folder
        self.name = "directory" if folder else "path"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, which need not exist."""
        if isinstance(value, Path):
            return value
        if not value:
            # Path("") would be the working folder.
            self.fail("it is empty.", param, ctx)
        path = path_of_address(value) or expanded(Path(value))
        if self.folder and os.path.isfile(path):  # noqa: PTH113
            self.fail(f"{value!r} is a file.", param, ctx)
        return path


class NumberType(click.FloatRange):
    """A number of a range; neither infinite nor none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


TEXT = TextType()
PATH = PathType()
COUNT = click.IntRange(1, MOST)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

folder_argument = click.argument("path", type=PATH)

folder_arguments = click.argument("paths", nargs=-1, type=PATH)
