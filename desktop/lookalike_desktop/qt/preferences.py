"""Preferences: how the user likes the window to look and behave, whichever library it shows.

They stand in one small file of the form that Qt calls INI; see "The window" in docs/architecture.md for its keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from lookalike import app_paths
from lookalike.errors import LookalikeError

T = TypeVar("T")


class Preference(Generic[T]):
    """One preference: a data descriptor over a key of the file.

    A value that this version cannot read counts as not chosen.

    Args:
        key: its key; never changed, so that old files keep their choices.
        default: what holds while nothing is chosen; its type is the preference's.
        choices: the values that may stand there; empty for any of the type.
    """

    def __init__(self, key: str, default: T, choices: tuple[T, ...] = ()) -> None:
        self.key = key
        self._default = default
        self._choices = choices

    @overload
    def __get__(self, preferences: None, owner: type[Preferences]) -> Preference[T]: ...

    @overload
    def __get__(self, preferences: Preferences, owner: type[Preferences]) -> T: ...

    def __get__(self, preferences: Preferences | None, owner: type[Preferences]) -> T | Preference[T]:
        if preferences is None:
            return self
        value = preferences.read(self.key)
        if isinstance(self._default, bool):
            # The file holds words.
            value = {"true": True, "false": False}.get(str(value).lower())
        elif isinstance(self._default, int):
            value = int(value) if str(value).lstrip("-").isdecimal() else None
        if not isinstance(value, type(self._default)) or (self._choices and value not in self._choices):
            return self._default
        return value

    def __set__(self, preferences: Preferences, value: T) -> None:
        preferences.write(self.key, value)


class Preferences(QObject):
    """The user's preferences, read from their file and written to it as they change.

    Several windows may use the file at the same time. Where it cannot be written, preferences last as long as the
    window.

    Args:
        file: the file; None for the user's own.
        parent: the Qt parent.

    Attributes:
        theme: the colours: those of the system, or always light or dark ones.
        language: "auto" for the system's, or the code of a language.
        tray: whether an icon stands in the system's tray while the window is open.
        menu_bar: whether the menus stand at the top of the window.
        panel: whether the folders are shown.
        cell_size: the size of photos in grids, an index of `CELL_SIDES`.
        layout: how the photos of the library lie: squares or justified rows.
        grouping: by what they are grouped.
        sort: their order: a field, with "-" before it where the largest or newest comes first.
        geometry: size and place of the window, as Qt writes it.
    """

    changed = Signal(str)
    """The preference with this key has another value."""

    theme = Preference("appearance/theme", "system", ("system", "light", "dark"))
    language = Preference("appearance/language", "auto")
    tray = Preference("appearance/tray", False)
    menu_bar = Preference("appearance/menu_bar", True)
    panel = Preference("window/panel", True)
    geometry = Preference("window/geometry", QByteArray())
    cell_size = Preference("library/cell_size", 2)
    layout = Preference("library/layout", "")
    grouping = Preference("library/grouping", "")
    sort = Preference("library/sort", "")

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = QSettings(str(file or _own_file()), QSettings.Format.IniFormat, self)

    def read(self, key: str) -> Any:
        """What stands at a key; None where nothing does."""
        return self._settings.value(key)

    def write(self, key: str, value: Any) -> None:
        """Put a value at a key; `changed` follows where it is another one."""
        if self._settings.value(key) != value:
            self._settings.setValue(key, value)
            self.changed.emit(key)

    def sync(self) -> None:
        """Write the file now, and read what other windows wrote."""
        self._settings.sync()


def _own_file() -> str:
    try:
        return str(app_paths.preferences())
    except LookalikeError:
        # Without a home folder the library cannot be opened either, which the window tells.
        return ""
