"""Colour conversion: from any pixel layout and colour profile to 8-bit sRGB."""

from __future__ import annotations

import functools
import io

import numpy as np
from PIL import Image, ImageCms

from lookalike.photos.levels import Extent, levels, to_bytes

_SPACES = {"RGB": "RGB", "CMYK": "CMYK", "GRAY": "L", "Lab": "LAB"}
_SAMPLE_SIDE = 64
"""Contrast is measured on an image of about this size, so that a thumbnail and the photo have the same ground."""

_TIMES_CLEARER = 4
"""White is the ground, as on paper and in browsers, unless black gives so many times the contrast."""

_SAME_COLOUR = 3
"""A profile counts as sRGB if no colour moves by more than this (of 255 levels)."""


def shrinkable(image: Image.Image) -> Image.Image:
    """The image in a mode whose pixels can be averaged to shrink it; most images are returned unchanged.

    Palettes, bitmaps and more than 8 bits per channel become 8-bit grey or colour; transparency is kept.
    """
    if image.mode in ("RGB", "L", "CMYK", "RGBA", "LA", "LAB"):
        # A single colour marked as transparent would be lost in resizing.
        return image.convert("RGBA") if image.mode in ("RGB", "L") and "transparency" in image.info else image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith(("I", "F")):
        return _to_8_bit(image)
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    if image.mode in ("P", "PA", "RGBa", "La"):
        return image.convert("RGBA" if image.mode != "La" else "LA")
    return image.convert("RGB")


def _to_8_bit(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    pixels = np.asarray(image)
    extent = Extent()
    extent.add(pixels)
    return Image.fromarray(to_bytes(pixels, levels(pixels.dtype, extent)))


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert an image to sRGB by its colour profile; transparent parts become white, or black.

    Args:
        image: in one of the modes that `shrinkable` returns.
        profile: its ICC profile, if any. A profile that is broken or made for another mode is ignored.
    """
    if image.mode == "RGB" and not profile:
        return image
    if image.mode in ("RGBA", "LA"):
        image = _over_ground(image)
    transform = _transform(profile, image.mode) if profile or image.mode == "LAB" else None
    if transform is not None:
        return transform.apply(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _over_ground(image: Image.Image) -> Image.Image:
    """The image, in RGBA or LA, over white; or over black if it would hardly be seen on white, like a white logo."""
    alpha = image.getchannel("A")
    opaque = image.convert("RGB" if image.mode == "RGBA" else "L")
    small = image.convert("LA").reduce(max(1, *(side // _SAMPLE_SIDE for side in image.size)))
    level, opacity = (np.asarray(small.getchannel(band)).astype(np.float32) / 255 for band in "LA")
    on_white, on_black = (float((level * opacity + ground * (1 - opacity)).std()) for ground in (1, 0))
    ground = Image.new(opaque.mode, opaque.size, "black" if on_black > _TIMES_CLEARER * on_white else "white")
    ground.paste(opaque, mask=alpha)
    return ground


@functools.lru_cache(maxsize=32)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from a profile to sRGB; None if there is no usable one or nothing to convert."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile) if profile else ImageCms.createProfile("LAB"))
        if _SPACES.get(source.profile.xcolor_space.strip()) != mode:
            return _transform(None, mode) if mode == "LAB" else None
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            # Threads share the transform, so it may not cache the last pixel.
            ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOCACHE,
        )
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None
    return None if mode == "RGB" and _is_identity(transform) else transform


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    levels = np.linspace(0, 255, 6).astype(np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 1, 3)
    moved = np.asarray(transform.apply(Image.fromarray(colours))).astype(np.int16) - colours
    return int(np.abs(moved).max()) <= _SAME_COLOUR
