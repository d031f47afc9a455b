"""Word sources: whatever finds photos by words, each with the reason why it found one."""

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
        kind: where: "label", "name", "folder", "keyword", "title", "description", "camera", "lens", "date", "place",
            "text", "caption" or "model".
        text: what was found there, e.g. the label "golden retriever", the place "Paris, France".
        certain: shown as a fact, or else as what the photo looks like.
    """

    kind: str
    text: str
    certain: bool


@dataclass(frozen=True)
class WordHit:
    """A photo that a source has found.

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
        name: of the source, for logs and benchmarks.
    """

    name: str

    def search(
        self, words: Sequence[str], phrase: str, k: int, allowed_ids: NDArray[np.int64] | None
    ) -> list[WordHit]:
        """Best first; an empty list where the words mean nothing to this source.

        Args:
            words: the words, one by one.
            phrase: the same as they were written.
            k: photos at most.
            allowed_ids: the only ids that may be found, ascending; None for all.
        """
        ...
