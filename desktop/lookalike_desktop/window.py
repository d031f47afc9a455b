"""The main window: lays the parts out and passes their wishes on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from lookalike.search.query import Region
from lookalike_desktop.library.folders_panel import FoldersPanel
from lookalike_desktop.library.library_controller import LibraryController
from lookalike_desktop.library.library_page import LibraryPage
from lookalike_desktop.library.session import LibrarySession
from lookalike_desktop.models.models_controller import ModelsController
from lookalike_desktop.models.models_page import ModelsPage
from lookalike_desktop.models.token_preparation_controller import TokenPreparationController
from lookalike_desktop.models.token_preparation_line import TokenPreparationLine
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.search.filter_bar import FilterBar
from lookalike_desktop.search.intake import Intake
from lookalike_desktop.search.queries import (
    SearchRequest,
    photo_request,
    to_qimage,
    with_negative,
    with_positive,
)
from lookalike_desktop.search.results_page import ResultsPage
from lookalike_desktop.search.search_bar import SearchBar
from lookalike_desktop.viewer.viewer import Viewer
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.messages import DropHint, Notice


class Window(QMainWindow):
    """One library on the screen.

    Args:
        library: where the library lies; None for the default one.
    """

    def __init__(self, library: Path | None = None) -> None:
        super().__init__()
        self.setWindowTitle("Lookalike")
        self.resize(1240, 820)
        self.session = LibrarySession(library, self)
        self.thumbnails = Thumbnails(self._load_thumbnail, parent=self)
        self.request: SearchRequest | None = None
        self._judge_used = False
        self.panel = FoldersPanel()
        self.bar = SearchBar()
        self.notice = Notice()
        self.filter_bar = FilterBar(self.session, self.bar.filter_button)
        self.photos = LibraryPage(self.thumbnails)
        self.results = ResultsPage(self.thumbnails)
        self.viewer = Viewer(self.thumbnails)
        self.models = ModelsPage()
        self.token_preparation = TokenPreparationController(self.session, self)
        self.preparing_line = TokenPreparationLine()
        self.pages = QStackedWidget()
        for page in (self.photos, self.results, self.viewer, self.models):
            self.pages.addWidget(page)
        middle = QWidget()
        self._lay_out(middle)
        self._intake = Intake(self, self.bar.field, DropHint(middle))
        self._controller = LibraryController(self.session, self.panel, self.photos, self.bar, self)
        self.models_desk = ModelsController(self.session, self.models, self)
        self._connect()
        self._connect_models()
        self._make_shortcuts()
        self.panel.setVisible(False)
        self.bar.setEnabled(False)

    def _lay_out(self, middle: QWidget) -> None:
        notice = QHBoxLayout()
        notice.setContentsMargins(14, 0, 14, 6)
        notice.addWidget(self.notice)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.filter_bar)
        column.addLayout(notice)
        column.addWidget(self.pages, 1)
        column.addWidget(self.preparing_line)
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.panel)
        row.addLayout(column, 1)
        self.setCentralWidget(middle)

    def _connect(self) -> None:
        session, bar, viewer = self.session, self.bar, self.viewer
        session.opened.connect(lambda: bar.setEnabled(True))
        session.failed.connect(self._on_failed)
        session.photos_changed.connect(self.thumbnails.retry)
        self._controller.trouble.connect(self.notice.say)
        self._controller.judge_changed.connect(self._search_again)
        self._controller.judge_changed.connect(self.token_preparation.read)
        self.token_preparation.changed.connect(self.preparing_line.show_preparation)
        self.preparing_line.allowed.connect(self.token_preparation.allow)
        self.preparing_line.held.connect(self.token_preparation.hold)
        self._intake.asked.connect(self.search)
        self._intake.folder_dropped.connect(session.add_folder)
        self._intake.nothing_found.connect(self.notice.say)
        bar.words_given.connect(self._intake.take_words)
        bar.open_wanted.connect(self._intake.choose_file)
        bar.paste_wanted.connect(self._intake.paste)
        bar.chip.cleared.connect(self.end_search)
        self.photos.opened.connect(self.open_photo)
        self.results.opened.connect(self.open_photo)
        for grid in (self.photos.grid, self.results.grid):
            grid.menu_wanted.connect(self.show_menu)
        self.filter_bar.changed.connect(session.filter)
        self.filter_bar.changed.connect(self._search_again)
        viewer.back_wanted.connect(self.leave_viewer)
        viewer.step_wanted.connect(self._step)
        viewer.find_wanted.connect(self.find_same)
        viewer.region_wanted.connect(self.find_same)

    def _connect_models(self) -> None:
        controller = self.models_desk
        self.bar.models_wanted.connect(self.show_models)
        self.models.back_wanted.connect(self.leave_models)
        controller.told.connect(self.notice.say)
        controller.judges_changed.connect(self._controller.read_judges)
        self._controller.judge_changed.connect(controller.read)
        controller.judge_used.connect(self._on_judge_used)

    def _make_shortcuts(self) -> None:
        keys = QKeySequence.StandardKey
        for key, act in (
            (QKeySequence(keys.Find), self._focus_words),
            (QKeySequence(keys.Open), self._intake.choose_file),
            (QKeySequence(keys.Paste), self._intake.paste),
            (QKeySequence(Qt.Key.Key_F), self._find_current),
            (QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_L), self.filter_bar.open_panel),
            (QKeySequence("Ctrl+Shift+M"), self.show_models),
            (QKeySequence(keys.ZoomIn), lambda: self._resize_cells(1)),
            (QKeySequence(keys.ZoomOut), lambda: self._resize_cells(-1)),
        ):
            QShortcut(key, self).activated.connect(act)

    def _load_thumbnail(self, content_id: int, side: int) -> bytes:
        library = self.session.library
        return library.photos.thumbnail(content_id, side) if library is not None else b""

    def _on_failed(self, line: str) -> None:
        if not self.bar.isEnabled():
            self.photos.show_failure(line)
        else:
            self.notice.say(line)

    # Searching

    def search(self, request: SearchRequest) -> None:
        """Search, and show the results."""
        library = self.session.library
        if library is None:
            return
        self.request = request
        self.notice.hide()
        self.viewer.leave()
        self.bar.chip.show_query(request.label)
        self.pages.setCurrentWidget(self.results)
        self.results.search(library, request, self.filter_bar.filters)
        self.results.grid.setFocus()
        picture = request.picture
        if picture is not None:

            def show(image: QImage) -> None:
                if self.request is request:
                    self.bar.chip.show_image(image)

            self.session.tasks.run(lambda: to_qimage(picture(library)), show)

    def _search_again(self) -> None:
        if self.request is not None:
            self.search(self.request)

    def end_search(self) -> None:
        """Forget the results and show the library."""
        self.request = None
        self.results.clear()
        self.bar.chip.hide()
        self.bar.field.clear()
        self.pages.setCurrentWidget(self.photos)
        self.photos.grid.setFocus()

    def find_same(self, content_id: int, region: Region | None = None) -> None:
        """Search with a photo of the library, or a part of it."""
        label = self.tr("a part of a photo") if region is not None else self.tr("this photo")
        info = self.viewer.info
        if info is not None and info.content_id == content_id and info.paths:
            name = info.paths[0].name
            label = self.tr("part of {0}").format(name) if region is not None else name
        self.search(photo_request(content_id, label, region))

    def _find_current(self) -> None:
        page = self.pages.currentWidget()
        current = self.viewer.content_id if page is self.viewer else self._page_grid().current_id()
        if current is not None:
            self.find_same(current)

    def menu(self, content_id: int) -> QMenu:
        """What can be done with a photo of the page shown."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Find the same thing"), lambda: self.find_same(content_id))
        request = self.request
        if request is not None:
            menu.addAction(
                self.tr("Search for this as well"), lambda: self.search(with_positive(request, content_id))
            )
            menu.addAction(self.tr("Not like this"), lambda: self.search(with_negative(request, content_id)))
        menu.addSeparator()
        menu.addAction(self.tr("Show large"), lambda: self.open_photo(content_id))
        return menu

    def show_menu(self, content_id: int, place: QPoint) -> None:
        """Offer what can be done with a photo."""
        self.menu(content_id).popup(place)

    # Looking

    def _page_grid(self) -> GridView:
        return self.results.grid if self.request is not None else self.photos.grid

    def open_photo(self, content_id: int) -> None:
        """Show a photo large."""
        library, request = self.session.library, self.request
        if library is None:
            return
        self.pages.setCurrentWidget(self.viewer)
        if request is None:
            self.viewer.show_photo(library, content_id)
        else:
            checked = self.results.checked(content_id)
            self.viewer.show_photo(
                library,
                content_id,
                self.results.match_words(content_id),
                (lambda: library.search.explain(request.make(), content_id)) if checked else None,
            )

    def leave_viewer(self) -> None:
        """Go back to where the photo came from."""
        grid, current = self._page_grid(), self.viewer.content_id
        self.viewer.leave()
        self.pages.setCurrentWidget(self.results if self.request is not None else self.photos)
        if self.request is not None:
            self.results.model.settle()
        if current is not None:
            grid.select(current)
        grid.setFocus()

    # Models

    def show_models(self) -> None:
        """Show the page of models, or leave it."""
        if self.session.library is None:
            return
        if self.pages.currentWidget() is self.models:
            self.leave_models()
            return
        self.notice.hide()
        self.viewer.leave()
        self.pages.setCurrentWidget(self.models)
        self.models_desk.read(self.models.focus_first)

    def leave_models(self) -> None:
        """Go back to the photos or the results."""
        self.notice.hide()
        self.pages.setCurrentWidget(self.results if self.request is not None else self.photos)
        self._page_grid().setFocus()
        if self._judge_used:
            self._judge_used = False
            self._search_again()

    def _on_judge_used(self) -> None:
        self._judge_used = True

    def _step(self, step: int) -> None:
        grid = self._page_grid()
        model = grid.photos
        row = model.row(self.viewer.content_id or 0) + step
        if 0 <= row < len(model.ids):
            grid.select(model.ids[row])
            self.open_photo(model.ids[row])

    def _focus_words(self) -> None:
        self.bar.field.setFocus()
        self.bar.field.selectAll()

    def _resize_cells(self, step: int) -> None:
        for grid in (self.photos.grid, self.results.grid):
            grid.resize_cells(step)

    # Events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes one step back."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.pages.currentWidget() is self.viewer:
            self.leave_viewer()
        elif self.pages.currentWidget() is self.models:
            self.leave_models()
        elif self.results.run.running:
            self.results.stop()
        elif self.request is not None:
            self.end_search()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew when the colours change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "viewer"):
            for part in (self.bar, self.panel, self.viewer, self.models, self.notice, self.filter_bar):
                part.draw_icons()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop everything before the window goes."""
        self.hide()
        self.results.run.close()
        self.models_desk.close()
        self.viewer.close_tasks()
        self.thumbnails.close()
        self.token_preparation.close()
        self.session.close()
        event.accept()
