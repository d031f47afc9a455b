"""Photo levels: a rendering of a photo and halves of it, so that every zoom is drawn from one of nearly its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from PIL import Image

SMALLEST_SIDE = 512
"""No level is made whose longest side would be smaller, pixels."""

STRIP_ROWS = 64
"""So many rows are handed to Qt at a time: the interpreter's lock is never held for long."""


class PhotoLevels:
    """The levels of one rendering, the sharpest first, each half as large as the one before (a mipmap).

    Args:
        images: the levels.
    """

    def __init__(self, images: tuple[QImage, ...] = ()) -> None:
        self._images = tuple(image for image in images if not image.isNull())

    @classmethod
    def of(cls, image: Image.Image) -> PhotoLevels:
        """Make all levels of a picture; off the GUI thread.

        Args:
            image: RGB.
        """
        levels = [_to_qimage(image)]
        while max(image.size) >= 2 * SMALLEST_SIDE:
            image = image.reduce(2)
            levels.append(_to_qimage(image))
        return cls(tuple(levels))

    @property
    def side(self) -> int:
        """The longest side of the sharpest level, pixels; 0 without one."""
        return max(self._images[0].width(), self._images[0].height()) if self._images else 0

    @property
    def size_in_bytes(self) -> int:
        """The memory that the levels take."""
        return sum(image.sizeInBytes() for image in self._images)

    def sharpest(self) -> QImage:
        """The sharpest level; null without one."""
        return self._images[0] if self._images else QImage()

    def suiting(self, side: float) -> QImage:
        """The smallest level whose longest side has at least so many pixels, or else the sharpest."""
        fitting = [image for image in self._images if max(image.width(), image.height()) >= side]
        return fitting[-1] if fitting else self.sharpest()


def _to_qimage(image: Image.Image) -> QImage:
    """A Pillow image in the format that Qt draws fastest, copied strip by strip."""
    result = QImage(image.width, image.height, QImage.Format.Format_RGB32)
    if result.isNull():
        raise MemoryError(f"no memory for {image.width} × {image.height} pixels")
    pixels, line = memoryview(result.bits()), result.bytesPerLine()
    for top in range(0, image.height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, image.height)
        strip = image.crop((0, top, image.width, bottom)).convert("RGBA")
        pixels[top * line : bottom * line] = strip.tobytes("raw", "BGRA")
    return result
