"""The system's own programs: its file manager, and whatever opens the log."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from lookalike.log import log_file


def file_url(path: Path) -> QUrl:
    """The address of a file, whatever bytes its name is made of."""
    if os.name == "nt":
        return QUrl.fromLocalFile(str(path))
    # QUrl.fromLocalFile loses bytes of a name that are no text.
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(os.fsencode(path)).encode())


def show_in_folder(path: Path) -> None:
    """Open the system's file manager at a file."""
    if sys.platform == "win32":
        QProcess.startDetached("explorer", ["/select,", str(path)])
    elif sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    else:
        QDesktopServices.openUrl(file_url(path.parent))


def open_in_program(path: Path) -> bool:
    """Open a file in the program that the system has for it; whether there is one."""
    return QDesktopServices.openUrl(file_url(path))


def show_log() -> None:
    """Open the log, or the folder of logs where nothing was logged yet."""
    path = log_file()
    places = (place for place in (path, *path.parents) if os.path.exists(place))  # noqa: PTH110
    shown = next(places, path)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(shown)))
