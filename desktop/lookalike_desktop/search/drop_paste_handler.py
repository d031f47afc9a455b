"""Drop and paste handler: turns what the user drops, pastes, opens or types into searches."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from lookalike.search.query_text import QueryFileError
from lookalike_desktop.qt.failures import describe_failure
from lookalike_desktop.search.queries import (
    SearchRequest,
    files_request,
    folders_in,
    mime_request,
    text_request,
)
from lookalike_desktop.widgets.messages import DropHint


class DropPasteHandler(QObject):
    """Watches a window for drops, and its search field for pasted pictures.

    Args:
        window: what things are dropped on.
        field: the search field.
        hint: covers the window while something is dragged over it.
    """

    requested = Signal(SearchRequest)
    """A search is wanted."""
    folder_dropped = Signal(Path)
    """A folder is to be added."""
    nothing_found = Signal(str)
    """Why there is nothing to search with, one line."""

    def __init__(self, window: QWidget, field: QLineEdit, hint: DropHint) -> None:
        super().__init__(window)
        self._window = window
        self._field = field
        self._hint = hint
        window.setAcceptDrops(True)
        field.setAcceptDrops(False)
        for watched in (window, field):
            watched.installEventFilter(self)

    def take_words(self, words: str) -> None:
        """Search for words, or with the files they name."""
        try:
            self.requested.emit(text_request(words))
        except QueryFileError as error:
            self.nothing_found.emit(describe_failure(error).message)

    def choose_file(self) -> None:
        """Ask for photo files to search with."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window, self.tr("Search with a photo, or several of the same thing")
        )
        if chosen:
            self.requested.emit(files_request([Path(path) for path in chosen]))

    def paste(self) -> None:
        """Search with what is in the clipboard; plain text goes into the field."""
        data = QGuiApplication.clipboard().mimeData()
        request = mime_request(data, self.tr("pasted picture"))
        if request is not None:
            self.requested.emit(request)
        elif data.text().strip():
            self._field.setText(data.text().strip())
            self._field.setFocus()
        else:
            self.nothing_found.emit(self.tr("There is no picture in the clipboard."))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See drops and pastes before the widgets do."""
        kind = event.type()
        if watched is self._field:
            return kind == QEvent.Type.KeyPress and self._pasted(cast(QKeyEvent, event))
        if kind == QEvent.Type.DragEnter:
            return self._drag_entered(cast(QDragEnterEvent, event))
        if kind == QEvent.Type.DragLeave:
            self._hint.hide()
        elif kind == QEvent.Type.Drop:
            return self._dropped(cast(QDropEvent, event))
        return False

    def _pasted(self, event: QKeyEvent) -> bool:
        """A picture pasted into the search field is a query too."""
        if not event.matches(QKeySequence.StandardKey.Paste):
            return False
        if mime_request(QGuiApplication.clipboard().mimeData(), "") is None:
            return False
        self.paste()
        return True

    def _drag_entered(self, event: QDragEnterEvent) -> bool:
        if event.source() is not None:
            # A photo of this window on its way to another program.
            return False
        if folders_in(event.mimeData()):
            self._hint.show_text(self.tr("Drop to add this folder"))
        elif mime_request(event.mimeData(), "") is not None:
            self._hint.show_text(self.tr("Drop to find the same thing"))
        else:
            return False
        event.acceptProposedAction()
        return True

    def _dropped(self, event: QDropEvent) -> bool:
        self._hint.hide()
        folders = folders_in(event.mimeData())
        request = mime_request(event.mimeData(), self.tr("dropped picture"))
        for folder in folders:
            self.folder_dropped.emit(folder)
        if request is not None and not folders:
            self.requested.emit(request)
        # The photo stays where it is, even if the other program offered to move it.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True
