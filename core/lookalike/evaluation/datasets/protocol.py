"""The data set protocol: a gallery of folders, queries with ground truth, and the figures that its authors define."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import Measure


class Dataset(Protocol):
    """A data set on the disk. Opening one checks that it is whole; photos are read by the search only.

    Readers inherit what most sets have in common.

    Attributes:
        name: as it is typed on the command line.
        root: its folder, resolved. Photos are named by their path in it.
        folders: the folders whose photos are searched in.
        measures: the figures that its authors define, the main one first.
        depth: how many results they look at; None for all. A ranking is no longer than they need.
    """

    name: str
    root: Path
    folders: tuple[Path, ...]
    measures: tuple[Measure, ...]
    depth: int | None = None

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The queries, read as they are asked for; the same ones in the same order each time."""

    def outside(self) -> Iterator[Path]:
        """Photos that lie in the folders but are not searched in, such as the queries of some sets; by default none."""
        return iter(())

    def count(self) -> int:
        """How many queries there are."""


def image_name(root: Path, path: Path) -> str:
    """A photo's name within a data set: its path in the set's folder, or else its whole path."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
