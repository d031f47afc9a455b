"""Program: what is around the pages as in other programs: menus, the palette, the page of shortcuts, the layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget, QWidget

from lookalike import __version__
from lookalike_desktop.navigator import Navigator
from lookalike_desktop.qt.file_manager import show_log
from lookalike_desktop.qt.preferences import Preferences
from lookalike_desktop.qt.theme import choose_theme
from lookalike_desktop.qt.undo import UndoStack
from lookalike_desktop.search.search_bar import SearchBar
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.shell.command_palette import CommandPalette
from lookalike_desktop.shell.commands import Commands
from lookalike_desktop.shell.menus import Menus
from lookalike_desktop.shell.settings_controller import SettingsController
from lookalike_desktop.shell.settings_page import SettingsPage
from lookalike_desktop.shell.shortcuts_page import ShortcutsPage
from lookalike_desktop.shell.tray import Tray, tray_exists
from lookalike_desktop.widgets.page import KeyList, Page

Standard = QKeySequence.StandardKey


class Program(QObject):
    """Adds the commands that any program has, and shows all commands as menus, in a palette, and as a list of keys.

    Args:
        window: the window.
        session: the open library.
        commands: its commands.
        navigator: shows pages.
        bar: has the button that holds the menus where the bar of menus is hidden.
        preferences: what the user chose.
        undo_stack: what can be taken back.
        pages: the stack of all pages.
    """

    def __init__(
        self,
        window: QMainWindow,
        session: LibrarySession,
        commands: Commands,
        navigator: Navigator,
        bar: SearchBar,
        preferences: Preferences,
        undo_stack: UndoStack,
        pages: QStackedWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._navigator = navigator
        self._bar = bar
        self._preferences = preferences
        self._pages = pages
        self.file, self.edit, self.search = self.tr("File"), self.tr("Edit"), self.tr("Search")
        self.photo = self.tr("Photo")
        self.view, self.go, self.help = self.tr("View"), self.tr("Go"), self.tr("Help")
        commands.arrange((self.file, self.edit, self.photo, self.search, self.view, self.go, self.help))
        self.palette = CommandPalette(commands, self._keys_here, window)
        self.shortcuts_page = ShortcutsPage(commands, self._key_lists)
        navigator.add_page(self.shortcuts_page)
        self.settings_page = SettingsPage(preferences)
        navigator.add_page(self.settings_page)
        self.settings = SettingsController(session, self.settings_page, window)
        self._add_undo(undo_stack)
        self.tray = Tray(window, session)
        self.tray.quit_wanted.connect(self.quit)
        self._quitting = False
        self._menu_bar_switch: QAction | None = None

    def finish(self, choose_folder: Callable[[], object], show_about: Callable[[], object]) -> None:
        """Add what stands below the commands of the pages, and make the menus.

        Args:
            choose_folder: asks for a folder of photos to add.
            show_about: shows what the library holds.
        """
        add, navigator = self._commands.add, self._navigator
        add(self.file, self.tr("Add a folder…"), choose_folder, "Ctrl+Shift+O")
        add(self.file, self.tr("About this library"), show_about)
        self.settings_page.about_wanted.connect(show_about)
        self._commands.separate(self.file)
        settings = add(self.file, self.tr("Settings"), self.toggle_settings, ("Ctrl+,", Standard.Preferences))
        settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self._commands.separate(self.file)
        add(self.file, self.tr("Close the window"), self._window.close, ("Ctrl+W", Standard.Close))
        leave = add(self.file, self.tr("Quit"), self.quit, ("Ctrl+Q", Standard.Quit))
        leave.setMenuRole(QAction.MenuRole.QuitRole)
        self._commands.separate(self.view)
        switch = self._commands.add_switch(self.view, self.tr("Menu bar"), self._show_menu_bar, "Ctrl+M")
        add(self.view, self.tr("Full screen"), self._toggle_full_screen, ("F11", Standard.FullScreen))
        add(self.go, self.tr("Back"), navigator.go_back, Standard.Back)
        add(self.help, self.tr("All commands…"), self.palette.open, ("Ctrl+K", "Ctrl+Shift+P"))
        keys = ("F1", Standard.HelpContents, "Ctrl+?", "Ctrl+Shift+/")
        add(self.help, self.tr("Shortcuts"), self._toggle_shortcuts, keys)
        self._commands.separate(self.help)
        add(self.help, self.tr("Show the log"), show_log)
        add(self.help, self.tr("About Lookalike"), self.show_about)
        self.menus = Menus(self._commands, self._window)
        self._window.setMenuBar(self.menus.bar)
        self._bar.menu_button.setMenu(self.menus.menu)
        self._menu_bar_switch = switch
        self._preferences.changed.connect(self._on_preference)
        self._place_menus()
        self._use_theme()
        self.settings_page.show_tray(tray_exists())
        self.tray.use(self._preferences.tray)

    def stays_in_tray(self) -> bool:
        """Whether closing the window is to leave the program in the tray."""
        return self.tray.on and not self._quitting

    def quit(self) -> None:
        """End the program, also where it would go on in the tray."""
        self._quitting = True
        self._window.close()
        QApplication.quit()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        for page in (self.shortcuts_page, self.settings_page):
            page.draw_icons()
        self.menus.draw_icons()

    # What the commands do

    def show_about(self) -> None:
        """Say which program this is, its version and its licence."""
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            self.tr("About Lookalike"),
            self.tr("Lookalike {0}").format(__version__),
            QMessageBox.StandardButton.Close,
            self._window,
        )
        box.setInformativeText(
            self.tr(
                "Finds the other photos of the same thing in your own collection, on your own computer. "
                "Free software under the Apache licence 2.0; the parts it is built from keep their own licences."
            )
        )
        box.finished.connect(box.deleteLater)
        box.open()

    def toggle_settings(self) -> None:
        """Show the settings, or leave them."""
        self._toggle(self.settings_page)

    def _toggle_shortcuts(self) -> None:
        self._toggle(self.shortcuts_page)

    def _toggle(self, page: Page) -> None:
        # Unlike other pages, these need no library.
        if self._navigator.current_page is page:
            self._navigator.leave(page)
        else:
            self._navigator.show_page(page)

    def _show_menu_bar(self, shown: bool) -> None:
        self._preferences.menu_bar = shown

    def _toggle_full_screen(self) -> None:
        # One photo fills the screen in its own way.
        toggle = getattr(self._pages.currentWidget(), "toggle_full_screen", None)
        if toggle is not None:
            toggle()
        elif self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _on_preference(self, key: str) -> None:
        if key == Preferences.menu_bar.key:
            self._place_menus()
        elif key == Preferences.theme.key:
            self._use_theme()
        elif key == Preferences.tray.key:
            self.tray.use(self._preferences.tray)

    def _use_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        choose_theme(app, self._preferences.theme)

    def _place_menus(self) -> None:
        shown = self._preferences.menu_bar
        self.menus.bar.setVisible(shown)
        self._bar.menu_button.setVisible(not shown and not self.menus.bar.isNativeMenuBar())
        if self._menu_bar_switch is not None:
            self._menu_bar_switch.setChecked(shown)

    def _add_undo(self, stack: UndoStack) -> None:
        undo = self._commands.add(self.edit, self.tr("Undo"), stack.undo, Standard.Undo)
        redo = self._commands.add(self.edit, self.tr("Redo"), stack.redo, ("Ctrl+Shift+Z", Standard.Redo))
        stack.undoTextChanged.connect(
            lambda text: undo.setText(self.tr("Undo {0}").format(text) if text else self.tr("Undo"))
        )
        stack.redoTextChanged.connect(
            lambda text: redo.setText(self.tr("Redo {0}").format(text) if text else self.tr("Redo"))
        )
        for action, possible in ((undo, stack.canUndoChanged), (redo, stack.canRedoChanged)):
            action.setEnabled(False)
            possible.connect(action.setEnabled)

    def _key_lists(self) -> Sequence[KeyList]:
        """The keys of all pages that have some of their own, in the order in which they were added."""
        lists = (_keys_of(self._pages.widget(place)) for place in range(self._pages.count()))
        return [keys for keys in lists if keys is not None]

    def _keys_here(self) -> KeyList | None:
        """The keys of the page that is in front."""
        return _keys_of(self._pages.currentWidget())


def _keys_of(page: QWidget | None) -> KeyList | None:
    # The library and the viewer are in the stack as well, and no pages.
    make = getattr(page, "key_list", None)
    keys: KeyList | None = make() if make is not None else None
    return keys
