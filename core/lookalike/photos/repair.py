"""Repair: what stands beside the pixels of a flawed file is mended or left out, so that the decoder sees no flaw."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.photos import heif, jpeg_end, jpeg_segments, png, webp
from lookalike.photos.kinds import Kind

_LOST = bytes(2)
"""How a file ends whose last block a system has lost."""


@dataclass(frozen=True)
class Repaired:
    """A file of the same pixels.

    Attributes:
        data: the file; its metadata may be gone.
        profile: the ICC profile, if it is no longer in the file.
    """

    data: bytes
    profile: bytes = b""


def repair_unseen(kind: Kind, data: bytes) -> Repaired | None:
    """Mend what a decoder would read wrongly without a word.

    Where the length of a JPEG's segment is wrong, libjpeg skips the next ones, and with them perhaps the colours; zeros
    in place of lost data it takes for pixels.

    Returns:
        None if there is nothing to mend, or no way to.

    Raises:
        EOFError: the file ends before its pixels do.
    """
    if kind is not Kind.JPEG:
        return None
    if not jpeg_segments.is_orderly(data):
        try:
            return Repaired(jpeg_segments.repair_header(data))
        except ValueError:
            return None
    if data.endswith(_LOST) and jpeg_end.lacks_end(data):
        whole = jpeg_end.append_end(data)
        if whole is None:
            raise EOFError("the file is truncated")
        return Repaired(whole)
    return None


def repair(kind: Kind, data: bytes) -> Repaired | None:
    """Mend a file that could not be decoded.

    Returns:
        None if there is nothing to mend, so that the flaw is in the pixels.

    Raises:
        EOFError: the file ends before its pixels do.
        ValueError: what the pixels need is broken.
    """
    if kind is Kind.PNG:
        return Repaired(*png.pixels_only(data))
    if kind is Kind.JPEG:
        if jpeg_segments.breaks_off(data):
            raise EOFError("the file is truncated")
        mended = jpeg_segments.repair_header(data)
        mended = jpeg_end.append_end(mended) or mended
        return Repaired(mended) if mended != data else None
    if kind is Kind.WEBP:
        return Repaired(webp.pixels_only(data))
    if kind in (Kind.HEIF, Kind.AVIF):
        padded = heif.pad(data)
        return Repaired(padded) if padded else None
    if kind is Kind.TIFF:
        # There is nothing to mend in the bytes: another reader takes no offence at what Pillow does.
        return Repaired(data)
    return None
