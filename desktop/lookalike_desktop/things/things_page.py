"""Things page: the things of the library as cards, the largest first, or the photos of one of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lookalike.things.thing import Thing
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.things.name_editor import NameEditor
from lookalike_desktop.things.thing_model import ThingModel
from lookalike_desktop.things.thing_text import thing_facts, thing_title
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.messages import Message
from lookalike_desktop.widgets.page import KeyList, Page, PageKey
from lookalike_desktop.widgets.photo_model import PhotoModel


class ThingsPage(Page):
    """Cards of all things, or the photos of one.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.

    Attributes:
        cards: the things.
        photos: the photos of the thing that is open.
        thing: the thing that is open; None while all are shown.
        choosing: the thing for which the user looks for one that is the same; None otherwise.
    """

    card_menu_wanted = Signal(object, QPoint)
    """The menu of a `Thing` is wanted, at a place on the screen."""
    renamed = Signal(int, str)
    """The thing with this number is to have this name."""
    apart_wanted = Signal(int, int)
    """A thing's number, and the content id of a photo that is not of it."""
    judging_wanted = Signal(bool)
    """Whether a multimodal model is to decide what details leave open."""
    join_wanted = Signal(int, int)
    """The numbers of two things that are one."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thing: Thing | None = None
        self.choosing: Thing | None = None
        self._things: Sequence[Thing] = ()
        self.card_model = ThingModel(thumbnails, self)
        self.cards = GridView(self.card_model, thumbnails)
        self.cards.setAccessibleName(self.tr("Things"))
        self.cards.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.cards.setDragEnabled(False)
        self.cards.opened.connect(self._on_card)
        self.cards.menu_wanted.connect(self._on_card_menu)
        self.photo_model = PhotoModel(thumbnails, self)
        self.photos = GridView(self.photo_model, thumbnails)
        self.photos.selectionModel().currentChanged.connect(lambda *_: self._enable())
        self.message = Message()
        self.editor = NameEditor(self.cards)
        self.editor.named.connect(self._on_named)
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.go_back)
        self.heading = QLabel()
        self.heading.setProperty("heading", True)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.facts = QLabel()
        self.facts.setProperty("quiet", True)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.name_field = QLineEdit()
        self.name_field.setPlaceholderText(self.tr("Name this"))
        self.name_field.setAccessibleName(self.tr("Name of this thing"))
        self.name_field.setMinimumWidth(90)
        self.name_field.setMaximumWidth(280)
        self.name_field.editingFinished.connect(self._on_name_field)
        self.apart_button = QPushButton(self.tr("Not this one"))
        self.apart_button.setToolTip(
            self.tr("The selected photo does not show this (Del). It stays out for ever.")
        )
        self.apart_button.clicked.connect(self.take_out)
        self.same_button = QPushButton(self.tr("Same as another…"))
        self.same_button.setToolTip(self.tr("Choose another thing that is the same as this one"))
        self.same_button.clicked.connect(self._on_same)
        self.judge_box = QCheckBox(self.tr("Ask the model, too"))
        self.judge_box.setToolTip(
            self.tr(
                "Where the details of two photos leave open whether they show the same, the multimodal model decides. "
                "It is asked a minute at a time, in the background."
            )
        )
        self.judge_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.judge_box.clicked.connect(self.judging_wanted)
        self._can_judge = False
        self._pages = QStackedWidget()
        for page in (self.message, self.cards, self.photos):
            self._pages.addWidget(page)
        self._lay_out()
        self.draw_icons()
        self._show()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 2, 14, 8)
        top.setSpacing(10)
        top.addWidget(self.back_button)
        top.addWidget(self.heading)
        top.addWidget(self.name_field, 1)
        top.addWidget(self.facts, 2)
        top.addWidget(self.judge_box)
        top.addWidget(self.apart_button)
        top.addWidget(self.same_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._pages, 1)

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    def key_list(self) -> KeyList:
        """The keys that mean something only here."""
        keys = [
            PageKey(self.tr("Enter"), self.tr("Show the photos of a thing")),
            PageKey("F2", self.tr("Rename"), self._begin_renaming),
            PageKey(
                self.tr("Del"),
                self.tr("The selected photo does not show this"),
                self.take_out if self.thing is not None else None,
            ),
        ]
        return KeyList(self.tr("Things"), keys)

    # What is shown

    def show_things(self, things: Sequence[Thing]) -> None:
        """Show these, the largest first. The one that is open stays open while it is among them."""
        self._things = things
        number = self.thing.id if self.thing is not None else None
        self.thing = next((thing for thing in things if thing.id == number), None)
        if self.choosing is not None:
            self.choosing = next((thing for thing in things if thing.id == self.choosing.id), None)
        self._show()

    @property
    def photo_grid(self) -> GridView:
        """The photos of the thing that is open."""
        return self.photos

    def extend_menu(self, menu: QMenu, content_id: int) -> None:
        """Let a photo be taken out of its thing."""
        menu.addAction(self.tr("Not this one"), self.take_out)

    def show_judging(self, possible: bool, judging: bool) -> None:
        """Show whether a multimodal model decides what details leave open; nothing where there is none."""
        self._can_judge = possible
        self.judge_box.setChecked(judging)
        self.judge_box.setVisible(possible and self.thing is None)

    def open(self, thing: Thing) -> None:
        """Show the photos of a thing."""
        self.thing, self.choosing = thing, None
        self._show()
        self.photos.setFocus()

    def go_back(self) -> None:
        """Go one step back: from choosing, from a thing, or from the page."""
        if self.choosing is not None:
            self.thing, self.choosing = self.choosing, None
            self._show()
        elif self.thing is not None:
            cover = self.thing.cover
            self.thing = None
            self._show()
            self.cards.select(cover)
            self.cards.setFocus()
        else:
            self.back_wanted.emit()

    def leave(self) -> None:
        """Another page is shown: what was begun here is dropped."""
        self.editor.hide()
        self.choosing = None

    def choose_same(self, thing: Thing) -> None:
        """Have the user choose another thing that is the same as this one."""
        self.thing, self.choosing = None, thing
        self._show()
        self.cards.setFocus()

    def rename(self, thing: Thing) -> None:
        """Have the user type the name of a thing on its card."""
        self.cards.select(thing.cover)
        row = self.card_model.row(thing.cover)
        if row >= 0:
            self.editor.begin(thing.id, thing.name, self.cards.visualRect(self.card_model.index(row)))

    def take_out(self) -> None:
        """Take the selected photo out of the thing that is open."""
        photo = self.photos.current_id()
        if self.thing is not None and photo is not None:
            self.apart_wanted.emit(self.thing.id, photo)

    def _show(self) -> None:
        one, choosing = self.thing, self.choosing
        shown = [thing for thing in self._things if choosing is None or thing.id != choosing.id]
        self.card_model.show_things(shown)
        self.photo_model.show_ids(one.photos if one is not None else [])
        for part in (self.name_field, self.apart_button, self.same_button):
            part.setVisible(one is not None)
        self.heading.setVisible(one is None)
        self.judge_box.setVisible(self._can_judge and one is None)
        if one is not None:
            if not self.name_field.hasFocus():
                self.name_field.setText(one.name)
            self.facts.setText(thing_facts(one))
        elif choosing is not None:
            self.heading.setText(self.tr("Which one is the same?"))
            self.facts.setText(self.tr("As {0}. Esc leaves both as they are.").format(thing_title(choosing)))
        else:
            self.heading.setText(self.tr("Things"))
            self.facts.setText(format_count(len(shown)) if shown else "")
        if one is None and not shown:
            self.message.show_text(
                self.tr("No things yet"),
                self.tr("Photos of the same object, building, view or work of art appear here together."),
            )
        page: QWidget = self.photos if one is not None else self.cards if shown else self.message
        self._pages.setCurrentWidget(page)
        self._enable()

    def _enable(self) -> None:
        self.apart_button.setEnabled(self.photos.current_id() is not None)
        self.same_button.setEnabled(len(self._things) > 1)

    # What the user does

    def _on_card(self, cover: int) -> None:
        thing = self.card_model.thing(cover)
        if thing is None:
            return
        if self.choosing is not None:
            chosen, self.choosing = self.choosing, None
            self._show()
            self.join_wanted.emit(chosen.id, thing.id)
        else:
            self.open(thing)

    def _on_card_menu(self, cover: int, place: QPoint) -> None:
        thing = self.card_model.thing(cover)
        if thing is not None and self.choosing is None:
            self.card_menu_wanted.emit(thing, place)

    def _on_same(self) -> None:
        if self.thing is not None:
            self.choose_same(self.thing)

    def _on_named(self, thing_id: int, name: str) -> None:
        self.cards.setFocus()
        self.renamed.emit(thing_id, name)

    def _on_name_field(self) -> None:
        name = " ".join(self.name_field.text().split())
        if self.thing is not None and name != self.thing.name:
            self.renamed.emit(self.thing.id, name)
        if self.name_field.hasFocus():
            self.photos.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Delete takes a photo out."""
        if event.key() == Qt.Key.Key_F2:
            self._begin_renaming()
        elif event.key() == Qt.Key.Key_Delete and self.thing is not None:
            self.take_out()
        else:
            super().keyPressEvent(event)

    def _begin_renaming(self) -> None:
        card = self.card_model.thing(self.cards.current_id())
        if self.thing is not None:
            self.name_field.setFocus()
            self.name_field.selectAll()
        elif card is not None and self.choosing is None:
            self.rename(card)
