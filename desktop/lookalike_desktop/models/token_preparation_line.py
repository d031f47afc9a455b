"""The line at the bottom that says how far the photos are prepared for a multimodal model."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from lookalike_desktop.models.token_preparation_controller import PreparationProgress, State
from lookalike_desktop.qt.numbers import count_words, duration_words

ONE_LINE = 760
"""From this width on the words stand beside the box, pixels."""


class TokenPreparationLine(QFrame):
    """A box to allow it, words, a bar, and a button that has it rest.

    Args:
        parent: the Qt parent.
    """

    allowed = Signal(bool)
    held = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._holding = False
        self.box = QCheckBox(self.tr("Prepare photos while the computer is idle"))
        self.box.setToolTip(
            self.tr(
                "The model looks at every photo once, ahead of time. Searches are then many times faster."
            )
        )
        self.box.clicked.connect(self.allowed)
        self._words = QLabel()
        self._words.setProperty("quiet", True)
        self._words.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(100)
        self.button = QPushButton()
        self.button.setProperty("flat", True)
        self.button.clicked.connect(lambda: self.held.emit(not self._holding))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(24, 4, 16, 4)
        self._grid.setHorizontalSpacing(14)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.box, 0, 0)
        self._grid.addWidget(self._bar, 0, 2)
        self._grid.addWidget(self.button, 0, 3)
        self._place_words()
        self.hide()

    def minimumSizeHint(self) -> QSize:
        """Room for everything but the words, which go below where it is narrow."""
        parts = [part for part in (self.box, self._bar, self.button) if not part.isHidden()]
        needed = sum(part.sizeHint().width() + self._grid.horizontalSpacing() for part in parts)
        margins = self._grid.contentsMargins()
        return QSize(needed + margins.left() + margins.right(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the words where there is room for them."""
        super().resizeEvent(event)
        self._place_words()

    def _place_words(self) -> None:
        self._grid.removeWidget(self._words)
        beside = self.width() >= ONE_LINE
        side = Qt.AlignmentFlag.AlignRight if beside else Qt.AlignmentFlag.AlignLeft
        self._words.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        if beside:
            self._grid.addWidget(self._words, 0, 1)
        else:
            self._grid.addWidget(self._words, 1, 0, 1, 4)

    @property
    def words(self) -> str:
        """The words shown."""
        return self._words.text()

    def show_preparation(self, preparation: PreparationProgress) -> None:
        """Show where it stands."""
        state, progress = preparation.state, preparation.progress
        self._holding = state is State.HELD
        self.setVisible(state is not State.USELESS)
        self.box.setChecked(state not in {State.USELESS, State.FORBIDDEN})
        self.button.setVisible(state in {State.HELD, State.WAITING, State.RUNNING})
        self.button.setText(self.tr("Go on") if self._holding else self.tr("Pause"))
        counted = progress is not None and progress.total is not None
        self._bar.setVisible(counted and self.button.isVisibleTo(self))
        if progress is not None and progress.total is not None:
            self._bar.setRange(0, max(1, progress.total))
            self._bar.setValue(progress.done)
        self._words.setText(self._said(preparation))
        self._words.setVisible(bool(self._words.text()))
        self._words.setToolTip(preparation.trouble)

    def _said(self, preparation: PreparationProgress) -> str:
        state, progress = preparation.state, preparation.progress
        if state is State.FAILED:
            return preparation.trouble
        if state is State.DONE:
            skipped = len(progress.skipped) if progress is not None else 0
            if skipped:
                return self.tr("All photos but {0} are prepared").format(count_words(skipped))
            return self.tr("All photos are prepared")
        if state in {State.USELESS, State.FORBIDDEN}:
            return ""
        parts = []
        if progress is not None and progress.total is not None:
            parts.append(
                self.tr("{0} of {1} photos prepared").format(
                    count_words(progress.done), count_words(progress.total)
                )
            )
        if state is State.HELD:
            parts.append(self.tr("paused"))
        elif state is State.WAITING:
            parts.append(
                self.tr("goes on when nobody works") if parts else self.tr("Begins when nobody works")
            )
        elif progress is not None and progress.eta is not None and progress.done < (progress.total or 0):
            parts.append(self.tr("{0} left").format(duration_words(progress.eta)))
        return " · ".join(parts)
