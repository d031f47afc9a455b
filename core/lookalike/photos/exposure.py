"""Exposure: how a photo was taken, as its EXIF says it; read from the file when it is asked for, and kept nowhere."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lookalike.photos.blocks import find_blocks
from lookalike.photos.exif import Tag, Tags, read_raw_tags, read_tags
from lookalike.photos.files import FileBytes
from lookalike.photos.kinds import Kind, sniff

_MARK = re.compile(rb"Exif\0\0(?:II\*\0|MM\0\*)")
"""How the EXIF block of a container begins."""

_FLASH_FIRED = 1
"""The bit of the flash tag that says so."""


@dataclass(frozen=True)
class Exposure:
    """How a photo was taken; each None where its file does not say.

    Attributes:
        seconds: the exposure time.
        aperture: the f-number.
        sensitivity: the ISO number.
        focal_length: millimetres.
        focal_length_35mm: millimetres of the lens that shows as much on 35 mm film.
        flash: whether it fired.
    """

    seconds: float | None = None
    aperture: float | None = None
    sensitivity: int | None = None
    focal_length: float | None = None
    focal_length_35mm: int | None = None
    flash: bool | None = None

    @property
    def known(self) -> bool:
        """Whether anything is."""
        return self != Exposure()


def read_exposure(file: FileBytes) -> Exposure:
    """The exposure that a photo's file tells of; never fails, whatever the bytes.

    Args:
        file: the whole file. Of containers that only their decoder reads (HEIF, AVIF, JPEG XL) nothing is told where
            the EXIF block is not found by its mark.
    """
    kind = sniff(file.data, file.name)
    if kind is None:
        return Exposure()
    if kind is Kind.RAW:
        return exposure_of(read_raw_tags(file.data))
    found = [read_tags(block) for block in find_blocks(kind, file.data, _marked_block(kind, file.data)).exif]
    return next((exposure for exposure in map(exposure_of, found) if exposure.known), Exposure())


def exposure_of(tags: Tags) -> Exposure:
    """The exposure in EXIF tags; zeros and what is no number stand for nothing."""
    flash = tags.number(Tag.FLASH)
    return Exposure(
        _positive(tags, Tag.EXPOSURE_TIME),
        _positive(tags, Tag.APERTURE),
        _whole(tags, Tag.SENSITIVITY),
        _positive(tags, Tag.FOCAL_LENGTH),
        _whole(tags, Tag.FOCAL_LENGTH_35MM),
        None if flash is None else bool(flash & _FLASH_FIRED),
    )


def _positive(tags: Tags, tag: Tag) -> float | None:
    value = tags.main.get(tag)
    if not isinstance(value, tuple) or not value:
        return None
    return float(value[0]) if math.isfinite(value[0]) and value[0] > 0 else None


def _whole(tags: Tags, tag: Tag) -> int | None:
    number = _positive(tags, tag)
    return None if number is None else round(number)


def _marked_block(kind: Kind, data: bytes) -> dict[str, object]:
    """The EXIF block of a container whose boxes are not walked, as its decoder would hand it out."""
    if kind not in (Kind.HEIF, Kind.AVIF, Kind.JPEG_XL):
        return {}
    mark = _MARK.search(data)
    return {"exif": data[mark.start() : mark.start() + (1 << 16)]} if mark else {}
