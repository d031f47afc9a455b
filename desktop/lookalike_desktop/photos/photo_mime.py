"""What other programs get of photos: their files, and of a single one its picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage


def file_url(path: Path) -> QUrl:
    """The address of a file, whatever bytes its name is made of."""
    if os.name == "nt":
        return QUrl.fromLocalFile(str(path))
    # QUrl.fromLocalFile loses bytes of a name that are no text.
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(os.fsencode(path)).encode())


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
