"""Full screen: the photo alone, and controls that fade while the pointer rests."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPropertyAnimation, Qt, QTimer, Signal
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

IDLE_MS = 2200
"""Controls fade once the pointer has rested for this long, milliseconds."""

FADE_MS = 250


class FadingControls(QObject):
    """Widgets that show while the pointer moves, and fade when it rests.

    Args:
        widgets: the controls.
        parent: where the pointer disappears with them.
    """

    def __init__(self, widgets: Sequence[QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self._widgets = widgets
        self._parent = parent
        self._on = False
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self._fade)
        self._fades: list[QPropertyAnimation] = []

    @property
    def faded(self) -> bool:
        """Whether the controls are out of sight."""
        return self._on and all(widget.isHidden() for widget in self._widgets)

    def start(self) -> None:
        """Let the controls fade from now on."""
        self._on = True
        self.wake()

    def stop(self) -> None:
        """Leave the controls as they always are."""
        self._on = False
        self._idle.stop()
        self._show()

    def wake(self) -> None:
        """Show the controls again: the pointer moves."""
        if self._on:
            self._show()
            self._idle.start()

    def _show(self) -> None:
        for fade in self._fades:
            fade.stop()
        self._fades = []
        for widget in self._widgets:
            # Qt's stubs do not say that None takes the effect away.
            widget.setGraphicsEffect(None)  # type: ignore[arg-type]
            widget.show()
        self._parent.unsetCursor()

    def _fade(self) -> None:
        if any(widget.underMouse() for widget in self._widgets):
            self._idle.start()
            return
        self._parent.setCursor(Qt.CursorShape.BlankCursor)
        for widget in self._widgets:
            effect = QGraphicsOpacityEffect(widget)
            widget.setGraphicsEffect(effect)
            fade = QPropertyAnimation(effect, b"opacity", self)
            fade.setDuration(FADE_MS)
            fade.setStartValue(1.0)
            fade.setEndValue(0.0)
            fade.finished.connect(widget.hide)
            fade.start()
            self._fades.append(fade)


class FullScreen(QObject):
    """Shows the window on the full screen, without all that stands around its pages.

    Args:
        window: the window.
        around: what is hidden meanwhile.
    """

    changed = Signal(bool)
    """Whether it is on the full screen now."""

    def __init__(self, window: QWidget, around: Sequence[QWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._around = around
        self._shown: list[QWidget] = []
        self._maximized = False
        self.on = False

    def set(self, on: bool) -> None:
        """Enter or leave the full screen."""
        if on == self.on:
            return
        self.on = on
        if on:
            self._maximized = self._window.isMaximized()
            self._shown = [part for part in self._around if not part.isHidden()]
            for part in self._shown:
                part.hide()
            self._window.showFullScreen()
        else:
            for part in self._shown:
                part.show()
            if self._maximized:
                self._window.showMaximized()
            else:
                self._window.showNormal()
        self.changed.emit(on)
