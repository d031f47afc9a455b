"""Settings controller: reads the settings of the library, and puts into force what the user chooses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.shell.settings_page import SettingsPage
from lookalike_desktop.shell.settings_state import SettingsState, read_settings

if TYPE_CHECKING:
    from lookalike.library import Library

JUDGING = frozenset({"judge", "mode", "both_orders", "together", "top", "budget"})
"""What changes the results of searches."""


class SettingsController(QObject):
    """Connects the page with the core. Failures are the session's.

    Args:
        session: the open library.
        page: the settings.
        window: the parent of dialogs.
    """

    judging_changed = Signal()
    """Results are checked in another way from now on."""
    preparing_changed = Signal()
    """Photos are prepared in another way from now on."""

    def __init__(self, session: LibrarySession, page: SettingsPage, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._page = page
        self._window = window
        self._changing = self._choices = 0
        # One choice asks for several readings in a row; they are one.
        self._reading = QTimer(self, singleShot=True, interval=0)
        self._reading.timeout.connect(self._read)
        page.shown.connect(self.read)
        page.chosen.connect(self.choose)
        session.opened.connect(self.read_if_shown)

    def read(self) -> None:
        """Read the settings, once what happens now has happened, and show them."""
        self._reading.start()

    def read_if_shown(self) -> None:
        """Read them again while they are on the screen."""
        if self._page.isVisible():
            self.read()

    def _read(self) -> None:
        library = self._session.library
        # What is read before the user's latest choice holds would undo it on the page; it is read again then.
        if library is not None and not self._changing:
            choices = self._choices
            self._session.tasks.run(lambda: read_settings(library), lambda state: self._show(state, choices))

    def _show(self, state: SettingsState, choices: int) -> None:
        if choices == self._choices:
            self._page.show_state(state)

    def choose(self, name: str, value: Any) -> None:
        """Change one setting, an attribute of `SettingsState` by its name."""
        library = self._session.library
        if library is None:
            return

        def changed(_: object) -> None:
            self._changing -= 1
            self.read()
            if name in JUDGING:
                self.judging_changed.emit()
            if name in ("tokens_ahead", "budget"):
                self.preparing_changed.emit()

        self._changing += 1
        self._choices += 1
        self._session.tasks.run(lambda: _CHANGES[name](library, value), changed, self._on_failed)

    def _on_failed(self, failure: object) -> None:
        self._changing -= 1
        self._session.failed.emit(failure)
        # The page shows what was wanted; what holds is something else.
        self.read()


def _search(name: str) -> Callable[[Library, Any], None]:
    def change(library: Library, value: Any) -> None:
        settings = replace(library.search.settings, **{name: value})
        library.search.set_settings(settings)

    return change


_CHANGES: dict[str, Callable[[Library, Any], None]] = {
    "judge": lambda library, value: library.judges.choose(value),
    "mode": _search("mode"),
    "both_orders": _search("both_orders"),
    "together": lambda library, value: _search("alone")(library, not value),
    "top": _search("top"),
    "budget": lambda library, value: library.tokens.choose(budget=value),
    "token_limit": lambda library, value: library.tokens.choose(limit_bytes=value),
    "tokens_ahead": lambda library, value: library.tokens.choose(ahead=value),
    "text_ahead": lambda library, value: library.texts.choose(value),
    "captions_ahead": lambda library, value: library.captions.choose(value),
    "pace": lambda library, value: library.folders.set_pace(value),
    "rules": lambda library, value: library.duplicates.set_rules(value),
    "protected": lambda library, value: library.duplicates.protect_only(value),
}
