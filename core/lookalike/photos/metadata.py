"""Metadata of a photo: what its EXIF, XMP and IPTC blocks say, put together."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.photos.annotations import NO_ANNOTATIONS, Annotations, read_embedded
from lookalike.photos.blocks import MetadataBlocks
from lookalike.photos.exif import GpsTag, Tag, Tags, Value, plain_text, read_tags

_XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")


@dataclass(frozen=True)
class Metadata:
    """What a photo's metadata say.

    Attributes:
        camera: make and model, empty if unknown.
        lens: lens model, empty if unknown.
        latitude: degrees north, -90..90, or None.
        longitude: degrees east, -180..180, or None.
        orientation: EXIF orientation 1..8 of the stored pixels, or None.
        annotations: what people wrote, and the dates.
    """

    camera: str = ""
    lens: str = ""
    latitude: float | None = None
    longitude: float | None = None
    orientation: int | None = None
    annotations: Annotations = NO_ANNOTATIONS

    def with_fallback(self, other: Metadata) -> Metadata:
        """This metadata, with what is missing filled in from others."""
        placed = self if self.latitude is not None else other
        return Metadata(
            self.camera or other.camera,
            self.lens or other.lens,
            placed.latitude,
            placed.longitude,
            self.orientation if self.orientation is not None else other.orientation,
            self.annotations.with_fallback(other.annotations),
        )


def read_blocks(blocks: MetadataBlocks) -> Metadata:
    """The metadata in a file's blocks; broken ones cost themselves alone."""
    return interpret(_merged([read_tags(block) for block in blocks.exif]), blocks.xmp, blocks.iptc)


def interpret(tags: Tags, packets: Sequence[bytes], records: Sequence[bytes] = ()) -> Metadata:
    """The metadata in EXIF tags, XMP packets and blocks of IPTC records."""
    latitude = _degrees(tags.gps.get(GpsTag.LATITUDE), tags.gps.get(GpsTag.LATITUDE_REF), "S", 90)
    longitude = _degrees(tags.gps.get(GpsTag.LONGITUDE), tags.gps.get(GpsTag.LONGITUDE_REF), "W", 180)
    # Cameras without a GPS fix write zeros, which would put the photo in the sea off Ghana.
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        latitude = longitude = None
    return Metadata(
        camera=_camera(tags.text(Tag.MAKE), tags.text(Tag.MODEL)),
        lens=tags.text(Tag.LENS_MODEL),
        latitude=latitude,
        longitude=longitude,
        orientation=_orientation(tags, packets),
        annotations=read_embedded(packets, records, tags),
    )


def _merged(found: Sequence[Tags]) -> Tags:
    """The tags of several blocks; of a tag that stands in more than one, the first."""
    if len(found) == 1:
        return found[0]
    merged = Tags()
    for tags in reversed(found):
        merged = Tags({**merged.main, **tags.main}, {**merged.gps, **tags.gps}, order=tags.order)
    return merged


def _orientation(tags: Tags, packets: Sequence[bytes]) -> int | None:
    number = tags.number(Tag.ORIENTATION)
    if number is not None and 1 <= number <= 8:
        return number
    found = (match for match in map(_XMP_ORIENTATION.search, packets) if match)
    return next((int(match[1]) for match in found), None)


def _camera(make: str, model: str) -> str:
    # "Canon" and "Canon EOS 6D", "NIKON CORPORATION" and "NIKON D90": the model often repeats the make.
    if make and model.lower().startswith(make.split()[0].lower()):
        return model
    return f"{make} {model}".strip()


def _degrees(value: Value | None, reference: Value | None, negative: str, limit: float) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    degrees = value[0] + value[1] / 60 + value[2] / 3600
    if plain_text(reference).upper() == negative:
        degrees = -degrees
    return degrees if math.isfinite(degrees) and abs(degrees) <= limit else None
