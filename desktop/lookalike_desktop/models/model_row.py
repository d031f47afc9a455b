"""Model row: one model in the list, what it needs, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from lookalike_desktop.qt.formatting import format_count, format_pace, format_transfer
from lookalike_desktop.qt.progress_text import progress_text
from lookalike_desktop.qt.stored_text import translate_stored

if TYPE_CHECKING:
    from lookalike.library.model_manager import ModelListing
    from lookalike.library.words_model import WordsModelState
    from lookalike.progress import Progress

translate = QCoreApplication.translate


class ModelRow(QFrame):
    """A model that is installed or can be downloaded.

    Args:
        listing: the core's facts.
        in_use: whether this library uses it.
        words_model: how far it is, where words find photos by it; else None.
        parent: the Qt parent.
    """

    download_wanted = Signal(object)
    """The `ModelListing` is to be downloaded; likewise below."""
    cancel_wanted = Signal()
    use_wanted = Signal(object)
    words_wanted = Signal(object)
    """Words are to find photos by the `ModelListing`, or where they do, no longer."""
    check_wanted = Signal(object)
    remove_wanted = Signal(object)
    step_wanted = Signal(object, int)
    """The focus is to go up (-1) or down (1) from this `ModelRow`."""

    def __init__(
        self,
        listing: ModelListing,
        in_use: bool,
        words_model: WordsModelState | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.listing = listing
        self.in_use = in_use
        self.words_model = words_model
        self.setProperty("card", True)
        self.setProperty("row", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        name = QLabel(self.title, self)
        name.setProperty("title", True)
        self._badge = QLabel(self._badge_text(), self)
        self._badge.setProperty("badge", True)
        self._badge.setVisible(bool(self._badge.text()))
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(name)
        top.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addStretch(1)
        self._facts = QLabel(" · ".join(self._fact_texts()), self)
        self._facts.setProperty("quiet", True)
        self._facts.setVisible(bool(self._facts.text()))
        self._state = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(top)
        for text in (
            self._purpose_text(),
            self.tr("The most capable one that runs comfortably on this computer.")
            if listing.recommended and not listing.installed
            else "",
        ):
            if text:
                label = QLabel(text)
                label.setWordWrap(True)
                column.addWidget(label)
        for label in (self._facts, self._state):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self._bar)
        column.addStretch(1)
        self.main_button = QPushButton()
        self.main_button.clicked.connect(self._act)
        self.words_button = QPushButton(
            self.tr("Use for words") if words_model is None else self.tr("Not for words")
        )
        self.words_button.setToolTip(
            self.tr(
                "Words find photos by this model, beside the model that describes them. "
                "It looks at all photos once, in the background."
            )
        )
        self.words_button.clicked.connect(lambda: self.words_wanted.emit(self.listing))
        self.check_button = QPushButton(self.tr("Check"))
        self.check_button.setToolTip(self.tr("Check that its files are intact and belong together"))
        self.check_button.clicked.connect(lambda: self.check_wanted.emit(self.listing))
        self.remove_button = QPushButton(self.tr("Remove"))
        self.remove_button.clicked.connect(lambda: self.remove_wanted.emit(self.listing))
        for button in (self.words_button, self.check_button, self.remove_button):
            button.setProperty("flat", True)
        for button in self._buttons:
            button.setMinimumWidth(112)
        buttons = QVBoxLayout()
        buttons.setSpacing(4)
        for button in self._buttons:
            buttons.addWidget(button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 14, 12)
        row.setSpacing(20)
        row.addLayout(column, 1)
        row.addLayout(buttons)
        self.show_idle(False)

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return (self.main_button, self.words_button, self.check_button, self.remove_button)

    @property
    def title(self) -> str:
        """The model's name as people read it."""
        return model_title(self.listing.name) if self.built_in else self.listing.name

    @property
    def built_in(self) -> bool:
        """Whether it comes with Lookalike."""
        return self.listing.installed and self.listing.size == 0

    @property
    def state(self) -> str:
        """The line about what is happening; empty at rest."""
        return self._state.text()

    @property
    def text(self) -> str:
        """Everything the row says, for tests and screen readers."""
        labels = [label.text() for label in self.findChildren(QLabel) if label.text()]
        return ". ".join(label.rstrip(".") for label in labels)

    def _badge_text(self) -> str:
        if self.in_use:
            return self.tr("In use")
        if self.words_model is not None:
            return self.tr("In use for words")
        if self.listing.recommended:
            return self.tr("Recommended")
        return self.tr("Installed") if self.listing.installed and not self.built_in else ""

    def _purpose_text(self) -> str:
        if not self.built_in:
            return QCoreApplication.translate("models", self.listing.good_for)
        if self.listing.kind == "judge":
            return self.tr(
                "Looks for the same details at the same places in both photos. Comes with Lookalike."
            )
        return self.tr("Describes photos at a moderate cost; does not read words. Comes with Lookalike.")

    def _fact_texts(self) -> list[str]:
        listing = self.listing
        facts = []
        if listing.size:
            facts.append(format_transfer(listing.size))
        if listing.memory:
            memory = self.tr("{0} of memory").format(format_transfer(listing.memory))
            fits = {
                "tight": self.tr("{0}, tight on this computer").format(memory),
                "too large": self.tr("{0}, too much for this computer").format(memory),
            }
            facts.append(fits.get(listing.fit, memory))
        if listing.pairs_per_second is not None:
            facts.append(format_pace(listing.pairs_per_second))
        elif listing.photos_per_second is not None:
            facts.append(self.tr("{0} photos per second").format(f"{listing.photos_per_second:.3g}"))
        elif listing.speed:
            speeds = {
                "fast": self.tr("fast"),
                "moderate": self.tr("moderate speed"),
                "slow": self.tr("slow"),
                "very slow": self.tr("very slow"),
            }
            facts.append(speeds[listing.speed])
        if listing.licence:
            facts.append(listing.licence)
        return facts

    def show_idle(self, others_busy: bool) -> None:
        """Show the model as it is while nothing happens to it."""
        listing = self.listing
        if listing.installed:
            self.main_button.setText(self.tr("Use"))
            self.main_button.setEnabled(not self.in_use and listing.usable)
        else:
            self.main_button.setText(self.tr("Continue…") if listing.downloaded else self.tr("Download…"))
            self.main_button.setEnabled(listing.usable and not others_busy)
        state = ""
        if not listing.usable:
            state = self.tr("This version of Lookalike cannot run this kind of model yet.")
        elif listing.downloaded:
            state = self.tr("{0} downloaded so far.").format(format_transfer(listing.downloaded))
        elif self.words_model is not None:
            state = translate_stored(self.words_model.problem) or self.tr(
                "Words find {0} of {1} photos by it."
            ).format(format_count(self.words_model.described), format_count(self.words_model.photos))
        self._set_state(state)
        self._bar.setVisible(False)
        self.main_button.setProperty("primary", listing.recommended and not listing.installed)
        own = listing.installed and not self.built_in
        self.words_button.setVisible(listing.reads_words)
        self.check_button.setVisible(own)
        self.remove_button.setVisible(own or listing.downloaded > 0)
        for button in (self.check_button, self.remove_button):
            button.setEnabled(not others_busy)
        self._name_buttons()

    def show_progress(self, progress: Progress) -> None:
        """Show how far a download, an import or a check is."""
        self._set_state(progress_text(progress))
        self._bar.setVisible(True)
        if progress.total:
            # Qt counts in 32 bits: a thousandth of the whole is fine enough.
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * progress.done / progress.total))
        else:
            self._bar.setRange(0, 0)
        self.main_button.setText(self.tr("Cancel"))
        self.main_button.setProperty("primary", False)
        self.main_button.setEnabled(True)
        for button in (self.words_button, self.check_button, self.remove_button):
            button.setVisible(False)
        self._name_buttons()

    def show_cancelling(self) -> None:
        """Show that the job ends as soon as it can."""
        self._set_state(self.tr("Stopping…"))
        self.main_button.setEnabled(False)

    def _set_state(self, state: str) -> None:
        self._state.setText(state)
        self._state.setVisible(bool(state))
        badge = f"{self._badge.text()}. " if self._badge.text() else ""
        self.setAccessibleName(f"{self.title}. {badge}{state}".strip())
        self.setAccessibleDescription(self.text)

    def _name_buttons(self) -> None:
        for button in self._buttons:
            button.setAccessibleName(f"{button.text().rstrip('…')} {self.title}")
            button.style().unpolish(button)
            button.style().polish(button)

    def _act(self) -> None:
        if not self._bar.isHidden():
            self.cancel_wanted.emit()
        elif self.listing.installed:
            self.use_wanted.emit(self.listing)
        else:
            self.download_wanted.emit(self.listing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from model to model, Return does what the main button does, Delete removes."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_wanted.emit(self, 1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.main_button.click()
        elif key == Qt.Key.Key_Delete and not self.remove_button.isHidden():
            self.remove_button.click()
        else:
            super().keyPressEvent(event)


def model_title(name: str) -> str:
    """A model's name as people read it."""
    built_in = {
        "none": translate("ModelRow", "Nothing"),
        "geometry": translate("ModelRow", "Matching points"),
        "default": translate("ModelRow", "Built-in descriptor"),
    }
    return built_in.get(name, name)
