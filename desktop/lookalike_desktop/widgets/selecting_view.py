"""Selecting view: how photos in a grid are selected, by mouse and keys, and dragged out to other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QWidget

from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.widgets.photo_model import PhotoModel

DRAGGED_SIDE = 96
"""Longest side of the picture under the pointer while photos are dragged, pixels."""

Select = QItemSelectionModel.SelectionFlag


class SelectingView(QListView):
    """The base of `GridView`: it knows what is selected, not where it lies.

    Args:
        model: the photos.
        parent: the Qt parent.

    Attributes:
        tells_count: whether the number of selected photos stands at the bottom; off where the page tells it.
    """

    selection_counted = Signal(int)
    """So many photos are selected now."""

    def __init__(self, model: PhotoModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photos = model
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tells_count = True
        self._dragged: Callable[[Sequence[int]], QMimeData | None] | None = None
        self._band: tuple[QPoint, QPoint] | None = None
        self._band_kept = QItemSelection()
        self._count_label = QLabel(self)
        self._count_label.setProperty("pill", True)
        self._count_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._count_label.hide()
        self.selectionModel().selectionChanged.connect(lambda *_: self._count())
        # What is selected follows photos that go, without another signal.
        model.layoutChanged.connect(lambda *_: self._count())

    # What is selected

    @property
    def selected_count(self) -> int:
        """How many photos are selected."""
        return sum(part.height() for part in self._parts())

    def selected_ids(self) -> list[int]:
        """The content ids of the selected photos, in their order in the grid."""
        ids = self.photos.ids
        ranges = sorted((part.top(), part.bottom()) for part in self._parts())
        return [ids[row] for top, bottom in ranges for row in range(top, bottom + 1)]

    def _parts(self) -> list[QItemSelectionRange]:
        """The runs of rows that are selected."""
        selection = self.selectionModel().selection()
        return [selection.at(number) for number in range(selection.count())]

    def select_rows(self, rows: Sequence[int], command: Select = Select.ClearAndSelect) -> None:
        """Select rows; runs of them at once."""
        self.selectionModel().select(self._selection(rows), command)

    def keep_current_only(self) -> None:
        """Select the current photo and no other."""
        self.selectionModel().select(self.currentIndex(), Select.ClearAndSelect)

    def set_drag_source(self, mime: Callable[[Sequence[int]], QMimeData | None]) -> None:
        """Let photos be dragged out: ``mime(content_ids)`` gives what others get; None where there is nothing."""
        self._dragged = mime

    def drag_data(self) -> QMimeData | None:
        """What is dragged out, or copied, of the selected photos."""
        ids = self.selected_ids()
        return self._dragged(ids) if self._dragged is not None and ids else None

    def _selection(self, rows: Sequence[int]) -> QItemSelection:
        selection = QItemSelection()
        runs: list[list[int]] = []
        for row in rows:
            if runs and row == runs[-1][1] + 1:
                runs[-1][1] = row
            else:
                runs.append([row, row])
        for first, last in runs:
            selection.select(self.photos.index(first), self.photos.index(last))
        return selection

    def _count(self) -> None:
        count = self.selected_count
        several = count > 1 and self.tells_count
        if several:
            self._count_label.setText(self.tr("{0} selected").format(format_count(count)))
            self._count_label.adjustSize()
            self.place_count()
        self._count_label.setVisible(several)
        self.selection_counted.emit(count)

    def place_count(self) -> None:
        """Put the number of selected photos at the bottom, in the middle."""
        place = self.viewport().geometry()
        label = self._count_label
        label.move(place.center().x() - label.width() // 2, place.bottom() - label.height() - 14)

    # For those who know where photos lie

    def _rows_in(self, band: QRect) -> list[int]:
        """The rows whose cells meet a rectangle of the whole grid."""
        raise NotImplementedError

    @property
    def band(self) -> QRect | None:
        """The rubber band in the whole grid; None while there is none."""
        return QRect(*self._band).normalized() if self._band is not None else None

    # Overrides of the item view

    def setSelection(self, rect: QRect, command: Select) -> None:
        """Select from the photo at one corner to that at the opposite one, in the order of the grid."""
        first, last = self.indexAt(rect.topLeft()), self.indexAt(rect.bottomRight())
        ends = sorted(index.row() for index in (first, last) if index.isValid())
        if ends:
            selection = QItemSelection(self.photos.index(ends[0]), self.photos.index(ends[-1]))
            self.selectionModel().select(selection, command)

    def startDrag(self, supported: Qt.DropAction) -> None:
        """Drag the selected photos out; other programs get copies, never the files themselves."""
        mime = self.drag_data()
        if mime is None:
            return
        drag = QDrag(self)
        drag.setMimeData(mime)
        image = self.photos.image(self.currentIndex().row()) if self.currentIndex().isValid() else None
        if image is not None:
            side = round(DRAGGED_SIDE * self.devicePixelRatioF())
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            pixmap = QPixmap.fromImage(image.scaled(side, side, keep, smooth))
            pixmap.setDevicePixelRatio(self.devicePixelRatioF())
            drag.setPixmap(pixmap)
            drag.setHotSpot(QPoint(-12, -12))
        drag.exec(Qt.DropAction.CopyAction)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Between photos begins a rubber band, a heading selects its photos.

        Both add to what is selected while Ctrl or Shift is held.
        """
        place = event.position().toPoint()
        heading = self._rows_under(place) if event.button() == Qt.MouseButton.LeftButton else range(0)
        elsewhere = event.button() != Qt.MouseButton.LeftButton or self.indexAt(place).isValid()
        if elsewhere and not heading:
            super().mousePressEvent(event)
            return
        adding = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self._band_kept = QItemSelection(self.selectionModel().selection()) if adding else QItemSelection()
        if heading:
            kept = self._band_kept
            kept.merge(self._selection(heading), Select.Select)
            self.selectionModel().select(kept, Select.ClearAndSelect)
            return
        start = place + QPoint(0, self.verticalOffset())
        self._band = (start, start)
        self.selectionModel().select(self._band_kept, Select.ClearAndSelect)

    def _rows_under(self, place: QPoint) -> range:
        """The rows under the heading at a place in the viewport; none where there is no heading."""
        raise NotImplementedError

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the band, and select what it meets."""
        if self._band is None:
            super().mouseMoveEvent(event)
            return
        place = event.position().toPoint()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        beyond = min(place.y(), 0) + max(place.y() - height, 0)
        bar.setValue(bar.value() + beyond)
        self._band = (self._band[0], place + QPoint(0, self.verticalOffset()))
        met = self._selection(self._rows_in(QRect(*self._band).normalized()))
        met.merge(self._band_kept, Select.Select)
        self.selectionModel().select(met, Select.ClearAndSelect)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The band goes, the selection stays."""
        if self._band is None:
            super().mouseReleaseEvent(event)
            return
        self._band = None
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back the selection of several, before it does anything else."""
        if event.key() == Qt.Key.Key_Escape and self.selected_count > 1:
            self.keep_current_only()
            return
        super().keyPressEvent(event)
