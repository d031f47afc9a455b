"""BMP files, including bit fields that Pillow does not know, and 32 bits whose fourth byte is no alpha.

The header is that of Windows (BITMAPINFOHEADER to BITMAPV5HEADER, [MS-WMF] 2.2.2.3 to 2.2.2.5).
"""

from __future__ import annotations

import io
import struct
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile

from lookalike.photos.errors import LayoutError

_BITFIELDS, _ALPHA_BITFIELDS = 3, 6
_BITFIELD_LAYOUTS = tuple(
    (bits, compression) for bits in (16, 32) for compression in (_BITFIELDS, _ALPHA_BITFIELDS)
)
"""Bits of a pixel, and the compression, of what Pillow reads only for some masks."""

_MASKS_AT = 54
_ROWS = 64
_UNSUPPORTED = "Unsupported BMP "


def open_bmp(data: bytes) -> ImageFile.ImageFile:
    """Read the header; `load` reads the pixels.

    Raises:
        LayoutError: it is of a layout that cannot be read.
        Exception: of many types, from Pillow, if the header is broken.
    """
    try:
        return BmpImageFile(io.BytesIO(data))
    except OSError as error:
        message = str(error)
        if not message.startswith(_UNSUPPORTED):
            raise
        if len(data) >= _MASKS_AT + 16 and struct.unpack_from("<HI", data, 28) in _BITFIELD_LAYOUTS:
            return BitfieldsFile(io.BytesIO(data))
        raise LayoutError(message.removeprefix(_UNSUPPORTED)) from error


def without_void_alpha(image: Image.Image) -> Image.Image:
    """The loaded image without its alpha if that is zero everywhere, as programs leave it that know of no alpha."""
    return (
        image.convert("RGB")
        if image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0)
        else image
    )


class BitfieldsFile(ImageFile.ImageFile):
    """A BMP whose header says which bits of a pixel are red, green, blue and alpha."""

    format = "BMP"
    format_description = "Windows bitmap with bit fields"

    def _open(self) -> None:
        assert self.fp is not None
        header = self.fp.read(_MASKS_AT + 16)
        (self._start, header_bytes, width, height) = struct.unpack_from("<IIii", header, 10)
        self._bits, compression = struct.unpack_from("<HI", header, 28)
        self._masks = struct.unpack_from("<IIII", header, _MASKS_AT)
        if header_bytes < 56 and compression != _ALPHA_BITFIELDS:
            self._masks = (*self._masks[:3], 0)
        self._from_top = height < 0
        self._size = width, abs(height)
        self._mode = "RGBA" if self._masks[3] else "RGB"
        self.tile = []
        self._pending = True

    def load(self) -> Any:
        """Read the pixels, once.

        Raises:
            EOFError: the file ends before they do.
        """
        if self._pending:
            assert self.fp is not None
            self.im = self._read(self.fp).im
            self._pending = False
        return Image.Image.load(self)

    def _read(self, file: IO[bytes]) -> Image.Image:
        width, height = self.size
        # Rows are padded to four bytes.
        row_bytes = (width * self._bits + 31) // 32 * 4
        file.seek(self._start)
        stored = file.read(row_bytes * height)
        if len(stored) < row_bytes * height:
            raise EOFError("the file is truncated")
        words = np.frombuffer(stored, f"<u{self._bits // 8}").reshape(height, -1)[:, :width]
        if not self._from_top:
            words = words[::-1]
        pixels = np.empty((height, width, len(self.mode)), np.uint8)
        for start in range(0, height, _ROWS):
            for channel, mask in enumerate(self._masks[: len(self.mode)]):
                pixels[start : start + _ROWS, :, channel] = _channel(words[start : start + _ROWS], mask)
        return Image.fromarray(pixels)


def _channel(words: NDArray[np.unsignedinteger], mask: int) -> NDArray[np.uint8]:
    if mask == 0:
        return np.zeros(words.shape, np.uint8)
    shift = (mask & -mask).bit_length() - 1
    values = ((words & mask) >> shift).astype(np.uint64)
    highest = np.uint64(mask >> shift)
    return ((values * np.uint64(255) + highest // np.uint64(2)) // highest).astype(np.uint8)
