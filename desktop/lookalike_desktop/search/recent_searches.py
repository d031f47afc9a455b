"""Recent searches: offered under the search field while it is empty."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QEvent, QModelIndex, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from lookalike_desktop.session.library_session import LibrarySession


class Choice(Enum):
    """What stands below the searches."""

    CLEAR = auto()
    KEEP_NONE = auto()
    KEEP = auto()


class RecentSearches(QObject):
    """A list under the empty search field, by a click or the Down key.

    It is read off the GUI thread; where the user has begun to type by then, nothing is shown.

    Args:
        session: the open library.
        field: the search field.

    Attributes:
        popup: the list.
    """

    chosen = Signal(str)
    """What is to be searched for again."""

    def __init__(self, session: LibrarySession, field: QLineEdit) -> None:
        super().__init__(field)
        self._session = session
        self._field = field
        self._offered: list[str | Choice] = []
        self._model = QStringListModel(self)
        self._list = QCompleter(self._model, self)
        self._list.setWidget(field)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setMaxVisibleItems(12)
        popup = self._list.popup()
        assert popup is not None
        self.popup = popup
        popup.setAccessibleName(self.tr("Recent searches"))
        popup.installEventFilter(self)
        popup.clicked.connect(lambda index: self.take(index.row()))
        field.installEventFilter(self)
        field.textEdited.connect(lambda _: popup.hide())

    @property
    def shown(self) -> list[str]:
        """The lines on the screen; none while the list is not shown."""
        return self._model.stringList() if self.popup.isVisible() else []

    def remember(self, text: str) -> None:
        """Keep a search among the recent ones."""
        library = self._session.library
        if library is not None and text:
            self._session.tasks.run(lambda: library.recent_searches.add(text))

    def offer(self) -> None:
        """Show the recent searches, if there are any and the field is empty."""
        library = self._session.library
        if library is None or self._field.text():
            return
        recent = library.recent_searches

        def show(found: tuple[list[str], bool]) -> None:
            if not self._field.text() and self._field.hasFocus():
                self._show(*found)

        self._session.tasks.run(lambda: (recent.all(), recent.kept), show)

    def take(self, row: int) -> None:
        """Search again for what is chosen, or do what stands below."""
        if not 0 <= row < len(self._offered):
            return
        chosen = self._offered[row]
        self.popup.hide()
        if isinstance(chosen, str):
            self.chosen.emit(chosen)
            return
        library = self._session.library
        if library is None:
            return
        recent = library.recent_searches
        acts = {
            Choice.CLEAR: recent.clear,
            Choice.KEEP_NONE: lambda: recent.keep(False),
            Choice.KEEP: lambda: recent.keep(True),
        }
        self._session.tasks.run(acts[chosen])

    def _show(self, searches: list[str], kept: bool) -> None:
        choices = [Choice.CLEAR, Choice.KEEP_NONE] if searches else [] if kept else [Choice.KEEP]
        words = {
            Choice.CLEAR: self.tr("Forget these searches"),
            Choice.KEEP_NONE: self.tr("Forget them, and keep no searches"),
            Choice.KEEP: self.tr("Keep recent searches from now on"),
        }
        self._offered = [*searches, *choices]
        if not self._offered:
            return
        self._model.setStringList([*searches, *(words[choice] for choice in choices)])
        self._list.complete()
        self.popup.setCurrentIndex(QModelIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click or Down in the empty field shows the list; Enter and Tab take what is chosen."""
        if watched is self._field:
            pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
            if event.type() == QEvent.Type.MouseButtonRelease or (
                pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
            ):
                self.offer()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            index = self.popup.currentIndex()
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab) and index.isValid():
                self.take(index.row())
                return True
        return super().eventFilter(watched, event)
