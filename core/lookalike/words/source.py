"""Word source: what finds photos by words, each with the reason why it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Reason:
    """Why a photo was found.

    Attributes:
        kind: "label", "name", "folder", "keyword", "title", "description", "camera", "lens", "date", "place",
            "text", "caption" or "model".
        text: what was found there, e.g. the label "golden retriever" or the place "Paris, France".
        certain: whether it is shown as a fact, and not as what the photo looks like.
    """

    kind: str
    text: str
    certain: bool


@dataclass(frozen=True)
class WordHit:
    """A photo that words have found.

    Attributes:
        content_id: the photo.
        score: higher is better; comparable within one source only.
        reason: why it was found.
    """

    content_id: int
    score: float
    reason: Reason


class WordSource(Protocol):
    """Finds photos by words.

    Attributes:
        name: tells sources apart.
    """

    name: str

    def search(
        self, words: Sequence[str], phrase: str, k: int, allowed_ids: NDArray[np.int64] | None
    ) -> list[WordHit]:
        """The photos that words find.

        Args:
            words: what is searched for, word by word.
            phrase: the same as it was typed.
            k: the most hits.
            allowed_ids: the photos that may be found, ascending; all when None.

        Returns:
            Best first; an empty list where the words mean nothing to this source.
        """
        ...
