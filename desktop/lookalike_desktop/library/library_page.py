"""Library page: all photos, or what is shown until there are some."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from lookalike import app_paths
from lookalike.progress import Stage
from lookalike_desktop.library.first_run import FirstRun
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.messages import Message
from lookalike_desktop.widgets.page import KeyList
from lookalike_desktop.widgets.photo_model import PhotoModel


class LibraryPage(QStackedWidget):
    """Shows the first-run panel without folders, the photos with some, and a line in between.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    opened = Signal(int)
    """A photo is to be shown large."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders: int | None = None
        self._settled = False
        self._filtered = False
        self.model = PhotoModel(thumbnails, self)
        self.grid = GridView(self.model, thumbnails)
        self.grid.opened.connect(self.opened)
        self.first_run = FirstRun(app_paths.pictures())
        self.message = Message()
        for page in (self.message, self.first_run, self.grid):
            self.addWidget(page)
        self.message.show_text(self.tr("Opening the library…"))

    def key_list(self) -> KeyList:
        """The keys that mean something only here, and in other grids of photos."""
        keys = [
            (self.tr("Arrows"), self.tr("Select another photo")),
            (self.tr("Enter, Space"), self.tr("Show the photo large")),
            (self.tr("Home, End"), self.tr("The first or the last photo")),
            (self.tr("Ctrl+Wheel"), self.tr("Larger or smaller photos")),
        ]
        return KeyList(self.tr("Photos"), keys)

    def show_failure(self, failure: Failure) -> None:
        """Say why the library cannot be opened."""
        self.message.show_text(self.tr("The library cannot be opened"), failure.message)
        self.setCurrentWidget(self.message)

    def show_folders(self, count: int) -> None:
        """Show that there are so many folders."""
        self._folders = count
        self._choose()

    def show_photos(self, ids: Sequence[int], filtered: bool = False) -> None:
        """Show these photos; `filtered` if there may be others."""
        self._filtered = filtered
        self.model.show_ids(ids)
        self._choose()

    def show_activity(self, activity: Activity) -> None:
        """Show what following the folders is doing."""
        settled = activity.progress.stage is Stage.WATCHING
        if settled != self._settled:
            self._settled = settled
            self._choose()

    def _choose(self) -> None:
        if self._folders is None:
            return
        if self._filtered:
            self.message.show_text(self.tr("Nothing found"), self.tr("No photo meets all of the filters."))
        elif self._settled:
            self.message.show_text(
                self.tr("No photos here yet"), self.tr("New photos appear here by themselves.")
            )
        else:
            self.message.show_text(self.tr("Looking for photos…"))
        page: QWidget = self.grid if self.model.ids else self.message
        self.setCurrentWidget(page if self._folders else self.first_run)
