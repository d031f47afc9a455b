"""Preprocessing of photos for a vision model with Pillow alone, as its ``preprocessor_config.json`` says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.models.store import ModelError

DECODE_MARGIN = 2.0
"""Photos are decoded at this many times the input's side: enough for the shorter side of a 2:1 photo."""

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True)
class PixelRules:
    """How pixels become a network's input.

    Attributes:
        resize: (height, width) to squeeze into, or None.
        shortest: length in pixels that the shorter side is brought to instead, keeping the proportions.
        crop: (height, width) cut from the middle after resizing, or None.
        resample: the Pillow filter.
        mean: per channel, of values in 0..1.
        std: per channel, of values in 0..1.
    """

    resize: tuple[int, int] | None
    shortest: int
    crop: tuple[int, int] | None
    resample: Image.Resampling
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of every prepared photo."""
        shape = self.crop or self.resize
        assert shape is not None
        return shape

    @property
    def decode_size(self) -> int:
        """The longest side in pixels at which a photo need be decoded."""
        return round(DECODE_MARGIN * max(self.shortest, *self.shape))

    def apply(self, image: Image.Image) -> NDArray[np.uint8]:
        """Resize and crop an RGB photo.

        Returns:
            uint8 array (height, width, 3) of `shape`.
        """
        if self.resize is not None:
            height, width = self.resize
        else:
            # Truncated, not rounded, as transformers does.
            scale = self.shortest / min(image.size)
            width, height = (
                self.shortest if side == min(image.size) else int(side * scale) for side in image.size
            )
        resized = image.convert("RGB").resize((width, height), self.resample)
        if self.crop is not None:
            top, left = (height - self.crop[0]) // 2, (width - self.crop[1]) // 2
            # A crop beyond the photo's edge is filled with black.
            resized = resized.crop((left, top, left + self.crop[1], top + self.crop[0]))
        return np.asarray(resized)

    def normalize(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Bring prepared photos (..., 3) to the network's range of values."""
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        return (pixels.astype(np.float32) / 255.0 - mean) / std


def read_rules(folder: Path, side: int, flattened: bool = False) -> PixelRules:
    """Read a model folder's ``preprocessor_config.json``.

    Every photo must come out in the same shape, so a size that only bounds the sides means a square of that side.

    Args:
        folder: the model folder.
        side: the side of the network's square input in pixels, for what the file leaves open.
        flattened: the network takes flattened patches; the file then gives no size.

    Raises:
        ModelError: the file is missing or damaged.
    """
    path = rules_file(folder)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        content = content.get("image_processor", content)
        size = {} if flattened else _sides(content.get("size"))
        crop = _sides(content.get("crop_size", side)) if content.get("do_center_crop") else {}
        shortest = int(size.get("shortest_edge", 0)) if crop else 0
        square = int(size.get("shortest_edge") or size.get("longest_edge") or side)
        resize = (int(size.get("height", square)), int(size.get("width", square)))
        crop_side = int(crop.get("shortest_edge", side))
        plain = content.get("do_normalize") is False
        return PixelRules(
            resize=None if shortest else resize,
            shortest=shortest,
            crop=(int(crop.get("height", crop_side)), int(crop.get("width", crop_side))) if crop else None,
            resample=Image.Resampling(content.get("resample", Image.Resampling.BICUBIC)),
            mean=(0.0,) * 3 if plain else tuple(map(float, content.get("image_mean", IMAGENET[0]))),
            std=(1.0,) * 3 if plain else tuple(map(float, content.get("image_std", IMAGENET[1]))),
        )
    except FileNotFoundError as error:
        raise ModelError(
            "{folder} has no preprocessor_config.json.",
            "Take all files of the model's page.",
            folder=folder,
        ) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(
            "{path} is damaged ({error}).", "Import the model again.", path=path, error=error
        ) from error


def rules_file(folder: Path) -> Path:
    """The file of a model folder that says how photos are prepared; newer folders name it otherwise."""
    names = ("preprocessor_config.json", "processor_config.json")
    return next((folder / name for name in names if (folder / name).is_file()), folder / names[0])


def _sides(size: Any) -> dict[str, Any]:
    """A size as a dictionary; a bare number, as older files have it, is the shorter side."""
    if size is None:
        return {}
    return {"shortest_edge": size} if isinstance(size, int) else dict(size)
