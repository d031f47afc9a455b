"""A file's bytes → upright sRGB pixels of the size asked for, and the facts, in bounded memory."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from lookalike.photos import colour
from lookalike.photos.annotations import NOTHING, SIDECAR_LIMIT_BYTES, Annotations, read_embedded
from lookalike.photos.errors import PhotoError, cut_off, damaged, not_a_photo, printable, too_large
from lookalike.photos.exif import Tag, Tags, read_raw_tags, read_tags
from lookalike.photos.facts import Facts, make_facts, orientation
from lookalike.photos.files import FileBytes, read_file
from lookalike.photos.iptc import PHOTOSHOP_RESOURCE
from lookalike.photos.jpeg import JpegFile, draft, open_jpeg
from lookalike.photos.kinds import Kind, claimed_size, is_cut_off, sniff
from lookalike.photos.memory import RESULT_BYTES_PER_PIXEL, budget
from lookalike.photos.quiet import quiet
from lookalike.photos.raw import read_preview
from lookalike.photos.tiff import Lab16File, open_tiff, to_lab


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    Attributes:
        image: RGB, upright, sRGB, without metadata.
        facts: what the file says about the photo.
        annotations: what people wrote into the file.
    """

    image: Image.Image
    facts: Facts
    annotations: Annotations = NOTHING


_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what makes the stored pixels upright."""


def _open_heif(data: bytes) -> ImageFile.ImageFile:
    from pillow_heif import HeifImageFile

    return HeifImageFile(io.BytesIO(data))


def _open_jxl(data: bytes) -> ImageFile.ImageFile:
    from pylibjxl.pillow_plugin import JxlImageFile

    return JxlImageFile(io.BytesIO(data))


_OPENERS: dict[Kind, Callable[[bytes], ImageFile.ImageFile]] = {
    Kind.JPEG: open_jpeg,
    Kind.PNG: lambda data: PngImageFile(io.BytesIO(data)),
    Kind.GIF: lambda data: GifImageFile(io.BytesIO(data)),
    Kind.WEBP: lambda data: WebPImageFile(io.BytesIO(data)),
    Kind.BMP: lambda data: BmpImageFile(io.BytesIO(data)),
    Kind.TIFF: open_tiff,
    Kind.JPEG2000: lambda data: Jpeg2KImageFile(io.BytesIO(data)),
    Kind.HEIF: _open_heif,
    Kind.AVIF: lambda data: AvifImageFile(io.BytesIO(data)),
    Kind.JPEG_XL: _open_jxl,
}

_BYTES_PER_PIXEL = {
    Kind.PNG: 9,
    Kind.GIF: 9,
    Kind.BMP: 9,
    Kind.WEBP: 17,
    Kind.TIFF: 12,
    Kind.JPEG2000: 24,
    Kind.HEIF: 16,
    Kind.AVIF: 20,
    Kind.JPEG_XL: 32,
}
"""Most memory that decoding takes for each pixel, for formats that are always decoded whole."""

_XMP_START, _XMP_END = b"<x:xmpmeta", b"</x:xmpmeta>"
_TIFF_IPTC = 33723
_WIDE_MODES = ("I", "F")
_WIDE_BYTES_PER_PIXEL = 16
"""The same for 32 bits per channel, of any format."""


def decode(file: FileBytes, longest_side: int) -> Photo:
    """Decode a photo. Any number of threads may decode at once; together they keep to one budget of memory.

    Animations give their first frame, raw files their preview. What a file is, its content decides.

    Args:
        file: the file's bytes.
        longest_side: the result's longest side in pixels at most; a smaller photo is never enlarged.

    Raises:
        PhotoError: the content is no photo, damaged, cut off, or too large.
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
    if is_cut_off(kind, file.data):
        raise cut_off(file.name)
    try:
        with quiet:
            if kind is Kind.RAW:
                return _decode_raw(file, longest_side)
            return _decode(kind, file, longest_side)
    except PhotoError:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise too_large(file.name) from error
    except Exception as error:
        # Decoders answer broken bytes with whatever their parsing trips over, from KeyError to ZeroDivisionError.
        raise _cause(file.name, error) from error


def read_annotations(file: FileBytes) -> Annotations:
    """What people wrote into a photo, without its pixels being decoded but for JPEG XL; a broken one says nothing.

    What a PNG file has after its pixels is not seen.
    """
    kind = sniff(file.data, file.name)
    if kind is None:
        return NOTHING
    try:
        with quiet:
            if kind is not Kind.RAW:
                claimed = claimed_size(kind, file.data)
                if claimed is not None:
                    _need(kind, file, claimed, (0, 0))
                return _written(kind, file)
            picture = read_preview(file, 1).picture
            shown = NOTHING
            if not isinstance(picture, Image.Image):
                shown = _written(Kind.JPEG, FileBytes(file.content, picture, file.name))
            return _raw_annotations(file, read_raw_tags(file.data)).over(shown)
    except Exception:
        # As in `decode`, anything may be wrong with it.
        return NOTHING


def _written(kind: Kind, file: FileBytes) -> Annotations:
    image = _OPENERS[kind](file.data)
    if kind is Kind.JPEG_XL:
        # Its decoder gives metadata with the pixels only.
        with budget.take(_need(kind, file, image.size, (0, 0), image.mode)):
            image.load()
    return _annotations(image, read_tags(file.data if kind is Kind.TIFF else _block(image, "exif")))


def open_image(path: Path, longest_side: int) -> Image.Image:
    """The upright sRGB image of a file, its longest side `longest_side` pixels at most.

    Raises:
        PhotoError: the file cannot be read or decoded.
    """
    return decode(read_file(path), longest_side).image


def _decode(kind: Kind, file: FileBytes, longest_side: int, assumed_orientation: int = 1) -> Photo:
    claimed = claimed_size(kind, file.data)
    if claimed is not None:
        _need(kind, file, claimed, (0, 0))
    image = _OPENERS[kind](file.data)
    size = image.size
    if min(size) < 1:
        raise damaged(file.name)
    target = _fit(size, longest_side)
    if isinstance(image, JpegFile):
        need = draft(image, file.data, target)
        if need > budget.limit:
            raise too_large(file.name, size)
    else:
        image.draft(None, target)
        need = _need(kind, file, image.size, target, image.mode)
    with budget.take(need):
        image.load()
        pixels = _resize(colour.shrinkable(to_lab(image) if isinstance(image, Lab16File) else image), target)
        pixels = colour.to_srgb(pixels, _block(image, "icc_profile"))
        tags = read_tags(file.data if kind is Kind.TIFF else _block(image, "exif"))
        if kind is Kind.HEIF:
            turned = _heif_orientation(image, file.data)
        else:
            turned = orientation(tags, _block(image, "xmp"), assumed_orientation)
        # Of these the decoders give upright pixels themselves.
        if turned > 1 and kind not in (Kind.TIFF, Kind.JPEG_XL):
            pixels = pixels.transpose(_TRANSPOSITIONS[turned])
            size = size[::-1] if turned >= 5 else size
        return Photo(_bare(pixels), make_facts(size, kind.value, tags, turned), _annotations(image, tags))


def _decode_raw(file: FileBytes, longest_side: int) -> Photo:
    preview = read_preview(file, longest_side)
    tags = read_raw_tags(file.data)
    if isinstance(preview.picture, Image.Image):
        image = _resize(preview.picture, _fit(preview.picture.size, longest_side))
        written = NOTHING
    else:
        jpeg = FileBytes(file.content, preview.picture, file.name)
        shown = _decode(Kind.JPEG, jpeg, longest_side, preview.orientation)
        image, written = shown.image, shown.annotations
        if not tags.main:
            tags = read_tags(_block(open_jpeg(preview.picture), "exif"))
    facts = make_facts(preview.size, Kind.RAW.value, tags, preview.orientation)
    return Photo(image, facts, _raw_annotations(file, tags).over(written))


def _raw_annotations(file: FileBytes, tags: Tags) -> Annotations:
    return read_embedded(_raw_xmp(file.data), b"", tags.number(Tag.RATING))


def _raw_xmp(data: bytes) -> bytes:
    # In a tag of its own in files laid out as TIFFs, in a box in CR3; the mark is the same everywhere.
    start = data.find(_XMP_START)
    end = data.find(_XMP_END, start, start + SIDECAR_LIMIT_BYTES)
    return data[start : end + len(_XMP_END)] if 0 <= start < end else b""


def _annotations(image: Image.Image, tags: Tags) -> Annotations:
    photoshop = image.info.get("photoshop")
    iptc = photoshop.get(PHOTOSHOP_RESOURCE) if isinstance(photoshop, dict) else None
    if isinstance(image, TiffImageFile):
        iptc = image.tag_v2.get(_TIFF_IPTC)
    return read_embedded(
        _block(image, "xmp"), iptc if isinstance(iptc, bytes) else b"", tags.number(Tag.RATING)
    )


def _heif_orientation(image: Image.Image, data: bytes) -> int:
    # HEIF turns pictures by boxes of its own, which libheif obeys, and then EXIF must not turn them again. But some
    # writers have only EXIF.
    if b"irot" in data or b"imir" in data:
        return 1
    return image.info.get("original_orientation") or 1


def _need(
    kind: Kind, file: FileBytes, size: tuple[int, int], target: tuple[int, int], mode: str = "RGB"
) -> int:
    each = _WIDE_BYTES_PER_PIXEL if mode in _WIDE_MODES else _BYTES_PER_PIXEL[kind]
    need = size[0] * size[1] * each + target[0] * target[1] * RESULT_BYTES_PER_PIXEL
    if need > budget.limit:
        raise too_large(file.name, size)
    return need


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


def _bare(image: Image.Image) -> Image.Image:
    bare = image.copy() if isinstance(image, ImageFile.ImageFile) else image
    bare.info = {}
    return bare


def _cause(name: str, error: Exception) -> PhotoError:
    return cut_off(name) if "truncated" in str(error).lower() else damaged(name)
