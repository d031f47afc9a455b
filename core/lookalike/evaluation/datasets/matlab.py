"""MAT-files of MATLAB 5 to 7.2, as far as annotations use them: structures, cells, text and numbers.

Layout: The MathWorks, "MAT-File Format" (matfile_format.pdf). SciPy reads them too (and the tests compare with it),
but would be the program's largest dependency but two, for one file of one data set.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.errors import Phrase, os_errors
from lookalike.evaluation.datasets.reading import Source, broken

HEADER = 128
COMPRESSED, MATRIX = 15, 14
CELL, STRUCTURE, TEXT = 1, 2, 4
NUMBERS = range(6, 16)

MOST = 1 << 28
"""Bytes that one variable may unpack to."""

TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""NumPy's names of the types that numbers are stored as."""

ENCODINGS = {16: "utf-8", 17: "utf-16", 18: "utf-32"}


class MatFileError(ValueError):
    """A MAT-file that is broken, or has what annotations have no use for."""


def read_mat(path: Path, source: Source) -> dict[str, Any]:
    """The variables of a MAT-file by name, each as `parse_mat` has it.

    Raises:
        LookalikeError: it cannot be read, or is broken.
    """
    with os_errors(Phrase("{path} cannot be read", path=path), "{remedy}", remedy=source.remedy):
        content = path.read_bytes()
    try:
        return parse_mat(content)
    except MatFileError as error:
        raise broken(path, error, source) from error


def parse_mat(content: bytes) -> dict[str, Any]:
    """The variables of a MAT-file by name.

    A cell array is a list, a structure array a list of dictionaries, both in the order of MATLAB's columns; text is a
    string, and numbers are an array of one dimension.

    Raises:
        MatFileError: it is broken, or of another version.
    """
    if content[:8] == b"\x89HDF\r\n\x1a\n" or content[124:126] in (b"\x00\x02", b"\x02\x00"):
        raise MatFileError("it is a MAT-file of version 7.3; that of the authors is older")
    order = {b"IM": "<", b"MI": ">"}.get(content[126:128])
    if order is None:
        raise MatFileError("it is no MAT-file")
    found: dict[str, Any] = {}
    try:
        reader = _Reader(content, HEADER, order)
        while reader.left():
            kind, body = reader.element()
            if kind == COMPRESSED:
                unpacked = zlib.decompressobj().decompress(body, MOST)
                kind, body = _Reader(unpacked, 0, order).element()
            if kind == MATRIX:
                name, value = _matrix(body, order)
                found[name] = value
    except MatFileError:
        raise
    except (struct.error, zlib.error, ValueError, LookupError, RecursionError, MemoryError) as error:
        raise MatFileError(f"it is damaged ({type(error).__name__})") from error
    return found


class _Reader:
    """Takes one element after the other."""

    def __init__(self, content: bytes, start: int, order: str) -> None:
        self._content = content
        self._at = start
        self._order = order

    def left(self) -> bool:
        return self._at < len(self._content)

    def element(self) -> tuple[int, bytes]:
        """The type and the bytes of the next element."""
        (first,) = struct.unpack_from(self._order + "I", self._content, self._at)
        if first >> 16:
            # A small element has its size, its type and its bytes in eight bytes together.
            kind, size, start = first & 0xFFFF, first >> 16, self._at + 4
            self._at += 8
        else:
            kind = first
            (size,) = struct.unpack_from(self._order + "I", self._content, self._at + 4)
            start = self._at + 8
            self._at = start + (size if kind == COMPRESSED else size + -size % 8)
        body = self._content[start : start + size]
        if len(body) < size:
            raise MatFileError("it ends too soon")
        return kind, body


def _matrix(body: bytes, order: str) -> tuple[str, Any]:
    """The name and the value of a variable, a cell or a field."""
    if not body:
        return "", np.zeros(0)
    reader = _Reader(body, 0, order)
    (flags,) = struct.unpack_from(order + "I", reader.element()[1])
    kind = flags & 0xFF
    size = int(np.prod(np.frombuffer(reader.element()[1], order + "i4"), dtype=np.int64))
    name = reader.element()[1].decode("latin-1")
    if kind == CELL:
        return name, [_value(reader, order) for _ in range(size)]
    if kind == STRUCTURE:
        (width,) = struct.unpack(order + "i", reader.element()[1])
        names = reader.element()[1]
        fields = [
            names[at : at + width].split(b"\0")[0].decode("latin-1") for at in range(0, len(names), width)
        ]
        return name, [{field: _value(reader, order) for field in fields} for _ in range(size)]
    if kind == TEXT:
        return name, _text(*reader.element(), order)
    if kind in NUMBERS:
        stored, numbers = reader.element()
        return name, np.frombuffer(numbers, order + TYPES[stored]).astype(np.float64)
    raise MatFileError(f"it has an array of class {kind}")


def _value(reader: _Reader, order: str) -> Any:
    kind, body = reader.element()
    if kind != MATRIX:
        raise MatFileError(f"it has an element of type {kind} where an array belongs")
    return _matrix(body, order)[1]


def _text(stored: int, body: bytes, order: str) -> str:
    if stored in ENCODINGS:
        suffix = "" if stored == 16 else "-le" if order == "<" else "-be"
        return body.decode(ENCODINGS[stored] + suffix)
    return "".join(map(chr, np.frombuffer(body, order + TYPES[stored]).tolist()))
