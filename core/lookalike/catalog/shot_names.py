"""Names of shots: what the files of one shot have in common."""

from __future__ import annotations

import os
import re
import unicodedata

from lookalike.path_bytes import join
from lookalike.photos import PHOTO_SUFFIXES

SIDECAR_SUFFIX = ".xmp"

_PIXEL_PARTS = re.compile(r"\.raw-\d\d(\.[a-z]+)?$")


def plain_name(name: str) -> str:
    """A file's name, normalised in case and Unicode composition, which vary between file systems and cameras."""
    return unicodedata.normalize("NFC", name).casefold()


def shot_of(path: bytes) -> bytes:
    """What the files of one shot have in common, for photos and XMP files alike: folder and plain stem."""
    folder, name = os.path.split(path)
    stem = plain_name(os.fsdecode(name)).removesuffix(SIDECAR_SUFFIX)
    bare, dot, suffix = stem.rpartition(".")
    if bare and dot + suffix in PHOTO_SUFFIXES:
        stem = bare
    return join(folder, os.fsencode(_PIXEL_PARTS.sub("", stem)))
