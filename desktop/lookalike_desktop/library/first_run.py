"""First-run page: what the window shows while a library has no folder yet."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lookalike_desktop.qt.theme import icon

COLUMN = 460
"""Width of the panel, pixels."""


class FirstRun(QWidget):
    """Offers the system's pictures, another folder, or the sample album.

    Args:
        pictures: the system's folder of pictures.
        parent: the Qt parent.
    """

    folder_given = Signal(Path)
    choose_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, pictures: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        mark = QLabel()
        mark.setPixmap(icon("lookalike", side=76).pixmap(QSize(76, 76)))
        mark.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        heading = QLabel(self.tr("Where are your photos?"))
        heading.setProperty("heading", True)
        heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words = QLabel(
            self.tr(
                "Lookalike looks at every photo once and then finds the other photos of the same thing. "
                "Everything stays on this computer, and your photos are never changed."
            )
        )
        words.setProperty("quiet", True)
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.pictures_button = QPushButton(self.tr("Use {0}").format(_short(pictures)))
        self.pictures_button.setProperty("primary", True)
        offered = os.path.isdir(pictures)  # noqa: PTH112
        self.pictures_button.setVisible(offered)
        self.pictures_button.clicked.connect(lambda: self.folder_given.emit(pictures))
        self.choose_button = QPushButton(self.tr("Choose a folder…"))
        self.choose_button.setProperty("large" if offered else "primary", True)
        self.choose_button.clicked.connect(self.choose_wanted)
        self.sample_button = QPushButton()
        self.sample_button.setProperty("flat", True)
        self.sample_button.clicked.connect(self.sample_wanted)
        hint = QLabel(self.tr("You can also drop a folder here."))
        hint.setProperty("quiet", True)
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        panel = QFrame()
        panel.setFixedWidth(COLUMN)
        column = QVBoxLayout(panel)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(mark)
        column.addSpacing(8)
        column.addWidget(heading)
        column.addWidget(words)
        column.addSpacing(16)
        column.addWidget(self.pictures_button)
        column.addWidget(self.choose_button)
        column.addWidget(self.sample_button)
        column.addSpacing(8)
        column.addWidget(hint)
        column.addStretch(3)
        self.show_busy(False)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(panel)
        row.addStretch(1)

    def show_busy(self, busy: bool) -> None:
        """Say that the sample album is being prepared, or offer it."""
        words = self.tr("Preparing the sample photos…") if busy else self.tr("Try it with sample photos")
        self.sample_button.setText(words)
        self.sample_button.setEnabled(not busy)


def _short(path: Path) -> str:
    """A folder as people write it, with a tilde for the home folder."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        # It lies elsewhere, or there is no home folder.
        return str(path)
