"""Repair: what stands beside the pixels of a flawed file is mended or left out, so that the decoder sees no flaw."""

from __future__ import annotations

from dataclasses import dataclass, field

from lookalike.photos import jpeg_end, jpeg_segments, png
from lookalike.photos.kinds import Kind


@dataclass(frozen=True)
class Repaired:
    """A file of the same pixels.

    Attributes:
        data: the file.
        blocks: metadata that are no longer in it, under Pillow's names.
    """

    data: bytes
    blocks: dict[str, bytes] = field(default_factory=dict)


def repair(kind: Kind, data: bytes) -> Repaired | None:
    """Mend a file that could not be decoded.

    Returns:
        None if there is nothing to mend, so that the flaw is in the pixels.

    Raises:
        ValueError: what the pixels need is broken.
    """
    if kind is Kind.PNG:
        return Repaired(*png.pixels_only(data))
    if kind is Kind.JPEG:
        mended = jpeg_segments.repair_header(data)
        mended = jpeg_end.append_end(mended) or mended
        return Repaired(mended) if mended != data else None
    if kind is Kind.TIFF:
        # There is nothing to mend in the bytes: another reader takes no offence at what Pillow does.
        return Repaired(data)
    return None
