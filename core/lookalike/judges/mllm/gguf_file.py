"""GGUF files: their metadata and tensor table, read without the weights.

The layout is that of the GGUF specification (ggml-org/ggml, docs/gguf.md), versions 2 and 3. The
`gguf` package's own reader makes Python objects of the whole vocabulary, which for 150,000 tokens takes
longer than loading the model; this one steps over it.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.judges.mllm.errors import JudgeError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
KEPT_ARRAY = 1024
"""Longer arrays (vocabulary, merges) are stepped over, and all arrays of strings are."""
MAX_DIMENSIONS = 4

STRING, ARRAY = 8, 9
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


@dataclass(frozen=True)
class Weights:
    """Where a tensor's numbers lie.

    Attributes:
        kind: how they are stored, a `gguf.GGMLQuantizationType`.
        start: bytes before them in the file.
    """

    kind: int
    start: int


@dataclass(frozen=True)
class GgufFile:
    """The metadata of one file.

    Attributes:
        path: the file.
        size: bytes it takes.
        values: the metadata by key: numbers, strings, and short arrays of numbers.
        tensors: the shape of each tensor by name, fastest-running dimension first.
        weights: where each tensor's numbers lie, by name.
    """

    path: Path
    size: int
    values: dict[str, Any]
    tensors: dict[str, tuple[int, ...]]
    weights: dict[str, Weights]

    @property
    def architecture(self) -> str:
        """The kind of network, ``"clip"`` for every projector file."""
        return str(self.values.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """What the model calls itself, or else the file's name."""
        name = self.values.get("general.name")
        return name.strip() if isinstance(name, str) and name.strip() else self.path.stem

    def number(self, key: str, default: int = 0) -> int:
        """An integer; of an array (one value per layer) the largest."""
        value = self.values.get(key, default)
        if isinstance(value, tuple):
            value = max(value, default=default)
        return int(value) if isinstance(value, int | float) else default

    def bytes_of(self, tensor: str) -> int:
        """Bytes that a tensor's numbers take."""
        return _tensor_bytes(self.tensors[tensor], self.weights[tensor].kind)


def read_gguf(path: Path) -> GgufFile:
    """Read a file's metadata and check that all its weights are there.

    Raises:
        JudgeError: the file is missing, unreadable, no GGUF file, cut short or damaged.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise JudgeError("{file} is not a GGUF model file.", "Choose another file.", file=path.name)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(path, data).read()
    except OSError as error:
        raise JudgeError(
            "{path} cannot be read: {reason}.",
            "Check the file's name and its place.",
            path=path,
            reason=error.strerror or error,
        ) from error


def _cut_short(path: Path) -> JudgeError:
    return JudgeError("{file} is cut short or damaged.", "Copy or download it again.", file=path.name)


class _Reader:
    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._at = len(MAGIC)

    def read(self) -> GgufFile:
        version = self._take("I")
        if version not in VERSIONS:
            raise JudgeError(
                "{file} has a GGUF version that Lookalike does not read.",
                "Choose a newer file.",
                file=self._path.name,
            )
        n_tensors, n_values = self._take("Q"), self._take("Q")
        values: dict[str, Any] = {}
        for _ in range(n_values):
            key = self._string()
            value = self._value(self._take("I"))
            if value is not None:
                values[key] = value
        tensors: dict[str, tuple[int, ...]] = {}
        places: dict[str, tuple[int, int]] = {}
        ends = [0]
        for _ in range(n_tensors):
            name = self._string()
            dimensions = self._take("I")
            if dimensions > MAX_DIMENSIONS:
                raise _cut_short(self._path)
            shape = tuple(self._take("Q") for _ in range(dimensions))
            kind, offset = self._take("I"), self._take("Q")
            tensors[name], places[name] = shape, (kind, offset)
            ends.append(offset + _tensor_bytes(shape, kind))
        alignment = values.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment <= 0:
            raise _cut_short(self._path)
        start = -(-self._at // alignment) * alignment
        if not tensors or start + max(ends) > len(self._data):
            raise _cut_short(self._path)
        weights = {name: Weights(kind, start + offset) for name, (kind, offset) in places.items()}
        return GgufFile(self._path, len(self._data), values, tensors, weights)

    def _take(self, code: str) -> Any:
        layout = struct.Struct("<" + code)
        try:
            (value,) = layout.unpack_from(self._data, self._at)
        except struct.error as error:
            raise _cut_short(self._path) from error
        self._at += layout.size
        return value

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise _cut_short(self._path)

    def _skip_strings(self, count: int) -> None:
        # Some hundred thousand of them, on every start: worth a tight loop.
        data, at, read = self._data, self._at, struct.Struct("<Q").unpack_from
        try:
            for _ in range(count):
                at += 8 + read(data, at)[0]
        except (struct.error, OverflowError) as error:
            raise _cut_short(self._path) from error
        self._at = at
        self._skip(0)

    def _string(self) -> str:
        length = self._take("Q")
        start = self._at
        self._skip(length)
        return self._data[start : self._at].decode("utf-8", "replace")

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._string()
        if kind in SCALARS:
            return self._take(SCALARS[kind])
        if kind != ARRAY:
            raise _cut_short(self._path)
        item, count = self._take("I"), self._take("Q")
        if item == STRING:
            self._skip_strings(count)
            return None
        if item not in SCALARS:
            raise _cut_short(self._path)
        if count > KEPT_ARRAY:
            self._skip(count * struct.calcsize(SCALARS[item]))
            return None
        return tuple(self._take(SCALARS[item]) for _ in range(count))


def _tensor_bytes(shape: tuple[int, ...], kind: int) -> int:
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    try:
        block, size = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
    except (ValueError, KeyError):
        # A type newer than the package: its tensors' ends stay unchecked, and loading will tell.
        return 0
    count: int = math.prod(shape) // block * size
    return count
