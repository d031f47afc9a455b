"""The commands of the command line, put together."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from lookalike import __version__, log
from lookalike.cli.add import add
from lookalike.cli.app import app
from lookalike.cli.captions import captions
from lookalike.cli.check import check
from lookalike.cli.doctor import doctor
from lookalike.cli.duplicates import duplicates
from lookalike.cli.evaluate import evaluate_command
from lookalike.cli.folders import folders
from lookalike.cli.models import models
from lookalike.cli.options import PathType
from lookalike.cli.photos import photos
from lookalike.cli.rate import rate
from lookalike.cli.remove import remove
from lookalike.cli.scan import scan
from lookalike.cli.search import search
from lookalike.cli.settings import settings_command
from lookalike.cli.start import start
from lookalike.cli.status import status
from lookalike.cli.storage import storage
from lookalike.cli.text import text
from lookalike.cli.things import things
from lookalike.cli.tokens import tokens
from lookalike.cli.trash import trash
from lookalike.cli.watch import watch
from lookalike.user_paths import absolute

logger = logging.getLogger(__name__)


@click.group()
@click.version_option(__version__, prog_name="lookalike")
@click.option(
    "--library",
    "library_folder",
    type=PathType(folder=True),
    help="The folder of the library, instead of your own default one.",
)
@click.option("--verbose", is_flag=True, help="Log details, and repeat the log on the error stream.")
@click.pass_context
def cli(context: click.Context, library_folder: Path | None, verbose: bool) -> None:
    """Find the other photos of the same thing in your own collection."""
    context.obj = None if library_folder is None else absolute(library_folder)
    if verbose:
        log.configure(verbose=True)
    logger.debug("Lookalike %s: %s", __version__, context.invoked_subcommand)


for command in (
    start,
    add,
    remove,
    folders,
    scan,
    watch,
    search,
    duplicates,
    settings_command,
    photos,
    rate,
    trash,
    things,
    status,
    storage,
    check,
    doctor,
    evaluate_command,
    models,
    tokens,
    text,
    captions,
    app,
):
    cli.add_command(command)
