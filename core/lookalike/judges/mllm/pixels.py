"""Preprocessing of photos: to the size that a model's image encoder takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

VERSION = "p2"
"""Changed whenever the same photo gives other pixels, so that older tokens and scores are not reused."""
MAX_ASPECT = 5.0
"""Longer photos get a grey border: one row of tokens could not show anything."""
MIN_TOKENS = 8
"""Of models with a free grid; the least that the encoder of Qwen2-VL is given by llama.cpp."""
BORDER = (128, 128, 128)


@dataclass(frozen=True)
class PixelPlan:
    """How large a model wants its photos.

    Attributes:
        cell: side in pixels of the square behind one visual token.
        max_tokens: visual tokens per photo at most.
        side: where not 0, every photo becomes a square of this many pixels.
        min_tokens: visual tokens per photo at least, where the grid is free.
        resample: the filter with which photos are resized.
    """

    cell: int
    max_tokens: int
    side: int = 0
    min_tokens: int = MIN_TOKENS
    resample: Image.Resampling = Image.Resampling.BICUBIC

    @property
    def decode_size(self) -> int:
        """The longest side in pixels at which a photo need be decoded."""
        return self.side or math.ceil(self.cell * math.sqrt(self.max_tokens * MAX_ASPECT))

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height, in pixels, at which a photo of this shape is encoded.

        For a free grid: multiples of `cell`, the shape kept as far as that allows, never enlarged beyond
        `min_tokens` (the "smart resize" of Qwen2-VL).
        """
        if self.side:
            return self.side, self.side
        columns, rows = max(1, round(width / self.cell)), max(1, round(height / self.cell))
        area = width * height / self.cell**2
        if columns * rows > self.max_tokens:
            shrink = math.sqrt(self.max_tokens / area)
            columns = max(1, math.floor(width / self.cell * shrink))
            rows = max(1, math.floor(height / self.cell * shrink))
        elif columns * rows < self.min_tokens:
            grow = math.sqrt(self.min_tokens / area)
            columns = math.ceil(width / self.cell * grow)
            rows = math.ceil(height / self.cell * grow)
        return columns * self.cell, rows * self.cell


def prepare(image: Image.Image, plan: PixelPlan) -> NDArray[np.uint8]:
    """Bring an upright RGB photo to the encoder's size.

    Done here and not in llama.cpp, so that the encoder gets Pillow's anti-aliased pixels, as in training,
    and only few bytes cross to the other process.

    Returns:
        uint8 array (height, width, 3).
    """
    image = _bordered(image.convert("RGB"))
    image = image.resize(plan.size(*image.size), plan.resample, reducing_gap=3.0)
    return np.asarray(image, np.uint8)


def _bordered(image: Image.Image) -> Image.Image:
    width, height = image.size
    wide, high = math.ceil(height / MAX_ASPECT), math.ceil(width / MAX_ASPECT)
    if width >= wide and height >= high:
        return image
    canvas = Image.new("RGB", (max(width, wide), max(height, high)), BORDER)
    canvas.paste(image, ((canvas.width - width) // 2, (canvas.height - height) // 2))
    return canvas
