"""Compare page: why a photo was found. Both photos, what matches in them, and what each judge says."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lookalike.search.comparison import Comparison
from lookalike_desktop.compare.match_words import EVEN, Grounds, headline, judges_text, points_text
from lookalike_desktop.compare.pair_view import PairView, Way
from lookalike_desktop.qt.theme import icon
from lookalike_desktop.widgets.page import KeyList, Page, PageKey

NARROWEST = 360
"""The least width of the page, pixels."""


class ComparePage(Page):
    """Two photos, and why they may show the same thing.

    Args:
        parent: the Qt parent.
    """

    photo_wanted = Signal(int)
    """The result is to be shown large again."""
    said = Signal(int, object)
    """What the user says of the result with this content id: whether it shows the same; None takes it back."""
    step_wanted = Signal(int)
    """The next result (1), or the previous one (-1), is to be compared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content_id: int | None = None
        self._grounds: Grounds | None = None
        self._judge_labels: list[tuple[QLabel, QLabel]] = []
        self.pair = PairView()
        self.back_button = self._plain(self.tr("Back"), self.tr("Back to the photo (Esc)"))
        self.back_button.clicked.connect(self.go_back)
        self.previous_button = self._plain(self.tr("Previous result"), self.tr("Previous result (Page Up)"))
        self.previous_button.clicked.connect(lambda: self.step_wanted.emit(-1))
        self.next_button = self._plain(self.tr("Next result"), self.tr("Next result (Page Down)"))
        self.next_button.clicked.connect(lambda: self.step_wanted.emit(1))
        self.ways = QButtonGroup(self)
        hints = (
            (
                Way.BESIDE,
                self.tr("Side by side"),
                self.tr("Both photos, with lines between what matches (B)"),
            ),
            (
                Way.SWIPE,
                self.tr("Swipe"),
                self.tr("One photo over the other; drag the line between them (S)"),
            ),
            (Way.DIFFERENCE, self.tr("Difference"), self.tr("Where they differ, in red (D)")),
        )
        for way, words, hint in hints:
            button = QPushButton(words)
            button.setCheckable(True)
            button.setToolTip(hint)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.ways.addButton(button, way.value)
        self.ways.button(0).setChecked(True)
        self.ways.idClicked.connect(lambda number: self.pair.show_way(Way(number)))
        self.lines_button = QPushButton(self.tr("Lines"))
        self.lines_button.setCheckable(True)
        self.lines_button.setChecked(True)
        self.lines_button.setToolTip(self.tr("Show the lines between what matches (L)"))
        self.lines_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.lines_button.toggled.connect(self.pair.lines.setVisible)
        self.same_button = self._verdict(
            self.tr("The same"), self.tr("Remember that both show the same (Y); again takes it back")
        )
        self.different_button = self._verdict(
            self.tr("Not the same"), self.tr("Remember that they do not (N); again takes it back")
        )
        self.same_button.clicked.connect(lambda on: self._say(True if on else None))
        self.different_button.clicked.connect(lambda on: self._say(False if on else None))
        self.headline = QLabel()
        self.headline.setProperty("title", True)
        self.headline.setWordWrap(True)
        self._lay_out()
        self.draw_icons()

    def _plain(self, name: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setIconSize(QSize(20, 20))
        button.setAccessibleName(name)
        button.setToolTip(hint)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _verdict(self, words: str, hint: str) -> QPushButton:
        button = QPushButton(words)
        button.setCheckable(True)
        button.setToolTip(hint)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _say(self, same: bool | None) -> None:
        if self.content_id is not None:
            self.show_verdict(same)
            self.said.emit(self.content_id, same)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 2, 14, 8)
        top.setSpacing(6)
        for button in (self.back_button, self.previous_button, self.next_button):
            top.addWidget(button)
        top.addStretch(1)
        top.addWidget(self.same_button)
        top.addWidget(self.different_button)
        top.addSpacing(10)
        top.addWidget(self.lines_button)
        top.addSpacing(10)
        for choice in self.ways.buttons():
            top.addWidget(choice)
        self._judges = QGridLayout()
        self._judges.setHorizontalSpacing(18)
        self._judges.setVerticalSpacing(3)
        self._judges.setColumnStretch(1, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(18, 10, 18, 14)
        foot.setSpacing(7)
        foot.addWidget(self.headline)
        foot.addLayout(self._judges)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.pair, 1)
        column.addLayout(foot)

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.setIcon(icon("back"))
        self.previous_button.setIcon(icon("previous"))
        self.next_button.setIcon(icon("next"))

    def key_list(self) -> KeyList:
        """The keys that mean something only here."""
        keys = [
            PageKey("← →", self.tr("Previous or next result")),
            PageKey("B", self.tr("Side by side"), self.ways.button(Way.BESIDE.value).click),
            PageKey("S", self.tr("Swipe"), self.ways.button(Way.SWIPE.value).click),
            PageKey("D", self.tr("Difference"), self.ways.button(Way.DIFFERENCE.value).click),
            PageKey("L", self.tr("Lines"), self.lines_button.toggle),
            PageKey("Y", self.tr("The same"), self.same_button.click),
            PageKey("N", self.tr("Not the same"), self.different_button.click),
        ]
        return KeyList(self.tr("Why?"), keys)

    @property
    def judges(self) -> str:
        """What each judge says, a line for each."""
        return "\n".join(f"{name.text()}: {words.text()}" for name, words in self._judge_labels)

    def show_grounds(self, content_id: int, grounds: Grounds) -> None:
        """Show another result: what the search knows of it, and no photos yet."""
        self.content_id, self._grounds = content_id, grounds
        self.pair.clear()
        self.headline.setText(headline(grounds))
        self._show_judges(judges_text(grounds, ""))

    def show_verdict(self, same: bool | None) -> None:
        """Show what the user said of the result."""
        self.same_button.setChecked(same is True)
        self.different_button.setChecked(same is False)

    def follow_verdict(self, content_id: int, same: bool | None) -> None:
        """Show what was said of a result elsewhere, if it is the one shown."""
        if content_id == self.content_id:
            self.show_verdict(same)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show what matches in both photos."""
        if self._grounds is None:
            return
        explanation = comparison.explanation
        first, second = explanation.query_points, explanation.candidate_points
        match = explanation.verdict.match
        words = points_text(len(first), match is not None and match >= EVEN, comparison.mirrored)
        self.pair.show_matches(first, second, comparison.transform)
        self._show_judges(judges_text(self._grounds, words))

    def show_trouble(self, words: str) -> None:
        """Say why the photos cannot be compared."""
        if self._grounds is not None:
            self._show_judges(judges_text(self._grounds, words))

    def _show_judges(self, lines: list[tuple[str, str]]) -> None:
        for pair in self._judge_labels:
            for label in pair:
                self._judges.removeWidget(label)
                label.hide()
                label.deleteLater()
        self._judge_labels = []
        for row, (name, words) in enumerate(lines):
            who, what = QLabel(name), QLabel(words)
            who.setProperty("quiet", True)
            what.setWordWrap(True)
            for column, label in enumerate((who, what)):
                label.setTextFormat(Qt.TextFormat.PlainText)
                self._judges.addWidget(label, row, column)
            self._judge_labels.append((who, what))

    def minimumSizeHint(self) -> QSize:
        """The window may be narrower than all buttons side by side; they have keys as well."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def enter(self) -> None:
        """Take the focus, once the page is in front."""
        self.pair.canvas.setFocus()

    def leave(self) -> None:
        """Give the photos' memory back."""
        self.pair.clear()

    def go_back(self) -> None:
        """Go back to the result, shown large."""
        if self.content_id is None:
            super().go_back()
        else:
            self.photo_wanted.emit(self.content_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys go to other results; letters choose how the photos are shown."""
        ways = {Qt.Key.Key_B: Way.BESIDE, Qt.Key.Key_S: Way.SWIPE, Qt.Key.Key_D: Way.DIFFERENCE}
        steps = {
            Qt.Key.Key_PageDown: 1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Space: 1,
            Qt.Key.Key_PageUp: -1,
            Qt.Key.Key_Left: -1,
        }
        key = Qt.Key(event.key())
        if key in ways:
            self.ways.button(ways[key].value).click()
        elif key in steps:
            self.step_wanted.emit(steps[key])
        elif key == Qt.Key.Key_Y:
            self.same_button.click()
        elif key == Qt.Key.Key_N:
            self.different_button.click()
        elif key == Qt.Key.Key_L:
            self.lines_button.toggle()
        else:
            super().keyPressEvent(event)
