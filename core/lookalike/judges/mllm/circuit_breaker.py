"""What has gone wrong with a model, and whether it is still of use."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import Material
from lookalike.judges.mllm.tokens import VisualTokens

LOADS = 2
"""Deaths while loading after which the model is switched off."""
TRIES = 2
"""Deaths on a photo after which it is not given to the model again; the first may have had another reason."""
BAD_PHOTOS = 3
"""Photos that the model may break down on before it is switched off."""
DEATHS = 12
"""Deaths of any kind before it is switched off."""


class CircuitBreaker:
    """Counts the deaths of a model's worker.

    Args:
        name: the model's name, for messages.
        log: where the worker's own messages are, likewise.

    Attributes:
        deaths: what was said of each.
        photos: names of the photos that the model breaks down on.
    """

    def __init__(self, name: str, log: str) -> None:
        self.deaths: list[str] = []
        self.photos: set[str] = set()
        self._name = name
        self._log = Path(log)
        self._loads = 0
        self._useless = False
        self._tries: Counter[str] = Counter()

    def check(self) -> None:
        """Raise `JudgeError` if the model is switched off."""
        if self._useless:
            how = "broke down whatever it was given"
        elif self._loads >= LOADS:
            how = "broke down twice"
        elif len(self.photos) >= BAD_PHOTOS:
            how = f"broke down on {len(self.photos)} photos"
        elif len(self.deaths) >= DEATHS:
            how = f"broke down {len(self.deaths)} times"
        else:
            return
        raise JudgeError(
            f"{self._name} {how} and is switched off until Lookalike starts again "
            f"({self.deaths[-1].rstrip('.')}).",
            f"Choose another model or copy its files again; {self._log} tells more.",
        )

    def over(self, photo: Material) -> bool:
        """Whether the model breaks down on this photo."""
        return bool(self.photos) and _name(photo) in self.photos

    def died(self, message: str, photo: Material | None = None, *, hung: bool = False) -> None:
        """Count a death, over a photo if it is known which; over one that made the model hang it dies no more."""
        self.deaths.append(message)
        if photo is not None:
            name = _name(photo)
            self._tries[name] += TRIES if hung else 1
            if self._tries[name] >= TRIES:
                self.photos.add(name)

    def died_loading(self, message: str, *, hung: bool) -> None:
        """Count a death while loading; a model that hangs then is not loaded again."""
        self.deaths.append(message)
        self._loads += LOADS if hung else 1

    def useless(self, message: str) -> None:
        """Switch the model off: it died on a plain grey photo.

        Raises:
            JudgeError: always.
        """
        self.deaths.append(message)
        self._useless = True
        self.check()


def _name(photo: Material) -> str:
    """Tells photos apart by what the model sees of them."""
    pixels = photo.embeddings if isinstance(photo, VisualTokens) else photo
    return hashlib.blake2b(np.ascontiguousarray(pixels).tobytes(), digest_size=16).hexdigest()
