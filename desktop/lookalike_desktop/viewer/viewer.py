"""Viewer: one photo large, its facts and its neighbours, and the ways to search with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.file_manager import show_in_folder
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.things.thing_text import more_photos
from lookalike_desktop.viewer.facts import facts_text
from lookalike_desktop.viewer.facts_panel import FactsPanel
from lookalike_desktop.viewer.filmstrip import Filmstrip
from lookalike_desktop.viewer.full_screen import FadingControls
from lookalike_desktop.viewer.photo_canvas import PhotoCanvas
from lookalike_desktop.viewer.photo_loader import PhotoLoader
from lookalike_desktop.viewer.viewer_bar import NARROWEST, ViewerBar
from lookalike_desktop.widgets.page import KeyList, PageKey

if TYPE_CHECKING:
    from lookalike.library import Library, PhotoInfo
    from lookalike.photos import Exposure
    from lookalike.things.thing import Thing

FIRST_SIDE = 1600
"""A photo is first rendered at least this large, pixels."""

SHARPEN_MS = 150
"""A sharper rendering is loaded once zooming has paused for this long, milliseconds."""

AHEAD = (1, -1, 2)
"""The neighbours that are loaded ahead, by their distance, most likely first."""


class Viewer(QWidget):
    """Shows one photo of the library.

    Args:
        thumbnails: shown until the photo itself is loaded.
        parent: the Qt parent.
    """

    back_wanted = Signal()
    step_wanted = Signal(int)
    """The next (1) or the previous (-1) photo."""
    photo_wanted = Signal(int)
    """The neighbour with this content id is to be shown."""
    find_wanted = Signal(int)
    """The photo with this content id is to be searched with."""
    region_wanted = Signal(int, tuple)
    """So is a part of it: left, top, right, bottom in 0..1."""
    more_wanted = Signal(object)
    """The other photos of a `Thing` are to be shown."""
    why_wanted = Signal(int)
    """The photo is to be compared with what is searched for."""
    full_screen_wanted = Signal(bool)
    """The photo is to be shown on the full screen, or in the window again."""
    failed = Signal(Failure)
    """Something unexpected went wrong; known failures are shown under the photo."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._facts_text = ""
        self._thing: Thing | None = None
        self._library: Library | None = None
        self._neighbours: tuple[Sequence[int], int] = ((), 0)
        self.content_id: int | None = None
        self.info: PhotoInfo | None = None
        self.canvas = PhotoCanvas()
        self._loader = PhotoLoader(self)
        self._loader.info_loaded.connect(self._on_info)
        self._loader.image_loaded.connect(self.canvas.improve)
        self._loader.image_loaded.connect(lambda _: self._load_ahead())
        self._loader.failed.connect(self._on_failed)
        self.canvas.region_chosen.connect(self._on_region)
        self.canvas.zoomed.connect(self._on_zoomed)
        self.canvas.double_clicked.connect(self.toggle_full_screen)
        self._sharpen = QTimer(self, singleShot=True, interval=SHARPEN_MS)
        self._sharpen.timeout.connect(self._request_sharper)
        self.bar = ViewerBar()
        self.filmstrip = Filmstrip(thumbnails)
        self.filmstrip.chosen.connect(self.photo_wanted)
        self.filmstrip.step_wanted.connect(self.step_wanted)
        self.facts_panel = FactsPanel()
        self.facts_panel.hide()
        self.match = QLabel()
        self.match.setProperty("title", True)
        self.why_button = QPushButton(self.tr("Why?"))
        self.why_button.setProperty("flat", True)
        self.why_button.setToolTip(
            self.tr("Show both photos side by side, and what the match is based on (W)")
        )
        self.why_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more_button = QPushButton()
        self.more_button.setProperty("flat", True)
        self.more_button.setAccessibleName(self.tr("More photos of this"))
        self.more_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.facts = QLabel()
        self.facts.setProperty("quiet", True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._connect_buttons()
        self._foot = QWidget()
        self._lay_out()
        self._controls = FadingControls((self.bar, self._foot), self)
        self.canvas.pointer_moved.connect(self._controls.wake)

    def _connect_buttons(self) -> None:
        bar = self.bar
        bar.back.clicked.connect(self.back_wanted)
        bar.previous.clicked.connect(lambda: self.step_wanted.emit(-1))
        bar.next.clicked.connect(lambda: self.step_wanted.emit(1))
        bar.fit.clicked.connect(self.canvas.fit)
        bar.own_pixels.clicked.connect(lambda: self.canvas.show_own_pixels())
        bar.rotate.clicked.connect(lambda: self.canvas.turn(1))
        bar.mark.toggled.connect(self.canvas.mark)
        bar.find_same.clicked.connect(self._on_find)
        bar.folder.clicked.connect(self._show_in_folder)
        bar.facts.toggled.connect(self.show_facts)
        bar.full_screen.clicked.connect(self.full_screen_wanted)
        self.why_button.clicked.connect(self._on_why)
        self.more_button.clicked.connect(self._on_more)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(18, 0, 18, 10)
        line.setSpacing(14)
        line.addWidget(self.match)
        line.addWidget(self.why_button)
        line.addWidget(self.facts, 1)
        line.addWidget(self.more_button)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(2)
        foot.addWidget(self.filmstrip)
        foot.addLayout(line)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.facts_panel)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.bar)
        self._column.addLayout(middle, 1)
        self._column.addWidget(self._foot)

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.bar.draw_icons()
        self.facts_panel.draw_icons()

    def key_list(self) -> KeyList:
        """The keys that mean something only here."""
        keys = [
            PageKey("← →", self.tr("Previous or next photo")),
            PageKey("+ −", self.tr("Larger or smaller")),
            PageKey("0", self.tr("Fit to the window"), self.canvas.fit),
            PageKey("1", self.tr("Pixel by pixel"), self.canvas.show_own_pixels),
            PageKey("R", self.tr("Turn the view"), lambda: self.canvas.turn(1)),
            PageKey("I", self.tr("Facts"), self.toggle_facts),
            PageKey("W", self.tr("Why?"), None if self.why_button.isHidden() else self._on_why),
            PageKey("F11", self.tr("Full screen")),
            PageKey(self.tr("Shift+Drag"), self.tr("Search for a part of the photo")),
            PageKey(self.tr("Esc"), self.tr("Back to the photos")),
        ]
        return KeyList(self.tr("One photo"), keys)

    # What is shown

    def show_photo(self, library: Library, content_id: int, match: str = "", explained: bool = False) -> None:
        """Show a photo of the library: its thumbnail at once, itself when it is read.

        Args:
            library: where it is.
            content_id: the photo.
            match: its match in the search, in a few words.
            explained: whether it can be compared with what is searched for.
        """
        self.why_button.setVisible(explained)
        self._library = library
        self.content_id = content_id
        self.info = None
        self.bar.mark.setChecked(False)
        self.match.setText(match)
        self.match.setVisible(bool(match))
        self.show_thing(None)
        self._set_facts("")
        self._sharpen.stop()
        self._loader.open(library, content_id)
        kept = self._loader.kept(content_id)
        if kept is not None:
            self.canvas.show_photo(QImage(), kept.sharpest().size())
            self.canvas.improve(kept)
        self.canvas.setFocus()

    def show_neighbours(self, ids: Sequence[int], row: int) -> None:
        """Show the photo's place in a list, and load its neighbours when it is loaded itself."""
        self._neighbours = (ids, row)
        self.filmstrip.show_photos(ids, row)

    def show_thing(self, thing: Thing | None) -> None:
        """Offer the other photos of the thing that is seen here; None where it is none."""
        self._thing = thing
        words = more_photos(thing) if thing is not None else ""
        self.more_button.setText(words)
        self.more_button.setAccessibleName(words or self.tr("More photos of this"))
        self.more_button.setVisible(thing is not None)
        self._set_facts(self._facts_text)

    def show_facts(self, on: bool) -> None:
        """Show or hide the panel of facts."""
        self.bar.facts.setChecked(on)
        self.facts_panel.setVisible(on)
        if self.bar.full_screen.isChecked():
            self._lay_over()
        self._fill_panel()

    def toggle_facts(self) -> None:
        """Show the panel of facts, or hide it."""
        self.show_facts(self.facts_panel.isHidden())

    def toggle_full_screen(self) -> None:
        """Ask for the full screen, or to leave it."""
        self.full_screen_wanted.emit(not self.bar.full_screen.isChecked())

    def show_full_screen(self, on: bool) -> None:
        """Lay the controls over the photo and let them fade, or lay them out around it again."""
        self.bar.full_screen.setChecked(on)
        for part, place in ((self.bar, 0), (self._foot, 2)):
            part.setAutoFillBackground(on)
            if on:
                self._column.removeWidget(part)
                part.raise_()
            else:
                self._column.insertWidget(place, part)
        if on:
            self._lay_over()
            self._controls.start()
        else:
            self._controls.stop()
        self.canvas.setFocus()

    @property
    def controls_faded(self) -> bool:
        """Whether nothing but the photo is shown."""
        return self._controls.faded

    def leave(self) -> None:
        """Stop loading the photo, which is no longer shown."""
        self._sharpen.stop()
        self._loader.leave()
        self._loader.forget()
        self.content_id = None
        self.canvas.drop_region()
        if self.bar.full_screen.isChecked():
            self.full_screen_wanted.emit(False)

    def close_loader(self) -> None:
        """Wait for what is being loaded; nothing is shown after this."""
        self._loader.close()

    # Loading

    def _on_info(self, info: PhotoInfo | None) -> None:
        if info is None:
            self._set_facts(self.tr("This photo is no longer in the library."))
            return
        self.info = info
        size = QSize(info.facts.width, info.facts.height)
        self._loader.set_size(size.width(), size.height())
        if self._loader.requested:
            self.canvas.set_photo_size(size)
            self._load_ahead()
        else:
            self.canvas.show_photo(self._thumbnails.image(info.content_id) or QImage(), size)
        self._request_image(self._first_side())
        self._set_facts(facts_text(info))
        self.bar.folder.setEnabled(bool(info.paths))
        self._fill_panel()

    def _fill_panel(self) -> None:
        info, library = self.info, self._library
        if info is None or library is None or self.facts_panel.isHidden():
            return
        known = self.facts_panel.info
        if known is not None and known.content_id == info.content_id:
            return
        self.facts_panel.show_info(info)

        def add(exposure: Exposure) -> None:
            self.facts_panel.show_info(info, exposure)

        self._loader.ask(lambda: library.photos.exposure(info.content_id), add)

    def _first_side(self) -> int:
        widest = max(self.canvas.width(), self.canvas.height())
        return max(FIRST_SIDE, round(widest * self.devicePixelRatioF()))

    def _load_ahead(self) -> None:
        ids, row = self._neighbours
        if self._library is None or self.content_id is None:
            return
        beside = [ids[row + step] for step in AHEAD if 0 <= row + step < len(ids)]
        self._loader.load_ahead(self._library, beside, self._first_side())

    def _request_image(self, side: int) -> None:
        self._loader.request_image(max(side, self.canvas.pixels_wanted))

    def _on_zoomed(self) -> None:
        if self.canvas.pixels_wanted > max(self._loader.requested, FIRST_SIDE):
            self._sharpen.start()

    def _request_sharper(self) -> None:
        self._request_image(self.canvas.pixels_wanted)

    def _on_failed(self, failure: Failure) -> None:
        self._set_facts(failure.message)
        if failure.details:
            self.failed.emit(failure)

    def _set_facts(self, text: str) -> None:
        self._facts_text = text
        self.facts.setToolTip(text)
        beside = (self.match, self.why_button, self.more_button)
        taken = sum(widget.sizeHint().width() for widget in beside if not widget.isHidden())
        room = max(self.width() - 80 - taken, 80)
        self.facts.setText(
            QFontMetrics(self.facts.font()).elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        )

    # What the user does

    def _on_find(self) -> None:
        if self.content_id is not None:
            self.find_wanted.emit(self.content_id)

    def _on_why(self) -> None:
        if self.content_id is not None:
            self.why_wanted.emit(self.content_id)

    def _on_more(self) -> None:
        if self._thing is not None:
            self.more_wanted.emit(self._thing)

    def _on_region(self, region: tuple[float, float, float, float]) -> None:
        if self.content_id is not None:
            self.region_wanted.emit(self.content_id, region)

    def _show_in_folder(self) -> None:
        if self.info is not None and self.info.paths:
            show_in_folder(self.info.paths[0])

    # Events

    def _lay_over(self) -> None:
        width = self.width() - (0 if self.facts_panel.isHidden() else self.facts_panel.width())
        self.bar.setGeometry(0, 0, width, self.bar.sizeHint().height())
        height = self._foot.sizeHint().height()
        self._foot.setGeometry(0, self.height() - height, width, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the facts to the width."""
        super().resizeEvent(event)
        if self.bar.full_screen.isChecked():
            self._lay_over()
        self._set_facts(self._facts_text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the controls again."""
        self._controls.wake()
        super().mouseMoveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Measure the facts again when the font changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_foot"):
            self._set_facts(self._facts_text)

    def minimumSizeHint(self) -> QSize:
        """Room for the buttons without their text."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow and page keys go to the next and the previous photo; letters are told by the buttons' hints."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        full = self.bar.full_screen.isChecked()
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Right: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_PageDown: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_Space: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_Left: lambda: self.step_wanted.emit(-1),
            Qt.Key.Key_PageUp: lambda: self.step_wanted.emit(-1),
            Qt.Key.Key_Backspace: lambda: self.step_wanted.emit(-1),
            Qt.Key.Key_I: self.toggle_facts,
            Qt.Key.Key_R: lambda: self.canvas.turn(-1 if shift else 1),
            Qt.Key.Key_F11: self.toggle_full_screen,
        }
        if full:
            acts[Qt.Key.Key_Escape] = self.toggle_full_screen
        if not self.why_button.isHidden():
            acts[Qt.Key.Key_W] = self._on_why
        act = acts.get(event.key())
        if act is not None:
            act()
        else:
            super().keyPressEvent(event)
