"""Token preparation line: at the bottom, how far the photos are prepared for a multimodal model."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from lookalike_desktop.models.token_preparation_controller import PreparationProgress, State
from lookalike_desktop.qt.formatting import format_count, format_duration

translate = QCoreApplication.translate

ONE_LINE = 760
"""From this width on the text stands beside the box, pixels."""


class TokenPreparationLine(QFrame):
    """A box that allows it, a line of text, a bar, and a button that pauses it.

    Args:
        parent: the Qt parent.
    """

    allowed = Signal(bool)
    """Photos may (True) or may not be prepared."""
    held = Signal(bool)
    """The preparation is to be paused (True) or to go on."""

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
        self._text = QLabel()
        self._text.setProperty("quiet", True)
        self._text.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(100)
        self.button = QPushButton(self.tr("Pause"))
        self.button.setProperty("flat", True)
        self.button.clicked.connect(lambda: self.held.emit(not self._holding))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(24, 4, 16, 4)
        self._grid.setHorizontalSpacing(14)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.box, 0, 0)
        self._grid.addWidget(self._bar, 0, 2)
        self._grid.addWidget(self.button, 0, 3)
        self._place_text()
        self.hide()

    def minimumSizeHint(self) -> QSize:
        """Room for everything but the text, which goes below where it is narrow."""
        parts = [part for part in (self.box, self._bar, self.button) if not part.isHidden()]
        needed = sum(part.sizeHint().width() + self._grid.horizontalSpacing() for part in parts)
        margins = self._grid.contentsMargins()
        return QSize(needed + margins.left() + margins.right(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the text where there is room for it."""
        super().resizeEvent(event)
        self._place_text()

    def _place_text(self) -> None:
        self._grid.removeWidget(self._text)
        beside = self.width() >= ONE_LINE
        side = Qt.AlignmentFlag.AlignRight if beside else Qt.AlignmentFlag.AlignLeft
        self._text.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        if beside:
            self._grid.addWidget(self._text, 0, 1)
        else:
            self._grid.addWidget(self._text, 1, 0, 1, 4)

    @property
    def text(self) -> str:
        """The line of text."""
        return self._text.text()

    def show_preparation(self, preparation: PreparationProgress) -> None:
        """Show how far the preparation is."""
        state, progress = preparation.state, preparation.progress
        self._holding = state is State.HELD
        self.setVisible(state is not State.USELESS)
        self.box.setChecked(state not in {State.USELESS, State.FORBIDDEN})
        self.button.setVisible(state in {State.HELD, State.WAITING, State.RUNNING})
        self.button.setText(self.tr("Resume") if self._holding else self.tr("Pause"))
        counted = progress is not None and progress.total is not None
        self._bar.setVisible(counted and self.button.isVisibleTo(self))
        if progress is not None and progress.total is not None:
            self._bar.setRange(0, max(1, progress.total))
            self._bar.setValue(progress.done)
        self._text.setText(preparation_text(preparation))
        self._text.setVisible(bool(self._text.text()))
        self._text.setToolTip(preparation.problem)


def preparation_text(preparation: PreparationProgress) -> str:
    """How far photos are prepared, in one line; empty where there is nothing to say."""
    state, progress = preparation.state, preparation.progress
    if state is State.FAILED:
        return preparation.problem
    if state is State.DONE:
        skipped = len(progress.skipped) if progress is not None else 0
        if skipped:
            return translate("TokenPreparationLine", "All photos but {0} are prepared").format(
                format_count(skipped)
            )
        return translate("TokenPreparationLine", "All photos are prepared")
    if state in {State.USELESS, State.FORBIDDEN}:
        return ""
    parts = []
    if progress is not None and progress.total is not None:
        parts.append(
            translate("TokenPreparationLine", "{0} of {1} photos prepared").format(
                format_count(progress.done), format_count(progress.total)
            )
        )
    if state is State.HELD:
        parts.append(translate("TokenPreparationLine", "paused"))
    elif state is State.WAITING:
        parts.append(
            translate("TokenPreparationLine", "continues when the computer is idle")
            if parts
            else translate("TokenPreparationLine", "Starts when the computer is idle")
        )
    elif progress is not None and progress.eta is not None and progress.done < (progress.total or 0):
        parts.append(translate("TokenPreparationLine", "{0} left").format(format_duration(progress.eta)))
    return " · ".join(parts)
