"""Photo facts: size, date, camera, lens and GPS position from a photo's metadata."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

from lookalike.photos.exif import GpsTag, Tag, Tags, Value

_DATE = re.compile(r"(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")
_DATES = (
    (Tag.TAKEN, Tag.TAKEN_FRACTION, Tag.TAKEN_OFFSET),
    (Tag.DIGITIZED, Tag.DIGITIZED_FRACTION, Tag.DIGITIZED_OFFSET),
    (Tag.CHANGED, Tag.CHANGED_FRACTION, Tag.CHANGED_OFFSET),
)


@dataclass(frozen=True)
class Facts:
    """What is known of a photo besides its pixels.

    Attributes:
        width: width of the full-size upright photo, in pixels.
        height: height of the full-size upright photo, in pixels.
        format: the file format, determined by content, e.g. ``"JPEG"`` or ``"RAW"``.
        taken_at: when it was taken, ISO 8601 in the camera's local time, with fractions of a second and the
            offset from UTC where the camera recorded them; None if unknown.
        camera: make and model, empty if unknown.
        lens: lens model, empty if unknown.
        latitude: degrees north, -90..90, or None.
        longitude: degrees east, -180..180, or None.
        orientation: EXIF orientation 1..8 of the stored pixels; already applied to the decoded image.
    """

    width: int
    height: int
    format: str
    taken_at: str | None = None
    camera: str = ""
    lens: str = ""
    latitude: float | None = None
    longitude: float | None = None
    orientation: int = 1


def orientation(tags: Tags, xmp: bytes, assumed: int) -> int:
    """The orientation 1..8 from EXIF, else from XMP, else `assumed`."""
    number = tags.number(Tag.ORIENTATION)
    if number is not None and 1 <= number <= 8:
        return number
    match = _XMP_ORIENTATION.search(xmp)
    return int(match[1]) if match else assumed


def make_facts(size: tuple[int, int], file_format: str, tags: Tags, orientation: int) -> Facts:
    """Collect the facts about a photo.

    Args:
        size: (width, height) of the full-size upright photo, in pixels.
        file_format: the format's name.
        tags: the EXIF tags, empty if there are none.
        orientation: the EXIF orientation 1..8 that was applied.
    """
    latitude = _degrees(tags.gps.get(GpsTag.LATITUDE), tags.gps.get(GpsTag.LATITUDE_REF), "S", 90)
    longitude = _degrees(tags.gps.get(GpsTag.LONGITUDE), tags.gps.get(GpsTag.LONGITUDE_REF), "W", 180)
    # Cameras without a GPS fix write zeros, which would put the photo in the sea off Ghana.
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        latitude = longitude = None
    return Facts(
        width=size[0],
        height=size[1],
        format=file_format,
        taken_at=_taken_at(tags),
        camera=_camera(tags.text(Tag.MAKE), tags.text(Tag.MODEL)),
        lens=tags.text(Tag.LENS_MODEL),
        latitude=latitude,
        longitude=longitude,
        orientation=orientation,
    )


def _taken_at(tags: Tags) -> str | None:
    for date_tag, fraction_tag, offset_tag in _DATES:
        match = _DATE.match(tags.text(date_tag))
        if match is None:
            continue
        try:
            moment = datetime.fromisoformat("{}-{}-{}T{}:{}:{}".format(*match.groups())).isoformat()
        except ValueError:
            continue
        fraction = tags.text(fraction_tag)
        if fraction.isascii() and fraction.isdigit():
            moment += f".{fraction[:6]}"
        offset = _OFFSET.fullmatch(tags.text(offset_tag))
        return moment + (offset[0] if offset else "")
    return None


def _camera(make: str, model: str) -> str:
    # "Canon" and "Canon EOS 6D", "NIKON CORPORATION" and "NIKON D90": the model often repeats the make.
    if make and model.lower().startswith(make.split()[0].lower()):
        return model
    return f"{make} {model}".strip()


def _degrees(value: Value | None, reference: Value | None, negative: str, limit: float) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    degrees = value[0] + value[1] / 60 + value[2] / 3600
    if isinstance(reference, str) and reference.upper() == negative:
        degrees = -degrees
    return degrees if math.isfinite(degrees) and abs(degrees) <= limit else None
