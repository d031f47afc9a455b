"""Viewer: one photo large, its facts, and the ways to search with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.file_manager import show_in_folder
from lookalike_desktop.qt.theme import icon
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.things.thing_text import more_photos
from lookalike_desktop.viewer.facts import facts_text
from lookalike_desktop.viewer.photo_canvas import PhotoCanvas
from lookalike_desktop.viewer.photo_loader import PhotoLoader
from lookalike_desktop.widgets.page import KeyList

if TYPE_CHECKING:
    from lookalike.judges.protocol import Explanation
    from lookalike.library import Library, PhotoInfo
    from lookalike.things.thing import Thing

FIRST_SIDE = 1600
"""A photo is first rendered at least this large, pixels."""

SHARPEN_MS = 150
"""A sharper rendering is loaded once zooming has paused for this long, milliseconds."""

LABELLED_WIDTH = 660
"""From this width on the buttons above the photo have text, pixels."""

NARROWEST = 360


class Viewer(QWidget):
    """Shows one photo of the library.

    Args:
        thumbnails: shown until the photo itself is loaded.
        parent: the Qt parent.
    """

    back_wanted = Signal()
    step_wanted = Signal(int)
    """The next (1) or the previous (-1) photo."""
    find_wanted = Signal(int)
    """The photo with this content id is to be searched with."""
    region_wanted = Signal(int, tuple)
    """So is a part of it: left, top, right, bottom in 0..1."""
    more_wanted = Signal(object)
    """The other photos of a `Thing` are to be shown."""
    failed = Signal(Failure)
    """Something unexpected went wrong; known failures are shown under the photo."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._loader = PhotoLoader(self)
        self._loader.info_loaded.connect(self._on_info)
        self._loader.explanation_loaded.connect(self._on_explanation)
        self._loader.failed.connect(self._on_failed)
        self._facts_text = ""
        self._explain: Callable[[], Explanation | None] | None = None
        self.content_id: int | None = None
        self.info: PhotoInfo | None = None
        self.canvas = PhotoCanvas()
        self._loader.image_loaded.connect(self.canvas.improve)
        self.canvas.region_chosen.connect(self._on_region)
        self.canvas.zoomed.connect(self._on_zoomed)
        self._sharpen = QTimer(self, singleShot=True, interval=SHARPEN_MS)
        self._sharpen.timeout.connect(self._request_sharper)
        self.back_button = self._button(self.tr("Back"), self.tr("Back to the photos (Esc)"))
        self.back_button.clicked.connect(self.back_wanted)
        self.previous_button = self._button(self.tr("Previous photo"), self.tr("Previous (Left)"))
        self.previous_button.clicked.connect(lambda: self.step_wanted.emit(-1))
        self.next_button = self._button(self.tr("Next photo"), self.tr("Next (Right)"))
        self.next_button.clicked.connect(lambda: self.step_wanted.emit(1))
        self.fit_button = self._button(self.tr("Fit to the window"), self.tr("Fit to the window (0)"))
        self.fit_button.clicked.connect(self.canvas.fit)
        self.mark_button = QPushButton(self.tr("Mark a part"))
        self.mark_button.setCheckable(True)
        self.mark_button.setToolTip(
            self.tr("Drag a rectangle to search for what is in it (also Shift or the right button)")
        )
        self.mark_button.toggled.connect(self.canvas.mark)
        self.find_button = QPushButton(self.tr("Find the same thing"))
        self.find_button.setToolTip(self.tr("Search with this photo (F)"))
        self.find_button.clicked.connect(self._on_find)
        self.folder_button = QPushButton(self.tr("Show in folder"))
        self.folder_button.setToolTip(self.tr("Open the folder of this photo"))
        self.folder_button.clicked.connect(self._show_in_folder)
        self.match = QLabel()
        self.match.setProperty("title", True)
        self.why_button = QPushButton(self.tr("Why?"))
        self.why_button.setProperty("flat", True)
        self.why_button.setToolTip(self.tr("Show what the match is based on"))
        self.why_button.clicked.connect(self._request_explanation)
        self._thing: Thing | None = None
        self.more_button = QPushButton()
        self.more_button.setProperty("flat", True)
        self.more_button.setAccessibleName(self.tr("More photos of this"))
        self.more_button.clicked.connect(self._on_more)
        self.facts = QLabel()
        self.facts.setProperty("quiet", True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for widget in self.findChildren(QPushButton):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self.draw_icons()

    def _button(self, name: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setIconSize(QSize(20, 20))
        button.setAccessibleName(name)
        button.setToolTip(hint)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 2, 14, 8)
        top.setSpacing(8)
        for widget in (self.back_button, self.previous_button, self.next_button, self.fit_button):
            top.addWidget(widget)
        top.addStretch(1)
        self._labels = {
            button: button.text() for button in (self.folder_button, self.mark_button, self.find_button)
        }
        for button, words in self._labels.items():
            button.setAccessibleName(words)
            top.addWidget(button)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(18, 9, 18, 11)
        bottom.setSpacing(14)
        bottom.addWidget(self.match)
        bottom.addWidget(self.why_button)
        bottom.addWidget(self.facts, 1)
        bottom.addWidget(self.more_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.canvas, 1)
        column.addLayout(bottom)

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.setIcon(icon("back"))
        self.previous_button.setIcon(icon("previous"))
        self.next_button.setIcon(icon("next"))
        self.fit_button.setIcon(icon("fit"))
        self.mark_button.setIcon(icon("region"))
        self.find_button.setIcon(icon("find"))
        self.folder_button.setIcon(icon("folder"))

    def key_list(self) -> KeyList:
        """The keys that mean something only here."""
        keys = [
            ("← →", self.tr("Previous or next photo")),
            ("+ −", self.tr("Larger or smaller")),
            ("0", self.tr("Fit to the window")),
            (self.tr("Shift+Drag"), self.tr("Search for a part of the photo")),
            (self.tr("Esc"), self.tr("Back to the photos")),
        ]
        return KeyList(self.tr("One photo"), keys)

    def show_photo(
        self,
        library: Library,
        content_id: int,
        match: str = "",
        explain: Callable[[], Explanation | None] | None = None,
    ) -> None:
        """Show a photo of the library: its thumbnail at once, itself when it is read.

        Args:
            library: where it is.
            content_id: the photo.
            match: its match in the search, in a few words.
            explain: asks the judge why, off the GUI thread; None where there is nothing to explain.
        """
        self._explain = explain
        self.why_button.setVisible(explain is not None)
        self.content_id = content_id
        self.info = None
        self.mark_button.setChecked(False)
        self.match.setText(match)
        self.match.setVisible(bool(match))
        self.show_thing(None)
        self._set_facts("")
        self._loader.open(library, content_id)
        self.canvas.setFocus()

    def show_thing(self, thing: Thing | None) -> None:
        """Offer the other photos of the thing that is seen here; None where it is none."""
        self._thing = thing
        words = more_photos(thing) if thing is not None else ""
        self.more_button.setText(words)
        self.more_button.setAccessibleName(words or self.tr("More photos of this"))
        self.more_button.setVisible(thing is not None)
        self._set_facts(self._facts_text)

    def close_loader(self) -> None:
        """Wait for what is being loaded; nothing is shown after this."""
        self._loader.close()

    def leave(self) -> None:
        """Stop loading the photo, which is no longer shown."""
        self._loader.leave()
        self.content_id = None
        self.canvas.drop_region()

    def _on_info(self, info: PhotoInfo | None) -> None:
        if info is None:
            self._set_facts(self.tr("This photo is no longer in the library."))
            return
        self.info = info
        size = QSize(info.facts.width, info.facts.height)
        self.canvas.show_photo(self._thumbnails.image(info.content_id) or QImage(), size)
        self._set_facts(facts_text(info))
        self.folder_button.setEnabled(bool(info.paths))
        self._loader.set_size(max(size.width(), size.height()))
        self._request_image(FIRST_SIDE)

    def _request_image(self, side: int) -> None:
        self._loader.request_image(max(side, self.canvas.pixels_wanted))

    def _request_explanation(self) -> None:
        if self._explain is not None:
            self._set_facts(self.tr("Comparing again…"))
            self._loader.request_explanation(self._explain)
            self.canvas.setFocus()

    def _on_explanation(self, explanation: Explanation | None) -> None:
        if explanation is not None:
            self._set_facts(explanation.summary)
            self.canvas.show_points(explanation.candidate_points)

    def _on_zoomed(self) -> None:
        if self.canvas.pixels_wanted > max(self._loader.requested, FIRST_SIDE):
            self._sharpen.start()

    def _request_sharper(self) -> None:
        self._request_image(round(self.canvas.pixels_wanted * 1.25))

    def _on_failed(self, failure: Failure) -> None:
        self._set_facts(failure.message)
        if failure.details:
            self.failed.emit(failure)

    def _set_facts(self, text: str) -> None:
        self._facts_text = text
        self.facts.setToolTip(text)
        beside = (self.match, self.more_button)
        taken = sum(widget.sizeHint().width() for widget in beside if widget.text())
        room = max(self.width() - 60 - taken, 80)
        self.facts.setText(
            QFontMetrics(self.facts.font()).elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        )

    def _on_find(self) -> None:
        if self.content_id is not None:
            self.find_wanted.emit(self.content_id)

    def _on_more(self) -> None:
        if self._thing is not None:
            self.more_wanted.emit(self._thing)

    def _on_region(self, region: tuple[float, float, float, float]) -> None:
        if self.content_id is not None:
            self.region_wanted.emit(self.content_id, region)

    def _show_in_folder(self) -> None:
        if self.info is not None and self.info.paths:
            show_in_folder(self.info.paths[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the facts to the width; where it is narrow, buttons show their icons only."""
        super().resizeEvent(event)
        for button, words in self._labels.items():
            button.setText(words if self.width() >= LABELLED_WIDTH else "")
        self._set_facts(self._facts_text)

    def minimumSizeHint(self) -> QSize:
        """Room for the buttons without their text."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow and page keys go to the next and the previous photo."""
        steps: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Right: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_PageDown: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_Space: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_Left: lambda: self.step_wanted.emit(-1),
            Qt.Key.Key_PageUp: lambda: self.step_wanted.emit(-1),
        }
        act = steps.get(event.key())
        if act is not None:
            act()
        else:
            super().keyPressEvent(event)
