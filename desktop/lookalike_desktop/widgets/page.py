"""Page: what the window can show in place of the photos, and how it is entered and left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from lookalike_desktop.widgets.grid_view import GridView


class PageKey(NamedTuple):
    """A key that means something only in one place of the window.

    Attributes:
        keys: the key as the user reads it, or several that belong together.
        text: what it does, translated.
        act: does it, for the palette; None where it takes the mouse, or several keys.
    """

    keys: str
    text: str
    act: Callable[[], object] | None = None


class KeyList(NamedTuple):
    """The keys of one place, for the page of shortcuts and, while it is in front, the palette.

    Attributes:
        title: where, translated.
        keys: the keys.
    """

    title: str
    keys: Sequence[PageKey]


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
        """Take the focus, once the page is in front; where this does not, `Navigator` gives it to the first control."""
        if self.focusPolicy() & Qt.FocusPolicy.TabFocus:
            self.setFocus()

    def has_focus(self) -> bool:
        """Whether the keyboard works on the page, or would if its window were in front."""
        focus = self.window().focusWidget()
        within = focus is not None and (focus is self or self.isAncestorOf(focus))
        return within and focus is not None and focus.isVisible() and focus.isEnabled()

    def focus_first_control(self) -> None:
        """Give the focus to the first control that takes it."""
        control = self.nextInFocusChain()
        while control is not None and control is not self:
            usable = control.isVisible() and control.isEnabled()
            if usable and self.isAncestorOf(control) and control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                control.setFocus()
                return
            control = control.nextInFocusChain()

    def go_back(self) -> None:
        """Go one step back on the page, or ask to leave it."""
        self.back_wanted.emit()

    def leave(self) -> None:
        """Give up what only makes sense while the page is in front."""

    def extend_menu(self, menu: QMenu, content_id: int) -> None:
        """Add what can be done with a photo only here to its menu."""

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
