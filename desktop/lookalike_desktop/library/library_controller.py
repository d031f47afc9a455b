"""Library controller: what the user does with folders and judges, and the dialogs about the library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from lookalike_desktop.library.arrangement import Arrangement, Order, SortField, arrange
from lookalike_desktop.library.folders_panel import FoldersPanel
from lookalike_desktop.library.library_dialogs import AboutLibrary
from lookalike_desktop.library.library_page import LibraryPage
from lookalike_desktop.library.watching_dialog import WatchingDialog
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.preferences import Preferences
from lookalike_desktop.search.search_bar import SearchBar
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.widgets.grid_view import CellStyle

if TYPE_CHECKING:
    from lookalike.catalog.folders import Folder
    from lookalike.catalog.photo_columns import PhotoColumns
    from lookalike.library import Status


class LibraryController(QObject):
    """Connects the folders panel, the library page and the search bar with the session. Failures are the session's.

    Args:
        session: the open library.
        panel: the folders.
        page: the photos.
        bar: shows the judges.
        preferences: how the photos are arranged, and whether the folders are shown.
        window: the parent of dialogs.
    """

    folder_chosen = Signal(object)
    """The photos are to be narrowed to a `Path`; None for all photos."""
    judge_changed = Signal()
    """Another judge checks the results, or the same one answers another question."""

    watching_changed = Signal()
    """Other files are left out of the folders, or indexing works harder or less."""

    def __init__(
        self,
        session: LibrarySession,
        panel: FoldersPanel,
        page: LibraryPage,
        bar: SearchBar,
        preferences: Preferences,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._panel = panel
        self._page = page
        self._bar = bar
        self._preferences = preferences
        self._window = window
        self._folders = 0
        self._photos: PhotoColumns | None = None
        self._order = Order.read(preferences.sort, preferences.grouping)
        session.opened.connect(self.read_judges)
        session.folders_changed.connect(self._on_folders)
        session.photos_changed.connect(self._on_photos)
        session.activity.connect(self._on_activity)
        session.paused_changed.connect(panel.show_paused)
        panel.add_wanted.connect(self.choose_folder)
        panel.folder_removed.connect(session.remove_folder)
        panel.folder_paused.connect(session.pause_folder)
        panel.folder_clicked.connect(lambda folder: session.prioritise([folder.path]))
        panel.folder_chosen.connect(self.folder_chosen)
        panel.settings_wanted.connect(self.show_watching)
        panel.paused.connect(session.pause)
        panel.about_wanted.connect(self.show_about)
        bar.judge_chosen.connect(self.choose_judge)
        bar.mode_chosen.connect(self.choose_mode)
        bar.panel_wanted.connect(self.toggle_panel)
        page.show_order(self._order)
        if preferences.layout in (CellStyle.SQUARES, CellStyle.JUSTIFIED):
            page.show_style(CellStyle(preferences.layout))
        page.order_chosen.connect(self.arrange_by)
        page.style_chosen.connect(self._keep_style)
        page.opened.connect(self._prioritise_neighbours)
        page.first_run.folder_given.connect(session.add_folder)
        page.first_run.choose_wanted.connect(self.choose_folder)
        page.first_run.sample_wanted.connect(self.add_sample)

    def _on_folders(self, folders: list[Folder]) -> None:
        self._panel.show_folders(folders)
        if len(folders) != self._folders:
            self._panel.setVisible(bool(folders) and self._preferences.panel)
        self._folders = len(folders)
        self._page.show_folders(len(folders))

    def _on_photos(self, photos: PhotoColumns) -> None:
        self._photos = photos
        self._arrange()
        if not self._session.filters:
            self._panel.show_photos(len(photos))
        library = self._session.library
        if library is not None:
            self._session.tasks.run(library.status, self._on_status)
            self._session.tasks.run(library.photos.folder_counts, self._panel.show_counts)

    def arrange_by(self, order: Order) -> None:
        """Arrange the photos another way from now on."""
        self._order = order
        self._preferences.sort, self._preferences.grouping = order.sort, order.grouping.value
        self._arrange()

    def _keep_style(self, style: CellStyle) -> None:
        self._preferences.layout = style.value

    def _arrange(self) -> None:
        library, photos, order = self._session.library, self._photos, self._order
        if library is None or photos is None:
            return
        filtered = bool(self._session.filters)

        def work() -> Arrangement:
            names = library.photos.name_ranks(photos.ids) if order.field is SortField.NAME else None
            return arrange(photos, order, names)

        def show(arrangement: Arrangement) -> None:
            # The user may have chosen another order meanwhile.
            if arrangement.order == self._order:
                self._page.show_photos(arrangement, filtered)

        self._session.tasks.run(work, show)

    def _on_status(self, status: Status) -> None:
        self._panel.show_skipped(len(status.problems))
        self._panel.show_migration(status.changing)

    def _on_activity(self, activity: Activity) -> None:
        self._panel.show_activity(activity)
        self._page.show_activity(activity)

    def read_judges(self) -> None:
        """Read the judges and the one in use, and offer them."""
        library = self._session.library
        if library is not None:
            self._session.tasks.run(
                lambda: (library.judges.names(), library.judges.in_use()),
                lambda judges: self._bar.show_judges(*judges),
            )
            self._read_modes()

    def _read_modes(self) -> None:
        library = self._session.library
        if library is not None:
            self._session.tasks.run(
                lambda: (library.judges.modes(), library.search.settings.mode),
                lambda modes: self._bar.show_modes(*modes),
            )

    def choose_judge(self, name: str) -> None:
        """Use a judge from now on."""
        library = self._session.library
        if library is not None:
            self._session.tasks.run(lambda: library.judges.choose(name), lambda _: self._on_judge_chosen())

    def _on_judge_chosen(self) -> None:
        self._read_modes()
        self.judge_changed.emit()

    def choose_mode(self, mode: str) -> None:
        """Ask the judge another question from now on."""
        library = self._session.library
        if library is not None:
            self._session.tasks.run(
                lambda: library.search.set_settings(replace(library.search.settings, mode=mode)),
                lambda _: self.judge_changed.emit(),
            )

    def toggle_panel(self) -> None:
        """Show the folders, or hide them; the choice is remembered."""
        self._preferences.panel = self._panel.isHidden()
        self._panel.setVisible(self._preferences.panel)

    def choose_folder(self) -> None:
        """Ask for a folder to add."""
        chosen = QFileDialog.getExistingDirectory(self._window, self.tr("Add a folder of photos"))
        if chosen:
            self._session.add_folder(Path(chosen))

    def add_sample(self) -> None:
        """Add the sample album."""

        def work() -> Path:
            from lookalike.sample_album import sample_album

            return sample_album()

        first_run = self._page.first_run
        first_run.show_busy(True)
        self._session.tasks.run(work, self._session.add_folder, self._sample_failed)

    def _sample_failed(self, failure: Failure) -> None:
        self._page.first_run.show_busy(False)
        self._session.failed.emit(failure)

    def show_about(self) -> None:
        """Show what the library holds and uses."""
        library = self._session.library
        if library is not None:
            self._session.tasks.run(
                lambda: (library.status(), library.descriptor.name),
                lambda found: AboutLibrary(*found, self._window).open(),
            )

    def _prioritise_neighbours(self, content_id: int) -> None:
        """The user looks at a photo: the others of its folder are indexed first."""
        library = self._session.library
        if library is not None:

            def work() -> None:
                photo = library.photos.info(content_id)
                if photo is not None:
                    library.folders.prioritise([path.parent for path in photo.paths])

            self._session.tasks.run(work)

    def show_watching(self) -> None:
        """Let the user change what is left out of the folders, and how hard indexing works."""
        library = self._session.library
        if library is None:
            return

        def show(now: tuple[list[str], str]) -> None:
            dialog = WatchingDialog(*now, self._window)
            dialog.chosen.connect(self._change_watching)
            dialog.open()

        self._session.tasks.run(lambda: (library.folders.excludes(), library.folders.pace()), show)

    def _change_watching(self, excludes: list[str], pace: str) -> None:
        library = self._session.library
        if library is None:
            return

        def work() -> None:
            library.folders.set_pace(pace)
            library.folders.set_excludes(excludes)

        self._session.tasks.run(work, lambda _: self.watching_changed.emit())
