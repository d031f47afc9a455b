"""Model offer: a quiet line above the photos with the model that suits this computer, until the user decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from lookalike_desktop.qt.formatting import format_transfer
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from lookalike.library.model_manager import ModelListing


class ModelOffer(QFrame):
    """The line; hidden while there is nothing to offer, or other pages are in front.

    Args:
        parent: the Qt parent.
    """

    download_wanted = Signal(object)
    """The `ModelListing` is to be downloaded, after a question."""
    others_wanted = Signal()
    declined = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listing: ModelListing | None = None
        self._in_front = True
        self.setProperty("card", True)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.download_button = QPushButton(self.tr("Download…"))
        self.download_button.setToolTip(self.tr("Asks once more before anything is downloaded"))
        self.download_button.clicked.connect(self._on_download)
        self.others_button = QPushButton(self.tr("Other models"))
        self.others_button.setProperty("flat", True)
        self.others_button.clicked.connect(self.others_wanted)
        self.decline_button = QPushButton(self.tr("No, thanks"))
        self.decline_button.setProperty("flat", True)
        self.decline_button.setToolTip(self.tr("This is not offered again; the page of models has it"))
        self.decline_button.clicked.connect(self._on_declined)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        for button in (self.download_button, self.others_button, self.decline_button):
            row.addWidget(button)
        self.hide()

    def show_offer(self, listing: ModelListing | None) -> None:
        """Offer a model; None for nothing."""
        self._listing = listing
        if listing is not None:
            self.words.setText(
                self.tr(
                    "Results can also be checked by a model that looks at both photos. {0} suits this "
                    "computer: {1} to download, {2}, {3} of memory. Licence: {4}."
                ).format(
                    listing.name,
                    format_transfer(listing.size - listing.downloaded),
                    self._speed_text(listing.speed),
                    format_transfer(listing.memory),
                    listing.licence,
                )
            )
            self.setAccessibleName(self.words.text())
        self._choose()

    def show_in_front(self, on: bool) -> None:
        """Whether the photos of the library are in front, above which it stands."""
        self._in_front = on
        self._choose()

    def _speed_text(self, speed: str) -> str:
        words = {
            "fast": self.tr("several pairs of photos a second"),
            "moderate": self.tr("about one pair of photos a second"),
            "slow": self.tr("a few seconds for a pair of photos"),
            "very slow": self.tr("many seconds for a pair of photos"),
        }
        return words[speed]

    def _choose(self) -> None:
        self.setVisible(self._listing is not None and self._in_front)

    def _on_download(self) -> None:
        if self._listing is not None:
            self.download_wanted.emit(self._listing)

    def _on_declined(self) -> None:
        self.show_offer(None)
        self.declined.emit()


class ModelOfferController(QObject):
    """Reads what is to be offered, once the library has photos, and remembers a no.

    Args:
        session: the open library.
        offer: the line.
        parent: the Qt parent.
    """

    def __init__(self, session: LibrarySession, offer: ModelOffer, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._offer = offer
        self._read = False
        offer.declined.connect(self._decline)

    def read_once(self, photos: object) -> None:
        """Read the offer when the first photos are there."""
        if photos and not self._read:
            self._read = True
            self.read()

    def read(self) -> None:
        """Read what is to be offered now."""
        library = self._session.library
        if library is not None and self._read:
            self._session.tasks.run(library.model_offer.get, self._offer.show_offer)

    def _decline(self) -> None:
        library = self._session.library
        if library is not None:
            self._session.tasks.run(library.model_offer.decline)
