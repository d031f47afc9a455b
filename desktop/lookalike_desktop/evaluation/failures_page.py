"""Failures page: the worst queries of a saved evaluation, with what came first and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.flow_layout import FlowLayout
from lookalike_desktop.widgets.page import Page

if TYPE_CHECKING:
    # What evaluates takes a tenth of a second to import, and few windows show it.
    from lookalike.evaluation.failures import Failure, FailureReport, ShownPair, ShownPhoto, ShownResult

TILE = 232
"""Width of a photo with its caption, pixels."""

RANKS = 10
"""Ranks of right photos that are told."""

Pictures = Mapping["ShownPhoto", QImage]


class FailuresPage(Page):
    """The worst queries, one below the other.

    Args:
        parent: the Qt parent.
    """

    open_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.back_wanted)
        heading = QLabel(self.tr("Worst queries"))
        heading.setProperty("heading", True)
        self.open_button = QPushButton(self.tr("Open another…"))
        self.open_button.setToolTip(self.tr("A run that `lookalike evaluate --save` has written"))
        self.open_button.clicked.connect(self.open_wanted)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.back_button)
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(self.open_button)
        self.status = QLabel()
        self.status.setProperty("quiet", True)
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.sections: list[QWidget] = []
        self._waiting: list[Callable[[], QWidget]] = []
        self._adding = QTimer(self)
        self._adding.timeout.connect(self._add_next)
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(14, 0, 14, 20)
        self._list.setSpacing(12)
        self._list.addLayout(top)
        self._list.addWidget(self.status)
        self._list.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        self._scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        self.draw_icons()

    def enter(self) -> None:
        """Let another run be chosen by the keyboard."""
        self.open_button.setFocus()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    def show_status(self, text: str) -> None:
        """Show a line in place of queries."""
        self._waiting = []
        for section in self.sections:
            self._list.removeWidget(section)
            section.deleteLater()
        self.sections = []
        self.status.setText(text)

    def show_report(self, report: FailureReport, pictures: Pictures) -> None:
        """Show the worst queries of a run.

        Args:
            report: the queries.
            pictures: what their photos look like.
        """
        head = report.head
        judge = head.conditions.get("judge", "")
        told = self.tr("{0}: {1} photos, judge {2}, {3}. The worst by {4}.")
        self.show_status(told.format(head.dataset, head.gallery, judge, head.date[:10], report.measure))
        self._waiting = [partial(_Section, report.measure, failure, pictures) for failure in report.failures]
        self._scroll.verticalScrollBar().setValue(0)
        self._adding.start()

    def _add_next(self) -> None:
        """Add one query, so that the window answers between two of them."""
        if not self._waiting:
            self._adding.stop()
            return
        section = self._waiting.pop(0)()
        self.sections.append(section)
        self._list.insertWidget(self._list.count() - 1, section)


class _Section(QFrame):
    """One query."""

    def __init__(self, measure: str, failure: Failure, pictures: Pictures) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._pictures = pictures
        answer = failure.answer
        title = _text(answer.query)
        title.setProperty("heading", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(8)
        column.addWidget(title)
        about = self.tr("{0} {1:.3f}; {2} ({3}); {4}")
        column.addWidget(
            _text(about.format(measure, failure.value, answer.group, answer.kind, self._story(failure)))
        )
        query = self._query(failure, failure.query)
        column.addWidget(_row([query, *map(self._result, failure.results)]))
        for pair in failure.pairs:
            column.addWidget(_text(self._said(pair)))
            if pair.photo is not None:
                photo = self._tile(pair.photo, pair.photo.name)
                column.addWidget(_row([self._query(failure, pair.query), photo]))

    def _story(self, failure: Failure) -> str:
        positives = failure.answer.positives
        ranks = sorted(one.rank for one in positives if one.rank is not None)
        if not ranks:
            return self.tr("no right photo was returned")
        listed = ", ".join(map(str, ranks[:RANKS])) + (" …" if len(ranks) > RANKS else "")
        return self.tr("right photos: {0}, at ranks {1}").format(len(positives), listed)

    def _said(self, pair: ShownPair) -> str:
        title = (
            self.tr("The first wrong result") if pair.standing == "wrong" else self.tr("The best right photo")
        )
        match = (
            ""
            if pair.match is None
            else self.tr(" Probability before calibration {0:.1%}.").format(pair.match)
        )
        return f"{title}: {translate_stored(pair.summary)}{match}"

    def _query(self, failure: Failure, photo: ShownPhoto | None) -> QWidget:
        if photo is None:
            return _text(failure.answer.words)
        return self._tile(photo, self.tr("query"))

    def _result(self, shown: ShownResult) -> QWidget:
        one = shown.result
        standing = {
            "right": self.tr("right"),
            "wrong": self.tr("wrong"),
            "junk": self.tr("does not count"),
        }[shown.standing.value]
        match = self.tr("not checked") if one.match is None else self.tr("match {0:.1%}").format(one.match)
        caption = self.tr("{0}, {1}: similarity {2:.3f}, {3}, score {4:.3f}")
        said = caption.format(shown.rank, standing, one.similarity, match, one.score)
        return self._tile(shown.photo, f"{said}\n{one.image}")

    def _tile(self, photo: ShownPhoto, caption: str) -> QWidget:
        """A photo, or why it cannot be read, above its caption."""
        tile = QWidget()
        tile.setFixedWidth(TILE)
        column = QVBoxLayout(tile)
        column.setContentsMargins(0, 0, 0, 0)
        picture = _text(translate_stored(photo.problem))
        if photo in self._pictures:
            picture = QLabel()
            picture.setPixmap(QPixmap.fromImage(self._pictures[photo]))
            picture.setAccessibleName(caption)
        column.addWidget(picture)
        said = _text(caption)
        said.setProperty("quiet", True)
        column.addWidget(said)
        column.addStretch(1)
        return tile


def _text(words: str) -> QLabel:
    """Words that are shown as they are, and can be copied."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _row(parts: Sequence[QWidget]) -> QWidget:
    row = QWidget()
    layout = FlowLayout(row)
    for part in parts:
        layout.addWidget(part)
    return row
