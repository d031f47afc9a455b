"""The circuit breaker: switches a model off that breaks down too often."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np

from lookalike.errors import Phrase
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import Material
from lookalike.judges.token_store.visual_tokens import VisualTokens

LOADS = 2
"""Deaths while loading after which the model is switched off."""
TRIES = 2
"""Deaths on a photo after which the model is spared it; the first may have had another reason."""
BAD_PHOTOS = 3
"""Photos that the model may break down on before it is switched off."""
DEATHS = 12
"""Deaths of any kind before it is switched off."""


class CircuitBreaker:
    """Counts the deaths of a model's worker.

    Args:
        name: the model's name, for messages.
        log: the file of the worker's own messages, likewise.

    Attributes:
        deaths: what is told of each.
        photos: identities of the photos that the model breaks down on.
    """

    def __init__(self, name: str, log: str) -> None:
        self.deaths: list[Phrase] = []
        self.photos: set[str] = set()
        self._name = name
        self._log = Path(log)
        self._loads = 0
        self._useless = False
        self._tries: Counter[str] = Counter()

    def check(self) -> None:
        """Raise `JudgeError` if the model is switched off."""
        if self._useless:
            how = Phrase("{name} broke down whatever it was given", name=self._name)
        elif self._loads >= LOADS:
            how = Phrase("{name} broke down twice", name=self._name)
        elif len(self.photos) >= BAD_PHOTOS:
            how = Phrase("{name} broke down on {count} photos", name=self._name, count=len(self.photos))
        elif len(self.deaths) >= DEATHS:
            how = Phrase("{name} broke down {count} times", name=self._name, count=len(self.deaths))
        else:
            return
        raise JudgeError(
            "{how} and is switched off until Lookalike starts again ({problem}).",
            "Choose another model, or import it again; {log} says more.",
            how=how,
            problem=self.deaths[-1],
            log=self._log,
        )

    def over(self, photo: Material) -> bool:
        """Whether the model breaks down on this photo."""
        return bool(self.photos) and _name(photo) in self.photos

    def died(self, message: Phrase, photo: Material | None = None, *, hung: bool = False) -> None:
        """Count a death, on a photo if it is known which; a photo the model hung on is refused at once."""
        self.deaths.append(message)
        if photo is not None:
            name = _name(photo)
            self._tries[name] += TRIES if hung else 1
            if self._tries[name] >= TRIES:
                self.photos.add(name)

    def died_loading(self, message: Phrase, *, hung: bool) -> None:
        """Count a death while loading; a model that hung then is not loaded again."""
        self.deaths.append(message)
        self._loads += LOADS if hung else 1

    def switch_off(self, message: Phrase) -> None:
        """Switch the model off: it died on a plain grey photo.

        Raises:
            JudgeError: always.
        """
        self.deaths.append(message)
        self._useless = True
        self.check()


def _name(photo: Material) -> str:
    """Identifies a photo by what the model is given of it."""
    pixels = photo.embeddings if isinstance(photo, VisualTokens) else photo
    return hashlib.blake2b(np.ascontiguousarray(pixels).tobytes(), digest_size=16).hexdigest()
