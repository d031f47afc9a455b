"""Models page: what is installed, what can be downloaded, and what suits this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.models.model_row import ModelRow
from lookalike_desktop.models.models_state import ModelsState
from lookalike_desktop.qt.formatting import format_transfer
from lookalike_desktop.qt.progress_text import progress_text
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.page import Page

if TYPE_CHECKING:
    from lookalike.progress import Progress

COLUMN = 860
"""Width of the list at most, pixels."""


class ModelsPage(Page):
    """All models by kind, and buttons to import one's own.

    Args:
        parent: the Qt parent.
    """

    files_wanted = Signal()
    folder_wanted = Signal()
    evaluation_wanted = Signal()
    """The worst queries of a saved evaluation are to be shown."""
    download_wanted = Signal(object)
    """The `ModelListing` is to be downloaded; likewise below."""
    cancel_wanted = Signal()
    use_wanted = Signal(object)
    words_wanted = Signal(object)
    check_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ModelRow] = []
        self._busy = ""
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.back_wanted)
        heading = QLabel(self.tr("Models"))
        heading.setProperty("heading", True)
        self.files_button = QPushButton(self.tr("Import files…"))
        self.files_button.setToolTip(
            self.tr("The two GGUF files of a model that checks results: the model and its mmproj")
        )
        self.files_button.clicked.connect(self.files_wanted)
        self.folder_button = QPushButton(self.tr("Import a folder…"))
        self.folder_button.setToolTip(
            self.tr("The folder of a model that describes photos, in the transformers layout")
        )
        self.folder_button.clicked.connect(self.folder_wanted)
        self.evaluation_button = QPushButton(self.tr("Saved evaluation…"))
        self.evaluation_button.setToolTip(
            self.tr("Show the worst queries of a saved evaluation, and what came first (Ctrl+Shift+E)")
        )
        self.evaluation_button.clicked.connect(self.evaluation_wanted)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.back_button)
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(self.evaluation_button)
        top.addWidget(self.files_button)
        top.addWidget(self.folder_button)
        self._about = QLabel()
        self._about.setProperty("quiet", True)
        self._about.setWordWrap(True)
        self._import_row = _ImportRow()
        self._import_row.cancel_button.clicked.connect(self.cancel_wanted)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        inner = QWidget()
        inner.setMaximumWidth(COLUMN)
        fill = QVBoxLayout(inner)
        fill.setContentsMargins(14, 0, 14, 20)
        fill.setSpacing(10)
        fill.addLayout(top)
        fill.addWidget(self._about)
        fill.addWidget(self._import_row)
        fill.addLayout(self._list)
        fill.addStretch(1)
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(centred)
        self._scroll.viewport().setAutoFillBackground(False)
        for part in (centred, inner):
            part.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        self.draw_icons()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    @property
    def about(self) -> str:
        """The lines under the heading."""
        return self._about.text()

    def row(self, name: str) -> ModelRow | None:
        """The row of a model."""
        return next((row for row in self.rows if row.listing.name == name), None)

    def show_state(self, state: ModelsState) -> None:
        """Show the list of models; the focus stays with its model."""
        focus = self.focusWidget()
        focused = next(
            (row.listing.name for row in self.rows if focus is row or row.isAncestorOf(focus or self)), None
        )
        place = self._scroll.verticalScrollBar().value()
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = []
        for kind, words in (
            (
                "judge",
                self.tr("Models that check results: do both photos show the same thing?"),
            ),
            ("descriptor", self.tr("Models that describe photos: searches compare what they say")),
        ):
            label = QLabel(words)
            label.setProperty("title", True)
            label.setWordWrap(True)
            label.setContentsMargins(2, 12, 0, 2)
            self._list.addWidget(label)
            for listing in state.listings:
                if listing.kind == kind:
                    words_model = state.words_model
                    if words_model is not None and words_model.name != listing.name:
                        words_model = None
                    self._add(ModelRow(listing, listing.name in state.used, words_model))
        machine = state.machine
        line = self.tr(
            "This computer has {0} of memory and %n core(s). Nothing is downloaded before you ask for it.",
            "",
            machine.cores,
        ).format(format_transfer(machine.memory))
        self._about.setText(f"{line}\n{state.missing}".strip())
        self._show_busy()
        self._scroll.verticalScrollBar().setValue(place)
        if focused is not None and (row := self.row(focused)) is not None:
            row.setFocus()

    def _add(self, row: ModelRow) -> None:
        row.download_wanted.connect(self.download_wanted)
        row.cancel_wanted.connect(self.cancel_wanted)
        row.use_wanted.connect(self.use_wanted)
        row.words_wanted.connect(self.words_wanted)
        row.check_wanted.connect(self.check_wanted)
        row.remove_wanted.connect(self.remove_wanted)
        row.step_wanted.connect(self._step)
        self._list.addWidget(row)
        # Layouts show what is added in a later turn of the event loop; the focus may be wanted before.
        row.show()
        self.rows.append(row)

    def _step(self, row: ModelRow, step: int) -> None:
        target = self.rows.index(row) + step
        if 0 <= target < len(self.rows):
            self.rows[target].setFocus()
            self._scroll.ensureWidgetVisible(self.rows[target], 0, 40)

    def focus_first(self) -> None:
        """Put the focus on the recommended model, or the first."""
        row = next((row for row in self.rows if row.listing.recommended), None)
        (row or (self.rows[0] if self.rows else self.back_button)).setFocus()

    def show_busy(self, name: str) -> None:
        """Show which model is being added or checked; empty when none is."""
        self._busy = name
        self._show_busy()

    def _show_busy(self) -> None:
        for row in self.rows:
            if row.listing.name != self._busy:
                row.show_idle(bool(self._busy))
        for button in (self.files_button, self.folder_button):
            button.setEnabled(not self._busy)
        self._import_row.setVisible(bool(self._busy) and self.row(self._busy) is None)

    def show_progress(self, progress: Progress) -> None:
        """Show how far adding or checking a model is."""
        row = self.row(self._busy)
        if row is not None:
            row.show_progress(progress)
        else:
            self._import_row.show_progress(self._busy, progress)

    def show_cancelling(self) -> None:
        """Show that the job ends as soon as it can."""
        row = self.row(self._busy)
        if row is not None:
            row.show_cancelling()
        self._import_row.cancel_button.setEnabled(False)


class _ImportRow(QFrame):
    """The import under way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._label = QLabel()
        self.cancel_button = QPushButton(self.tr("Cancel"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 14, 8)
        row.addWidget(self._label, 1)
        row.addWidget(self.cancel_button)
        self.hide()

    def show_progress(self, name: str, progress: Progress) -> None:
        self._label.setText(f"{name}: {progress_text(progress)}")
        self.setAccessibleName(self._label.text())
        self.cancel_button.setAccessibleName(self.tr("Cancel the import"))
        self.cancel_button.setEnabled(True)
