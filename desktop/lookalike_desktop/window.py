"""Main window: makes the widgets and their controllers, lays them out, and connects them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from lookalike.catalog.filters import Area, Filters
from lookalike_desktop.activity.activity_controller import ActivityController
from lookalike_desktop.activity.activity_page import ActivityPage
from lookalike_desktop.activity.storage_controller import StorageController
from lookalike_desktop.activity.storage_page import StoragePage
from lookalike_desktop.compare.compare_controller import CompareController
from lookalike_desktop.compare.compare_page import ComparePage
from lookalike_desktop.compare.match_words import Grounds
from lookalike_desktop.duplicates.duplicates_controller import DuplicatesController
from lookalike_desktop.duplicates.duplicates_page import DuplicatesPage
from lookalike_desktop.evaluation.failures_controller import FailuresController
from lookalike_desktop.evaluation.failures_page import FailuresPage
from lookalike_desktop.library.folders_panel import FoldersPanel
from lookalike_desktop.library.library_controller import LibraryController
from lookalike_desktop.library.library_page import LibraryPage
from lookalike_desktop.models.model_offer import ModelOffer, ModelOfferController
from lookalike_desktop.models.models_controller import ModelsController
from lookalike_desktop.models.models_page import ModelsPage
from lookalike_desktop.models.token_preparation_controller import TokenPreparationController
from lookalike_desktop.models.token_preparation_line import TokenPreparationLine
from lookalike_desktop.navigator import Navigator
from lookalike_desktop.photos.photo_actions import PhotoActions
from lookalike_desktop.photos.photo_menu import PhotoMenu
from lookalike_desktop.photos.trash_controller import TrashController
from lookalike_desktop.places.places_controller import PlacesController
from lookalike_desktop.places.places_page import PlacesPage
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.preferences import Preferences
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.qt.undo import UndoStack
from lookalike_desktop.search.drop_paste_handler import DropPasteHandler
from lookalike_desktop.search.filter_bar import FilterBar
from lookalike_desktop.search.results_page import ResultsPage
from lookalike_desktop.search.search_bar import SearchBar
from lookalike_desktop.search.search_controller import SearchController
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.shell.commands import Commands
from lookalike_desktop.shell.errand_controller import ErrandController
from lookalike_desktop.shell.program import Program
from lookalike_desktop.things.things_controller import ThingsController
from lookalike_desktop.things.things_page import ThingsPage
from lookalike_desktop.viewer.full_screen import FullScreen
from lookalike_desktop.viewer.photo_canvas import STEP
from lookalike_desktop.viewer.viewer import Viewer
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.messages import DropHint, Notice

if TYPE_CHECKING:
    from lookalike.things.thing import Thing
    from lookalike.watching.follow_timing import FollowTiming


class Window(QMainWindow):
    """One library on the screen.

    Args:
        library: where the library lies; None for the default one.
        timing: how often its folders are looked at; None for the usual times.
    """

    def __init__(self, library: Path | None = None, timing: FollowTiming | None = None) -> None:
        super().__init__()
        self.setWindowTitle("Lookalike")
        self.resize(1240, 820)
        self.preferences = Preferences(parent=self)
        self.undo_stack = UndoStack(self)
        self.session = LibrarySession(library, timing, self)
        self.thumbnails = Thumbnails(self._load_thumbnail, parent=self)
        self.folders_panel = FoldersPanel()
        self.search_bar = SearchBar()
        self.notice = Notice()
        self.filter_bar = FilterBar(self.session, self.search_bar.filter_button)
        self.library_page = LibraryPage(self.thumbnails)
        self.results_page = ResultsPage(self.thumbnails)
        self.viewer = Viewer(self.thumbnails)
        self.models_page = ModelsPage()
        self.duplicates_page = DuplicatesPage(self.thumbnails)
        self.things_page = ThingsPage(self.thumbnails)
        self.places_page = PlacesPage(self.thumbnails)
        self.activity_page = ActivityPage()
        self.storage_page = StoragePage()
        self.failures_page = FailuresPage()
        self.compare_page = ComparePage()
        self.token_line = TokenPreparationLine()
        self.model_offer = ModelOffer()
        self.pages = QStackedWidget()
        for page in (
            self.library_page,
            self.results_page,
            self.viewer,
        ):
            self.pages.addWidget(page)
        middle = QWidget()
        self._lay_out(middle)
        self.search = SearchController(
            self.session, self.search_bar, self.filter_bar, self.results_page, self.undo_stack, self
        )
        self.navigator = Navigator(
            self.session,
            self.search,
            self.pages,
            self.library_page,
            self.results_page,
            self.viewer,
            self,
        )
        for added in (
            self.models_page,
            self.duplicates_page,
            self.things_page,
            self.places_page,
            self.activity_page,
            self.storage_page,
            self.failures_page,
            self.compare_page,
        ):
            self.navigator.add_page(added)
        self._drop_paste_handler = DropPasteHandler(self, self.search_bar.field, DropHint(middle))
        self._library_controller = LibraryController(
            self.session,
            self.folders_panel,
            self.library_page,
            self.search_bar,
            self.preferences,
            self,
        )
        self.models_controller = ModelsController(self.session, self.models_page, self)
        self.duplicates_controller = DuplicatesController(
            self.session, self.duplicates_page, self.undo_stack, self
        )
        self.things_controller = ThingsController(self.session, self.things_page, self.undo_stack, self)
        self.places_controller = PlacesController(self.session, self.places_page, self)
        self.token_preparation = TokenPreparationController(self.session, self)
        self.activity = ActivityController(
            self.session, self.activity_page, self.token_preparation, self.models_controller, self
        )
        self.storage = StorageController(self.session, self.storage_page, self)
        self.failures = FailuresController(self.session, self.failures_page, self)
        self.photo_actions = PhotoActions(self.session, self.navigator, self.undo_stack, self)
        self.trash = TrashController(self.session, self.navigator, self.undo_stack, self)
        self.photo_menu = PhotoMenu(self.photo_actions, self.trash, self.navigator, self)
        self.errands = ErrandController(self.session, self.search, self.navigator, self)
        self.navigator.page_changed.connect(self.notice.hide)
        around = (self.search_bar, self.filter_bar, self.folders_panel, self.token_line)
        self.full_screen = FullScreen(self, around)
        self.full_screen.changed.connect(self.viewer.show_full_screen)
        self.viewer.full_screen_wanted.connect(self.full_screen.set)
        self._connect_failures()
        self._connect_compare()
        self._connect_search()
        self._connect_models()
        self._connect_duplicates()
        self._connect_things()
        self._connect_places()
        self._connect_activity()
        self._connect_photos()
        self.commands = Commands(self)
        self.program = Program(
            self,
            self.session,
            self.commands,
            self.navigator,
            self.search_bar,
            self.preferences,
            self.undo_stack,
            self.pages,
        )
        self._add_commands()
        self._connect_settings()
        self.program.finish(self._library_controller.choose_folder, self._library_controller.show_about)
        self.folders_panel.setVisible(False)
        self.search_bar.setEnabled(False)
        self._remember_layout()

    def _lay_out(self, middle: QWidget) -> None:
        notice = QHBoxLayout()
        notice.setContentsMargins(14, 0, 14, 6)
        notice.addWidget(self.notice)
        offer = QHBoxLayout()
        offer.setContentsMargins(14, 0, 14, 6)
        offer.addWidget(self.model_offer)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.search_bar)
        column.addWidget(self.filter_bar)
        column.addLayout(notice)
        column.addLayout(offer)
        column.addWidget(self.pages, 1)
        column.addWidget(self.token_line)
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.folders_panel)
        row.addLayout(column, 1)
        self.setCentralWidget(middle)

    def _connect_compare(self) -> None:
        page = self.compare_page
        self.compare = CompareController(page, self)
        self.compare.failed.connect(self.notice.show_failure)
        self.navigator.why_wanted.connect(self._show_why)
        page.photo_wanted.connect(self.navigator.select_photo)
        page.step_wanted.connect(self._compare_next)
        page.said.connect(self.search.say)
        self.search.said.connect(page.follow_verdict)

    def _show_why(self, content_id: int) -> None:
        library, request = self.session.library, self.search.request
        if library is None or request is None:
            return
        if self.navigator.current_page is not self.compare_page:
            self.navigator.show_page(self.compare_page)
        result = self.results_page.model.result(content_id)
        grounds = Grounds.of(result, library.judges.in_use(), self.results_page.calibrated)
        self.compare.open(library, request, content_id, grounds)
        self.compare_page.show_verdict(self.results_page.said(content_id))

    def _compare_next(self, step: int) -> None:
        model = self.results_page.model
        row = model.row(self.compare_page.content_id or 0) + step
        if 0 <= row < len(model.ids) and self.results_page.checked(model.ids[row]):
            self._show_why(model.ids[row])

    def _connect_failures(self) -> None:
        self.session.failed.connect(self._on_failed)
        self.viewer.failed.connect(self.notice.show_failure)
        self.results_page.failed.connect(self._on_search_failed)

    def _connect_search(self) -> None:
        session, bar, handler = self.session, self.search_bar, self._drop_paste_handler
        session.opened.connect(lambda: bar.setEnabled(True))
        session.photos_changed.connect(self.thumbnails.retry)
        self.search.started.connect(self.notice.hide)
        handler.requested.connect(self.search.start)
        handler.folder_dropped.connect(session.add_folder)
        handler.nothing_found.connect(self.notice.show_text)
        bar.words_given.connect(handler.take_words)
        self.search.recent.chosen.connect(handler.take_words)
        bar.open_wanted.connect(handler.choose_file)
        bar.paste_wanted.connect(handler.paste)

        self._library_controller.folder_chosen.connect(self._narrow_to)
        self.filter_bar.changed.connect(self._mark_folder)

    def _narrow_to(self, folder: Path | None) -> None:
        folders = () if folder is None else (folder,)
        self.filter_bar.use(replace(self.filter_bar.filters, folders=folders))

    def _mark_folder(self, filters: Filters) -> None:
        self.folders_panel.show_selected(filters.folders[0] if len(filters.folders) == 1 else None)

    def _connect_models(self) -> None:
        library, models, tokens = self._library_controller, self.models_controller, self.token_preparation
        page = self.models_page
        self.search_bar.models_wanted.connect(lambda: self.navigator.toggle(page))
        page.shown.connect(lambda: models.read(page.focus_first))
        page.left.connect(self.search.refresh)
        models.reported.connect(self.notice.show_text)
        models.judges_changed.connect(library.read_judges)
        models.judge_used.connect(self.search.mark_outdated)
        library.judge_changed.connect(self.search.repeat)
        library.judge_changed.connect(tokens.read)
        library.judge_changed.connect(models.read)
        tokens.changed.connect(self.token_line.show_preparation)
        self.token_line.allowed.connect(tokens.allow)
        self.token_line.held.connect(tokens.hold)
        offer = self.model_offer
        offering = ModelOfferController(self.session, offer, self)
        self.session.photos_changed.connect(offering.read_once)
        models.judges_changed.connect(offering.read)
        self.pages.currentChanged.connect(
            lambda _: offer.show_in_front(self.pages.currentWidget() is self.library_page)
        )
        offer.download_wanted.connect(models.ask_download)
        offer.others_wanted.connect(lambda: self.navigator.show_page(page))
        self.models_page.evaluation_wanted.connect(self.failures.choose)
        self.failures.opened.connect(lambda: self.navigator.show_page(self.failures_page))
        self.failures.failed.connect(self.notice.show_failure)

    def _connect_duplicates(self) -> None:
        duplicates = self.duplicates_controller
        self.search_bar.duplicates_wanted.connect(lambda: self.navigator.toggle(self.duplicates_page))
        self.duplicates_page.shown.connect(duplicates.read)
        duplicates.reported.connect(self.notice.show_text)
        self.duplicates_page.compare.failed.connect(self.notice.show_failure)

    def _connect_things(self) -> None:
        things = self.things_controller
        self.search_bar.things_wanted.connect(lambda: self.navigator.toggle(self.things_page))
        self.things_page.shown.connect(things.read)
        self.viewer.more_wanted.connect(self._show_thing)
        self.navigator.photo_shown.connect(things.look_up)
        things.photo_looked_up.connect(self._on_looked_up)
        things.failed.connect(self.notice.show_failure)

    def _connect_settings(self) -> None:
        settings, page, library = self.program.settings, self.program.settings_page, self._library_controller
        settings.judging_changed.connect(library.read_judges)
        settings.judging_changed.connect(library.judge_changed)
        settings.preparing_changed.connect(self.token_preparation.read)
        library.judge_changed.connect(settings.read_if_shown)
        library.watching_changed.connect(settings.read_if_shown)
        self.token_line.allowed.connect(settings.read_if_shown)
        page.watching_wanted.connect(library.show_watching)
        page.models_wanted.connect(lambda: self.navigator.toggle(self.models_page))

    def _connect_places(self) -> None:
        places = self.places_page
        self.search_bar.places_wanted.connect(lambda: self.navigator.toggle(places))
        places.shown.connect(self.places_controller.read)
        places.filter_wanted.connect(self._search_in_area)
        self.places_controller.failed.connect(self.notice.show_failure)

    def _connect_activity(self) -> None:
        self.folders_panel.skipped_wanted.connect(lambda: self.navigator.show_page(self.activity_page))
        self.storage.reported.connect(self.notice.show_text)
        self.storage.failed.connect(self.notice.show_failure)

    def _search_in_area(self, area: Area) -> None:
        self.filter_bar.use(replace(self.filter_bar.filters, area=area))
        self.navigator.leave(self.places_page)

    def _connect_photos(self) -> None:
        self.photo_actions.reported.connect(self.notice.show_text)
        self.trash.reported.connect(self.notice.show_text)
        self.trash.moved.connect(
            lambda text: self.notice.show_choice(text, self.tr("Undo"), self.undo_stack.undo)
        )
        # The button undoes the last step, whichever that is.
        self.undo_stack.indexChanged.connect(lambda _: self.notice.withdraw_choice())
        self.trash.gone.connect(self.results_page.model.forget)

    def _show_thing(self, thing: Thing) -> None:
        self.navigator.show_page(self.things_page)
        self.things_page.open(thing)

    def _on_looked_up(self, content_id: int, thing: Thing | None) -> None:
        # The user may have gone on to another photo.
        if content_id == self.viewer.content_id:
            self.viewer.show_thing(thing)

    def _add_commands(self) -> None:
        keys = QKeySequence.StandardKey
        handler, navigator, add = self._drop_paste_handler, self.navigator, self.commands.add
        search, view, go = self.program.search, self.program.view, self.program.go
        add(search, self.tr("Search for words"), self._focus_search_field, keys.Find)
        add(search, self.tr("Open a photo…"), handler.choose_file, keys.Open)
        add(search, self.tr("Paste a picture"), handler.paste, keys.Paste)
        add(search, self.tr("Find the same thing"), navigator.find_current, "F")
        add(search, self.tr("Filters"), self.filter_bar.open_panel, "Ctrl+L")
        things = self.things_page.photos
        grids = (self.library_page.grid, self.results_page.grid, things, self.places_page.photos)
        self.photo_menu.add_commands(self.commands, self.program.photo, grids, self.viewer, no_trash=things)
        add(go, self.tr("Models"), lambda: navigator.toggle(self.models_page), "Ctrl+Shift+M")
        add(go, self.tr("Duplicates"), lambda: navigator.toggle(self.duplicates_page), "Ctrl+Shift+D")
        add(go, self.tr("Things"), lambda: navigator.toggle(self.things_page), "Ctrl+T")
        add(go, self.tr("Places"), lambda: navigator.toggle(self.places_page), "Ctrl+G")
        add(go, self.tr("Activity"), lambda: navigator.toggle(self.activity_page), "Ctrl+Shift+A")
        add(go, self.tr("Storage"), lambda: navigator.toggle(self.storage_page))
        add(go, self.tr("A saved evaluation…"), self.failures.choose, "Ctrl+Shift+E")
        add(view, self.tr("Larger photos"), lambda: self._resize_cells(1), keys.ZoomIn)
        add(view, self.tr("Smaller photos"), lambda: self._resize_cells(-1), keys.ZoomOut)
        page = self.library_page
        add(view, self.tr("Order of the library…"), page.open_order_menu, "Ctrl+Shift+S")
        add(view, self.tr("Squares or justified rows"), page.toggle_style, "Ctrl+J")

    def _remember_layout(self) -> None:
        self.restoreGeometry(self.preferences.geometry)
        for grid in self._grids():
            grid.set_cell_size(self.preferences.cell_size)
            grid.cells_resized.connect(self._on_cells_resized)

    def _grids(self) -> tuple[GridView, ...]:
        things = self.things_page
        return (
            self.library_page.grid,
            self.results_page.grid,
            things.cards,
            things.photos,
            self.places_page.photos,
        )

    def _on_cells_resized(self, size: int) -> None:
        self.preferences.cell_size = size
        for grid in self._grids():
            grid.set_cell_size(size)

    def _load_thumbnail(self, content_id: int, side: int) -> bytes:
        library = self.session.library
        return library.photos.thumbnail(content_id, side) if library is not None else b""

    def _on_failed(self, failure: Failure) -> None:
        opened = self.search_bar.isEnabled()
        if not opened:
            self.library_page.show_failure(failure)
        if opened or failure.details:
            self.notice.show_failure(failure)

    def _on_search_failed(self, failure: Failure) -> None:
        # The page itself says why; only the details need the banner.
        if failure.details:
            self.notice.show_failure(failure)

    def _focus_search_field(self) -> None:
        self.search_bar.field.setFocus()
        self.search_bar.field.selectAll()

    def _resize_cells(self, step: int) -> None:
        if self.pages.currentWidget() is self.viewer:
            self.viewer.canvas.zoom_smoothly(STEP**step)
            return
        # The other grids follow.
        self.library_page.grid.resize_cells(step)

    # Events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes one step back."""
        if event.key() == Qt.Key.Key_Escape:
            self.navigator.go_back()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons again when the colours change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "viewer"):
            for part in (
                self.search_bar,
                self.library_page,
                self.folders_panel,
                self.viewer,
                self.models_page,
                self.duplicates_page,
                self.things_page,
                self.places_page,
                self.activity_page,
                self.storage_page,
                self.failures_page,
                self.program,
                self.compare_page,
                self.notice,
                self.filter_bar,
            ):
                part.draw_icons()

    def closeEvent(self, event: QCloseEvent) -> None:
        """End all work before the window goes."""
        self.preferences.geometry = self.saveGeometry()
        self.preferences.sync()
        self.hide()
        if self.program.stays_in_tray():
            event.ignore()
            return
        self.program.tray.use(False)
        self.results_page.run.close()
        self.trash.close()
        self.models_controller.close()
        self.duplicates_controller.close()
        self.things_controller.close()
        self.places_controller.close()
        self.storage.close()
        self.failures.close()
        self.compare.close()
        self.viewer.close_loader()
        self.thumbnails.close()
        self.token_preparation.close()
        self.session.close()
        event.accept()
