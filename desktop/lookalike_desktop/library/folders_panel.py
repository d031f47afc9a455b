"""The folders on the left, each with what is happening to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.library.session import Activity
from lookalike_desktop.qt.numbers import count_words, duration_words
from lookalike_desktop.qt.theme import icon

if TYPE_CHECKING:
    from lookalike.catalog.folders import Folder
    from lookalike.library.descriptor_migration import DescriptorChange
    from lookalike.progress import Progress, Skipped

WIDTH = 264
"""Width of the panel, pixels."""


class FolderRow(QFrame):
    """One watched folder: name, state, and buttons that pause and remove it. A click has it worked on first."""

    removed = Signal(object)
    paused = Signal(object, bool)
    looked_at = Signal(object)

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
        self.draw_icons()
        self.show_state(self.tr("Waiting"))

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self._remove.setIcon(icon("close"))
        self._pause.setIcon(icon("play" if self.folder.paused else "pause"))
        words = self.tr("Watch this folder again") if self.folder.paused else self.tr("Pause this folder")
        self._pause.setToolTip(words)
        self._pause.setAccessibleName(f"{words}: {self.folder.path.name}")

    def show_folder(self, folder: Folder) -> None:
        """Take in what is known of the folder."""
        was, self.folder = self.folder, folder
        self._name.setToolTip(str(folder.path))
        self.draw_icons()
        self._cut_name()
        if not folder.online:
            self.show_state(self.tr("Offline. What is known of its photos is kept."))
        elif folder.paused:
            self.show_state(self.tr("Paused"))
        elif not was.online or was.paused:
            self.show_state(self.tr("Waiting"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The user looks at this folder: its photos come first."""
        super().mousePressEvent(event)
        self.looked_at.emit(self.folder)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the name to the width there is."""
        super().resizeEvent(event)
        self._cut_name()

    def _cut_name(self) -> None:
        room = self.width() - 86
        name = self.folder.path.name or str(self.folder.path)
        self._name.setText(
            QFontMetrics(self._name.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        )

    @property
    def buttons(self) -> tuple[QToolButton, QToolButton]:
        """Its buttons, from left to right."""
        return self._pause, self._remove

    @property
    def state(self) -> str:
        """The line under the name."""
        return self._state.text()

    def show_state(self, words: str, progress: Progress | None = None) -> None:
        """Say what is happening, with a bar while there is an end in sight."""
        self._state.setText(words)
        self.setAccessibleName(f"{self.folder.path.name}: {words}")
        busy = progress is not None and bool(progress.total) and progress.done < (progress.total or 0)
        self._bar.setVisible(busy)
        if busy and progress is not None and progress.total:
            self._bar.setRange(0, progress.total)
            self._bar.setValue(progress.done)


class FoldersPanel(QFrame):
    """All folders, a pause button, and the files that were passed over.

    Args:
        parent: the Qt parent.
    """

    add_wanted = Signal()
    removed = Signal(object)
    folder_paused = Signal(object, bool)
    looked_at = Signal(object)
    paused = Signal(bool)
    settings_wanted = Signal()
    skipped_wanted = Signal()
    about_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("sidebar", True)
        self.setFixedWidth(WIDTH)
        self.rows: dict[int, FolderRow] = {}
        self._paused = False
        heading = QLabel(self.tr("Folders"))
        heading.setProperty("heading", True)
        self.pause_button = QToolButton()
        self.pause_button.setProperty("flat", True)
        self.pause_button.setIconSize(QSize(18, 18))
        self.pause_button.clicked.connect(lambda: self.paused.emit(not self._paused))
        self.add_button = QPushButton(self.tr("Add a folder…"))
        self.add_button.clicked.connect(self.add_wanted)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(8)
        inner = QWidget()
        fill = QVBoxLayout(inner)
        fill.setContentsMargins(14, 4, 14, 4)
        fill.addLayout(self._list)
        fill.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._anew = QLabel()
        self._anew.setProperty("quiet", True)
        self._anew.setWordWrap(True)
        self._anew.setVisible(False)
        self._waiting = 0
        self._describing = False
        self._summary = QLabel()
        self._summary.setProperty("quiet", True)
        self.skipped_button = QPushButton()
        self.skipped_button.setProperty("flat", True)
        self.skipped_button.clicked.connect(self.skipped_wanted)
        self.settings_button = QPushButton(self.tr("How folders are watched…"))
        self.settings_button.setProperty("flat", True)
        self.settings_button.clicked.connect(self.settings_wanted)
        self.about_button = QPushButton(self.tr("About this library"))
        self.about_button.setProperty("flat", True)
        self.about_button.clicked.connect(self.about_wanted)
        top = QHBoxLayout()
        top.setContentsMargins(20, 16, 12, 8)
        top.addWidget(heading, 1)
        top.addWidget(self.pause_button)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(14, 8, 14, 14)
        bottom.setSpacing(6)
        bottom.addWidget(self._anew)
        bottom.addWidget(self.add_button)
        bottom.addSpacing(6)
        bottom.addWidget(self._summary, alignment=Qt.AlignmentFlag.AlignHCenter)
        bottom.addWidget(self.skipped_button)
        bottom.addWidget(self.settings_button)
        bottom.addWidget(self.about_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(scroll, 1)
        column.addLayout(bottom)
        self.show_paused(False)
        self.show_photos(0)
        self.show_skipped(0)

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.pause_button.setIcon(icon("play" if self._paused else "pause"))
        self.add_button.setIcon(icon("folder-add"))
        for row in self.rows.values():
            row.draw_icons()

    def show_folders(self, folders: Sequence[Folder]) -> None:
        """Show the folders there are."""
        if [folder.id for folder in folders] != list(self.rows):
            for row in self.rows.values():
                self._list.removeWidget(row)
                row.deleteLater()
            self.rows = {folder.id: FolderRow(folder) for folder in folders}
            for row in self.rows.values():
                row.removed.connect(self.removed)
                row.paused.connect(self.folder_paused)
                row.looked_at.connect(self.looked_at)
                self._list.addWidget(row)
            self._order_tabs()
        for folder in folders:
            self.rows[folder.id].show_folder(folder)
        self.pause_button.setVisible(bool(folders))

    def _order_tabs(self) -> None:
        """Tab goes through the folders from the top, between the button above and those below them."""
        last: QWidget = self.pause_button
        for row in self.rows.values():
            for button in row.buttons:
                QWidget.setTabOrder(last, button)
                last = button
        QWidget.setTabOrder(last, self.add_button)

    def show_activity(self, activity: Activity) -> None:
        """Say what the standing job is doing."""
        progress = activity.progress
        words = self._words(progress)
        self._describing = progress.stage == "describing" and bool(progress.total)
        if progress.stage == "describing":
            self._show_anew(words)
            return
        self._show_waiting()
        busy = activity.folder is None and progress.stage not in ("watching", "waiting")
        for number, row in self.rows.items():
            if not row.folder.online or row.folder.paused:
                continue
            if activity.folder == number or (busy and len(self.rows) == 1):
                finished = progress.total is not None and progress.done >= progress.total
                row.show_state(self.tr("Up to date") if finished else words, progress)
            elif activity.folder is None and not busy:
                row.show_state(row.folder.note or words)

    def _show_anew(self, words: str) -> None:
        """Say how far a change of the descriptor model is."""
        if self._describing:
            self._anew.setText(self.tr("Getting to know the photos with the new model: {0}").format(words))
            self._anew.setVisible(True)
        else:
            self._show_waiting()

    def show_changing(self, changing: DescriptorChange | None) -> None:
        """Say how many photos a change of the descriptor model waits for; None while there is no change."""
        self._waiting = changing.waiting if changing is not None else 0
        if not self._describing:
            self._show_waiting()

    def _show_waiting(self) -> None:
        if self._waiting == 1:
            words = self.tr("The new model waits for one photo")
        else:
            words = self.tr("The new model waits for {0} photos").format(count_words(self._waiting))
        reason = self.tr("its drive is away, its folder is paused, or the file cannot be read")
        self._anew.setText(f"{words}: {reason}.")
        self._anew.setVisible(self._waiting > 0)

    def _words(self, progress: Progress) -> str:
        if progress.stage == "watching":
            return self.tr("Watching for changes")
        if progress.stage == "waiting":
            return self.tr("Waiting, and tried again soon")
        if progress.stage == "looking":
            return self.tr("Looking for photos…")
        if progress.total is None:
            return self.tr("{0} photos").format(count_words(progress.done))
        parts = [self.tr("{0} of {1}").format(count_words(progress.done), count_words(progress.total))]
        if progress.rate >= 0.05:
            parts.append(
                self.tr("{0} photos/s").format(f"{progress.rate:.{0 if progress.rate >= 10 else 1}f}")
            )
        if progress.eta is not None and progress.done < progress.total:
            parts.append(self.tr("{0} left").format(duration_words(progress.eta)))
        return " · ".join(parts)

    def show_paused(self, paused: bool) -> None:
        """Show whether the standing job rests."""
        self._paused = paused
        words = self.tr("Go on") if paused else self.tr("Pause")
        self.pause_button.setToolTip(words)
        self.pause_button.setAccessibleName(words)
        self.draw_icons()
        if paused:
            for row in self.rows.values():
                if row.folder.online:
                    row.show_state(self.tr("Paused"))

    @property
    def anew(self) -> str:
        """The line about a change of the descriptor model; empty while there is none."""
        return "" if self._anew.isHidden() else self._anew.text()

    def show_photos(self, count: int) -> None:
        """Say how many photos the library holds."""
        self._summary.setText(
            self.tr("One photo") if count == 1 else self.tr("{0} photos").format(count_words(count))
        )

    def show_skipped(self, count: int) -> None:
        """Offer the list of files that were passed over."""
        self.skipped_button.setVisible(count > 0)
        self.skipped_button.setText(
            self.tr("One file was skipped")
            if count == 1
            else self.tr("{0} files were skipped").format(count_words(count))
        )


def skipped_lines(
    problems: Sequence[tuple[Path, str]], told: Sequence[Skipped], folders: Sequence[Folder] = ()
) -> list[tuple[str, str]]:
    """Everything that was passed over, the catalog's list and the running job's together, by path.

    What was told of a watched folder itself is left out: its own row says how it is now.
    """
    own = {str(folder.path) for folder in folders}
    lines = {str(path): reason for path, reason in problems}
    lines.update({line.path: line.reason for line in told if line.path not in own})
    return sorted(lines.items())
