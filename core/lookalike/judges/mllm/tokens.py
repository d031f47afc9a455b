"""Visual tokens: what the projector makes of one photo, and how that is kept."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"LKVT"
VERSION = 1
HEADER = struct.Struct("<4sHHIIIHH")


@dataclass(frozen=True)
class VisualTokens:
    """The projector's output for one photo: the language model's input embeddings.

    Attributes:
        embeddings: float32 (fresh) or float16 (kept), shape (tokens, width).
        positions: int32 (tokens, 4): time, row, column, and an unused fourth, relative to the first token's
            position. Models without M-RoPE use the first column alone.
        n_pos: how far the position after the photo lies beyond that before it; less than the number of
            tokens under M-RoPE.
        grid: columns and rows of the tokens.
    """

    embeddings: NDArray[Any]
    positions: NDArray[np.int32]
    n_pos: int
    grid: tuple[int, int]

    def halved(self) -> VisualTokens:
        """The same tokens in float16, as they are kept."""
        with np.errstate(over="ignore"):
            return VisualTokens(self.embeddings.astype(np.float16), self.positions, self.n_pos, self.grid)

    @property
    def finite(self) -> bool:
        """Whether every number is one; an overflow in float16 is not."""
        return bool(np.isfinite(self.embeddings).all())

    def pack(self) -> bytes:
        """The float16 tokens as bytes: a header, int16 positions, float16 embeddings, all little-endian."""
        count, width = self.embeddings.shape
        header = HEADER.pack(MAGIC, VERSION, 0, count, width, self.n_pos, *self.grid)
        return header + self.positions.astype("<i2").tobytes() + self.embeddings.astype("<f2").tobytes()

    @staticmethod
    def unpack(blob: bytes, width: int) -> VisualTokens | None:
        """Read what `pack` wrote; None if it is damaged, of another version or not `width` wide."""
        if len(blob) < HEADER.size:
            return None
        magic, version, _, count, kept_width, n_pos, columns, rows = HEADER.unpack_from(blob)
        if (magic, version, kept_width) != (MAGIC, VERSION, width):
            return None
        if count == 0 or len(blob) != HEADER.size + count * (4 * 2 + width * 2):
            return None
        positions = np.frombuffer(blob, "<i2", count * 4, HEADER.size).reshape(count, 4).astype(np.int32)
        embeddings = np.frombuffer(blob, "<f2", count * width, HEADER.size + count * 8).reshape(count, width)
        tokens = VisualTokens(embeddings.astype(np.float16), positions, n_pos, (columns, rows))
        return tokens if tokens.finite else None
