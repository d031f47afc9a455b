"""Index files: writing and mapping them with checksums, manifests, and deleting leftovers."""

from __future__ import annotations

import json
import math
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.durable import TEMPORARY, write_durably, write_pieces_durably

FORMAT = 6
MANIFEST = "manifest.json"
KINDS = ("segment", "codes", "codebook", "state")
"""What file names begin with; a dash and a random number follow."""
READ_BYTES = 1 << 20
"""Bytes read at a time to check them."""


class UnusableFileError(Exception):
    """A file of the index cannot be used; the message says why and completes a sentence that begins with its name."""


@dataclass(frozen=True)
class IndexFile:
    """A file as the manifest lists it; the fields are those of the manifest's JSON.

    Attributes:
        name: file name within the folder.
        rows: vectors in it.
        bytes: its size.
        bulk_start: where its vectors or codes begin, the bulk of it; a flaw there only costs accuracy.
        bulk_end: where they end.
        head_checksum: CRC-32 of everything else.
        bulk_checksum: CRC-32 of the bulk.
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
"""Numbers of neighbours, ascending, each with its reach (see `Training`); the one that leads furthest counts."""


@dataclass(frozen=True)
class Training:
    """How the coarse quantizer was trained, and how well searches with it do.

    Which lists a query probes depends on what it found in the nearest ones (adaptive pruning): those whose centroids
    lie within the k-th distance found so far by the codes, plus half the distance of the nearest centroid, plus a
    *reach*, all squared. The reach is tuned after training until the recall is right (docs/benchmarks.md, The vector
    index).

    Attributes:
        rows: live vectors in the index when it was trained.
        reach_of_10: the reach of a query for the 10 nearest.
        reach_of_100: the reach of a query for the 100 nearest.
        recall: share of the true 10 nearest that were found right after training; 0 until it is measured.
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
        """The reaches of a query for the k nearest: for the 10 nearest of them, and for all.

        With each tenfold k the reach changes as much as it does from 10 to 100.
        """
        further = (self.reach_of_100 - self.reach_of_10) * math.log10(max(k, 10) / 10)
        return (
            ((10, self.reach_of_10),)
            if k <= 10
            else ((10, self.reach_of_10), (k, self.reach_of_10 + further))
        )


@dataclass(frozen=True)
class Manifest:
    """What a folder holds; the fields are those of its JSON.

    Attributes:
        key: the describer's key.
        dimension: length of the vectors.
        segments: oldest first.
        codebook: the coarse quantizer's file, or None before there is one.
        codes: coarse codes of the segments that are marked as coded.
        training: of the quantizer.
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
    write_body(folder, FORMAT, asdict(manifest))


def write_body(folder: Path, version: int, body: dict[str, object]) -> None:
    """Replace a folder's manifest, whatever it says.

    Raises:
        OSError: it could not be written.
    """
    body = {"format": version, **body}
    write_durably(folder / MANIFEST, json.dumps({**body, "checksum": _checksum(body)}, indent=1).encode())


def read_manifest(folder: Path) -> Manifest:
    """Read the folder's manifest.

    Raises:
        FileNotFoundError: there is none.
        UnusableFileError: it is damaged, cannot be read, or is of another version of Lookalike.
    """
    body = read_body(folder, FORMAT)
    try:
        return _manifest(body)
    except (TypeError, KeyError, AttributeError) as error:
        raise UnusableFileError("was damaged") from error


def read_body(folder: Path, version: int) -> dict[str, Any]:
    """Read what `write_body` wrote.

    Raises:
        FileNotFoundError: there is no manifest.
        UnusableFileError: it is damaged, cannot be read, or is of another version of Lookalike.
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
        found = body.pop("format")
        if isinstance(found, int) and found > version:
            raise UnusableFileError("was written by a newer version of Lookalike")
        if checksum != _checksum({"format": found, **body}):
            raise UnusableFileError("was damaged")
        if found < version:
            raise UnusableFileError("was written by an older version of Lookalike")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnusableFileError("was damaged") from error
    fields: dict[str, Any] = body
    return fields


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
    """Make up a name, never used before, for a file of one of the `KINDS`."""
    return f"{kind}-{uuid.uuid4().hex[:16]}.bin"


def write_file(folder: Path, name: str, content: NDArray[np.uint8], rows: int, bulk: range) -> IndexFile:
    """Store a file; it counts once a manifest names it.

    Args:
        folder: where.
        name: a new one.
        content: its bytes.
        rows: vectors in it.
        bulk: where in it the vectors or codes lie.

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


def write_pieces(folder: Path, name: str, head: bytes, bulk: Iterable[bytes], rows: int) -> IndexFile:
    """Store a file whose bulk is made while it is written; it counts once a manifest names it.

    Args:
        folder: where.
        name: a new one.
        head: what comes first.
        bulk: what follows, piece by piece.
        rows: how many rows it has.

    Raises:
        OSError: it could not be written.
    """
    checksum, end = 0, len(head)

    def pieces() -> Iterator[bytes]:
        nonlocal checksum, end
        yield head
        for piece in bulk:
            checksum, end = zlib.crc32(piece, checksum), end + len(piece)
            yield piece

    write_pieces_durably(folder / name, pieces())
    return IndexFile(name, rows, end, len(head), end, zlib.crc32(head), checksum)


def map_file(folder: Path, file: IndexFile) -> NDArray[np.uint8]:
    """Map a file into memory and check everything but its bulk.

    Raises:
        FileNotFoundError: it is not there.
        UnusableFileError: its bytes are not those that were written.
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
    """Check the bulk of a file; it is read, not mapped, so that it does not stay in memory.

    Raises:
        FileNotFoundError: it is not there.
        UnusableFileError: its bytes are not those that were written.
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


def sweep(folder: Path, files: Iterable[IndexFile], spared: Callable[[], set[str]]) -> None:
    """Delete unfinished files and files that no longer count.

    A file that another process has mapped stays readable for it; where the system refuses to delete it (Windows), a
    later sweep does.

    Args:
        folder: where.
        files: those that count.
        spared: gives the names of files that another thread may be writing; each is named before it is begun.
    """
    # The first version of the format named its segments *.faiss.
    patterns = (*(f"{kind}-*.bin" for kind in KINDS), "segment-*.faiss", f"*{TEMPORARY}")
    found = [path for pattern in patterns for path in folder.glob(pattern)]
    # Asked after listing the folder: a file begun since then was not listed.
    names = spared()
    counting = {file.name for file in files} | names | {name + TEMPORARY for name in names}
    for path in found:
        if path.name not in counting:
            with suppress(OSError):
                path.unlink()
