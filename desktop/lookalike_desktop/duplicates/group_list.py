"""Group list: the groups of duplicates in a column, a thumbnail and two lines each, for thousands of groups."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from lookalike_desktop.duplicates.review import GroupReview
from lookalike_desktop.duplicates.words import class_text
from lookalike_desktop.qt.formatting import format_count, format_size
from lookalike_desktop.qt.thumbnails import Thumbnails

AnyIndex = QModelIndex | QPersistentModelIndex

_ROW = 64
_SIDE = 52


class GroupModel(QAbstractListModel):
    """The groups that are shown, with what the user chose in each.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = thumbnails
        self.reviews: list[GroupReview] = []
        thumbnails.loaded.connect(self._on_loaded)

    def show_reviews(self, reviews: Sequence[GroupReview]) -> None:
        """Show these groups."""
        self.beginResetModel()
        self.reviews = list(reviews)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """How many groups there are."""
        return 0 if parent is not None and parent.isValid() else len(self.reviews)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The review of a group, and its text for screen readers."""
        if not index.isValid():
            return None
        review = self.reviews[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return review
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.heading(review)}: {self.line(review)}"
        return None

    def heading(self, review: GroupReview) -> str:
        """The first line of a group."""
        count = format_count(len(review.group.photos))
        return self.tr("{0} · {1} photos").format(class_text(review.group.kind), count)

    def line(self, review: GroupReview) -> str:
        """The second line of a group."""
        if review.accepted:
            return self.tr("✓ {0} go, {1}").format(format_count(len(review.going)), format_size(review.bytes))
        if not review.group.bytes:
            return self.tr("nothing to free")
        return self.tr("{0} to free").format(format_size(review.group.bytes))

    def changed(self, row: int) -> None:
        """Draw a group again."""
        index = self.index(row)
        self.dataChanged.emit(index, index)

    def _on_loaded(self, ids: set[int]) -> None:
        if self.reviews:
            self.dataChanged.emit(self.index(0), self.index(len(self.reviews) - 1))


class GroupDelegate(QStyledItemDelegate):
    """Draws a group.

    Args:
        model: the groups.
        parent: the Qt parent.
    """

    def __init__(self, model: GroupModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """All rows are equally high."""
        return QSize(180, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw the thumbnail and the two lines."""
        review: GroupReview = index.data(Qt.ItemDataRole.UserRole)
        area: QRect = option.rect
        palette: QPalette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.highlight())
            painter.drawRoundedRect(area.adjusted(4, 2, -4, -2), 8, 8)
        place = QRect(area.left() + 12, area.top() + (_ROW - _SIDE) // 2, _SIDE, _SIDE)
        image = self._model.thumbnails.image(review.keep.content_id)
        if image is None:
            painter.fillRect(place, palette.mid())
        else:
            size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            shown = QRect(place.topLeft(), size)
            shown.moveCenter(place.center())
            painter.drawImage(shown, image)
        words = QRect(place.right() + 12, place.top() + 5, area.right() - place.right() - 24, _SIDE // 2 - 5)
        font = QFont(option.font)
        font.setBold(True)
        painter.setFont(font)
        bright = palette.highlightedText().color()
        painter.setPen(bright if selected else palette.text().color())
        self._draw_line(painter, words, self._model.heading(review))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(bright if selected else palette.placeholderText().color())
        self._draw_line(painter, words.translated(0, words.height() + 1), self._model.line(review))
        painter.restore()

    @staticmethod
    def _draw_line(painter: QPainter, area: QRect, text: str) -> None:
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
