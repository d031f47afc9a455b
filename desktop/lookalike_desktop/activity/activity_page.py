"""Activity page: every job in the background, and the files that were skipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lookalike.progress import Progress, Stage
from lookalike_desktop.activity.job_card import JobCard
from lookalike_desktop.models.token_preparation_controller import PreparationProgress, State
from lookalike_desktop.models.token_preparation_line import preparation_text
from lookalike_desktop.qt.progress_text import progress_text, stage_text
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.page import Page

WIDTH = 860
"""Of the column in the middle at most, pixels."""


class _ReasonDelegate(QStyledItemDelegate):
    """Cuts a sentence at its end; of a path both ends matter."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class ActivityPage(Page):
    """Cards of jobs, and a list of skipped files.

    Args:
        parent: the Qt parent.

    Attributes:
        folders: following the folders.
        tokens: preparing photos for a multimodal model.
        models: a download, an import or a check of a model.
    """

    pause_wanted = Signal(bool)
    """Following the folders is to rest (True) or to go on."""
    hold_wanted = Signal(bool)
    """Preparing photos for a multimodal model is to rest (True) or to go on."""
    cancel_wanted = Signal()
    """The download, import or check of a model is to end."""
    try_again_wanted = Signal()
    """The skipped files are to be read again."""
    show_wanted = Signal(Path)
    """This file is to be shown in the system's file manager."""
    log_wanted = Signal()
    """The log is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paused = False
        self._held = False
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.go_back)
        heading = QLabel(self.tr("Activity"))
        heading.setProperty("heading", True)
        self.log_button = QPushButton(self.tr("Show the log"))
        self.log_button.clicked.connect(self.log_wanted)
        self.folders = JobCard(self.tr("Photos in your folders"))
        self.folders.pressed.connect(lambda: self.pause_wanted.emit(not self._paused))
        self.tokens = JobCard(self.tr("Preparing photos for the model"))
        self.tokens.pressed.connect(lambda: self.hold_wanted.emit(not self._held))
        self.models = JobCard(self.tr("Models"))
        self.models.pressed.connect(self.cancel_wanted)
        self.skipped_heading = QLabel()
        self.skipped_heading.setProperty("title", True)
        self.hint = QLabel(self.tr("Searches leave these files out. They are tried again when they change."))
        self.hint.setProperty("quiet", True)
        self.hint.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Skipped files"))
        self.tree.setHeaderLabels([self.tr("File"), self.tr("Why")])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setItemDelegateForColumn(1, _ReasonDelegate(self.tree))
        self.tree.setColumnWidth(0, 330)
        self.tree.itemSelectionChanged.connect(self._enable)
        self.tree.itemActivated.connect(lambda *_: self._show_selected())
        self.again_button = QPushButton(self.tr("Try again"))
        self.again_button.setToolTip(self.tr("Read all of these files again now"))
        self.again_button.clicked.connect(self.try_again_wanted)
        self.show_button = QPushButton(self.tr("Show in folder"))
        self.show_button.clicked.connect(self._show_selected)
        self._lay_out(heading)
        self.show_skipped([])
        self.tokens.hide()
        self.models.hide()
        self.draw_icons()

    def _lay_out(self, heading: QLabel) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.back_button)
        top.addWidget(heading, 1)
        top.addWidget(self.log_button)
        below = QHBoxLayout()
        below.addWidget(self.hint, 1)
        below.addWidget(self.show_button)
        below.addWidget(self.again_button)
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addLayout(top)
        for part in (self.folders, self.models, self.tokens):
            column.addWidget(part)
        column.addSpacing(8)
        column.addWidget(self.skipped_heading)
        column.addWidget(self.tree, 1)
        column.addLayout(below)
        column.addStretch(0)
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        inner.setLayout(column)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 14)
        row.addWidget(inner)

    def enter(self) -> None:
        """Let the first job be paused by the keyboard."""
        self.folders.button.setFocus()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    # Jobs

    def show_activity(self, activity: Activity) -> None:
        """Show what following the folders is doing."""
        progress = activity.progress
        words = progress_text(progress)
        name = stage_text(progress.stage)
        if words and words != name and not words.startswith(name):
            words = self.tr("{0}: {1}").format(name.rstrip("…"), words)
        self.folders.show_state(words or name, None if progress.ended else progress)
        if progress.stage in (Stage.WATCHING, Stage.WAITING):
            self.folders.show_state(words)

    def show_paused(self, paused: bool) -> None:
        """Show whether following the folders rests."""
        self._paused = paused
        self.folders.show_button(self.tr("Go on") if paused else self.tr("Pause"))

    def show_preparation(self, preparation: PreparationProgress) -> None:
        """Show how far photos are prepared for a multimodal model; nothing where that is not allowed."""
        state = preparation.state
        self.tokens.setVisible(state not in (State.USELESS, State.FORBIDDEN))
        self._held = state is State.HELD
        self.tokens.show_state(preparation_text(preparation), preparation.progress)
        busy = state in (State.HELD, State.WAITING, State.RUNNING)
        self.tokens.show_button((self.tr("Go on") if self._held else self.tr("Pause")) if busy else "")

    def show_model_job(self, name: str, progress: Progress | None = None) -> None:
        """Show what is done with a model; an empty name ends it."""
        self.models.setVisible(bool(name))
        words = progress_text(progress) if progress is not None else ""
        self.models.show_state(self.tr("{0}: {1}").format(name, words) if words else name, progress)
        self.models.show_button(self.tr("Cancel"))

    # Skipped files

    def show_skipped(self, lines: Sequence[tuple[str, str]]) -> None:
        """List files that were skipped, each with the reason."""
        self.tree.clear()
        for path, reason in lines:
            reason = translate_stored(reason)
            item = QTreeWidgetItem([path, reason])
            item.setToolTip(0, path)
            item.setToolTip(1, reason)
            self.tree.addTopLevelItem(item)
        there = bool(lines)
        self.skipped_heading.setText(
            self.tr("%n skipped file(s)", "", len(lines)) if there else self.tr("No file was skipped")
        )
        for part in (self.tree, self.hint, self.again_button, self.show_button):
            part.setVisible(there)
        self._enable()

    def _enable(self) -> None:
        self.show_button.setEnabled(bool(self.tree.selectedItems()))

    def _show_selected(self) -> None:
        for item in self.tree.selectedItems()[:1]:
            self.show_wanted.emit(Path(item.text(0)))
