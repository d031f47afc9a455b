"""Back button: the arrow before a page's heading."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QToolButton, QWidget

from lookalike_desktop.qt.theme import icon


class BackButton(QToolButton):
    """Leaves a page.

    Args:
        parent: the Qt parent.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("flat", True)
        self.setIconSize(QSize(20, 20))
        self.setToolTip(self.tr("Back (Esc)"))
        self.setAccessibleName(self.tr("Back"))
        self.draw_icon()

    def draw_icon(self) -> None:
        """Draw the icon in the present colours."""
        self.setIcon(icon("back"))
