"""Folder tree: the folders below a watched one, with how many photos each holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from lookalike_desktop.qt.formatting import format_count

if TYPE_CHECKING:
    from lookalike.catalog.folder_counts import FolderCount

ROW_HEIGHT = 26
"""Pixels."""

SHOWN_ROWS = 12
"""Where there are more rows, the tree scrolls."""

PATH_ROLE = int(Qt.ItemDataRole.UserRole)

Index = QModelIndex | QPersistentModelIndex


class FolderTree(QTreeWidget):
    """Subfolders; those of a folder are made when it is opened for the first time.

    Args:
        root: the watched folder, which is not shown itself.
        parent: the Qt parent.
    """

    chosen = Signal(Path)
    """The user looks at a folder."""

    def __init__(self, root: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._root = root
        self._children: dict[Path, list[FolderCount]] = {}
        self._counts: list[FolderCount] = []
        self._items: dict[Path, QTreeWidgetItem] = {}
        self._selected: Path | None = None
        self.setHeaderHidden(True)
        self.setColumnCount(2)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setAccessibleName(self.tr("Folders in {0}").format(root.name))
        self.itemExpanded.connect(self._open)
        self.itemCollapsed.connect(lambda _: self._fit())
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(0, PATH_ROLE)))
        self.itemActivated.connect(lambda item: self.chosen.emit(item.data(0, PATH_ROLE)))
        self.hide()

    def show_counts(self, counts: Sequence[FolderCount]) -> None:
        """Show these folders; what was open stays open.

        Args:
            counts: the folders of the library, by path.
        """
        own = [count for count in counts if self._root in count.path.parents]
        if own == self._counts:
            return
        opened = [path for path, item in self._items.items() if item.isExpanded()]
        self._counts = own
        self._children = {}
        for count in own:
            self._children.setdefault(count.path.parent, []).append(count)
        self.clear()
        self._items = {}
        self._add(self._root, self.invisibleRootItem())
        for path in sorted(opened):
            if path in self._items:
                self._items[path].setExpanded(True)
        self.setVisible(bool(own))
        self.show_selected(self._selected)
        self._fit()

    def show_selected(self, path: Path | None) -> None:
        """Mark the folder that the photos are narrowed to, if it is one of these."""
        self._selected = path
        item = self._items.get(path) if path is not None else None
        self.setCurrentItem(item)  # type: ignore[arg-type]
        if item is None:
            self.clearSelection()

    def _add(self, folder: Path, above: QTreeWidgetItem) -> None:
        quiet = self.palette().color(QPalette.ColorRole.PlaceholderText)
        for count in self._children.get(folder, ()):
            item = QTreeWidgetItem([count.path.name, format_count(count.photos)])
            item.setData(0, PATH_ROLE, count.path)
            item.setToolTip(0, str(count.path))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(1, QColor(quiet))
            words = self.tr("{0}, {1} photos").format(count.path.name, format_count(count.photos))
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, words)
            if count.path in self._children:
                item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            self._items[count.path] = item
            above.addChild(item)

    def _open(self, item: QTreeWidgetItem) -> None:
        if not item.childCount():
            self._add(item.data(0, PATH_ROLE), item)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the rows that are open."""
        rows = sum(1 for item in self._items.values() if self._is_shown(item))
        row_height = max(self.sizeHintForRow(0), ROW_HEIGHT)
        self.setFixedHeight(min(rows, SHOWN_ROWS) * row_height + 4)

    @staticmethod
    def _is_shown(item: QTreeWidgetItem) -> bool:
        above = item.parent()
        while above is not None:
            if not above.isExpanded():
                return False
            above = above.parent()
        return True
