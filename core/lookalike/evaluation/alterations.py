"""Alterations of query photos, each at graded strengths: the robustness test of arXiv 2604.13268.

Darker and brighter light, blur, tiling, occlusion, smaller scale and rotation. Everything is deterministic, so that all
stages and judges see the same pixels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from lookalike.errors import LookalikeError

UNALTERED = "unaltered"

ALTERATION, STRENGTH = "alteration", "strength"
"""The attributes of answers to altered queries."""


@dataclass(frozen=True)
class Alteration:
    """One way of altering a photo.

    Attributes:
        name: as it is typed and printed.
        unit: what a strength counts, for people.
        strengths: from mild to strong.
        apply: ``apply(image, strength, seed)`` gives the altered RGB image; the seed chooses what is left to chance.
    """

    name: str
    unit: str
    strengths: tuple[float, ...]
    apply: Callable[[Image.Image, float, int], Image.Image]


def _lit(image: Image.Image, factor: float, seed: int) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(factor)


def _blurred(image: Image.Image, share: float, seed: int) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(share * max(image.size)))


def _tiled(image: Image.Image, times: float, seed: int) -> Image.Image:
    """The photo repeated in rows and columns, within its own size."""
    count = int(times)
    small = image.resize(
        (max(1, image.width // count), max(1, image.height // count)), Image.Resampling.LANCZOS
    )
    tiled = Image.new("RGB", image.size)
    for left in range(0, image.width, small.width):
        for top in range(0, image.height, small.height):
            tiled.paste(small, (left, top))
    return tiled


def _occluded(image: Image.Image, share: float, seed: int) -> Image.Image:
    """A grey rectangle in the photo's own shape over a share of its area, anywhere within it."""
    generator = np.random.default_rng(seed)
    width, height = (max(1, round(side * share**0.5)) for side in image.size)
    left = int(generator.integers(0, image.width - width + 1))
    top = int(generator.integers(0, image.height - height + 1))
    hidden = image.copy()
    hidden.paste((128, 128, 128), (left, top, left + width, top + height))
    return hidden


def _reduced(image: Image.Image, share: float, seed: int) -> Image.Image:
    """The photo at a share of its width and height, in the middle of a plain ground of its mean colour."""
    small = image.resize(
        (max(1, round(image.width * share)), max(1, round(image.height * share))), Image.Resampling.LANCZOS
    )
    ground = Image.new("RGB", image.size, _mean_colour(image))
    ground.paste(small, ((image.width - small.width) // 2, (image.height - small.height) // 2))
    return ground


def _rotated(image: Image.Image, degrees: float, seed: int) -> Image.Image:
    """The photo turned counter-clockwise; corners that open are of its mean colour, nothing is cut off."""
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_mean_colour(image))


def _mean_colour(image: Image.Image) -> tuple[int, int, int]:
    red, green, blue = (round(value) for value in np.asarray(image).reshape(-1, 3).mean(axis=0).tolist())
    return red, green, blue


ALTERATIONS = (
    Alteration("darker", "of the light", (0.5, 0.25, 0.12, 0.06), _lit),
    Alteration("brighter", "times the light", (1.5, 2.0, 3.0, 5.0), _lit),
    Alteration("blur", "of the longest side, σ", (0.005, 0.01, 0.02, 0.04), _blurred),
    Alteration("tiling", "times in each direction", (2, 3, 4, 6), _tiled),
    Alteration("occlusion", "of the area", (0.1, 0.25, 0.5, 0.75), _occluded),
    Alteration("scale", "of width and height", (0.7, 0.5, 0.35, 0.25), _reduced),
    Alteration("rotation", "degrees", (15, 45, 90, 180), _rotated),
)


def alteration_named(name: str) -> Alteration:
    """The alteration of a name.

    Raises:
        LookalikeError: there is none.
    """
    for one in ALTERATIONS:
        if one.name == name.lower():
            return one
    raise LookalikeError(
        "There is no alteration {name}.",
        "There are {names}.",
        name=name,
        names=", ".join(one.name for one in ALTERATIONS),
    )


def altered(image: Image.Image, name: str, strength: float, query: str) -> Image.Image:
    """An RGB image as it is after an alteration.

    Args:
        image: the query as it is.
        name: of the alteration; `UNALTERED` for none.
        strength: how strong.
        query: name of the query, which chooses what is left to chance.

    Raises:
        LookalikeError: there is no such alteration.
    """
    if name == UNALTERED:
        return image
    seed = int.from_bytes(hashlib.blake2b(query.encode("utf-8", "surrogateescape"), digest_size=8).digest())
    return alteration_named(name).apply(image, strength, seed)
