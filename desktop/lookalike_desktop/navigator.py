"""Navigator: decides which page is shown, and goes from photo to photo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from lookalike.search.query import Region
from lookalike_desktop.library.library_page import LibraryPage
from lookalike_desktop.search.results_page import ResultsPage
from lookalike_desktop.search.search_controller import SearchController
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.viewer.viewer import Viewer
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.page import Page


class Navigator(QObject):
    """Shows the library, the results of a search, one photo, or another of the pages.

    Args:
        session: the open library.
        search: the searches.
        pages: the stack that holds the pages.
        library_page: all photos.
        results_page: the results.
        viewer: one photo.
        window: the parent.
    """

    page_changed = Signal()
    """Another page is shown, or one has been left."""
    menu_built = Signal(QMenu, int)
    """A photo's menu is about to be shown, and others may add to it: the menu and the photo's content id."""
    why_wanted = Signal(int)
    """The result with this content id is to be compared with what is searched for."""
    photo_shown = Signal(int)
    """The photo with this content id is shown large."""

    def __init__(
        self,
        session: LibrarySession,
        search: SearchController,
        pages: QStackedWidget,
        library_page: LibraryPage,
        results_page: ResultsPage,
        viewer: Viewer,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._search = search
        self._pages = pages
        self._library_page = library_page
        self._results_page = results_page
        self._viewer = viewer
        # The page that the photo shown came from, where it was not the library or the results.
        self._source: Page | None = None
        search.started.connect(self._show_results)
        search.ended.connect(self._show_library)
        for page in (library_page, results_page):
            page.opened.connect(self.open_photo)
            page.grid.menu_wanted.connect(self.show_menu)
        viewer.back_wanted.connect(self.leave_photo)
        viewer.step_wanted.connect(self.step)
        viewer.photo_wanted.connect(self.select_photo)
        viewer.why_wanted.connect(self.why_wanted)
        viewer.find_wanted.connect(self._find_same)
        viewer.region_wanted.connect(self._find_same)

    def add_page(self, page: Page) -> None:
        """Make a page known: it is put on the stack, and can be shown and left."""
        self._pages.addWidget(page)
        page.back_wanted.connect(lambda: self.leave(page))
        if page.photo_grid is not None:
            page.photo_grid.opened.connect(self.open_photo)
            page.photo_grid.menu_wanted.connect(self.show_menu)

    @property
    def current_page(self) -> Page | None:
        """The page that is shown; None for the library, the results and the viewer."""
        page = self._pages.currentWidget()
        return page if isinstance(page, Page) else None

    @property
    def current_grid(self) -> GridView:
        """The grid that is shown, or that the photo shown came from."""
        page = self.current_page or self._source
        if page is not None and page.photo_grid is not None:
            return page.photo_grid
        return self._results_page.grid if self._search.request is not None else self._library_page.grid

    @property
    def current_photo(self) -> int | None:
        """The content id of the photo that is shown or selected; None if none is."""
        if self._pages.currentWidget() is self._viewer:
            return self._viewer.content_id
        return self.current_grid.current_id()

    @property
    def current_photos(self) -> list[int]:
        """The content ids of the photos that the user means: the one shown large, or those selected."""
        if self._pages.currentWidget() is self._viewer:
            return [self._viewer.content_id] if self._viewer.content_id is not None else []
        return self.current_grid.selected_ids()

    def step_over(self, gone: Sequence[int]) -> None:
        """Go on to the next photo where these will no longer be there."""
        grid = self.current_grid
        ids = grid.photos.ids
        rows = [row for row in map(grid.photos.row, gone) if row >= 0]
        left = set(gone)
        following = range(max(rows) + 1, len(ids)) if rows else range(0)
        others = [*following, *reversed(range(max(rows)))] if rows else []
        neighbour = next((ids[row] for row in others if ids[row] not in left), None)
        if neighbour is not None:
            grid.select(neighbour)
        if self._pages.currentWidget() is self._viewer and self._viewer.content_id in left:
            if neighbour is not None:
                self.open_photo(neighbour)
            else:
                self.leave_photo()

    def go_back(self) -> None:
        """Go one step back: from a photo or the models, or end the search."""
        page = self.current_page
        if self._pages.currentWidget() is self._viewer:
            self.leave_photo()
        elif page is not None:
            page.go_back()
        elif self._results_page.run.running:
            self._results_page.stop()
        elif self._search.request is not None:
            self._search.end()

    # Pages

    def toggle(self, page: Page) -> None:
        """Show a page, or leave it if it is shown."""
        if self._pages.currentWidget() is page:
            self.leave(page)
        elif self._session.library is not None:
            self.show_page(page)

    def show_page(self, page: Page) -> None:
        """Show a page."""
        self._leave_current()
        self._source = None
        self._pages.setCurrentWidget(page)
        page.enter()
        if not page.has_focus():
            page.focus_first_control()
        self.page_changed.emit()
        page.shown.emit()

    def leave(self, page: Page) -> None:
        """Go back from a page to the photos or the results."""
        if self._pages.currentWidget() is not page:
            return
        self._leave_current()
        self._source = None
        self._show_photos()
        self.current_grid.setFocus()
        self.page_changed.emit()

    def _leave_current(self) -> None:
        page = self.current_page
        self._viewer.leave()
        if page is not None:
            page.leave()
            page.left.emit()

    def _show_results(self) -> None:
        self._leave_current()
        self._source = None
        self._pages.setCurrentWidget(self._results_page)
        self._results_page.grid.setFocus()

    def _show_library(self) -> None:
        self._source = None
        self._pages.setCurrentWidget(self._library_page)
        self._library_page.grid.setFocus()

    def _show_photos(self) -> None:
        page: QWidget = self._results_page if self._search.request is not None else self._library_page
        self._pages.setCurrentWidget(self._source or page)

    # One photo

    def open_photo(self, content_id: int) -> None:
        """Show a photo large."""
        library, request = self._session.library, self._search.request
        if library is None:
            return
        page = self.current_page
        if self._pages.currentWidget() is not self._viewer:
            # A page without photos of its own was itself reached from a photo.
            self._source = page if page is not None and page.photo_grid is not None else None
        if page is not None and page.photo_grid is None:
            self._leave_current()
        self._pages.setCurrentWidget(self._viewer)
        model = self.current_grid.photos
        self._viewer.show_neighbours(model.ids, model.row(content_id))
        if request is None or self._source is not None:
            self._viewer.show_photo(library, content_id)
        else:
            results = self._results_page
            self._viewer.show_photo(
                library, content_id, results.match_text(content_id), results.checked(content_id)
            )
        self.photo_shown.emit(content_id)

    def step(self, step: int) -> None:
        """Show the next photo (1), or the previous one (-1)."""
        grid = self.current_grid
        model = grid.photos
        row = model.row(self._viewer.content_id or 0) + step
        if 0 <= row < len(model.ids):
            self.select_photo(model.ids[row])

    def select_photo(self, content_id: int) -> None:
        """Show another photo of the same grid."""
        self.current_grid.select(content_id)
        self.open_photo(content_id)

    def leave_photo(self) -> None:
        """Go back to where the photo came from."""
        grid, current = self.current_grid, self._viewer.content_id
        self._viewer.leave()
        self._show_photos()
        if self._search.request is not None and self._source is None:
            self._results_page.model.settle()
        if current is not None:
            grid.select(current)
        grid.setFocus()

    # Searching with what is shown

    def find_current(self) -> None:
        """Search with the photos that are shown or selected."""
        self.find_same(self.current_photos)

    def find_same(self, content_ids: Sequence[int], judged: bool = True) -> None:
        """Search with photos of the same thing.

        Args:
            content_ids: the photos; nothing happens without any.
            judged: whether a judge is to check what is found.
        """
        if content_ids:
            self._find_same(content_ids[0], also=content_ids[1:], judged=judged)

    def _find_same(
        self, content_id: int, region: Region | None = None, also: Sequence[int] = (), judged: bool = True
    ) -> None:
        info = self._viewer.info
        known = info is not None and info.content_id == content_id and info.paths
        name = info.paths[0].name if info is not None and known else ""
        self._search.find_same(content_id, region, name, also, judged)

    def build_menu(self, content_id: int) -> QMenu:
        """A menu of what can be done with a photo of the page shown, or with all that are selected with it."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show large"), lambda: self.open_photo(content_id))
        menu.addSeparator()
        menu.addAction(self.tr("Find the same thing"), lambda: self.find_same(self._meant(content_id)))
        if self.current_grid is self._results_page.grid:
            menu.addAction(self.tr("More like this"), lambda: self._search.add_positive(content_id))
            menu.addAction(self.tr("Not like this"), lambda: self._search.add_negative(content_id))
            if self._search.asks_for_opinions:
                self._add_verdicts(menu, content_id)
            if self._results_page.checked(content_id):
                menu.addAction(self.tr("Why?"), lambda: self.why_wanted.emit(content_id))
        if self.current_page is not None:
            self.current_page.extend_menu(menu, content_id)
        self.menu_built.emit(menu, content_id)
        return menu

    def _meant(self, content_id: int) -> list[int]:
        selected = self.current_photos
        return selected if content_id in selected else [content_id]

    def _add_verdicts(self, menu: QMenu, content_id: int) -> None:
        said = self._results_page.said(content_id)
        menu.addSeparator()
        for same, words in ((True, self.tr("This is the same")), (False, self.tr("This is not the same"))):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(said is same)
            chosen = None if said is same else same
            action.triggered.connect(lambda *_, chosen=chosen: self._search.say(content_id, chosen))

    def show_menu(self, content_id: int, place: QPoint) -> None:
        """Show the menu of a photo at a place on the screen."""
        self.build_menu(content_id).popup(place)
