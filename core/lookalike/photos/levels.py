"""Levels: which values of wide channels are black and white, and their reduction to 8 bits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ONE_BYTE, _TWO_BYTES = 255.0, 65535.0
_SENSOR_BITS = (8, 10, 12, 14)
_OVERSHOOT = 16.0
"""Floating-point photos may hold lights brighter than white, up to so many times; beyond that, white is not 1."""

_ROWS = 64


@dataclass
class Extent:
    """The lowest and the highest of the finite values seen so far."""

    low: float = math.inf
    high: float = -math.inf

    def add(self, values: NDArray[np.generic]) -> None:
        """Take in more values, of any shape."""
        for rows in _in_rows(values):
            if rows.dtype.kind == "f":
                rows = rows[np.isfinite(rows)]
            if rows.size:
                self.low = min(self.low, float(rows.min()))
                self.high = max(self.high, float(rows.max()))


@dataclass(frozen=True)
class Levels:
    """The values that become 0 and 255."""

    black: float
    white: float


def levels(dtype: np.dtype[Any], extent: Extent) -> Levels:
    """The black and the white level of a photo.

    Floating-point photos range from 0 to 1, or over 8 or 16 bits like integers. Signed integers with negative values
    are centred on zero, as ImageMagick reads them. Whatever fits none of these ranges is scaled to its own.

    Args:
        dtype: of the stored values: floating-point, or integer of any sign and width.
        extent: of all values of the photo.
    """
    low, high = extent.low, extent.high
    if high < low:
        return Levels(0.0, 1.0)
    if dtype.kind == "f":
        if high <= _OVERSHOOT:
            return Levels(0.0, 1.0)
        limits = [_ONE_BYTE, _TWO_BYTES]
    elif dtype.kind == "u":
        whole = float(np.iinfo(dtype).max)
        limits = [_ONE_BYTE, _TWO_BYTES, *([whole] if high > whole / 256 else [])]
    else:
        half = float(np.iinfo(dtype).max)
        if low < 0:
            # A few values below zero, as of instruments, would leave the photo without contrast.
            centred = high - low > half / 4
            return Levels(-half - 1, half) if centred else Levels(low, max(high, low + 1))
        if half < _TWO_BYTES:
            limits = [float((1 << bits) - 1) for bits in _SENSOR_BITS if (1 << bits) - 1 < half] + [half]
        else:
            limits = [_ONE_BYTE, _TWO_BYTES, *([half] if high > half / 256 else [])]
    return Levels(0.0, next((limit for limit in limits if high <= limit), high))


def to_bytes(values: NDArray[np.generic], between: Levels) -> NDArray[np.uint8]:
    """The values as 0..255, clipped; what is no finite number becomes 0.

    Args:
        values: any shape and number type.
        between: their levels.
    """
    result = np.empty(values.shape, np.uint8)
    scale = 255 / (between.white - between.black)
    for at, rows in enumerate(_in_rows(values)):
        scaled = (rows.astype(np.float64) - between.black) * scale
        np.nan_to_num(scaled, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        # To the nearest level; exactly between two, to the lower one.
        np.ceil(scaled - 0.5, out=scaled)
        result[at * _ROWS : at * _ROWS + len(rows)] = np.clip(scaled, 0, 255)
    return result


def _in_rows(values: NDArray[np.generic]) -> Iterator[NDArray[np.generic]]:
    # A whole photo in double precision would take eight times its memory.
    for start in range(0, len(values), _ROWS):
        yield values[start : start + _ROWS]
