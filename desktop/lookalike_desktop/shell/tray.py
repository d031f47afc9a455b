"""Tray: where the user wants it, an icon in the system's tray while the window is closed and indexing goes on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSystemTrayIcon

from lookalike_desktop.qt.theme import icon
from lookalike_desktop.session.library_session import LibrarySession


class Tray(QObject):
    """The icon and its menu.

    Args:
        window: what it shows and hides.
        session: is paused from its menu.
    """

    quit_wanted = Signal()
    """The program is to end."""

    def __init__(self, window: QMainWindow, session: LibrarySession) -> None:
        super().__init__(window)
        self._window = window
        self._icon = QSystemTrayIcon(icon("lookalike", side=32), self)
        self._icon.setToolTip("Lookalike")
        self.menu = QMenu(window)
        self.menu.addAction(self.tr("Show the window"), self.show_window)
        self.pause = self.menu.addAction(self.tr("Pause indexing"))
        self.pause.setCheckable(True)
        self.pause.triggered.connect(session.pause)
        session.paused_changed.connect(self.pause.setChecked)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Quit"), self.quit_wanted.emit)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._on_activated)

    @property
    def on(self) -> bool:
        """Whether the program goes on there when its window is closed."""
        return self._icon.isVisible()

    def use(self, wanted: bool) -> None:
        """Put the icon there, where there is a tray, or take it away."""
        self._icon.setVisible(wanted and tray_exists())
        # A hidden window is no reason to end.
        QApplication.setQuitOnLastWindowClosed(not self.on)

    def show_window(self) -> None:
        """Show the window, in front."""
        if self._window.isMinimized():
            self._window.showNormal()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Trigger:
            return
        if self._window.isVisible() and self._window.isActiveWindow():
            self._window.hide()
        else:
            self.show_window()


def tray_exists() -> bool:
    """Whether this desktop has a tray."""
    return QSystemTrayIcon.isSystemTrayAvailable()
