"""Reading of annotation files: what is missing or broken is told in one line, with where to get it."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import LookalikeError, Phrase, os_errors
from lookalike.user_paths import demand_folder, resolved

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"})


@dataclass(frozen=True)
class Source:
    """Where a data set comes from.

    Attributes:
        title: its name in full.
        address: where it can be had.
        layout: the files and folders that are expected in its folder, in one line.
    """

    title: str
    address: str
    layout: str

    @property
    def remedy(self) -> Phrase:
        """What to do about a set that is not whole."""
        return Phrase(
            "{title} has {layout}; it can be had from {address}.",
            title=self.title,
            layout=self.layout,
            address=self.address,
        )


def missing(what: Path | str, source: Source, note: str = "") -> LookalikeError:
    """The error for something that a data set lacks.

    Args:
        what: the file or folder.
        source: where the set comes from.
        note: what else is to be said of it, such as how many others are missing.
    """
    return LookalikeError("{what} is missing{note}.", "{remedy}", what=what, note=note, remedy=source.remedy)


def broken(path: Path, why: object, source: Source, line: int | None = None) -> LookalikeError:
    """The error for a file that is not what it should be."""
    if line is None:
        return LookalikeError(
            "{path} is broken: {why}.", "{remedy}", path=path, why=why, remedy=source.remedy
        )
    return LookalikeError(
        "Line {line} of {path} is broken: {why}.",
        "{remedy}",
        line=line,
        path=path,
        why=why,
        remedy=source.remedy,
    )


def existing_root(root: Path) -> Path:
    """A data set's folder, resolved.

    Raises:
        LookalikeError: there is no such folder, or it cannot be reached.
    """
    demand_folder(root)
    return resolved(root)


def required_folder(places: Sequence[Path], source: Source) -> Path:
    """The first of several folders that is there.

    Raises:
        LookalikeError: none is.
    """
    for place in places:
        if place.is_dir():
            return place
    raise missing(places[0], source)


def required_file(places: Sequence[Path], source: Source) -> Path:
    """The first of several files that is there.

    Raises:
        LookalikeError: none is.
    """
    for place in places:
        if place.is_file():
            return place
    raise missing(places[0], source)


def check_photos(paths: Iterable[Path], source: Source) -> None:
    """See whether photos are there; none is opened, and no list is made of them.

    Raises:
        LookalikeError: some are not: the first one and how many.
    """
    first, count, total = None, 0, 0
    for path in paths:
        total += 1
        if not path.is_file():
            first = first or path
            count += 1
    if first is not None:
        note = f", and {count - 1} more of {total} photos are" if count > 1 else f", of {total} photos"
        raise missing(first, source, note)


def read_lines(path: Path, source: Source) -> list[str]:
    """The lines of a text file that are not empty.

    Raises:
        LookalikeError: it cannot be read, or is no text.
    """
    return [line for _, line in numbered_lines(path, source)]


def numbered_lines(path: Path, source: Source) -> Iterator[tuple[int, str]]:
    """The lines of a text file that are not empty, with their numbers from 1, one at a time.

    Raises:
        LookalikeError: it cannot be read, or is no text.
    """
    with (
        os_errors(Phrase("{path} cannot be read", path=path), "{remedy}", remedy=source.remedy),
        path.open(encoding="utf-8-sig") as file,
    ):
        try:
            for number, line in enumerate(file, 1):
                if stripped := line.strip():
                    yield number, stripped
        except UnicodeDecodeError as error:
            raise broken(path, "it is no text", source) from error


def read_rows(
    path: Path, columns: Sequence[str], source: Source, header: bool = True
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers, one at a time.

    Args:
        path: the file.
        columns: the columns that are needed; those of a file without a header, in order.
        source: where the set comes from.
        header: whether the file has one; a first line with the names of the columns is passed over in any case.

    Raises:
        LookalikeError: it cannot be read, lacks a column, or a row has another number of fields.
    """
    with (
        os_errors(Phrase("{path} cannot be read", path=path), "{remedy}", remedy=source.remedy),
        path.open(encoding="utf-8-sig", newline="") as file,
    ):
        reader = csv.reader(file)
        try:
            names = next(reader, [])
            rows: Iterable[list[str]] = reader
            if not header and names != list(columns):
                rows, names = itertools.chain([names], reader), list(columns)
            lacking = [name for name in columns if name not in names]
            if lacking:
                raise broken(path, f"it has no column {lacking[0]}", source)
            for row in rows:
                if not row:
                    continue
                if len(row) != len(names):
                    why = f"it has {len(row)} fields in place of {len(names)}"
                    raise broken(path, why, source, max(reader.line_num, 1))
                yield max(reader.line_num, 1), dict(zip(names, row, strict=True))
        except UnicodeDecodeError as error:
            raise broken(path, "it is no text", source) from error
        except csv.Error as error:
            raise broken(path, error, source, reader.line_num) from error


def photos_in(folder: Path) -> list[Path]:
    """The photos that lie in a folder itself, by name."""
    return sorted(
        path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()
    )
