"""Search controller: starts searches, changes and repeats them, and ends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from lookalike.search.query import Region
from lookalike.search.ranking import Result
from lookalike_desktop.qt.undo import UndoStack
from lookalike_desktop.search.filter_bar import FilterBar
from lookalike_desktop.search.queries import (
    AddedPhoto,
    SearchRequest,
    photo_request,
    to_qimage,
    with_photos,
    words_request,
)
from lookalike_desktop.search.query_completer import QueryCompleter
from lookalike_desktop.search.recent_searches import RecentSearches
from lookalike_desktop.search.results_page import ResultsPage
from lookalike_desktop.search.search_bar import SearchBar
from lookalike_desktop.session.library_session import LibrarySession


class SearchController(QObject):
    """Connects the search bar and the filters with the results.

    Args:
        session: the open library.
        bar: shows what is searched for.
        filter_bar: holds the filters.
        results: shows the results.
        undo_stack: what can be taken back.
        window: the parent.

    Attributes:
        request: what is searched for; None while no search is shown.
    """

    started = Signal()
    """A search has started; its results are to be shown."""
    said = Signal(int, object)
    """The user said of the result with this content id whether it shows the same; None takes it back."""
    ended = Signal()
    """The results are gone; the library is to be shown."""

    def __init__(
        self,
        session: LibrarySession,
        bar: SearchBar,
        filter_bar: FilterBar,
        results: ResultsPage,
        undo_stack: UndoStack,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.request: SearchRequest | None = None
        self._session = session
        self._bar = bar
        self._filter_bar = filter_bar
        self._results = results
        self._undo_stack = undo_stack
        self._outdated = False
        bar.chip.cleared.connect(self.end)
        filter_bar.changed.connect(session.filter)
        filter_bar.changed.connect(self.repeat)
        filter_bar.text_changed.connect(self._change_text)
        filter_bar.added_changed.connect(self._change_added)
        self.completer = QueryCompleter(session, bar.field)
        self.recent = RecentSearches(session, bar.field)

    def start(self, request: SearchRequest) -> None:
        """Search, and show the results."""
        library = self._session.library
        if library is None:
            return
        self.request = request
        self._outdated = False
        self._bar.chip.show_query(request.label)
        self._filter_bar.show_query(request.text)
        self._filter_bar.show_added(request.added)
        self.recent.remember(request.recent)
        self.started.emit()
        self._results.search(library, request, self._filter_bar.filters)
        picture = request.picture
        if picture is not None:

            def show(image: QImage) -> None:
                if self.request is request:
                    self._bar.chip.show_image(image)

            # A photo whose drive is away is searched with all the same, only without its picture.
            self._session.tasks.run(lambda: to_qimage(picture(library)), show, lambda _: None)

    def repeat(self) -> None:
        """Search for the same again: the filters or the judge changed."""
        if self.request is not None:
            self.start(self.request)

    def mark_outdated(self) -> None:
        """Have `refresh` repeat the search: another judge is to check its results."""
        self._outdated = True

    def refresh(self) -> None:
        """Repeat the search if its results are outdated."""
        if self._outdated:
            self._outdated = False
            self.repeat()

    def end(self) -> None:
        """Forget the results."""
        self.request = None
        self._results.clear()
        self._bar.chip.hide()
        self._bar.field.clear()
        self._filter_bar.show_query("")
        self._filter_bar.show_added(())
        self.ended.emit()

    def _change_text(self, text: str) -> None:
        """Search for other words; for none, the search ends."""
        if not text:
            self.end()
            return
        self._bar.field.setText(text)
        self.start(words_request(text))

    def find_same(
        self,
        content_id: int,
        region: Region | None = None,
        name: str = "",
        also: Sequence[int] = (),
        judged: bool = True,
    ) -> None:
        """Search with a photo of the library.

        Args:
            content_id: the photo.
            region: the part of it that is meant; None for all of it.
            name: its file's name, where that is known.
            also: other photos of the same thing.
            judged: whether a judge is to check what is found.
        """
        if region is None:
            label = name or self.tr("this photo")
        else:
            label = self.tr("part of {0}").format(name) if name else self.tr("a part of a photo")
        added = [AddedPhoto(other, like=True) for other in also]
        request = with_photos(photo_request(content_id, label, region), added)
        self.start(replace(request, judged=judged))

    def add_positive(self, content_id: int) -> None:
        """Search for what this photo shows as well, and remember that it shows the same."""
        if self.request is not None:
            self.say(content_id, True)
            self._add(AddedPhoto(content_id, like=True))

    @property
    def asks_for_opinions(self) -> bool:
        """Whether the user may say of a result that it shows the same: what words mean is not one thing."""
        return self.request is not None and not self.request.text

    def say(self, content_id: int, same: bool | None) -> None:
        """Heed and remember what the user says of a result; None takes it back."""
        library, request = self._session.library, self.request
        if library is None or request is None or not self.asks_for_opinions:
            return
        result = self._results.model.result(content_id)
        if result is None or result.said is same:
            return
        before = result.said
        self._say(request, result, same)
        texts = {True: self.tr("The same"), False: self.tr("Not the same"), None: self.tr("Taken back")}
        self._undo_stack.record(
            texts[same],
            lambda: self._say(request, result, before),
            lambda: self._say(request, result, same),
        )

    def _say(self, request: SearchRequest, result: Result, same: bool | None) -> None:
        library = self._session.library
        if library is None:
            return
        if request is self.request:
            self._results.show_verdict(result.content_id, same)
        self.said.emit(result.content_id, same)
        self._session.tasks.run(lambda: library.search.say(request.make(), result, same))

    def add_negative(self, content_id: int) -> None:
        """Search away from what this photo shows."""
        if self.request is not None:
            self._add(AddedPhoto(content_id, like=False))

    def _add(self, photo: AddedPhoto) -> None:
        if self.request is not None:
            others = [one for one in self.request.added if one.content_id != photo.content_id]
            self._change_added([*others, photo])

    def _change_added(self, added: Sequence[AddedPhoto]) -> None:
        """Search with other photos beside the query's own."""
        if self.request is not None:
            self.start(replace(with_photos(self.request, added), judged=self.request.judged))
