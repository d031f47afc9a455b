"""Results page: the results of a search, live, and a line that says how far it is.

While rankings arrive, the photos under and beside the mouse pointer keep their places and the others move around them
(see `reorder`). Where that is impossible, the order on the screen stays. The ranking's own order is shown as soon as
the pointer leaves the photos or the user scrolls, and when coming back from the viewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from lookalike.catalog.filters import Filters
from lookalike.search.ranking import Ranking
from lookalike.search.user_verdicts import with_verdicts
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.search.queries import SearchRequest
from lookalike_desktop.search.search_run import SearchRun
from lookalike_desktop.widgets.cells import HEADER_HEIGHT
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.messages import Message
from lookalike_desktop.widgets.photo_model import ResultsModel, percent
from lookalike_desktop.widgets.reason_text import reasons_text

if TYPE_CHECKING:
    from lookalike.library import Library


class ResultsPage(QWidget):
    """Runs a search and shows its results.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    opened = Signal(int)
    """A result is to be shown large: its content id."""
    failed = Signal(Failure)
    """A search failed; the page says so as well."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filtered = False
        # What was said of these results: what is on its way may not know of it yet.
        self._said: dict[int, bool] = {}
        self.run = SearchRun(self)
        self.run.ranking.connect(self._on_ranking)
        self.run.failed.connect(self._on_failed)
        self.run.finished.connect(self._show_status)
        self.model = ResultsModel(thumbnails, self)
        self.grid = GridView(self.model, thumbnails)
        self.grid.setAccessibleName(self.tr("Results"))
        self.grid.opened.connect(self.opened)
        self.grid.pointer_left.connect(self._settle)
        self.grid.viewport().installEventFilter(self)
        self._message = Message()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self._message)
        self._caution = QLabel()
        self._caution.setProperty("quiet", True)
        self._caution.setWordWrap(True)
        self._caution.setContentsMargins(24, 2, 24, 6)
        self._caution.setVisible(False)
        self._status = QLabel()
        self._status.setProperty("quiet", True)
        self._status.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        self.stop_button = QPushButton(self.tr("Stop"))
        self.stop_button.setProperty("flat", True)
        self.stop_button.setToolTip(self.tr("Leave the results as they are (Esc)"))
        self.stop_button.clicked.connect(self.stop)
        strip = QWidget()
        strip.setMinimumHeight(42)
        row = QHBoxLayout(strip)
        row.setContentsMargins(24, 0, 16, 0)
        row.setSpacing(14)
        row.addWidget(self._bar)
        row.addWidget(self._status, 1)
        row.addWidget(self.stop_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._caution)
        column.addWidget(self._stack, 1)
        column.addWidget(strip)

    @property
    def status(self) -> str:
        """The line under the results."""
        return self._status.text()

    @property
    def caution(self) -> str:
        """Why the line between same and similar is only a guess; empty where it was calibrated."""
        return self._caution.text()

    @property
    def message(self) -> str:
        """The message in the middle of the page; empty while results are shown."""
        return self._message.text if self._stack.currentWidget() is self._message else ""

    def search(self, library: Library, request: SearchRequest, filters: Filters | None = None) -> None:
        """Search; ends the search before."""
        self.model.clear()
        self.grid.verticalScrollBar().setValue(0)
        self._message.show_text(self.tr("Searching…"))
        self._stack.setCurrentWidget(self._message)
        self._filtered = bool(filters)
        self._said = {}
        self.run.start(library, request, filters or Filters())
        self._show_status()

    def stop(self) -> None:
        """End the search and leave the results as they are."""
        self.run.cancel()
        self._settle()
        self._show_status()
        if self.model.ranking is None:
            self._message.show_text(self.tr("Stopped"))

    def clear(self) -> None:
        """End the search and forget the results."""
        self.run.cancel()
        self.model.clear()
        self._show_status()

    def checked(self, content_id: int) -> bool:
        """Whether the judge has compared a photo."""
        result = self.model.result(content_id)
        return result is not None and result.match is not None

    def said(self, content_id: int) -> bool | None:
        """Whether the user called a result the same; None where nothing was said."""
        result = self.model.result(content_id)
        return result.said if result is not None else None

    def show_verdict(self, content_id: int, same: bool | None) -> None:
        """Heed at once what the user says of a result; None takes it back."""
        ranking = self.model.ranking
        if ranking is None:
            return
        if same is None:
            self._said.pop(content_id, None)
        else:
            self._said[content_id] = same
        said = {result.content_id: result.said for result in ranking.results if result.said is not None}
        said.pop(content_id, None)
        self.model.apply(with_verdicts(ranking, said | self._said))
        self._show_status()

    def match_text(self, content_id: int) -> str:
        """A photo's match, in a few words."""
        result = self.model.result(content_id)
        if result is None:
            return ""
        if result.reasons:
            return reasons_text(result.reasons)
        if result.match is None:
            return translate_stored(result.reason) or self.tr("Not checked")
        words = self.tr("Match {0} %") if self.calibrated else self.tr("Match {0} %, not calibrated")
        return words.format(percent(result.match))

    @property
    def calibrated(self) -> bool:
        """Whether the matches were fitted."""
        ranking = self.model.ranking
        return ranking is None or ranking.calibrated

    def _on_ranking(self, ranking: Ranking) -> None:
        if self._said:
            said = {result.content_id: result.said for result in ranking.results if result.said is not None}
            ranking = with_verdicts(ranking, said | self._said)
        self.model.apply(ranking, self.grid.under_pointer(), self.grid.columns)
        if ranking.results:
            self._stack.setCurrentWidget(self.grid)
        elif ranking.final:
            self._show_empty(ranking)
        self._show_status()

    def _show_empty(self, ranking: Ranking) -> None:
        self._stack.setCurrentWidget(self._message)
        if ranking.notes:
            self._message.show_text(self.tr("Nothing found"), " ".join(map(translate_stored, ranking.notes)))
        elif self._filtered:
            self._message.show_text(
                self.tr("Nothing found"), self.tr("No other photo meets all of the filters.")
            )
        else:
            self._message.show_text(
                self.tr("Nothing to compare with yet"), self.tr("No photo has been indexed so far.")
            )

    def _on_failed(self, failure: Failure) -> None:
        if self.model.ranking is None:
            self._message.show_text(self.tr("This search did not work"), failure.message)
            self._stack.setCurrentWidget(self._message)
            self._show_status()
        else:
            self._status.setText(failure.message)
        self.failed.emit(failure)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Explain the line between the same and the similar, where the pointer rests on it."""
        resting = event.type() == QEvent.Type.ToolTip and watched is self.grid.viewport()
        if resting and isinstance(event, QHelpEvent):
            if self._line().contains(event.pos()):
                QToolTip.showText(event.globalPos(), self.line_text(), self.grid.viewport())
                return True
            QToolTip.hideText()
        return super().eventFilter(watched, event)

    def _line(self) -> QRect:
        """Where the heading below the line is, in the viewport; empty where there is no line."""
        if not any(section.line for section in self.model.sections()):
            return QRect()
        first = self.grid.visualRect(self.model.index(self.model.same))
        if not first.isValid():
            return QRect()
        return QRect(0, first.top() - HEADER_HEIGHT, self.grid.viewport().width(), HEADER_HEIGHT)

    def line_text(self) -> str:
        """What the line between the same and the similar means in this search."""
        ranking = self.model.ranking
        if ranking is not None and ranking.by_words:
            return self.tr("Above the line is what is known or sure, below it what may be meant.")
        meaning = self.tr(
            "Above the line, photos show the very same thing more likely than not. Below it they only look alike."
        )
        if not self.calibrated:
            guessed = self.tr("Nobody has measured where it runs for this search: it is a guess.")
            return f"{meaning} {guessed}"
        measured = self.tr("Where it runs was measured on photos of known things.")
        own = self.tr("What you call the same or not the same moves there at once.")
        return f"{meaning} {measured} {own}"

    def _settle(self) -> None:
        if self.model.pending:
            self.model.settle()
            self._show_status()

    def _show_caution(self, ranking: Ranking | None) -> None:
        """Say so where the line is a guess."""
        if ranking is None or ranking.calibrated or not any(result.similarity for result in ranking.results):
            text = ""
        elif ranking.to_judge:
            text = self.tr("This model's answers are not calibrated yet: the line is a guess.")
        else:
            text = self.tr("Similarity is not calibrated for this search: the line is a guess.")
        self._caution.setText(text)
        self._caution.setVisible(bool(text))

    def _show_status(self) -> None:
        """Say how far the search is."""
        ranking = self.model.ranking
        self._show_caution(ranking)
        checking = self.run.running and ranking is not None and not ranking.final
        self._bar.setVisible(checking)
        self.stop_button.setVisible(self.run.running and (ranking is None or not ranking.final))
        if ranking is None:
            self._status.setText("")
            return
        parts = []
        if ranking.to_judge and (checking or ranking.judged < ranking.to_judge):
            parts.append(
                self.tr("Checked {0} of {1}").format(
                    format_count(ranking.judged), format_count(ranking.to_judge)
                )
            )
            self._bar.setRange(0, ranking.to_judge)
            self._bar.setValue(ranking.judged)
        if not checking and ranking.by_words and ranking.results:
            parts.append(self.tr("{0} found").format(format_count(len(ranking.results))))
        elif not checking and not ranking.results and ranking.notes:
            # The message in the middle says it.
            self._status.setText("")
            return
        elif not checking:
            parts.append(
                self.tr("{0} the same, {1} similar").format(
                    format_count(ranking.same), format_count(len(ranking.results) - ranking.same)
                )
            )
        if self.model.pending:
            parts.append(self.tr("The order is updated when the pointer leaves the photos."))
        parts.extend(map(translate_stored, ranking.notes))
        self._status.setText("   ·   ".join(parts))
        self._status.setTextFormat(Qt.TextFormat.PlainText)
