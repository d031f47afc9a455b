"""Errand controller: does in the window what a start of the program asked for."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from lookalike_desktop.navigator import Navigator
from lookalike_desktop.search.queries import files_request
from lookalike_desktop.search.search_controller import SearchController
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.shell.errand import Errand


class ErrandController(QObject):
    """Does errands once the library is open.

    Args:
        session: the open library.
        search: the searches.
        navigator: shows photos.
        window: comes to the front for errands of later starts.
    """

    def __init__(
        self, session: LibrarySession, search: SearchController, navigator: Navigator, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._search = search
        self._navigator = navigator
        self._window = window
        self._waiting: list[Errand] = []
        session.opened.connect(self._on_opened)

    def take(self, errand: Errand) -> None:
        """Do what a later start asked for, with the window in front."""
        if errand.token:
            # Qt takes it from there, once.
            os.environ["XDG_ACTIVATION_TOKEN"] = errand.token
        if self._window.isMinimized():
            self._window.showNormal()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self.do(errand)

    def do(self, errand: Errand) -> None:
        """Add the folders, search, or show the first photo; one that the library lacks is searched with."""
        library = self._session.library
        if library is None:
            self._waiting.append(errand)
            return
        for folder in errand.folders:
            self._session.add_folder(folder)
        if errand.find:
            self._search.start(files_request(errand.find))
        elif errand.photos:
            first = errand.photos[0]

            def show(found: int | None) -> None:
                if found is not None:
                    self._navigator.open_photo(found)
                else:
                    self._search.start(files_request([first]))

            self._session.tasks.run(lambda: library.photos.ids_at([first]).get(first), show)

    def _on_opened(self) -> None:
        waiting, self._waiting = self._waiting, []
        for errand in waiting:
            self.do(errand)
