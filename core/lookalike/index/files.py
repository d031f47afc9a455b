"""The files of an index folder: durable writing, the manifest, and what to do with leftovers."""

from __future__ import annotations

import json
import os
import uuid
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
MANIFEST = "manifest.json"
TEMPORARY = ".tmp"


class Unusable(Exception):
    """A file of the index cannot be used; the text says why, fit to follow the file's name."""


@dataclass(frozen=True)
class SegmentFile:
    """A segment as the manifest names it.

    Attributes:
        name: file name within the folder.
        rows: vectors in it.
        bytes: its size.
        checksum: CRC-32 of all its bytes.
    """

    name: str
    rows: int
    bytes: int
    checksum: int


@dataclass(frozen=True)
class Manifest:
    """What a folder holds: the describer's key, the vectors' dimension, and the segments, oldest first."""

    key: str
    dimension: int
    segments: tuple[SegmentFile, ...]


def write_durably(path: Path, content: bytes | memoryview) -> None:
    """Put a file in place, whole or not at all, and on the disk when this returns.

    Raises:
        OSError: it could not be written; the file that was there before still is.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


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
        raise Unusable(f"could not be read ({error.strerror})") from error
    try:
        body = json.loads(text)
        checksum = body.pop("checksum")
        version = body.pop("format")
        if isinstance(version, int) and version > FORMAT:
            raise Unusable("was written by a newer version of Lookalike")
        if checksum != _checksum({"format": version, **body}):
            raise Unusable("was damaged")
        segments = tuple(SegmentFile(**segment) for segment in body["segments"])
        return Manifest(body["key"], body["dimension"], segments)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unusable("was damaged") from error


def _checksum(body: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(body, sort_keys=True).encode())


def write_segment(folder: Path, content: NDArray[np.uint8], rows: int) -> SegmentFile:
    """Store a segment under a new name; it counts once a manifest names it.

    Raises:
        OSError: it could not be written.
    """
    file = SegmentFile(f"segment-{uuid.uuid4().hex[:16]}.faiss", rows, content.size, zlib.crc32(content.data))
    write_durably(folder / file.name, content.data)
    return file


def map_segment(folder: Path, file: SegmentFile) -> NDArray[np.uint8]:
    """Map a segment into memory and compare it with its checksum.

    Reading it whole runs at memory speed, and the first query would read it anyway.

    Raises:
        FileNotFoundError: it is not there.
        Unusable: its bytes are not those that were written.
    """
    path = folder / file.name
    try:
        if path.stat().st_size != file.bytes:
            raise Unusable("was cut short or changed")
        content = np.memmap(path, np.uint8, "r")
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise Unusable(f"could not be read ({error})") from error
    if zlib.crc32(content.data) != file.checksum:
        raise Unusable("was damaged")
    return content


def sweep(folder: Path, manifest: Manifest) -> None:
    """Delete segments that no longer count and unfinished files.

    One that another process has mapped stays readable for it; where the system refuses to delete such a file
    (Windows), a later sweep does.
    """
    counting = {segment.name for segment in manifest.segments}
    for pattern in ("segment-*.faiss", f"*{TEMPORARY}"):
        for path in folder.glob(pattern):
            if path.name not in counting:
                with suppress(OSError):
                    path.unlink()
