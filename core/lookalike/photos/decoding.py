"""Decoding: from a file's bytes to upright sRGB pixels of a given size and the metadata, in bounded memory."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile

from lookalike.photos import colour
from lookalike.photos.annotations import NO_ANNOTATIONS, Annotations
from lookalike.photos.blocks import BLOCK_LIMIT_BYTES, find_blocks
from lookalike.photos.bmp import BitfieldsFile, without_void_alpha
from lookalike.photos.errors import (
    LayoutError,
    PhotoError,
    cut_off,
    damaged,
    not_a_photo,
    printable,
    too_large,
    unsupported,
)
from lookalike.photos.exif import Tag, read_raw_tags
from lookalike.photos.facts import Facts, make_facts
from lookalike.photos.files import FileBytes, read_file
from lookalike.photos.heif import is_cut_off
from lookalike.photos.jpeg import JpegFile, draft
from lookalike.photos.kinds import Kind, claimed_size, sniff
from lookalike.photos.memory import budget
from lookalike.photos.metadata import Metadata, interpret, read_blocks
from lookalike.photos.openers import OPENERS, REPAIRED_OPENERS, affordable, memory_needed
from lookalike.photos.quiet import quiet
from lookalike.photos.raw import read_preview
from lookalike.photos.repair import Repaired, repair, repair_unseen
from lookalike.photos.tiff import Lab16File, to_lab
from lookalike.photos.tiff_layouts import LayoutFile
from lookalike.photos.upright import make_upright, upright_size

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    Attributes:
        image: RGB, upright, sRGB, without metadata.
        facts: what the metadata say about the photo.
        annotations: what people wrote into the file.
    """

    image: Image.Image
    facts: Facts
    annotations: Annotations = NO_ANNOTATIONS


_XMP_START, _XMP_END = b"<x:xmpmeta", b"</x:xmpmeta>"


def decode(file: FileBytes, longest_side: int) -> Photo:
    """Decode a photo. Any number of threads may decode at once; together they keep within one memory budget.

    Animations yield their first frame, raw files their preview. The file type is determined by content.

    Args:
        file: the file's bytes.
        longest_side: the most pixels that the result's longest side may have; a smaller photo is never enlarged.

    Raises:
        PhotoError: the content is not a photo, or is damaged, cut off, or too large.
    """
    kind = sniff(file.data, file.name)
    if kind is None:
        raise not_a_photo(file.name)
    if kind is Kind.JPEG_XL and importlib.util.find_spec("pylibjxl") is None:
        raise PhotoError(
            "{name} is a JPEG XL photo, for which this computer has no decoder.",
            "Save a copy of it as JPEG or PNG.",
            name=printable(file.name),
        )
    try:
        if kind in (Kind.HEIF, Kind.AVIF) and is_cut_off(file.data):
            raise cut_off(file.name)
        with quiet:
            if kind is Kind.RAW:
                return _decode_raw(file, longest_side)
            return _decode_or_repair(kind, file, longest_side)
    except PhotoError:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise too_large(file.name) from error
    except LayoutError as error:
        raise unsupported(file.name, kind.value, str(error)) from error
    except Exception as error:
        # Given broken bytes, decoders raise whatever their parsing stumbles over, from KeyError to ZeroDivisionError.
        _logger.debug("Decoding %s failed.", printable(file.name), exc_info=True)
        raise _to_photo_error(file.name, error) from error


def read_metadata(file: FileBytes) -> Metadata | None:
    """The metadata of a photo, without decoding its pixels (except for JPEG XL); None if the file is broken."""
    kind = sniff(file.data, file.name)
    if kind is None:
        return None
    try:
        with quiet:
            if kind is not Kind.RAW:
                return _read_metadata(kind, file)
            picture = read_preview(file, 1).picture
            in_preview = Metadata()
            if not isinstance(picture, Image.Image):
                in_preview = _read_metadata(Kind.JPEG, FileBytes(file.content, picture, file.name))
            return _raw_metadata(file).with_fallback(in_preview)
    except Exception:
        # As in `decode`, broken bytes may raise anything.
        _logger.debug("Reading the metadata of %s failed.", printable(file.name), exc_info=True)
        return None


def _read_metadata(kind: Kind, file: FileBytes) -> Metadata:
    if kind not in (Kind.HEIF, Kind.AVIF, Kind.JPEG_XL):
        return read_blocks(find_blocks(kind, file.data, {}))
    claimed = claimed_size(kind, file.data)
    if claimed is not None:
        memory_needed(kind, file.name, claimed, (0, 0))
    image = OPENERS[kind](file.data)
    if kind is Kind.JPEG_XL:
        # Its decoder provides the metadata only together with the pixels.
        with budget.take(memory_needed(kind, file.name, image.size, (0, 0), image.mode)):
            image.load()
    return read_blocks(find_blocks(kind, file.data, image.info))


def open_image(path: Path, longest_side: int) -> Image.Image:
    """The upright sRGB image of a file, its longest side at most `longest_side` pixels.

    Raises:
        PhotoError: the file cannot be read or decoded.
    """
    return decode(read_file(path), longest_side).image


def _decode_or_repair(kind: Kind, file: FileBytes, longest_side: int, assumed_orientation: int = 1) -> Photo:
    try:
        return _decode(kind, file, longest_side, assumed_orientation, repair_unseen(kind, file.data))
    except (PhotoError, MemoryError, Image.DecompressionBombError):
        raise
    except Exception:
        # As in `decode`, broken bytes may raise anything.
        _logger.debug("Decoding %s as it is failed.", printable(file.name), exc_info=True)
        repaired = repair(kind, file.data)
        if repaired is None:
            raise
    return _decode(kind, file, longest_side, assumed_orientation, repaired)


def _decode(
    kind: Kind,
    file: FileBytes,
    longest_side: int,
    assumed_orientation: int,
    repaired: Repaired | None,
) -> Photo:
    data = repaired.data if repaired else file.data
    claimed = claimed_size(kind, data)
    if claimed is not None:
        memory_needed(kind, file.name, claimed, (0, 0))
    image = (REPAIRED_OPENERS if repaired else OPENERS)[kind](data)
    size = image.size
    if min(size) < 1:
        raise damaged(file.name)
    target = _fit(size, longest_side)
    if isinstance(image, JpegFile):
        need = draft(image, data, target)
        if need > budget.limit:
            raise too_large(file.name, size)
    else:
        image.draft(None, target)
        extra = image.segment_bytes if isinstance(image, LayoutFile) else 0
        target = affordable(kind, image.size, target, image.mode, extra)
        need = memory_needed(kind, file.name, image.size, target, image.mode, extra)
    with budget.take(need):
        image.load()
        pixels = _resize(colour.shrinkable(_as_stored(image)), target)
        profile = (repaired.profile if repaired else b"") or _block(image, "icc_profile")
        pixels = colour.to_srgb(pixels, profile)
        metadata = read_blocks(find_blocks(kind, file.data, image.info))
        if kind is Kind.HEIF:
            exif_orientation = _heif_orientation(image, file.data)
        else:
            exif_orientation = metadata.orientation or assumed_orientation
        # A photo of 100 megapixels has no room for a third copy.
        del image
        # For these kinds the decoders already return upright pixels.
        if exif_orientation > 1 and kind not in (Kind.TIFF, Kind.JPEG_XL):
            pixels = make_upright(pixels, exif_orientation)
            size = upright_size(size, exif_orientation)
        facts = make_facts(size, kind.value, metadata, exif_orientation)
        return Photo(_without_metadata(pixels), facts, metadata.annotations)


def _as_stored(image: ImageFile.ImageFile) -> Image.Image:
    """The loaded image, where the decoder has taken its channels for others than they are."""
    if isinstance(image, Lab16File):
        return to_lab(image)
    if isinstance(image, BmpImageFile | BitfieldsFile):
        return without_void_alpha(image)
    return image


def _decode_raw(file: FileBytes, longest_side: int) -> Photo:
    preview = read_preview(file, longest_side)
    metadata = _raw_metadata(file)
    if isinstance(preview.picture, Image.Image):
        image = _resize(preview.picture, _fit(preview.picture.size, longest_side))
    else:
        jpeg = FileBytes(file.content, preview.picture, file.name)
        image = _decode_or_repair(Kind.JPEG, jpeg, longest_side, preview.orientation).image
        metadata = metadata.with_fallback(_read_metadata(Kind.JPEG, jpeg))
    facts = make_facts(preview.size, Kind.RAW.value, metadata, preview.orientation)
    return Photo(image, facts, metadata.annotations)


def _raw_metadata(file: FileBytes) -> Metadata:
    tags = read_raw_tags(file.data)
    return interpret(tags, [_raw_xmp(file.data)], [tags.raw(Tag.IPTC)])


def _raw_xmp(data: bytes) -> bytes:
    # It is in a tag of its own in TIFF-like files and in a box in CR3, but always between the same marks.
    start = data.find(_XMP_START)
    end = data.find(_XMP_END, start, start + BLOCK_LIMIT_BYTES)
    return data[start : end + len(_XMP_END)] if 0 <= start < end else b""


def _heif_orientation(image: Image.Image, data: bytes) -> int:
    # HEIF rotates pictures by boxes of its own, which libheif applies; EXIF must not rotate them again. But some
    # programs write only EXIF.
    if b"irot" in data or b"imir" in data:
        return 1
    return image.info.get("original_orientation") or 1


def _fit(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _resize(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    if image.width <= target[0] and image.height <= target[1]:
        return image
    return image.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _block(image: Image.Image, name: str) -> bytes:
    block = image.info.get(name, b"")
    return block if isinstance(block, bytes) else b""


def _without_metadata(image: Image.Image) -> Image.Image:
    # A copy of an opened file is an image in memory, which does not keep the file's bytes alive.
    result = image.copy() if isinstance(image, ImageFile.ImageFile) else image
    result.info = {}
    return result


def _to_photo_error(name: str, error: Exception) -> PhotoError:
    return cut_off(name) if "truncated" in str(error).lower() else damaged(name)
