"""Photo menu: what can be done with photos, as a context menu and as commands with keys."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from lookalike_desktop.navigator import Navigator
from lookalike_desktop.photos.photo_actions import PhotoActions, on_grids
from lookalike_desktop.photos.trash_controller import TrashController
from lookalike_desktop.shell.commands import Commands
from lookalike_desktop.viewer.viewer import Viewer
from lookalike_desktop.widgets.grid_view import GridView

STARS = 5


class PhotoMenu(QObject):
    """Adds to the menu of photos, which the navigator begins, and to the commands.

    Args:
        actions: what is done.
        trash: moves photos to the trash.
        navigator: knows which photos are meant.
        window: the parent.
    """

    def __init__(
        self, actions: PhotoActions, trash: TrashController, navigator: Navigator, window: QWidget
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._trash = trash
        self._navigator = navigator
        navigator.menu_built.connect(self._extend)

    def add_commands(
        self, commands: Commands, group: str, grids: tuple[GridView, ...], viewer: Viewer, no_trash: GridView
    ) -> None:
        """Add everything as commands.

        Args:
            commands: the window's commands.
            group: the name of the group that they belong to.
            grids: where photos are selected.
            viewer: where one is shown large.
            no_trash: a grid among them in which Delete means something else.
        """
        add, do = commands.add, self._actions
        keys = QKeySequence.StandardKey
        everywhere = (*grids, viewer)
        add(group, self.tr("Show large"), do.open_large)
        add(group, self.tr("Open in another program"), do.open_in_program, "Ctrl+Shift+Return")
        add(group, self.tr("Show in the file manager"), do.show_in_folder, "Ctrl+Shift+F")
        on_grids(add(group, self.tr("Copy the photo"), do.copy, keys.Copy), everywhere)
        on_grids(add(group, self.tr("Copy the path"), do.copy_paths, "Ctrl+Shift+C"), everywhere)
        select_all = add(group, self.tr("Select all photos"), self._select_all, keys.SelectAll)
        on_grids(select_all, grids)
        add(group, self.tr("Find similar photos"), do.find_similar, "Shift+F")
        for stars in range(STARS + 1):
            command = add(group, self.stars_text(stars), lambda stars=stars: do.rate(stars), str(stars))  # type: ignore[misc]
            on_grids(command, grids)
        trash = add(group, self.tr("Move to the trash…"), self._trash.ask, keys.Delete)
        on_grids(trash, [widget for widget in everywhere if widget is not no_trash])
        for grid in grids:
            do.serve(grid)

    def _select_all(self) -> None:
        self._navigator.current_grid.selectAll()

    def stars_text(self, stars: int) -> str:
        """Stars in words, for screen readers and for those who look for a command."""
        if not stars:
            return self.tr("No stars")
        return self.tr("One star") if stars == 1 else self.tr("{0} stars").format(stars)

    def _extend(self, menu: QMenu, content_id: int) -> None:
        """Add to a menu that the navigator has begun: it has *Show large*, a line, and what searches."""
        do, several = self._actions, len(self._actions.photos) > 1
        large, line, find = menu.actions()[:3]
        self._insert(menu, line, self.tr("Open in another program"), do.open_in_program)
        if not several:
            self._insert(menu, line, self.tr("Show in the file manager"), do.show_in_folder)
        after = menu.actions()[menu.actions().index(find) + 1 :]
        similar = QAction(self.tr("Find similar photos"), menu)
        similar.triggered.connect(do.find_similar)
        menu.insertAction(after[0] if after else None, similar)  # type: ignore[arg-type]
        menu.addSeparator()
        menu.addAction(
            self.tr("Copy {0} photos").format(len(do.photos)) if several else self.tr("Copy"), do.copy
        )
        menu.addAction(self.tr("Copy the paths") if several else self.tr("Copy the path"), do.copy_paths)
        menu.addMenu(self._stars_menu(menu, content_id))
        menu.addSeparator()
        menu.addAction(self.tr("Move to the trash…"), self._trash.ask)
        large.setVisible(not several)

    def _insert(self, menu: QMenu, before: QAction, text: str, act: object) -> None:
        action = QAction(text, menu)
        action.triggered.connect(act)
        menu.insertAction(before, action)

    def _stars_menu(self, menu: QMenu, content_id: int) -> QMenu:
        """The choice of stars, the present ones marked where the grid knows them."""
        photos = self._navigator.current_grid.photos
        row = photos.row(content_id)
        present = photos.stars(row) if row >= 0 else 0
        stars_menu = QMenu(self.tr("Stars"), menu)
        choice = QActionGroup(stars_menu)
        for stars in range(STARS, -1, -1):
            action = stars_menu.addAction("★" * stars if stars else self.stars_text(0))
            action.setCheckable(True)
            action.setChecked(stars == present)
            action.triggered.connect(lambda _=False, stars=stars: self._actions.rate(stars))
            choice.addAction(action)
        stars_menu.addSeparator()
        told = stars_menu.addAction(self.tr("Kept in Lookalike; no file is changed"))
        told.setEnabled(False)
        return stars_menu
