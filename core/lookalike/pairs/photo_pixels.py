"""Photo pixels: what the pair graph takes from a photo's file, read as seldom as memory allows."""

from __future__ import annotations

import io
import re
import struct
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import PhotoGoneError
from lookalike.errors import LookalikeError
from lookalike.pairs.agreement import WORKING_SIDE
from lookalike.pairs.residual import Compression
from lookalike.photos import FileBytes, FileUnavailableError, decode, read_file
from lookalike.photos.errors import printable

SMALL_SIDE = 1600
"""A photo up to this longest side is read in full at once."""

NATIVE_SIDE = 20_000
"""No photo is decoded larger."""

_STORED = {
    2: (True, 0),
    3: (False, 2),
    4: (True, 2),
    5: (True, 1),
    6: (False, 1),
    7: (True, 3),
    8: (False, 3),
}
"""Whether the upright picture is mirrored left to right, and then by how many quarters it is turned counter-clockwise,
until it is as it is stored, by EXIF's orientation."""

_EDITORS = re.compile(
    r"photoshop|lightroom|gimp|snapseed|picasa|photopea|paint|pixelmator|affinity|canva|picsart|darktable|"
    r"rawtherapee|capture one|luminar|instagram|vsco|irfanview|photos? \d|apple photos",
    re.IGNORECASE,
)
"""Programs that edit photos and name themselves in EXIF; cameras name their firmware there."""

EXPOSURE_TAGS = (ExifTags.Base.ExposureTime, ExifTags.Base.FNumber, ExifTags.Base.ISOSpeedRatings)

KEPT_BYTES = 160 << 20
"""What is kept in memory of the photos read last."""


@dataclass(frozen=True)
class PhotoPixels:
    """A decoded photo.

    Attributes:
        pixels: RGB, upright, uint8 (height, width, 3).
        is_native: whether these are all its pixels.
        compression: how its file is compressed.
        exposure: exposure time in seconds, f-number and ISO as the camera wrote them; empty where one is unknown.
        orientation: how EXIF has the stored picture turned, 1 to 8.
        is_by_editor: whether its EXIF names a program that edits photos.
    """

    pixels: NDArray[np.uint8]
    is_native: bool
    compression: Compression
    exposure: tuple[float, ...] = ()
    orientation: int = 1
    is_by_editor: bool = False

    def as_stored(self, image: NDArray[Any]) -> NDArray[Any]:
        """A picture of the photo as its file stores it, before EXIF turns it.

        Args:
            image: upright, (height, width, …).
        """
        if self.orientation not in _STORED:
            return image
        mirrored, turns = _STORED[self.orientation]
        return np.rot90(image[:, ::-1] if mirrored else image, turns)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.pixels.shape[1], self.pixels.shape[0]


class PixelReader:
    """Reads the photos of one library, and keeps those of the last pairs. Any thread may use it.

    Args:
        catalog: the library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, bool], PhotoPixels] = OrderedDict()
        self._bytes = 0

    def working(self, content_id: int) -> PhotoPixels:
        """A photo, its longest side at most `SMALL_SIDE`, or `WORKING_SIDE` where it is larger.

        Raises:
            LookalikeError: it cannot be read now.
        """
        return self._read(content_id, native=False)

    def native(self, content_id: int) -> PhotoPixels:
        """A photo with all its pixels.

        Raises:
            LookalikeError: it cannot be read now.
        """
        found = self.working(content_id)
        return found if found.is_native else self._read(content_id, native=True)

    def _read(self, content_id: int, native: bool) -> PhotoPixels:
        with self._lock:
            found = self._kept.get((content_id, native))
            if found is not None:
                self._kept.move_to_end((content_id, native))
                return found
        row = self._catalog.contents.one(content_id)
        side = NATIVE_SIDE if native or max(row.width, row.height) <= SMALL_SIDE else WORKING_SIDE
        file = self._file(content_id, row.hash)
        image = decode(file, side).image
        made = PhotoPixels(
            np.asarray(image), side == NATIVE_SIDE, *_read_container(file, row.width * row.height)
        )
        self._keep((content_id, native), made)
        return made

    def _keep(self, key: tuple[int, bool], made: PhotoPixels) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += made.pixels.nbytes
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.pixels.nbytes

    def _file(self, content_id: int, content: str) -> FileBytes:
        trouble: LookalikeError | None = None
        for path in self._catalog.files.paths([content_id])[content_id]:
            try:
                file = read_file(path)
            except LookalikeError as error:
                trouble = error
                continue
            if file.content == content:
                return file
            trouble = FileUnavailableError(
                "{name} has changed since its folder was last scanned.",
                "Scan it again.",
                name=printable(Path(path).name),
            )
        raise trouble or PhotoGoneError()

    def clear(self) -> None:
        """Let go of what is kept."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


def _read_container(file: FileBytes, pixels: int) -> tuple[Compression, tuple[float, ...], int, bool]:
    """How a file is compressed, and the exposure, the orientation and whether an editor made it, as its EXIF tells."""
    density = len(file.data) / max(1, pixels)
    try:
        with Image.open(io.BytesIO(file.data)) as opened:
            tables = getattr(opened, "quantization", None)
            return Compression(opened.format or "", tables or None, density), *_read_exif(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # A format that Pillow does not know, which another decoder reads.
        return Compression("", None, density), (), 1, False


def _read_exif(opened: Image.Image) -> tuple[tuple[float, ...], int, bool]:
    """The exposure, the orientation, and whether an editor made it."""
    try:
        tags = opened.getexif()
        orientation, software = tags.get(ExifTags.Base.Orientation), tags.get(ExifTags.Base.Software)
    except (ValueError, OSError, SyntaxError, struct.error):
        return (), 1, False
    by_editor = isinstance(software, str) and _EDITORS.search(software) is not None
    return _exposure(opened), orientation if isinstance(orientation, int) else 1, by_editor


def _exposure(opened: Image.Image) -> tuple[float, ...]:
    try:
        tags = opened.getexif().get_ifd(ExifTags.IFD.Exif)
        return tuple(float(tags[tag]) for tag in EXPOSURE_TAGS)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OSError, SyntaxError, struct.error):
        # None there, or EXIF that does not keep to its rules.
        return ()
