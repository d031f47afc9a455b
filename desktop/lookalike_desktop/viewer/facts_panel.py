"""Facts panel: all that is known of the photo shown, beside it."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from lookalike_desktop.qt.file_manager import show_in_folder
from lookalike_desktop.qt.formatting import format_size
from lookalike_desktop.qt.theme import icon
from lookalike_desktop.viewer.facts import (
    date_text,
    exposure_text,
    pixels_text,
    position_text,
    rating_text,
)

if TYPE_CHECKING:
    from lookalike.library import PhotoInfo
    from lookalike.photos import Exposure

WIDTH = 300

LONGEST_TEXT = 600
"""Letters of the text in a photo that are shown."""


class FactsPanel(QScrollArea):
    """Sections of facts; those of which nothing is known are left out.

    Args:
        parent: the Qt parent.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info: PhotoInfo | None = None
        self._exposure: Exposure | None = None
        self.folder_buttons: list[QToolButton] = []
        self.setFixedWidth(WIDTH)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Facts"))
        self._rebuild()

    @property
    def info(self) -> PhotoInfo | None:
        """The photo that the panel tells of."""
        return self._info

    @property
    def text(self) -> str:
        """All that the panel says, a line for each fact."""
        return "\n".join(label.text() for label in self.findChildren(QLabel))

    def show_info(self, info: PhotoInfo | None, exposure: Exposure | None = None) -> None:
        """Show what is known of a photo; None for nothing."""
        if (info, exposure) == (self._info, self._exposure):
            return
        self._info, self._exposure = info, exposure
        self._rebuild()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        for button in self.folder_buttons:
            button.setIcon(icon("folder"))

    def _rebuild(self) -> None:
        content = QFrame()
        content.setProperty("sidebar", True)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(18, 14, 14, 18)
        self._column.setSpacing(3)
        self.folder_buttons = []
        if self._info is not None:
            self._fill(self._info, self._exposure)
        self._column.addStretch(1)
        self.setWidget(content)

    def _fill(self, info: PhotoInfo, exposure: Exposure | None) -> None:
        facts, written = info.facts, info.annotations
        name = info.paths[0].name if info.paths else ""
        self._section("", written.title or name, title=True)
        self._section("", written.description)
        self._section(self.tr("Taken"), date_text(facts.taken_at) if facts.taken_at else "")
        self._section(
            self.tr("Camera"),
            facts.camera or "",
            facts.lens or "",
            exposure_text(exposure) if exposure is not None else "",
        )
        self._section(self.tr("Place"), info.place, position_text(facts.latitude, facts.longitude))
        self._section(self.tr("Rating"), rating_text(written.rating))
        self._section(self.tr("Keywords"), ", ".join(written.keywords))
        self._section(self.tr("Kind"), self._kind_text(info.kind))
        self._section(
            self.tr("Text in the photo"),
            shorten(" · ".join(info.text.splitlines()), LONGEST_TEXT, placeholder=" …"),
        )
        self._section(self.tr("What a model says"), info.caption)
        self._section(
            self.tr("Picture"),
            pixels_text(facts.width, facts.height),
            f"{facts.format}  ·  {format_size(facts.bytes)}",
        )
        self._places(self.tr("Where it lies"), info.paths)
        self._places(self.tr("Raw file"), info.companions)

    def _kind_text(self, kind: str) -> str:
        return {
            "screenshot": self.tr("Screenshot"),
            "document": self.tr("Document"),
            "receipt": self.tr("Receipt"),
        }.get(kind, "")

    def _section(self, heading: str, *lines: str, title: bool = False) -> None:
        lines = tuple(filter(None, lines))
        if not lines:
            return
        self._heading(heading)
        for line in lines:
            label = QLabel(line)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("title", title)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(label)

    def _heading(self, heading: str) -> None:
        if heading:
            label = QLabel(heading)
            label.setProperty("quiet", True)
            label.setContentsMargins(0, 10, 0, 0)
            self._column.addWidget(label)

    def _places(self, heading: str, paths: tuple[Path, ...]) -> None:
        if not paths:
            return
        self._heading(heading)
        for path in paths:
            button = QToolButton()
            button.setProperty("flat", True)
            button.setIcon(icon("folder"))
            words = self.tr("Show in folder")
            button.setToolTip(words)
            button.setAccessibleName(self.tr("Show {0} in its folder").format(path.name))
            button.clicked.connect(lambda *_, path=path: show_in_folder(path))
            self.folder_buttons.append(button)
            label = QLabel()
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setToolTip(str(path))
            room = WIDTH - 90
            folder = QFontMetrics(label.font()).elidedText(str(path.parent), Qt.TextElideMode.ElideLeft, room)
            file = QFontMetrics(label.font()).elidedText(path.name, Qt.TextElideMode.ElideMiddle, room)
            label.setText(f"{file}\n{folder}")
            row = QHBoxLayout()
            row.setSpacing(6)
            row.addWidget(label, 1)
            row.addWidget(button)
            self._column.addLayout(row)
