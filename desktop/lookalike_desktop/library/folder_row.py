"""Folder row: one watched folder in the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from lookalike_desktop.library.folder_tree import FolderTree
from lookalike_desktop.qt.theme import icon

if TYPE_CHECKING:
    from pathlib import Path

    from lookalike.catalog.folders import Folder
    from lookalike.progress import Progress


class FolderRow(QFrame):
    """One watched folder: name, state, and buttons that pause and remove it. A click has it indexed first.

    Args:
        folder: the folder.
        parent: the Qt parent.
    """

    removed = Signal(object)
    """The `Folder` is no longer to be watched."""
    paused = Signal(object, bool)
    """The `Folder` is to be paused (True) or watched again."""
    clicked = Signal(object)
    """The user looks at the `Folder`."""
    subfolder_clicked = Signal(object)
    """The user looks at a folder in it, a `Path`."""

    def __init__(self, folder: Folder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.folder = folder
        self._name = QLabel()
        self._name.setProperty("title", True)
        self._name.setToolTip(str(folder.path))
        self._state = QLabel()
        self._state.setProperty("quiet", True)
        self._state.setWordWrap(True)
        self.tree = FolderTree(folder.path)
        self.tree.chosen.connect(self.subfolder_clicked)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("row", True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setVisible(False)
        self._remove = QToolButton()
        self._remove.setProperty("flat", True)
        self._remove.setIconSize(QSize(14, 14))
        self._remove.setToolTip(self.tr("Stop watching this folder. The photos stay where they are."))
        self._remove.setAccessibleName(self.tr("Stop watching {0}").format(folder.path.name))
        self._remove.clicked.connect(lambda: self.removed.emit(self.folder))
        self._pause = QToolButton()
        self._pause.setProperty("flat", True)
        self._pause.setIconSize(QSize(14, 14))
        self._pause.clicked.connect(lambda: self.paused.emit(self.folder, not self.folder.paused))
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self._name, 1)
        top.addWidget(self._pause)
        top.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 10)
        column.setSpacing(3)
        column.addLayout(top)
        column.addWidget(self._state)
        column.addWidget(self._bar)
        column.addWidget(self.tree)
        self.draw_icons()
        self.show_state(self.tr("Waiting"))

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self._remove.setIcon(icon("close"))
        self._pause.setIcon(icon("play" if self.folder.paused else "pause"))
        action = self.tr("Watch this folder again") if self.folder.paused else self.tr("Pause this folder")
        self._pause.setToolTip(action)
        self._pause.setAccessibleName(f"{action}: {self.folder.path.name}")

    def show_folder(self, folder: Folder) -> None:
        """Show the folder as it is now."""
        was, self.folder = self.folder, folder
        self._name.setToolTip(str(folder.path))
        self.draw_icons()
        self._elide_name()
        if not folder.online:
            self.show_state(self.tr("Offline. Searches still find its photos."))
        elif folder.paused:
            self.show_state(self.tr("Paused"))
        elif not was.online or was.paused:
            self.show_state(self.tr("Waiting"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The user looks at this folder: its photos are indexed first."""
        super().mousePressEvent(event)
        self.clicked.emit(self.folder)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space do what a click does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self.folder)
        else:
            super().keyPressEvent(event)

    def show_selected(self, path: Path | None) -> None:
        """Mark the folder that the photos are narrowed to: this one, one in it, or neither."""
        own = path == self.folder.path
        if self.property("selected") != own:
            self.setProperty("selected", own)
            self.style().polish(self)
        self.tree.show_selected(path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the name to the width."""
        super().resizeEvent(event)
        self._elide_name()

    def _elide_name(self) -> None:
        width = self.width() - 86
        name = self.folder.path.name or str(self.folder.path)
        self._name.setText(
            QFontMetrics(self._name.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, width)
        )

    @property
    def buttons(self) -> tuple[QToolButton, QToolButton]:
        """Its buttons, from left to right."""
        return self._pause, self._remove

    @property
    def state(self) -> str:
        """The line under the name."""
        return self._state.text()

    def show_state(self, text: str, progress: Progress | None = None) -> None:
        """Say what is happening, with a bar while its end is known."""
        self._state.setText(text)
        self.setAccessibleName(f"{self.folder.path.name}: {text}")
        total = 0 if progress is None or progress.ended else progress.total or 0
        done = 0 if progress is None else progress.done
        self._bar.setVisible(done < total)
        if done < total:
            self._bar.setRange(0, total)
            self._bar.setValue(done)
