"""What other programs get of photos: their files, and of a single one its picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from lookalike_desktop.qt.file_manager import file_url


def photo_mime(paths: Sequence[Path], picture: QImage | None = None) -> QMimeData:
    """Files, to be copied, never moved; with a picture for programs that take no files.

    Args:
        paths: the files.
        picture: of a single photo; None without.
    """
    mime = QMimeData()
    urls = [file_url(path) for path in paths]
    mime.setUrls(urls)
    # File managers of GNOME and Xfce paste files only where they are told what to do with them.
    listed = b"\n".join(bytes(url.toEncoded().data()) for url in urls)
    mime.setData("x-special/gnome-copied-files", b"copy\n" + listed)
    if picture is not None:
        mime.setImageData(picture)
    return mime
