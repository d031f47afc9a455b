"""Duplicates page: groups on the left, two photos side by side on the right, and keys for a thousand groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup, DuplicatePhoto
from lookalike_desktop.duplicates.compare_view import CompareView
from lookalike_desktop.duplicates.group_list import GroupDelegate, GroupModel
from lookalike_desktop.duplicates.photo_strip import PhotoStrip
from lookalike_desktop.duplicates.review import GroupReview, carried_over
from lookalike_desktop.duplicates.words import class_text
from lookalike_desktop.qt.formatting import format_count, format_size
from lookalike_desktop.qt.progress_text import progress_text
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.messages import Message
from lookalike_desktop.widgets.page import KeyList, Page, PageKey

if TYPE_CHECKING:
    from lookalike.library import Library
    from lookalike.progress import Progress

BY_CLASS, BY_SPACE = "class", "space"


class DuplicatesPage(Page):
    """All groups of duplicates.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    clean_up_wanted = Signal()
    """The accepted groups are to be cleaned up."""
    undo_wanted = Signal()
    """The last clean-up is to be undone."""
    rules_wanted = Signal()
    """The rules for keeping are to be shown."""
    cancel_wanted = Signal()
    """The running clean-up is to end."""
    distinct_wanted = Signal(object)
    """The photos of a `DuplicateGroup` are no duplicates of each other."""
    keep_all_wanted = Signal(object)
    """All photos of a `DuplicateGroup` are kept."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library: Library | None = None
        self._reviews: list[GroupReview] = []
        self._photo = 1
        self._busy = False
        self.model = GroupModel(thumbnails, self)
        self._thumbnails = thumbnails
        self._make_top()
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(GroupDelegate(self.model, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Groups of duplicates"))
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show_group())
        self.strip = PhotoStrip(thumbnails)
        self.strip.chosen.connect(self.show_photo)
        self.strip.toggled.connect(self._toggle_at)
        self.compare = CompareView()
        self.message = Message()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.draw_icons()

    def _make_top(self) -> None:
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.back_wanted)
        self.classes = QComboBox()
        self.classes.setAccessibleName(self.tr("Which duplicates"))
        self.classes.addItem(self.tr("All duplicates"), None)
        for kind in DuplicateClass:
            self.classes.addItem(class_text(kind), kind)
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Order"))
        self.order.addItem(self.tr("by kind"), BY_CLASS)
        self.order.addItem(self.tr("by space to win"), BY_SPACE)
        for chooser in (self.classes, self.order):
            chooser.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chooser.activated.connect(lambda _: self._filter())
        self.summary = QLabel()
        self.summary.setProperty("quiet", True)
        self.summary.setMinimumWidth(10)
        self.accept_all_button = QPushButton(self.tr("Accept all shown"))
        self.accept_all_button.setToolTip(self.tr("Follow the suggestion in every group of the list"))
        self.accept_all_button.clicked.connect(self.accept_all)
        self.rules_button = QPushButton(self.tr("What to keep…"))
        self.rules_button.setToolTip(self.tr("Choose which photo of a group stays, and protect folders"))
        self.rules_button.clicked.connect(self.rules_wanted)
        self.undo_button = QPushButton(self.tr("Undo"))
        self.undo_button.setToolTip(self.tr("Undo the last clean-up (Ctrl+Z)"))
        self.undo_button.clicked.connect(self.undo_wanted)
        self.clean_up_button = QPushButton(self.tr("Clean up…"))
        self.clean_up_button.setToolTip(
            self.tr("Move what goes in the accepted groups to the trash (Ctrl+Enter)")
        )
        self.clean_up_button.clicked.connect(self.clean_up_wanted)
        self.cancel_button = QPushButton(self.tr("Stop"))
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self.cancel_button.hide()

    def _lay_out(self) -> None:
        heading = QLabel(self.tr("Duplicates"))
        heading.setProperty("heading", True)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.back_button)
        top.addWidget(heading)
        top.addWidget(self.summary, 1)
        for button in (self.rules_button, self.undo_button, self.cancel_button, self.clean_up_button):
            top.addWidget(button)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.accept_all_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.keys = QLabel(
            self.tr(
                "↓ ↑ group   ·   ← → photo   ·   Space goes or stays   ·   K keep this one   ·   Enter accept   ·   "
                "N not duplicates   ·   B keep all   ·   V difference   ·   + − 0 zoom"
            )
        )
        self.keys.setProperty("quiet", True)
        self.keys.setWordWrap(True)
        group = QWidget()
        right = QVBoxLayout(group)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        right.addWidget(self.compare, 1)
        right.addWidget(self.strip)
        right.addWidget(self.keys)
        left = QWidget()
        left.setFixedWidth(230)
        listed = QVBoxLayout(left)
        listed.setContentsMargins(0, 0, 0, 0)
        listed.setSpacing(6)
        for part in (self.classes, self.order):
            listed.addWidget(part)
        listed.addWidget(self.list, 1)
        listed.addWidget(self.accept_all_button)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.message)
        self.pages.addWidget(group)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addWidget(left)
        both.addWidget(self.pages, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 4, 14, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(both, 1)
        self._group_page = group
        self.message.show_text(self.tr("Looking for duplicates…"))

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    def key_list(self) -> KeyList:
        """The keys that mean something only here."""
        keys = [
            PageKey("↓ ↑", self.tr("Next or previous group")),
            PageKey("← →", self.tr("Next or previous photo of the group")),
            PageKey(self.tr("Space"), self.tr("The photo goes, or stays"), self.toggle),
            PageKey("K", self.tr("Keep this photo"), self.keep_this),
            PageKey(self.tr("Enter"), self.tr("Accept the group"), self.accept),
            PageKey("N", self.tr("No duplicates"), lambda: self._decide(self.distinct_wanted)),
            PageKey("B", self.tr("Keep all"), lambda: self._decide(self.keep_all_wanted)),
            PageKey("V", self.tr("Show the difference"), self.toggle_difference),
            PageKey("+ − 0", self.tr("Zoom, or fit")),
            PageKey(self.tr("Ctrl+Enter"), self.tr("Clean up"), self.clean_up_button.click),
        ]
        return KeyList(self.tr("Duplicates"), keys)

    # What is shown

    @property
    def reviews(self) -> list[GroupReview]:
        """All groups, those that the list does not show as well."""
        return self._reviews

    @property
    def current(self) -> GroupReview | None:
        """The group that is shown."""
        row = self.list.currentIndex().row()
        return self.model.reviews[row] if 0 <= row < len(self.model.reviews) else None

    @property
    def photo(self) -> DuplicatePhoto | None:
        """The photo that is compared with the one that is kept."""
        review = self.current
        return review.group.photos[self._photo] if review is not None else None

    def show_groups(self, library: Library, groups: Sequence[DuplicateGroup]) -> None:
        """Show the groups of a library; marks in groups that were there before are kept."""
        self._library = library
        self._reviews = carried_over(groups, self._reviews)
        self._filter()

    def show_undo(self, possible: bool) -> None:
        """Offer to undo the last clean-up, or not."""
        self.undo_button.setEnabled(possible and not self._busy)

    def show_busy(self, busy: bool, can_undo: bool = True) -> None:
        """Offer to stop what is running, and nothing else meanwhile."""
        self._busy = busy
        self.cancel_button.setVisible(busy)
        self.clean_up_button.setVisible(not busy)
        self.undo_button.setEnabled(can_undo and not busy)
        self.accept_all_button.setEnabled(not busy)
        self.rules_button.setEnabled(not busy)
        self._show_summary()

    def show_progress(self, progress: Progress) -> None:
        """Say how far a clean-up is."""
        self.summary.setText(progress_text(progress))

    def _filter(self) -> None:
        # Qt gives the value of a class back as plain text.
        kind: str | None = self.classes.currentData()
        before = self.current.group.id if self.current is not None else ""
        row = self.list.currentIndex().row()
        shown = [review for review in self._reviews if kind is None or review.group.kind == kind]
        if self.order.currentData() == BY_SPACE:
            shown.sort(key=lambda review: -review.group.bytes)
        self.model.show_reviews(shown)
        found = [at for at, review in enumerate(shown) if review.group.id == before]
        if shown:
            self._go_to(found[0] if found else min(max(row, 0), len(shown) - 1))
            self.pages.setCurrentWidget(self._group_page)
        else:
            self.compare.clear()
            self.message.show_text(
                self.tr("No duplicates"), self.tr("What Lookalike finds among your photos appears here.")
            )
            self.pages.setCurrentWidget(self.message)
        self._show_summary()

    def _show_summary(self) -> None:
        if self._busy:
            return
        accepted = [review for review in self._reviews if review.accepted and review.going]
        going = {path for review in accepted for path in review.going}
        free = sum(review.group.bytes for review in self.model.reviews)
        text = self.tr("{0} groups, {1} to free").format(
            format_count(len(self.model.reviews)), format_size(free)
        )
        if going:
            text = self.tr("{0}   ·   {1} photos marked to go").format(text, format_count(len(going)))
        self.summary.setText(text)
        self.clean_up_button.setEnabled(bool(going))

    def _go_to(self, row: int) -> None:
        index = self.model.index(row)
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.scrollTo(index)

    def _show_group(self) -> None:
        review = self.current
        if review is None:
            return
        self._photo = next(
            (at for at, photo in enumerate(review.group.photos) if photo.path != review.keep.path), 0
        )
        self._show_photo()

    def show_photo(self, place: int) -> None:
        """Compare another photo of the group with the one that is kept."""
        review = self.current
        if review is not None and 0 <= place < len(review.group.photos):
            self._photo = place
            self._show_photo()

    def _show_photo(self) -> None:
        review, photo, library = self.current, self.photo, self._library
        if review is None or photo is None or library is None:
            return
        previews = (
            self._thumbnails.image(review.keep.content_id),
            self._thumbnails.image(photo.content_id),
        )
        self.compare.show_pair(library, review.group, review.keep, photo, previews)
        self._show_marks()

    def _show_marks(self) -> None:
        review, photo = self.current, self.photo
        if review is None or photo is None:
            return
        self.compare.show_fate(photo.path in review.going)
        self.strip.show_review(review, self._photo)
        self.model.changed(self.list.currentIndex().row())
        self._show_summary()

    # What the user does

    def step(self, step: int) -> None:
        """Go to the next group (1), or the previous one (-1)."""
        row = self.list.currentIndex().row() + step
        if 0 <= row < len(self.model.reviews):
            self._go_to(row)

    def step_photo(self, step: int) -> None:
        """Compare the next photo of the group (1), or the previous one (-1)."""
        self.show_photo(self._photo + step)

    def toggle(self) -> None:
        """Have the photo go, or stay after all."""
        self._toggle_at(self._photo)

    def _toggle_at(self, place: int) -> None:
        review = self.current
        if review is not None and not self._busy:
            review.toggle(review.group.photos[place])
            self._show_marks()

    def keep_this(self) -> None:
        """Keep the photo that is shown in the place of the other one."""
        review, photo = self.current, self.photo
        if review is not None and photo is not None and not self._busy:
            review.keep_photo(photo)
            self._show_photo()

    def accept(self) -> None:
        """Be done with the group as it is marked, and go to the next one; or take that back."""
        review = self.current
        if review is None or self._busy:
            return
        review.accepted = not review.accepted
        self._show_marks()
        if review.accepted:
            self.step(1)

    def accept_all(self) -> None:
        """Be done with all groups of the list."""
        for review in self.model.reviews:
            review.accepted = True
        if self.model.reviews:
            self.model.dataChanged.emit(self.model.index(0), self.model.index(len(self.model.reviews) - 1))
        self._show_marks()

    def _decide(self, signal: SignalInstance) -> None:
        review = self.current
        if review is not None and not self._busy:
            signal.emit(review.group)

    def toggle_difference(self) -> None:
        """Show where the two photos differ, or both photos."""
        self.compare.show_difference(not self.compare.showing_difference)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that the line at the bottom names."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = event.key()
        if control:
            acts = {
                Qt.Key.Key_Return: self.clean_up_button.click,
                Qt.Key.Key_Enter: self.clean_up_button.click,
                Qt.Key.Key_Z: self.undo_button.click,
            }
        else:
            canvas = self.compare.left.canvas
            acts = {
                Qt.Key.Key_Down: lambda: self.step(1),
                Qt.Key.Key_Up: lambda: self.step(-1),
                Qt.Key.Key_PageDown: lambda: self.step(1),
                Qt.Key.Key_PageUp: lambda: self.step(-1),
                Qt.Key.Key_Right: lambda: self.step_photo(1),
                Qt.Key.Key_Left: lambda: self.step_photo(-1),
                Qt.Key.Key_Space: self.toggle,
                Qt.Key.Key_K: self.keep_this,
                Qt.Key.Key_Return: self.accept,
                Qt.Key.Key_Enter: self.accept,
                Qt.Key.Key_N: lambda: self._decide(self.distinct_wanted),
                Qt.Key.Key_B: lambda: self._decide(self.keep_all_wanted),
                Qt.Key.Key_V: self.toggle_difference,
                Qt.Key.Key_Plus: lambda: canvas.zoom(1.2),
                Qt.Key.Key_Equal: lambda: canvas.zoom(1.2),
                Qt.Key.Key_Minus: lambda: canvas.zoom(1 / 1.2),
                Qt.Key.Key_0: canvas.fit,
            }
        act = acts.get(Qt.Key(key))
        if act is None:
            super().keyPressEvent(event)
        else:
            act()
