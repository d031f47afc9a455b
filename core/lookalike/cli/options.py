"""Shared options and arguments of the commands."""

from __future__ import annotations

from pathlib import Path

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

folder_argument = click.argument("path", type=click.Path(path_type=Path))

folder_arguments = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
