"""Evaluation options: which data set is measured, and in which library, for ``evaluate`` and the commands below it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from lookalike.cli.options import PATH, TEXT, PathType
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library

F = TypeVar("F", bound=Callable[..., Any])

set_option = click.option(
    "--set",
    "set_name",
    type=TEXT,
    default="own",
    show_default=True,
    metavar="NAME",
    help="Which data set PATH holds, as its authors lay it out: ilias, instre, roxford, rparis, gldv2, product1m, "
    "holidays, ukbench, copydays, disc21, customconcept101, dreambooth; own is a ground-truth file of our format.",
)

judge_option = click.option(
    "--judge", type=TEXT, default=NO_JUDGE, show_default=True, help="none, geometry, mllm, or a model's name."
)

metric_option = click.option(
    "--metric", type=TEXT, help="By which figure; the data set's first one of single queries otherwise."
)


def library_options(command: F) -> F:
    """Add the options ``descriptor`` and ``keep`` to a command."""
    keep = click.option(
        "--keep",
        type=PathType(folder=True),
        help="Keep the index and all judgements in this folder, and reuse what is there.",
    )
    descriptor = click.option(
        "--descriptor",
        type=TEXT,
        help="Describe the photos with this imported model instead of the embedded one.",
    )
    return descriptor(keep(command))


def save_option(help_text: str, *, required: bool = False) -> Callable[[F], F]:
    """The option ``save``: the file that a run is saved to."""
    return click.option("--save", type=PATH, required=required, help=help_text)


@contextmanager
def evaluation_library(keep: Path | None, descriptor: str | None) -> Iterator[Library]:
    """A library for a data set; in a temporary folder, deleted at the end, unless it is to be kept.

    Args:
        keep: its folder; None for a temporary one.
        descriptor: name of the imported model that describes its photos; None for the embedded one.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="lookalike-evaluate-"))
    try:
        if descriptor is not None:
            with Library(folder) as library:
                library.descriptor.choose(descriptor)
        with Library(folder) as library:
            yield library
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
