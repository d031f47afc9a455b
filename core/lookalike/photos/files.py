"""Photo files: which names are photos, and reading a file's bytes and their hash in one pass."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from lookalike.photos.errors import FileUnavailableError, PhotoError, printable

# fmt: off
RAW_SUFFIXES = frozenset((
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
))
"""Suffixes of camera raw files, lower case with the dot."""

PHOTO_SUFFIXES = RAW_SUFFIXES | frozenset((
    ".apng", ".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".hif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg",
    ".jpf", ".jpg", ".jpx", ".jxl", ".mpo", ".png", ".tif", ".tiff", ".webp",
))
"""Suffixes of photo files, lower case with the dot. They only select files; the content decides on the file type."""
# fmt: on

LIMIT_BYTES = 512 << 20
"""Larger files are not read; the largest medium-format raw files are half this size."""

_DIGEST_BYTES = 16
_RECALLED = 0x00400000 | 0x00040000
"""FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS and _RECALL_ON_OPEN on Windows."""

_SF_DATALESS = 0x40000000
"""On macOS: the content is downloaded when it is read."""


@dataclass(frozen=True)
class FileBytes:
    """A file's content at one moment.

    Attributes:
        content: hash of `data` in hex (BLAKE2b, 128 bits), which identifies the content everywhere.
        data: the whole file.
        name: the file's name without its folder, for messages and for recognising raw files.
    """

    content: str
    data: bytes = field(repr=False)
    name: str

    @classmethod
    def of(cls, data: bytes, name: str) -> FileBytes:
        """Hash bytes that are already in memory, e.g. from the clipboard."""
        return cls(hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest(), data, name)


def is_photo(path: PurePath) -> bool:
    """Whether a file has the name of a photo; hidden files and AppleDouble forks do not count."""
    return path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")


def is_online_only(status: os.stat_result) -> bool:
    """Whether opening or reading the file would make the system download it from a cloud drive.

    Linux has no such flag: cloud drives there mount a file system of their own.
    """
    windows = getattr(status, "st_file_attributes", 0) & _RECALLED
    macos = getattr(status, "st_flags", 0) & _SF_DATALESS
    return bool(windows or macos)


def read_file(path: Path, limit_bytes: int = LIMIT_BYTES) -> FileBytes:
    """Read a file in one pass.

    Args:
        path: the file; symbolic links are followed.
        limit_bytes: larger files are not read.

    Raises:
        FileUnavailableError: the file is gone, may not be read, is only in the cloud, or its drive fails.
        PhotoError: the file is empty, too large, or not a regular file.
    """
    name = path.name
    # Without O_NONBLOCK, opening a named pipe would wait forever for its writer.
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    )
    try:
        # Check before opening, which alone may trigger the download.
        if is_online_only(path.stat()):
            raise _online_only(name)
        descriptor = os.open(path, flags)
        try:
            status = os.fstat(descriptor)
            _refuse(status, name, limit_bytes)
            with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
                # Reading one byte more than the size distinguishes a file that is still growing.
                data = file.read(status.st_size + 1)
                while len(data) <= limit_bytes and (rest := file.read(1 << 20)):
                    data += rest
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise _unavailable(name, error) from error
    if len(data) > limit_bytes:
        raise _too_big(name, len(data))
    if not data:
        raise PhotoError("{name} is empty.", name=printable(name))
    return FileBytes.of(data, name)


def _refuse(status: os.stat_result, name: str, limit_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PhotoError("{name} is not a file.", name=printable(name))
    if status.st_size > limit_bytes:
        raise _too_big(name, status.st_size)


def _online_only(name: str) -> FileUnavailableError:
    return FileUnavailableError(
        "{name} is kept online only.", "Make it available on this computer first.", name=printable(name)
    )


def _too_big(name: str, size: int) -> PhotoError:
    return PhotoError(
        "{name} is too large to be read ({size} MB).", name=printable(name), size=f"{size / 1e6:,.0f}"
    )


def _unavailable(name: str, error: Exception) -> PhotoError:
    shown = printable(name)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOENT, errno.ENOTDIR):
        return FileUnavailableError("{name} is no longer there.", name=shown)
    if number == errno.EISDIR:
        return PhotoError("{name} is not a file.", name=shown)
    if number in (errno.EACCES, errno.EPERM):
        return FileUnavailableError("{name} may not be read.", "Check the file's permissions.", name=shown)
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return FileUnavailableError(
        "{name} cannot be read: {reason}.", "Check the drive it lies on.", name=shown, reason=reason
    )
