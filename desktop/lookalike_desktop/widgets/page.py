"""Page: what the window can show in place of the photos, and how it is entered and left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from lookalike_desktop.widgets.grid_view import GridView


class KeyList(NamedTuple):
    """Keys that mean something only in one place of the window, for the page of shortcuts.

    Attributes:
        title: where, translated.
        keys: the keys as the user reads them, and what they do.
    """

    title: str
    keys: Sequence[tuple[str, str]]


class Page(QWidget):
    """A page beside the library, the results and the viewer; `Navigator.add_page` makes it known.

    Args:
        parent: the Qt parent.
    """

    back_wanted = Signal()
    """Another page is to be shown."""
    shown = Signal()
    """The page has been asked for; what it lists is to be read."""
    left = Signal()
    """Another page is shown instead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)

    @property
    def photo_grid(self) -> GridView | None:
        """The grid whose photos may be shown large from here; None if there is none."""
        return None

    def key_list(self) -> KeyList | None:
        """The keys that mean something only here; None if there are none."""
        return None

    def enter(self) -> None:
        """Take the focus, once the page is in front: itself, or its first control."""
        taker: QWidget = self
        while not taker.focusPolicy() & Qt.FocusPolicy.TabFocus:
            taker = taker.nextInFocusChain()
            while taker is not self and not (
                self.isAncestorOf(taker) and taker.isVisible() and taker.isEnabled()
            ):
                taker = taker.nextInFocusChain()
            if taker is self:
                return
        taker.setFocus()

    def go_back(self) -> None:
        """Go one step back on the page, or ask to leave it."""
        self.back_wanted.emit()

    def leave(self) -> None:
        """Give up what only makes sense while the page is in front."""

    def extend_menu(self, menu: QMenu, content_id: int) -> None:
        """Add what can be done with a photo only here to its menu."""

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
