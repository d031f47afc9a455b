"""Names of shots: what the files of one shot have in common."""

from __future__ import annotations

import os
import re
import unicodedata

from lookalike.path_bytes import join
from lookalike.photos import PHOTO_SUFFIXES

SIDECAR_SUFFIX = ".xmp"

_PIXEL_PARTS = re.compile(r"\.raw-\d\d(\.mp)?(\.[a-z]+)?(?=~\d+$|$)")
"""As in ``PXL_20230826_1643.RAW-01.MP.COVER.jpg``, the picture with a moving one, and ``….RAW-02.ORIGINAL.dng``."""


def plain_name(name: str) -> str:
    """A file's name, normalised in case and Unicode composition, which vary between file systems and cameras."""
    return unicodedata.normalize("NFC", name).casefold()


def is_named_part(path: bytes) -> bool:
    """Whether a file's name says that it is one part of a shot, as Pixel phones name a picture and its raw file."""
    return _PIXEL_PARTS.search(_stem(os.fsdecode(os.path.split(path)[1]))) is not None


def shot_of(path: bytes) -> bytes:
    """What the files of one shot have in common, for photos and XMP files alike: folder and plain stem."""
    folder, name = os.path.split(path)
    return join(folder, os.fsencode(_PIXEL_PARTS.sub("", _stem(os.fsdecode(name)))))


def _stem(name: str) -> str:
    stem = plain_name(name).removesuffix(SIDECAR_SUFFIX)
    bare, dot, suffix = stem.rpartition(".")
    return bare if bare and dot + suffix in PHOTO_SUFFIXES else stem
