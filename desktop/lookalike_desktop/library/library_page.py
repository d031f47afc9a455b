"""Library page: all photos, or what is shown until there are some."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from lookalike import app_paths
from lookalike.progress import Stage
from lookalike_desktop.library.arrangement import Arrangement, Order
from lookalike_desktop.library.first_run import FirstRun
from lookalike_desktop.library.library_model import LibraryModel
from lookalike_desktop.library.order_menu import OrderMenu
from lookalike_desktop.library.timeline import Timeline
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.theme import icon
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.widgets.grid_view import CellStyle, GridView
from lookalike_desktop.widgets.messages import Message
from lookalike_desktop.widgets.page import KeyList, PageKey


class LibraryPage(QStackedWidget):
    """Shows the first-run panel without folders, the photos with some, and a line in between.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    opened = Signal(int)
    """A photo is to be shown large."""
    order_chosen = Signal(Order)
    """Photos are to be arranged another way."""
    style_chosen = Signal(CellStyle)
    """Photos lie another way."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders: int | None = None
        self._settled = False
        self._filtered = False
        self.model = LibraryModel(thumbnails, self)
        self.grid = GridView(self.model, thumbnails)
        self.grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.tells_count = False
        self.grid.opened.connect(self.opened)
        self.grid.selection_counted.connect(lambda _: self._show_count())
        self.order_menu = OrderMenu()
        self.order_menu.chosen.connect(self._on_order)
        self.sort_button = QToolButton()
        self.sort_button.setProperty("flat", True)
        self.sort_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.sort_button.setIconSize(QSize(16, 16))
        self.sort_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.sort_button.setMenu(self.order_menu)
        self.style_button = QToolButton()
        self.style_button.setProperty("flat", True)
        self.style_button.setIconSize(QSize(18, 18))
        self.style_button.clicked.connect(self.toggle_style)
        self.count_label = QLabel()
        self.count_label.setProperty("quiet", True)
        self.photos = QWidget()
        self.timeline = Timeline(self.grid, self.model, self.photos)
        self._lay_out()
        self.first_run = FirstRun(app_paths.pictures())
        self.message = Message()
        for page in (self.message, self.first_run, self.photos):
            self.addWidget(page)
        self.message.show_text(self.tr("Opening the library…"))
        self.show_order(Order())
        self.show_style(CellStyle.JUSTIFIED)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(24, 0, 14, 2)
        top.addWidget(self.count_label, 1)
        top.addWidget(self.sort_button)
        top.addWidget(self.style_button)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.grid, 1)
        row.addWidget(self.timeline)
        column = QVBoxLayout(self.photos)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(row, 1)

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.sort_button.setIcon(icon("sort"))
        justified = self.grid.style_of_cells is CellStyle.JUSTIFIED
        self.style_button.setIcon(icon("squares" if justified else "justified"))

    # How photos are arranged

    def show_order(self, order: Order) -> None:
        """Show by what photos are sorted."""
        self.order_menu.show_order(order)
        self.sort_button.setText(self.order_menu.words)
        self.sort_button.setAccessibleName(self.tr("Order: {0}").format(self.order_menu.words))
        self.sort_button.setToolTip(self.tr("Sort and group the photos"))

    def open_order_menu(self) -> None:
        """Let the user choose another order."""
        if self.currentWidget() is self.photos:
            self.order_menu.popup(self.sort_button.mapToGlobal(self.sort_button.rect().bottomLeft()))

    def _on_order(self, order: Order) -> None:
        self.show_order(order)
        self.order_chosen.emit(order)

    def show_style(self, style: CellStyle) -> None:
        """Lay the photos out as squares or in justified rows."""
        self.grid.set_cell_style(style)
        words = (
            self.tr("Show squares") if style is CellStyle.JUSTIFIED else self.tr("Show whole photos in rows")
        )
        self.style_button.setToolTip(words)
        self.style_button.setAccessibleName(words)
        self.draw_icons()

    def toggle_style(self) -> None:
        """Show squares in the place of justified rows, or these again; the choice is remembered."""
        justified = self.grid.style_of_cells is CellStyle.JUSTIFIED
        style = CellStyle.SQUARES if justified else CellStyle.JUSTIFIED
        self.show_style(style)
        self.style_chosen.emit(style)

    # What is shown

    def key_list(self) -> KeyList:
        """The keys that mean something only here, and in other grids of photos."""
        keys = [
            PageKey(self.tr("Arrows"), self.tr("Select another photo")),
            PageKey(self.tr("Enter, Space"), self.tr("Show the photo large")),
            PageKey(self.tr("Home, End"), self.tr("The first or the last photo")),
            PageKey(self.tr("Shift, Ctrl"), self.tr("Select several, with arrows or the mouse")),
            PageKey(self.tr("Ctrl+Space"), self.tr("Select a photo, or no longer")),
            PageKey(self.tr("Ctrl+Wheel"), self.tr("Larger or smaller photos")),
        ]
        return KeyList(self.tr("Photos"), keys)

    def show_failure(self, failure: Failure) -> None:
        """Say why the library cannot be opened."""
        self.message.show_text(self.tr("The library cannot be opened"), failure.message)
        self.setCurrentWidget(self.message)

    def show_folders(self, count: int) -> None:
        """Show that there are so many folders."""
        self._folders = count
        self._choose()

    def show_photos(self, arrangement: Arrangement, filtered: bool = False) -> None:
        """Show these photos; `filtered` if there may be others."""
        self._filtered = filtered
        if self.model.order not in (None, arrangement.order):
            self.grid.forget_place()
        self.model.show(arrangement)
        self._show_count()
        self._choose()

    def _show_count(self) -> None:
        count, selected = len(self.model.ids), self.grid.selected_count
        words = self.tr("One photo") if count == 1 else self.tr("{0} photos").format(format_count(count))
        if selected > 1:
            words = self.tr("{0} of {1} selected").format(format_count(selected), words)
        self.count_label.setText(words)

    def show_activity(self, activity: Activity) -> None:
        """Show what following the folders is doing."""
        settled = activity.progress.stage is Stage.WATCHING
        if settled != self._settled:
            self._settled = settled
            self._choose()

    def _choose(self) -> None:
        if self._folders is None:
            return
        if self._filtered:
            self.message.show_text(self.tr("Nothing found"), self.tr("No photo meets all of the filters."))
        elif self._settled:
            self.message.show_text(
                self.tr("No photos here yet"), self.tr("New photos appear here by themselves.")
            )
        else:
            self.message.show_text(self.tr("Looking for photos…"))
        page: QWidget = self.photos if self.model.ids else self.message
        self.setCurrentWidget(page if self._folders else self.first_run)
