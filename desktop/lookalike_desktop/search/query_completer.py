"""Query completer: offers filters and the library's own values while words are typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from lookalike.words.completion import Completion
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.session.library_session import LibrarySession


class QueryCompleter(QObject):
    """A list under the search field. Arrow keys choose, Enter and Tab take.

    What is typed is completed off the GUI thread; an answer that comes too late is dropped.

    Args:
        session: the open library.
        field: the search field.

    Attributes:
        offered: the suggestions on the screen.
        popup: their list.
    """

    def __init__(self, session: LibrarySession, field: QLineEdit) -> None:
        super().__init__(field)
        self._session = session
        self._field = field
        self.offered: list[Completion] = []
        self._model = QStringListModel(self)
        self._list = QCompleter(self._model, self)
        self._list.setWidget(field)
        # The core has chosen already; Qt is not to choose again.
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        popup = self._list.popup()
        assert popup is not None
        self.popup = popup
        popup.setAccessibleName(self.tr("Suggestions"))
        # Not `activated`, which tells the text: two suggestions may read alike.
        popup.installEventFilter(self)
        popup.clicked.connect(lambda index: self.take(index.row()))
        field.textEdited.connect(self._ask)
        field.returnPressed.connect(self.hide)

    @property
    def shown(self) -> bool:
        """Whether suggestions are on the screen."""
        return self.popup.isVisible()

    def hide(self) -> None:
        """Show no suggestions; those on their way are dropped."""
        self.offered = []
        self.popup.hide()

    def take(self, row: int) -> None:
        """Put a suggestion into the field."""
        if not 0 <= row < len(self.offered):
            return
        chosen = self.offered[row]
        text = self._field.text()
        # A name of a filter is still to be given a value.
        blank = "" if chosen.text.endswith(":") else " "
        before = f"{text[: chosen.start]}{chosen.text}{blank}"
        self._field.setText(f"{before}{text[chosen.end :].lstrip()}")
        self._field.setCursorPosition(len(before))
        self.hide()
        if not blank:
            self._ask()

    def _ask(self) -> None:
        library = self._session.library
        text, cursor = self._field.text(), self._field.cursorPosition()
        if library is None or not text.strip():
            self.hide()
            return

        def show(found: list[Completion]) -> None:
            if (self._field.text(), self._field.cursorPosition()) == (
                text,
                cursor,
            ) and self._field.hasFocus():
                self._offer(found)

        self._session.tasks.run(lambda: library.search.completions(text, cursor), show, lambda _: None)

    def _offer(self, found: list[Completion]) -> None:
        self.offered = found
        if not found:
            self.popup.hide()
            return
        self._model.setStringList(
            [one.text if one.count is None else f"{one.text}   ({format_count(one.count)})" for one in found]
        )
        self._list.complete()
        # Enter searches for what was typed, until a suggestion is chosen.
        self.popup.setCurrentIndex(QModelIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Tab take the suggestion that is chosen; with none chosen, Enter searches."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            index = self.popup.currentIndex()
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if event.key() == Qt.Key.Key_Tab or (enter and index.isValid()):
                self.take(max(index.row(), 0))
                return True
            if enter:
                self.hide()
                self._field.returnPressed.emit()
                return True
        return super().eventFilter(watched, event)
