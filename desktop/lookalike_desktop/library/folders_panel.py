"""Folders panel: the watched folders on the left, each with what is happening to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lookalike.progress import Stage
from lookalike_desktop.library.folder_row import FolderRow
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.progress_text import progress_text, stage_text
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.qt.theme import icon
from lookalike_desktop.session.activity import IN_BACKGROUND, Activity

if TYPE_CHECKING:
    from pathlib import Path

    from lookalike.catalog.folder_counts import FolderCount
    from lookalike.catalog.folders import Folder
    from lookalike.library.descriptor_migration import DescriptorChange

WIDTH = 264
"""Width of the panel, pixels."""


class FoldersPanel(QFrame):
    """All folders, a pause button, and the number of skipped files.

    Args:
        parent: the Qt parent.
    """

    add_wanted = Signal()
    folder_removed = Signal(object)
    """A `Folder` is no longer to be watched."""
    folder_paused = Signal(object, bool)
    """A `Folder` is to be paused (True) or watched again."""
    folder_clicked = Signal(object)
    """The user looks at a `Folder`."""
    folder_chosen = Signal(object)
    """The photos are to be narrowed to a `Path`; None for all photos."""
    paused = Signal(bool)
    """Following all folders is to rest (True) or go on."""
    settings_wanted = Signal()
    skipped_wanted = Signal()
    about_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("sidebar", True)
        self.setFixedWidth(WIDTH)
        self.rows: dict[int, FolderRow] = {}
        self._paused = False
        self._selected: Path | None = None
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
        self._background = QLabel()
        self._background.setProperty("quiet", True)
        self._background.setWordWrap(True)
        self._background.setVisible(False)
        self._waiting = 0
        self._busy = False
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
        bottom.addWidget(self._background)
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
        """Show these folders."""
        if [folder.id for folder in folders] != list(self.rows):
            for row in self.rows.values():
                self._list.removeWidget(row)
                row.deleteLater()
            self.rows = {folder.id: FolderRow(folder) for folder in folders}
            for row in self.rows.values():
                row.removed.connect(self.folder_removed)
                row.paused.connect(self.folder_paused)
                row.clicked.connect(self.folder_clicked)
                row.clicked.connect(lambda folder: self._choose(folder.path))
                row.subfolder_clicked.connect(self._choose)
                self._list.addWidget(row)
            self._order_tabs()
            self.show_selected(self._selected)
        for folder in folders:
            self.rows[folder.id].show_folder(folder)
        self.pause_button.setVisible(bool(folders))

    def show_counts(self, counts: Sequence[FolderCount]) -> None:
        """Show how many photos the folders below the watched ones hold."""
        for row in self.rows.values():
            row.tree.show_counts(counts)

    def show_selected(self, path: Path | None) -> None:
        """Mark the folder that the photos are narrowed to; None while they are not."""
        self._selected = path
        for row in self.rows.values():
            row.show_selected(path)

    def _choose(self, path: Path) -> None:
        # A second click takes the first one back.
        self.folder_chosen.emit(None if path == self._selected else path)

    def _order_tabs(self) -> None:
        """Tab goes through the folders from the top, between the button above and those below them."""
        last: QWidget = self.pause_button
        for row in self.rows.values():
            for part in (row, *row.buttons, row.tree):
                QWidget.setTabOrder(last, part)
                last = part
        QWidget.setTabOrder(last, self.add_button)

    def show_activity(self, activity: Activity) -> None:
        """Say what following the folders is doing."""
        progress = activity.progress
        words = progress_text(progress)
        self._busy = progress.stage in IN_BACKGROUND and bool(progress.total) and not progress.ended
        if progress.stage in IN_BACKGROUND:
            self._show_background(progress.stage, words)
            # The folders themselves were looked through before.
            for row in self.rows.values():
                if row.folder.online and not row.folder.paused:
                    row.show_state(translate_stored(row.folder.note) or self.tr("Up to date"))
            return
        self._show_waiting()
        busy = activity.folder is None and progress.stage not in (Stage.WATCHING, Stage.WAITING)
        for number, row in self.rows.items():
            if not row.folder.online or row.folder.paused:
                continue
            if activity.folder == number or (busy and len(self.rows) == 1):
                up_to_date = progress.stage is Stage.INDEXING and progress.ended
                row.show_state(self.tr("Up to date") if up_to_date else words, progress)
            elif activity.folder is None and not busy:
                row.show_state(translate_stored(row.folder.note) or words)

    def _show_background(self, stage: Stage, words: str) -> None:
        """Say how far describing with another model is, or what is made up for photos of an older library."""
        if self._busy:
            if stage is Stage.DESCRIBING:
                line = self.tr("Describing the photos with the new model: {0}")
            else:
                # "{0}: {1}" of a stage and its figures.
                line = self.tr("{0}: {1}").format(stage_text(stage), "{0}")
            self._background.setText(line.format(words))
            self._background.setVisible(True)
        else:
            self._show_waiting()

    def show_migration(self, change: DescriptorChange | None) -> None:
        """Say how many photos a change of the descriptor model waits for.

        Args:
            change: the change; None while none is under way.
        """
        self._waiting = change.waiting if change is not None else 0
        if not self._busy:
            self._show_waiting()

    def _show_waiting(self) -> None:
        if self._waiting == 1:
            words = self.tr("The new model waits for one photo")
        else:
            words = self.tr("The new model waits for {0} photos").format(format_count(self._waiting))
        reason = self.tr("the drive is away, the folder is paused, or the file cannot be read")
        self._background.setText(f"{words}: {reason}.")
        self._background.setVisible(self._waiting > 0)

    def show_paused(self, paused: bool) -> None:
        """Show whether following rests."""
        self._paused = paused
        words = self.tr("Resume") if paused else self.tr("Pause")
        self.pause_button.setToolTip(words)
        self.pause_button.setAccessibleName(words)
        self.draw_icons()
        if paused:
            for row in self.rows.values():
                if row.folder.online:
                    row.show_state(self.tr("Paused"))

    @property
    def background(self) -> str:
        """The line about what goes on for all photos; empty while there is nothing of the kind."""
        return "" if self._background.isHidden() else self._background.text()

    def show_photos(self, count: int) -> None:
        """Say how many photos the library holds."""
        self._summary.setText(
            self.tr("One photo") if count == 1 else self.tr("{0} photos").format(format_count(count))
        )

    def show_skipped(self, count: int) -> None:
        """Offer the list of skipped files."""
        self.skipped_button.setVisible(count > 0)
        self.skipped_button.setText(
            self.tr("One file was skipped")
            if count == 1
            else self.tr("{0} files were skipped").format(format_count(count))
        )
