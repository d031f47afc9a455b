"""Settings page: everything that can be chosen, in one place, in force as soon as it is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.duplicates.keeping_lists import KeepingRules, ProtectedFolderList
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.preferences import Preferences
from lookalike_desktop.search.judge_words import judge_text, mode_text
from lookalike_desktop.shell.settings_state import SettingsState
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.form import Chooser, FormCard, NumberField
from lookalike_desktop.widgets.page import Page

COLUMN = 720
"""Width of the settings at most, pixels."""
MOST_CHECKED = 5000
MEGABYTE = 1_000_000
LEAST_MEGABYTES = 17
"""The store of visual tokens takes no less."""
LANGUAGES = (("en", "English"), ("de", "Deutsch"))
"""Codes of the languages, and what they are called in themselves."""


class SettingsPage(Page):
    """The preferences of the window, and the settings of the library.

    Args:
        preferences: read and written at once.
        parent: the Qt parent.
    """

    chosen = Signal(str, object)
    """A setting of the library, an attribute of `SettingsState` by its name, is to have this value."""
    watching_wanted = Signal()
    """What is left out of the folders is to be changed."""
    models_wanted = Signal()
    about_wanted = Signal()

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.back_wanted)
        heading = QLabel(self.tr("Settings"))
        heading.setProperty("heading", True)
        top = QHBoxLayout()
        top.setContentsMargins(12, 2, 14, 8)
        top.setSpacing(10)
        top.addWidget(self.back_button)
        top.addWidget(heading, 1)
        cards = QWidget()
        cards.setMaximumWidth(COLUMN)
        self._cards = QVBoxLayout(cards)
        self._cards.setContentsMargins(20, 4, 20, 24)
        self._cards.setSpacing(14)
        self._library_cards: list[FormCard] = []
        self._add_appearance()
        self._add_search()
        self._add_model()
        self._add_folders()
        self._add_duplicates()
        self._cards.addStretch(1)
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(cards, 1)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        self.area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.area, 1)
        preferences.changed.connect(lambda _: self.show_preferences())
        self.show_preferences()
        self.show_library(False)

    def enter(self) -> None:
        """Begin at the top."""
        self.theme.setFocus()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    def _card(self, title: str, of_library: bool = True) -> FormCard:
        card = FormCard(title)
        self._cards.addWidget(card)
        if of_library:
            self._library_cards.append(card)
        return card

    def _chooser(self, name: str = "") -> Chooser:
        chooser = Chooser()
        if name:
            chooser.activated.connect(lambda row: self.chosen.emit(name, chooser.itemData(row)))
        return chooser

    def _box(self, text: str, name: str) -> QCheckBox:
        box = QCheckBox(text)
        box.clicked.connect(lambda on: self.chosen.emit(name, on))
        return box

    # The cards

    def _add_appearance(self) -> None:
        card = self._card(self.tr("Window"), of_library=False)
        self.theme = self._chooser()
        for theme, text in (
            ("system", self.tr("Like the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            self.theme.addItem(text, theme)
        self.theme.activated.connect(lambda row: self._prefer("theme", self.theme.itemData(row)))
        card.add(self.tr("Colours"), self.theme)
        self.language = self._chooser()
        self.language.addItem(self.tr("Like the system"), "auto")
        for code, text in LANGUAGES:
            self.language.addItem(text, code)
        self.language.activated.connect(lambda row: self._prefer("language", self.language.itemData(row)))
        card.add(self.tr("Language"), self.language, self.tr("From the next start on"))
        self.menu_bar = QCheckBox(self.tr("Menus at the top of the window"))
        self.menu_bar.clicked.connect(lambda on: self._prefer("menu_bar", on))
        card.add_box(self.menu_bar, self.tr("Otherwise they are behind a button. Ctrl+M"))
        self.tray = QCheckBox(self.tr("Go on in the system's tray when the window is closed"))
        self.tray.clicked.connect(lambda on: self._prefer("tray", on))
        self._tray_hint = card.add_box(self.tray)

    def _prefer(self, name: str, value: Any) -> None:
        setattr(self._preferences, name, value)

    def _add_search(self) -> None:
        card = self._card(self.tr("Search"))
        self.judge = self._chooser("judge")
        card.add(self.tr("The best results"), self.judge, self.tr("Who looks at them again, pair by pair"))
        self.mode = self._chooser("mode")
        card.add(self.tr("What counts as the same"), self.mode)
        self.top = NumberField()
        self.top.setRange(-1, MOST_CHECKED)
        self.top.setValue(-1)
        self.top.setSpecialValueText(" ")
        self.top.valueChanged.connect(lambda value: self.chosen.emit("top", None if value < 0 else value))
        card.add(self.tr("How many are checked"), self.top, self.tr("More find more, and take longer"))
        self.both_orders = self._box(self.tr("Compare each pair in both orders"), "both_orders")
        card.add_box(self.both_orders, self.tr("Takes twice as long, and is surer"))
        self.text_ahead = self._box(self.tr("Read the text in photos in the background"), "text_ahead")
        card.add_box(self.text_ahead, self.tr("Words then find signs, pages and receipts"))

    def _add_model(self) -> None:
        card = self._card(self.tr("Multimodal models"))
        self.budget = self._chooser("budget")
        for name, text in (
            ("fast", self.tr("Fast")),
            ("balanced", self.tr("Balanced")),
            ("fine", self.tr("Fine")),
        ):
            self.budget.addItem(text, name)
        self._budget_hint = card.add(self.tr("Detail that they see"), self.budget)
        self.limit = NumberField()
        self.limit.setRange(LEAST_MEGABYTES, 1_000_000)
        self.limit.setSuffix(self.tr(" MB"))
        self.limit.setSingleStep(500)
        self.limit.valueChanged.connect(lambda value: self.chosen.emit("token_limit", value * MEGABYTE))
        card.add(self.tr("Room on the disk for prepared photos"), self.limit)
        self.ahead = self._box(self.tr("Prepare photos while the computer is idle"), "tokens_ahead")
        card.add_box(self.ahead, self.tr("Searches are then many times faster"))
        self.together = self._box(self.tr("Ask a model only where it can change something"), "together")
        card.add_box(self.together, self.tr("Matching points answer first; otherwise the model looks at all"))
        self.captions_ahead = self._box(self.tr("Describe photos in the background"), "captions_ahead")
        card.add_box(self.captions_ahead, self.tr("Words then find what the model says of a photo"))
        self.models_button = QPushButton(self.tr("Models…"))
        self.models_button.clicked.connect(self.models_wanted)
        card.add(self.tr("Download, add or remove models"), self.models_button)

    def _add_folders(self) -> None:
        card = self._card(self.tr("Folders"))
        self.pace = self._chooser("pace")
        for name, text in (
            ("careful", self.tr("Slower on battery")),
            ("considerate", self.tr("Slower on battery and when the computer is busy")),
            ("fast", self.tr("Always at full speed")),
        ):
            self.pace.addItem(text, name)
        card.add(self.tr("Indexing new photos"), self.pace)
        self.excludes_button = QPushButton(self.tr("Change…"))
        self.excludes_button.clicked.connect(self.watching_wanted)
        self._excludes_hint = card.add(self.tr("Left out of the library"), self.excludes_button)
        self.about_button = QPushButton(self.tr("About this library…"))
        self.about_button.clicked.connect(self.about_wanted)
        self._folder_hint = card.add(self.tr("Where the library lies"), self.about_button)

    def _add_duplicates(self) -> None:
        card = self._card(self.tr("Duplicates"))
        self.rules = KeepingRules()
        self.rules.setFixedHeight(236)
        self.rules.changed.connect(lambda: self.chosen.emit("rules", self.rules.rules))
        card.add_wide(
            self.tr("Which photo is kept"),
            self.rules,
            self.tr("The first line that tells two photos apart decides"),
        )
        self.protected = ProtectedFolderList()
        self.protected.setFixedHeight(92)
        self.protected.changed.connect(lambda: self.chosen.emit("protected", self.protected.folders))
        card.add_wide(
            self.tr("Protected folders"), self.protected, self.tr("No duplicate in them is removed")
        )

    # What is shown

    def show_tray(self, possible: bool) -> None:
        """Offer the tray, or say that there is none."""
        self.tray.setEnabled(possible)
        self._tray_hint.setText(
            self.tr("Indexing goes on there. Ctrl+Q ends the program.")
            if possible
            else self.tr("This desktop has no tray.")
        )

    def show_preferences(self) -> None:
        """Show the preferences as they are now."""
        _select(self.theme, self._preferences.theme)
        _select(self.language, self._preferences.language)
        self.menu_bar.setChecked(self._preferences.menu_bar)
        self.tray.setChecked(self._preferences.tray)

    def show_library(self, is_open: bool) -> None:
        """Let the settings of the library be changed, or not yet."""
        for card in self._library_cards:
            card.setEnabled(is_open)

    def show_state(self, state: SettingsState) -> None:
        """Show the settings of the library."""
        self.show_library(True)
        _fill(self.judge, [(judge_text(name), name) for name in state.judges], state.judge)
        _fill(self.mode, [(mode_text(mode), mode) for mode in state.modes], state.mode)
        self.mode.setEnabled(bool(state.modes))
        if not state.modes:
            self.mode.addItem(mode_text("object"))
        with QSignalBlocker(self.top):
            suggested = self.tr("As suggested ({0})").format(format_count(state.suggested_top))
            self.top.setSpecialValueText(suggested)
            self.top.setValue(-1 if state.top is None else state.top)
        self.both_orders.setChecked(state.both_orders)
        self.together.setChecked(state.together)
        self.text_ahead.setChecked(state.text_ahead)
        self.captions_ahead.setChecked(state.captions_ahead)
        _select(self.budget, state.budget)
        self._budget_hint.setText(self._budget_text(state.suggested_budget))
        with QSignalBlocker(self.limit):
            self.limit.setValue(state.token_limit // MEGABYTE)
        self.ahead.setChecked(state.tokens_ahead)
        _select(self.pace, state.pace)
        patterns = ", ".join(state.excludes)
        self._excludes_hint.setText(patterns or self.tr("Nothing"))
        self._folder_hint.setText(str(state.folder))
        self.rules.show_rules(state.rules)
        self.protected.show_folders(state.protected)

    def _budget_text(self, suggested: str) -> str:
        if not suggested:
            return self.tr("More detail takes longer")
        name = self.budget.itemText(self.budget.findData(suggested))
        return self.tr("More detail takes longer. For this computer: {0}").format(name)


def _fill(chooser: QComboBox, lines: Sequence[tuple[str, str]], chosen: str) -> None:
    chooser.clear()
    for text, value in lines:
        chooser.addItem(text, value)
    _select(chooser, chosen)


def _select(chooser: QComboBox, value: str) -> None:
    chooser.setCurrentIndex(max(0, chooser.findData(value)))
