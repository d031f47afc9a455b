"""Photo actions: what the user does with the photos that are selected, or with the one that is shown large."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QMessageBox, QWidget

from lookalike_desktop.navigator import Navigator
from lookalike_desktop.photos.photo_mime import photo_mime
from lookalike_desktop.qt.file_manager import open_in_program, show_in_folder
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.undo import UndoStack
from lookalike_desktop.search.queries import to_qimage
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.widgets.grid_view import GridView

if TYPE_CHECKING:
    from lookalike.library import Library

COPIED_SIDE = 4096
"""Longest side of a picture that is copied, pixels: 50 MB; its file is copied as it is."""

MANY_PROGRAMS = 10
"""Beyond so many photos, opening them in another program is asked about."""


class PhotoActions(QObject):
    """Everything but moving photos to the trash. Several photos are treated as one where that makes sense.

    Args:
        session: the open library.
        navigator: knows which photos are meant.
        undo_stack: remembers ratings.
        window: the parent.
    """

    reported = Signal(str)
    """One line for the user. Failures are emitted by the session."""

    def __init__(
        self,
        session: LibrarySession,
        navigator: Navigator,
        undo_stack: UndoStack,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._navigator = navigator
        self._undo_stack = undo_stack
        self._window = window

    @property
    def photos(self) -> list[int]:
        """The content ids that the user means: those selected, or the one shown large."""
        return self._navigator.current_photos

    def serve(self, grid: GridView) -> None:
        """Let photos be dragged out of a grid."""
        grid.set_drag_source(self._mime)

    def _mime(self, content_ids: Sequence[int]) -> QMimeData | None:
        # Read here and now, as a drag has begun: a thousand paths take some milliseconds.
        library = self._session.library
        paths = _first_paths(library, content_ids) if library is not None else []
        return photo_mime(paths) if paths else None

    def _with_paths(self, content_ids: Sequence[int], then: Callable[[list[Path]], None]) -> None:
        library, ids = self._session.library, list(content_ids)
        if library is None or not ids:
            return

        def take(paths: list[Path]) -> None:
            if paths:
                then(paths)

        self._session.tasks.run(lambda: _first_paths(library, ids), take)

    # Other programs

    def open_large(self) -> None:
        """Show the photo large."""
        if self.photos:
            self._navigator.open_photo(self.photos[0])

    def open_in_program(self) -> None:
        """Open the photos in the program that the system has for them."""

        def open_all(paths: list[Path]) -> None:
            if len(paths) <= MANY_PROGRAMS:
                self._open(paths)
                return
            question = self.tr("Open {0} photos in another program?").format(format_count(len(paths)))
            box = QMessageBox(QMessageBox.Icon.NoIcon, question, question, parent=self._window)
            button = box.addButton(self.tr("Open"), QMessageBox.ButtonRole.AcceptRole)
            box.addButton(QMessageBox.StandardButton.Cancel)
            box.finished.connect(lambda _: self._open(paths) if box.clickedButton() is button else None)
            box.finished.connect(box.deleteLater)
            box.open()

        self._with_paths(self.photos, open_all)

    def _open(self, paths: Sequence[Path]) -> None:
        for path in paths:
            if not open_in_program(path):
                self.reported.emit(self.tr("No program on this computer opens {0}.").format(path.name))
                return

    def show_in_folder(self) -> None:
        """Show the first of the photos in the system's file manager."""
        self._with_paths(self.photos[:1], lambda paths: show_in_folder(paths[0]))

    def copy(self) -> None:
        """Copy the files; of a single photo the picture as well."""
        library, ids = self._session.library, self.photos
        if library is None or not ids:
            return

        def work() -> tuple[list[Path], QImage | None]:
            single = to_qimage(library.photos.image(ids[0], COPIED_SIDE)) if len(ids) == 1 else None
            return _first_paths(library, ids), single

        def put(found: tuple[list[Path], QImage | None]) -> None:
            if found[0]:
                QGuiApplication.clipboard().setMimeData(photo_mime(*found))
                self._tell_copied(
                    len(ids), self.tr("The photo was copied."), self.tr("{0} photos were copied.")
                )

        self._session.tasks.run(work, put)

    def copy_paths(self) -> None:
        """Copy where the photos lie, a line each."""

        def put(paths: list[Path]) -> None:
            QGuiApplication.clipboard().setText("\n".join(map(str, paths)))
            self._tell_copied(len(paths), self.tr("The path was copied."), self.tr("{0} paths were copied."))

        self._with_paths(self.photos, put)

    def _tell_copied(self, count: int, one: str, many: str) -> None:
        self.reported.emit(one if count == 1 else many.format(format_count(count)))

    # Searching

    def find_same(self) -> None:
        """Search for the thing that the photos show."""
        self._navigator.find_same(self.photos)

    def find_similar(self) -> None:
        """Search for photos that look like these, with nothing checked: at once."""
        self._navigator.find_same(self.photos, judged=False)

    # Stars

    def rate(self, stars: int) -> None:
        """Give the photos 0 to 5 stars. They are kept in the library; no file is written."""
        before: dict[int, int | None] = {}
        ratings: dict[int, int | None] = dict.fromkeys(self.photos, stars)

        def record(found: dict[int, int | None]) -> None:
            before.update(found)
            self._undo_stack.record(
                self.tr("the stars"), lambda: self._rate(before), lambda: self._rate(ratings)
            )
            self._session.read_photos()

        if ratings:
            self._rate(ratings, record)

    def _rate(
        self, ratings: dict[int, int | None], then: Callable[[dict[int, int | None]], None] | None = None
    ) -> None:
        library = self._session.library
        if library is not None:
            done = then or (lambda _: self._session.read_photos())
            self._session.tasks.run(lambda: library.photos.rate(ratings), done)


def _first_paths(library: Library, content_ids: Sequence[int]) -> list[Path]:
    """One path of each photo, a reachable one where there is any; photos that are gone are left out."""
    return [paths[0] for paths in library.photos.paths(content_ids).values() if paths]


def on_grids(action: QAction, grids: Sequence[QWidget]) -> None:
    """Let an action's keys count only while one of some widgets, or something in it, has the focus.

    Digits and Delete mean other things elsewhere.
    """
    for widget in action.associatedObjects():
        if isinstance(widget, QWidget):
            widget.removeAction(action)
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    for grid in grids:
        grid.addAction(action)
