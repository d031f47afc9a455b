"""Navigator: decides which page is shown, and goes from photo to photo."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from lookalike.search.query import Region
from lookalike.things.thing import Thing
from lookalike_desktop.duplicates.duplicates_page import DuplicatesPage
from lookalike_desktop.evaluation.failures_page import FailuresPage
from lookalike_desktop.library.library_page import LibraryPage
from lookalike_desktop.models.models_page import ModelsPage
from lookalike_desktop.search.results_page import ResultsPage
from lookalike_desktop.search.search_controller import SearchController
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.things.things_page import ThingsPage
from lookalike_desktop.viewer.viewer import Viewer
from lookalike_desktop.widgets.grid_view import GridView


class Navigator(QObject):
    """Shows the library, the results of a search, one photo, or another of the pages.

    Args:
        session: the open library.
        search: the searches.
        pages: the stack that holds the pages.
        library_page: all photos.
        results_page: the results.
        viewer: one photo.
        models_page: the models.
        duplicates_page: the duplicates.
        things_page: the things.
        failures_page: the worst queries of a saved evaluation.
        window: the parent.
    """

    models_shown = Signal()
    """The page of models is shown; what it lists is to be read."""
    photo_shown = Signal(int)
    """The photo with this content id is shown large."""
    things_shown = Signal()
    """The page of things is shown; what it lists is to be read."""
    models_left = Signal()
    """Another page is shown instead."""
    duplicates_shown = Signal()
    """The page of duplicates is shown; what it lists is to be read."""

    def __init__(
        self,
        session: LibrarySession,
        search: SearchController,
        pages: QStackedWidget,
        library_page: LibraryPage,
        results_page: ResultsPage,
        viewer: Viewer,
        models_page: ModelsPage,
        duplicates_page: DuplicatesPage,
        things_page: ThingsPage,
        failures_page: FailuresPage,
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
        self._models_page = models_page
        self._duplicates_page = duplicates_page
        self._things_page = things_page
        # Whether the photo that is shown came from the page of things.
        self._of_thing = False
        self._failures_page = failures_page
        search.started.connect(self._show_results)
        search.ended.connect(self._show_library)
        for page in (library_page, results_page):
            page.opened.connect(self.open_photo)
            page.grid.menu_wanted.connect(self.show_menu)
        viewer.back_wanted.connect(self.leave_photo)
        viewer.step_wanted.connect(self.step)
        viewer.find_wanted.connect(self._find_same)
        viewer.region_wanted.connect(self._find_same)
        viewer.more_wanted.connect(self.show_thing)
        models_page.back_wanted.connect(self.leave_models)
        duplicates_page.back_wanted.connect(self.leave_duplicates)
        things_page.back_wanted.connect(self.leave_things)
        things_page.photo_opened.connect(self.open_photo)
        things_page.photo_menu_wanted.connect(self.show_menu)
        failures_page.back_wanted.connect(self.leave_failures)

    @property
    def current_grid(self) -> GridView:
        """The grid that is shown, or that the photo shown came from."""
        if self._of_thing or self._pages.currentWidget() is self._things_page:
            return self._things_page.photos
        return self._results_page.grid if self._search.request is not None else self._library_page.grid

    @property
    def current_photo(self) -> int | None:
        """The content id of the photo that is shown or selected; None if none is."""
        if self._pages.currentWidget() is self._viewer:
            return self._viewer.content_id
        return self.current_grid.current_id()

    def go_back(self) -> None:
        """Go one step back: from a photo or the models, or end the search."""
        page = self._pages.currentWidget()
        if page is self._viewer:
            self.leave_photo()
        elif page is self._models_page:
            self.leave_models()
        elif page is self._duplicates_page:
            self.leave_duplicates()
        elif page is self._things_page:
            self._things_page.go_back()
        elif page is self._failures_page:
            self.leave_failures()
        elif self._results_page.run.running:
            self._results_page.stop()
        elif self._search.request is not None:
            self._search.end()

    def _show_results(self) -> None:
        self._of_thing = False
        self._viewer.leave()
        self._things_page.leave()
        self._pages.setCurrentWidget(self._results_page)
        self._results_page.grid.setFocus()

    def _show_library(self) -> None:
        self._of_thing = False
        self._pages.setCurrentWidget(self._library_page)
        self._library_page.grid.setFocus()

    def _show_photos(self) -> None:
        page: QWidget = self._results_page if self._search.request is not None else self._library_page
        self._pages.setCurrentWidget(self._things_page if self._of_thing else page)

    # One photo

    def open_photo(self, content_id: int) -> None:
        """Show a photo large."""
        library, request = self._session.library, self._search.request
        if library is None:
            return
        if self._pages.currentWidget() is not self._viewer:
            self._of_thing = self._pages.currentWidget() is self._things_page
        self._pages.setCurrentWidget(self._viewer)
        if request is None or self._of_thing:
            self._viewer.show_photo(library, content_id)
        else:
            checked = self._results_page.checked(content_id)
            self._viewer.show_photo(
                library,
                content_id,
                self._results_page.match_text(content_id),
                (lambda: library.search.explain(request.make(), content_id)) if checked else None,
            )
        self.photo_shown.emit(content_id)

    def step(self, step: int) -> None:
        """Show the next photo (1), or the previous one (-1)."""
        grid = self.current_grid
        model = grid.photos
        row = model.row(self._viewer.content_id or 0) + step
        if 0 <= row < len(model.ids):
            grid.select(model.ids[row])
            self.open_photo(model.ids[row])

    def leave_photo(self) -> None:
        """Go back to where the photo came from."""
        grid, current = self.current_grid, self._viewer.content_id
        self._viewer.leave()
        self._show_photos()
        if self._search.request is not None and not self._of_thing:
            self._results_page.model.settle()
        if current is not None:
            grid.select(current)
        grid.setFocus()

    # Searching with what is shown

    def find_current(self) -> None:
        """Search with the photo that is shown or selected."""
        current = self.current_photo
        if current is not None:
            self._find_same(current)

    def _find_same(self, content_id: int, region: Region | None = None) -> None:
        info = self._viewer.info
        known = info is not None and info.content_id == content_id and info.paths
        self._search.find_same(content_id, region, info.paths[0].name if info is not None and known else "")

    def build_menu(self, content_id: int) -> QMenu:
        """A menu of what can be done with a photo of the page shown."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Find the same thing"), lambda: self._find_same(content_id))
        if self.current_grid is self._results_page.grid:
            menu.addAction(self.tr("Search for this as well"), lambda: self._search.add_positive(content_id))
            menu.addAction(self.tr("Not like this"), lambda: self._search.add_negative(content_id))
        if self._pages.currentWidget() is self._things_page:
            menu.addAction(self.tr("Not this one"), self._things_page.take_out)
        menu.addSeparator()
        menu.addAction(self.tr("Show large"), lambda: self.open_photo(content_id))
        return menu

    def show_menu(self, content_id: int, place: QPoint) -> None:
        """Show the menu of a photo at a place on the screen."""
        self.build_menu(content_id).popup(place)

    # Things

    def toggle_things(self) -> None:
        """Show the page of things, or leave it."""
        if self._session.library is None:
            return
        if self._pages.currentWidget() is self._things_page:
            self.leave_things()
            return
        self._viewer.leave()
        self._pages.setCurrentWidget(self._things_page)
        self._things_page.setFocus()
        self.things_shown.emit()

    def show_thing(self, thing: Thing) -> None:
        """Show the photos of a thing."""
        self._viewer.leave()
        self._pages.setCurrentWidget(self._things_page)
        self._things_page.open(thing)
        self.things_shown.emit()

    def leave_things(self) -> None:
        """Go back to the photos or the results."""
        self._of_thing = False
        self._things_page.leave()
        self._show_photos()
        self.current_grid.setFocus()

    # Models

    def toggle_models(self) -> None:
        """Show the page of models, or leave it."""
        if self._session.library is None:
            return
        if self._pages.currentWidget() is self._models_page:
            self.leave_models()
            return
        self._viewer.leave()
        self._pages.setCurrentWidget(self._models_page)
        self.models_shown.emit()

    def leave_models(self) -> None:
        """Go back to the photos or the results."""
        self._show_photos()
        self.current_grid.setFocus()
        self.models_left.emit()
        self._search.refresh()

    # A saved evaluation

    def show_failures(self) -> None:
        """Show the worst queries of a saved evaluation."""
        if self._pages.currentWidget() is self._models_page:
            self.models_left.emit()
        self._viewer.leave()
        self._pages.setCurrentWidget(self._failures_page)
        self._failures_page.open_button.setFocus()

    def leave_failures(self) -> None:
        """Go back to the photos or the results."""
        self._show_photos()
        self.current_grid.setFocus()

    # Duplicates

    def toggle_duplicates(self) -> None:
        """Show the page of duplicates, or leave it."""
        if self._session.library is None:
            return
        if self._pages.currentWidget() is self._duplicates_page:
            self.leave_duplicates()
            return
        self._viewer.leave()
        self._pages.setCurrentWidget(self._duplicates_page)
        self._duplicates_page.setFocus()
        self.duplicates_shown.emit()

    def leave_duplicates(self) -> None:
        """Go back to the photos or the results."""
        self._show_photos()
        self.current_grid.setFocus()
