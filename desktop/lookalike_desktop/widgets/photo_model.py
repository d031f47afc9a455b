"""Photo model: the photos of a grid by id, and for results their matches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QImage

from lookalike.search.ranking import Ranking, Result
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.grid_layout import Section
from lookalike_desktop.widgets.reason_text import reasons_text
from lookalike_desktop.widgets.reorder import reordered

ID_ROLE = int(Qt.ItemDataRole.UserRole)
RESULT_ROLE = ID_ROLE + 1
MISSING_ROLE = ID_ROLE + 2

Index = QModelIndex | QPersistentModelIndex


class PhotoModel(QAbstractListModel):
    """A list of photos. Thumbnails are asked for only when a view draws them.

    Args:
        thumbnails: where they come from.
        parent: the Qt parent.
    """

    sections_changed = Signal()

    captioned = False
    """Whether cells have a caption below the photo."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._ids: list[int] = []
        self._rows: dict[int, int] | None = None

    @property
    def ids(self) -> Sequence[int]:
        """Content ids, in the order shown."""
        return self._ids

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many photos there are."""
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The thumbnail (decoration), the id, or the description for screen readers."""
        if not index.isValid():
            return None
        number = self._ids[index.row()]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.image(number)
        if role == ID_ROLE:
            return number
        if role == MISSING_ROLE:
            return self._thumbnails.missing(number)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.accessible_text(index.row())
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Photos can be dragged out."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDragActions(self) -> Qt.DropAction:
        """Others get copies."""
        return Qt.DropAction.CopyAction

    def image(self, row: int) -> QImage | None:
        """A photo's thumbnail; None until it is loaded, which this call requests."""
        return self._thumbnails.image(self._ids[row])

    def missing(self, row: int) -> bool:
        """Whether no thumbnail of a photo could be made."""
        return self._thumbnails.missing(self._ids[row])

    def stars(self, row: int) -> int:
        """The stars that are shown on a photo; 0 for none."""
        return 0

    def accessible_text(self, row: int) -> str:
        """A photo's description for screen readers."""
        return self.tr("Photo {0} of {1}").format(row + 1, len(self._ids))

    def caption(self, row: int) -> tuple[str, str]:
        """What stands below a photo, and a quieter line, where cells are captioned."""
        return "", ""

    def row(self, content_id: int) -> int:
        """The row of a photo; -1 if it is not here."""
        if self._rows is None:
            self._rows = {number: row for row, number in enumerate(self._ids)}
        return self._rows.get(content_id, -1)

    def show_ids(self, ids: Sequence[int]) -> None:
        """Show other photos; selections follow the photos that stay."""
        ids = list(ids)
        if ids == self._ids:
            return
        kept = len(self._ids)
        if ids[:kept] == self._ids:
            self.beginInsertRows(QModelIndex(), kept, len(ids) - 1)
            self._take(ids)
            self.endInsertRows()
        else:
            self.layoutAboutToBeChanged.emit()
            before = self.persistentIndexList()
            held = [self._ids[index.row()] for index in before]
            self._take(ids)
            self.changePersistentIndexList(before, [self.index(self.row(number)) for number in held])
            self.layoutChanged.emit()
        self.sections_changed.emit()

    def _take(self, ids: list[int]) -> None:
        self._ids = ids
        self._rows = None

    def aspects(self) -> NDArray[np.float32]:
        """Width over height of each photo, float32 (rows,); square where nothing is known of it."""
        return np.ones(len(self._ids), np.float32)

    def sections(self) -> Sequence[Section]:
        """The runs of photos and their headings."""
        return [Section("", len(self._ids))]


class ResultsModel(PhotoModel):
    """The results of a search in the latest order, divided at the relevance cut-off."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(thumbnails, parent)
        self._ranking: Ranking | None = None
        self._results: dict[int, Result] = {}
        self._same = 0
        self._gone: set[int] = set()
        self.pending = False

    @property
    def ranking(self) -> Ranking | None:
        """The latest ranking, whether or not its order is shown yet."""
        return self._ranking

    @property
    def is_judged(self) -> bool:
        """Whether a judge checks the results."""
        return self._ranking is not None and self._ranking.to_judge > 0

    @property
    def same(self) -> int:
        """How many photos are shown above the line."""
        return self._same

    def result(self, content_id: int) -> Result | None:
        """The search's result for a photo."""
        return self._results.get(content_id)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """As for photos, and the `Result`."""
        if role == RESULT_ROLE and index.isValid():
            return self._results.get(self._ids[index.row()])
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid():
            result = self._results.get(self._ids[index.row()])
            return reasons_text(result.reasons) if result is not None and result.reasons else None
        return super().data(index, role)

    def accessible_text(self, row: int) -> str:
        """A result's description for screen readers."""
        result = self._results.get(self._ids[row])
        words = super().accessible_text(row)
        if result is not None and result.said is not None:
            said = self.tr("you called it the same") if result.said else self.tr("you called it not the same")
            return f"{words}, {said}"
        if result is not None and result.reasons:
            return f"{words}, {reasons_text(result.reasons)}"
        if result is None or result.match is None:
            return self.tr("{0}, not checked yet").format(words)
        return self.tr("{0}, match {1} percent").format(words, percent(result.match))

    def clear(self) -> None:
        """Show nothing."""
        self._ranking = None
        self._results = {}
        self._same = 0
        self._gone.clear()
        self.pending = False
        self.show_ids([])
        self.sections_changed.emit()

    def forget(self, content_ids: Collection[int]) -> None:
        """Show some photos no more, as they are in the trash; until the next search."""
        self._gone.update(content_ids)
        if self._ranking is not None:
            self.apply(self._ranking)

    def _without_gone(self, ranking: Ranking) -> Ranking:
        if not self._gone:
            return ranking
        above = [result for result in ranking.results[: ranking.same] if result.content_id not in self._gone]
        below = [result for result in ranking.results[ranking.same :] if result.content_id not in self._gone]
        return replace(ranking, results=(*above, *below), same=len(above))

    def apply(self, ranking: Ranking, pinned: Collection[int] = (), columns: int = 1) -> None:
        """Take in a ranking: match values at once, the order as far as pinned photos allow.

        `pending` says whether the order shown is not yet the ranking's own.
        """
        ranking = self._without_gone(ranking)
        self._ranking = ranking
        self._results = {result.content_id: result for result in ranking.results}
        target = [result.content_id for result in ranking.results]
        settled = reordered(target, ranking.same, self._ids, self._same, pinned, columns)
        if settled is not None:
            order, same = settled
            self.pending = order != target or same != ranking.same
            self._same = same
            self.show_ids(order)
        else:
            self.pending = True
        self.sections_changed.emit()
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1), [RESULT_ROLE])

    def settle(self) -> None:
        """Show the latest ranking's own order."""
        if self.pending and self._ranking is not None:
            self.apply(self._ranking)

    def sections(self) -> list[Section]:
        """*The same* above the line, *similar* below it."""
        if self._ranking is None or not self._ids:
            return [Section("", len(self._ids))]
        below = len(self._ids) - self._same
        if self._ranking.by_words:
            upper = Section(
                self.tr("Found"), self._same, str(self._same) if self._same else self.tr("nothing for sure")
            )
            return [upper, Section(self.tr("Perhaps"), below, str(below), line=True)] if below else [upper]
        if self._same:
            upper = Section(self.tr("The same"), self._same, str(self._same))
        else:
            still = not self._ranking.final
            upper = Section(
                self.tr("The same"), 0, self.tr("still looking") if still else self.tr("none found")
            )
        return [upper, Section(self.tr("Similar"), below, str(below), line=True)]


def percent(match: float) -> int:
    """A probability as a whole percentage; 100 and 0 are kept for certainty."""
    return min(99, max(1, round(match * 100))) if 0.0 < match < 1.0 else round(match * 100)
