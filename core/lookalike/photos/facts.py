"""Photo facts: size, format, date, camera, lens and GPS position of a photo."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.photos.metadata import Metadata


@dataclass(frozen=True)
class Facts:
    """What is known of a photo besides its pixels.

    Attributes:
        width: width of the full-size upright photo, in pixels.
        height: height of the full-size upright photo, in pixels.
        format: the file format, determined by content, e.g. ``"JPEG"`` or ``"RAW"``.
        taken_at: when it was taken, ISO 8601 in the camera's local time, as exact as it is known, with fractions of a
            second and the offset from UTC where the camera recorded them (`dates`); None if unknown.
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


def make_facts(size: tuple[int, int], file_format: str, metadata: Metadata, orientation: int) -> Facts:
    """Collect the facts about a photo.

    Args:
        size: (width, height) of the full-size upright photo, in pixels.
        file_format: the format's name.
        metadata: what its metadata say.
        orientation: the EXIF orientation 1..8 that was applied.
    """
    return Facts(
        width=size[0],
        height=size[1],
        format=file_format,
        taken_at=metadata.annotations.dates.taken,
        camera=metadata.camera,
        lens=metadata.lens,
        latitude=metadata.latitude,
        longitude=metadata.longitude,
        orientation=orientation,
    )
