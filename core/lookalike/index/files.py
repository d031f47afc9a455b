"""The files of an index folder: durable writing, the manifest, and what to do with leftovers."""

from __future__ import annotations

import json
import math
import uuid
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.durable import TEMPORARY, write_durably

FORMAT = 6
MANIFEST = "manifest.json"
KINDS = ("segment", "codes", "codebook", "state")
"""What the files of a folder are called, before a dash and a random number."""
READ_BYTES = 1 << 20
"""Bytes that are checked at a time."""


class UnusableFileError(Exception):
    """A file of the index cannot be used; the text says why, fit to follow the file's name."""


@dataclass(frozen=True)
class IndexFile:
    """A file as the manifest names it.

    Attributes:
        name: file name within the folder.
        rows: vectors in it.
        bytes: its size.
        bulk_start: where its vectors or codes begin, which make up most of it; a flaw there costs accuracy.
        bulk_end: where they end.
        head_checksum: CRC-32 of all but these.
        bulk_checksum: CRC-32 of these.
        coded: for a segment, whether the coarse codes cover it.
    """

    name: str
    rows: int
    bytes: int
    bulk_start: int
    bulk_end: int
    head_checksum: int
    bulk_checksum: int
    coded: bool = False


Reaches = tuple[tuple[int, float], ...]
"""Numbers of neighbours, ascending, and the reach for each, as `Training` says; the furthest counts."""


@dataclass(frozen=True)
class Training:
    """How a codebook was made and what it was found to give.

    A query looks into the lists whose centres are no further from it than the last of the k nearest that it has found
    by then, plus half the distance of the nearest centre, plus a reach, all as squared distances; what it has found is
    judged by the codes. (No theory is behind the half: of 0, a quarter and a half of that distance, and half to
    five quarters of the other, this pair left the fewest entries to look through.)

    Attributes:
        rows: live vectors in the index then.
        reach_of_10: the reach of a query for the 10 nearest.
        reach_of_100: the reach of a query for the 100 nearest.
        recall: share of the true 10 nearest that were found, right after training.
        checked_rows: live vectors when the recall was last measured.
        checked_recall: what it was then.
    """

    rows: int
    reach_of_10: float
    reach_of_100: float
    recall: float
    checked_rows: int
    checked_recall: float

    def reaches(self, k: int) -> Reaches:
        """How far a query for the k nearest looks: for the 10 nearest of them, and for all.

        The reach changes as much for each tenfold k as from 10 to 100.
        """
        further = (self.reach_of_100 - self.reach_of_10) * math.log10(max(k, 10) / 10)
        return (
            ((10, self.reach_of_10),)
            if k <= 10
            else ((10, self.reach_of_10), (k, self.reach_of_10 + further))
        )


@dataclass(frozen=True)
class Manifest:
    """What a folder holds.

    Attributes:
        key: the describer's key.
        dimension: length of the vectors.
        segments: oldest first.
        codebook: what the codes were made with, or None before there is one.
        codes: coarse codes of the segments that are marked as coded.
        training: of the codebook.
        mark: the record's state that segments and `state` together stand for; None where that is unknown.
        state: dead rows of the segments, and ids that were not in a segment yet; None for none of either.
    """

    key: str
    dimension: int
    segments: tuple[IndexFile, ...] = ()
    codebook: IndexFile | None = None
    codes: tuple[IndexFile, ...] = ()
    training: Training | None = None
    mark: str | None = None
    state: IndexFile | None = None

    @property
    def files(self) -> tuple[IndexFile, ...]:
        """All files that count."""
        single = (file for file in (self.codebook, self.state) if file is not None)
        return (*self.segments, *self.codes, *single)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the folder's manifest.

    Raises:
        OSError: it could not be written.
    """
    body = {"format": FORMAT, **asdict(manifest)}
    write_durably(folder / MANIFEST, json.dumps({**body, "checksum": _checksum(body)}, indent=1).encode())


def read_manifest(folder: Path) -> Manifest:
    """Read the folder's manifest.

    Raises:
        FileNotFoundError: there is none.
        Unusable: it is damaged, cannot be read, or is of a newer version of Lookalike.
    """
    try:
        text = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnusableFileError(f"could not be read ({error.strerror})") from error
    try:
        body = json.loads(text)
        checksum = body.pop("checksum")
        version = body.pop("format")
        if isinstance(version, int) and version > FORMAT:
            raise UnusableFileError("was written by a newer version of Lookalike")
        if checksum != _checksum({"format": version, **body}):
            raise UnusableFileError("was damaged")
        if version < FORMAT:
            raise UnusableFileError("was written by an older version of Lookalike")
        return _manifest(body)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnusableFileError("was damaged") from error


def _checksum(body: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(body, sort_keys=True).encode())


def _manifest(body: dict[str, Any]) -> Manifest:
    def file(fields: dict[str, Any] | None) -> IndexFile | None:
        return None if fields is None else IndexFile(**fields)

    return Manifest(
        key=body["key"],
        dimension=body["dimension"],
        segments=tuple(IndexFile(**fields) for fields in body["segments"]),
        codebook=file(body["codebook"]),
        codes=tuple(IndexFile(**fields) for fields in body["codes"]),
        training=None if body["training"] is None else Training(**body["training"]),
        mark=body["mark"],
        state=file(body["state"]),
    )


def new_name(kind: str) -> str:
    """A name, never used before, for a file of one of the `KINDS`."""
    return f"{kind}-{uuid.uuid4().hex[:16]}.bin"


def write_file(folder: Path, name: str, content: NDArray[np.uint8], rows: int, bulk: range) -> IndexFile:
    """Store a file; it counts once a manifest names it.

    Args:
        folder: where.
        name: a new one.
        content: its bytes.
        rows: vectors in it.
        bulk: where in it the codes lie.

    Raises:
        OSError: it could not be written.
    """
    file = IndexFile(
        name,
        rows,
        content.size,
        bulk.start,
        bulk.stop,
        _head_checksum(content, bulk),
        zlib.crc32(content[bulk.start : bulk.stop].data),
    )
    write_durably(folder / file.name, content.data)
    return file


def map_file(folder: Path, file: IndexFile) -> NDArray[np.uint8]:
    """Map a file into memory and compare all but its codes with their checksum.

    Raises:
        FileNotFoundError: it is not there.
        Unusable: its bytes are not those that were written.
    """
    path = folder / file.name
    try:
        if path.stat().st_size != file.bytes:
            raise UnusableFileError("was cut short or changed")
        content = np.memmap(path, np.uint8, "r")
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise UnusableFileError(f"could not be read ({error})") from error
    if _head_checksum(content, range(file.bulk_start, file.bulk_end)) != file.head_checksum:
        raise UnusableFileError("was damaged")
    return content


def check_bulk(folder: Path, file: IndexFile, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Compare a file's codes with their checksum; read, not mapped, so that they do not stay in memory.

    Raises:
        FileNotFoundError: it is not there.
        Unusable: its bytes are not those that were written.
    """
    checksum = 0
    left = file.bulk_end - file.bulk_start
    try:
        with (folder / file.name).open("rb", buffering=0) as stream:
            stream.seek(file.bulk_start)
            while left and not cancelled():
                piece = stream.read(min(left, READ_BYTES))
                if not piece:
                    raise UnusableFileError("was cut short or changed")
                checksum = zlib.crc32(piece, checksum)
                left -= len(piece)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnusableFileError(f"could not be read ({error.strerror})") from error
    if not left and checksum != file.bulk_checksum:
        raise UnusableFileError("was damaged")


def _head_checksum(content: NDArray[np.uint8], bulk: range) -> int:
    return zlib.crc32(content[bulk.stop :].data, zlib.crc32(content[: bulk.start].data))


def sweep(folder: Path, manifest: Manifest, spared: Callable[[], set[str]]) -> None:
    """Delete files that no longer count and unfinished ones, less those that are spared by name (and theirs).

    One that another process has mapped stays readable for it; where the system refuses to delete such a file
    (Windows), a later sweep does.

    Args:
        folder: where.
        manifest: names the files that count.
        spared: gives the names of files that another thread may be writing, each named before it is begun.
    """
    # What the first version of this folder called its segments has no place in the second.
    patterns = (*(f"{kind}-*.bin" for kind in KINDS), "segment-*.faiss", f"*{TEMPORARY}")
    found = [path for pattern in patterns for path in folder.glob(pattern)]
    # Asked for after looking: what was begun since then was not seen.
    names = spared()
    counting = {file.name for file in manifest.files} | names | {name + TEMPORARY for name in names}
    for path in found:
        if path.name not in counting:
            with suppress(OSError):
                path.unlink()
