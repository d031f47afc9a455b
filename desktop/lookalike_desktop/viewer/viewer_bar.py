"""Viewer bar: the buttons above a photo that is shown large."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QToolButton, QWidget

from lookalike_desktop.qt.theme import icon

LABELLED_WIDTH = 820
"""From this width on the buttons have text, pixels."""

NARROWEST = 360


class ViewerBar(QWidget):
    """The buttons; what they do is the viewer's affair.

    Args:
        parent: the Qt parent.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons: dict[QAbstractButton, str] = {}
        self.back = self._plain("back", self.tr("Back"), self.tr("Back to the photos (Esc)"))
        self.previous = self._plain("previous", self.tr("Previous photo"), self.tr("Previous (Page Up)"))
        self.next = self._plain("next", self.tr("Next photo"), self.tr("Next (Page Down)"))
        self.fit = self._plain("fit", self.tr("Fit to the window"), self.tr("Fit to the window (0)"))
        self.own_pixels = self._plain(
            "", self.tr("The photo's own pixels"), self.tr("The photo's own pixels, or all of it (1)")
        )
        self.own_pixels.setText("1:1")
        self.rotate = self._plain(
            "rotate", self.tr("Turn the view"), self.tr("Turn the view (R; Shift+R the other way)")
        )
        self.facts = self._plain("facts", self.tr("Facts"), self.tr("What is known of this photo (I)"))
        self.facts.setCheckable(True)
        self.full_screen = self._plain("full-screen", self.tr("Full screen"), self.tr("Full screen (F11)"))
        self.full_screen.setCheckable(True)
        self.folder = self._labelled(
            "folder", self.tr("Show in folder"), self.tr("Open the folder of this photo")
        )
        self.mark = self._labelled(
            "region",
            self.tr("Mark a part"),
            self.tr("Drag a rectangle to search for what is in it (also Shift or the right button)"),
        )
        self.mark.setCheckable(True)
        self.find_same = self._labelled(
            "find", self.tr("Find the same thing"), self.tr("Search with this photo (F)")
        )
        self._words = {button: button.text() for button in (self.folder, self.mark, self.find_same)}
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 14, 8)
        row.setSpacing(4)
        for button in (self.back, self.previous, self.next, self.fit, self.own_pixels, self.rotate):
            row.addWidget(button)
        row.addStretch(1)
        for labelled in self._words:
            row.addWidget(labelled)
        row.addWidget(self.facts)
        row.addWidget(self.full_screen)
        self.draw_icons()

    def _plain(self, picture: str, name: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setIconSize(QSize(20, 20))
        button.setMinimumHeight(34)
        self._describe(button, picture, name, hint)
        return button

    def _labelled(self, picture: str, name: str, hint: str) -> QPushButton:
        button = QPushButton(name)
        self._describe(button, picture, name, hint)
        return button

    def _describe(self, button: QAbstractButton, picture: str, name: str, hint: str) -> None:
        button.setAccessibleName(name)
        button.setToolTip(hint)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if picture:
            self._icons[button] = picture

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        for button, picture in self._icons.items():
            button.setIcon(icon(picture))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, buttons show their icons only."""
        super().resizeEvent(event)
        for button, words in self._words.items():
            button.setText(words if self.width() >= LABELLED_WIDTH else "")

    def minimumSizeHint(self) -> QSize:
        """Room for the buttons without their text."""
        return QSize(NARROWEST, super().minimumSizeHint().height())
