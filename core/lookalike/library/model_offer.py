"""Model offer: the multimodal model that suits this computer, offered until the user has one or wants none."""

from __future__ import annotations

from lookalike.catalog.settings import Settings
from lookalike.judges.registry import JudgeRegistry
from lookalike.library.model_manager import ModelListing, ModelManager


class ModelOffer:
    """Offers a model; nothing is downloaded by it. Any thread may use it.

    Args:
        settings: remember that the offer was declined.
        models: the models that there are.
        judges: the judges that work here.
    """

    def __init__(self, settings: Settings, models: ModelManager, judges: JudgeRegistry) -> None:
        self._settings = settings
        self._models = models
        self._judges = judges

    def get(self) -> ModelListing | None:
        """The model to offer; None where one is there already, none suits, none can run, or the user declined.

        Raises:
            LookalikeError: the list of models cannot be read.
        """
        if self._settings.model_offer_declined or self._judges.missing():
            return None
        listings = [listing for listing in self._models.listings() if listing.kind == "judge"]
        if any(listing.installed for listing in listings):
            return None
        return next((listing for listing in listings if listing.recommended), None)

    def decline(self) -> None:
        """Never offer a model again in this library."""
        self._settings.model_offer_declined = True
