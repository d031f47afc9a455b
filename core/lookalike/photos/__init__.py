"""Photo files: decoding to upright sRGB pixels, metadata, annotations and thumbnails."""

from __future__ import annotations

from lookalike.photos.annotations import Annotations, read_sidecar
from lookalike.photos.dates import Dates, Precision, in_words, may_be_same, precision_of
from lookalike.photos.decoders import decoders
from lookalike.photos.decoding import Photo, decode, open_image, read_metadata
from lookalike.photos.errors import FileUnavailableError, PhotoError
from lookalike.photos.exposure import Exposure, read_exposure
from lookalike.photos.facts import Facts
from lookalike.photos.files import (
    PHOTO_SUFFIXES,
    RAW_SUFFIXES,
    FileBytes,
    is_online_only,
    is_photo,
    read_file,
)
from lookalike.photos.memory import MEMORY_LIMIT
from lookalike.photos.metadata import Metadata
from lookalike.photos.thumbnails import THUMBNAIL_SIDE, THUMBNAIL_SIDES, thumbnail

__all__ = [
    "MEMORY_LIMIT",
    "PHOTO_SUFFIXES",
    "RAW_SUFFIXES",
    "THUMBNAIL_SIDE",
    "THUMBNAIL_SIDES",
    "Annotations",
    "Dates",
    "Exposure",
    "Facts",
    "FileBytes",
    "FileUnavailableError",
    "Metadata",
    "Photo",
    "PhotoError",
    "Precision",
    "decode",
    "decoders",
    "in_words",
    "is_online_only",
    "is_photo",
    "may_be_same",
    "open_image",
    "precision_of",
    "read_exposure",
    "read_file",
    "read_metadata",
    "read_sidecar",
    "thumbnail",
]
