"""Model search: finds photos by words with a dual encoder, whose text tower and image tower share one space.

Unlike labels it knows any words, and says of every photo how well they suit it. What score is enough differs from model
to model, so it says nothing for certain, and its list goes on as long as is asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.protocol import DescriptionService
from lookalike.index import VectorIndex
from lookalike.words.source import Reason, WordHit

UNWANTED_WEIGHT = 0.25
"""What the mean of the unwanted words' vectors weighs against the words' own. More loses what is wanted; leaving out
what a label is sure of is better than any weight (docs/benchmarks.md, "Unwanted words")."""

REMEMBERED = 256
"""Texts whose vectors are kept, so that the model is not asked anew with every letter typed."""


@dataclass(frozen=True)
class DualEncoder:
    """A dual encoder at work in one library.

    Attributes:
        key: names the model.
        service: describes words.
        index: finds the photos that the model has described.
    """

    key: str
    service: DescriptionService
    index: VectorIndex


class ModelSearch:
    """Finds photos by a dual encoder; see `WordSource`. Any thread may use it.

    Args:
        use: lends the dual encoder in use; None while there is none. Raises LookalikeError where it cannot be used.
    """

    name = "model"

    def __init__(self, use: Callable[[], AbstractContextManager[DualEncoder | None]]) -> None:
        self._use = use
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
        self._answered = ""

    @property
    def is_ready(self) -> bool:
        """Whether an answer comes at once: there is no model, or it is loaded already.

        Raises:
            LookalikeError: the model cannot be used.
        """
        with self._use() as encoder:
            return encoder is None or not len(encoder.index) or encoder.key == self._answered

    def search(
        self,
        words: Sequence[str],
        phrase: str,
        k: int,
        allowed_ids: NDArray[np.int64] | None,
        unwanted: Sequence[str] = (),
    ) -> list[WordHit]:
        """The photos that suit words best; see `WordSource.search`.

        Args:
            words: what is searched for, word by word.
            phrase: the same as it was typed.
            k: the most hits.
            allowed_ids: the photos that may be found, ascending; all when None.
            unwanted: texts that the photos should rather not suit.

        Raises:
            LookalikeError: the model cannot be used.
        """
        text = " ".join(words) or phrase
        with self._use() as encoder:
            if encoder is None or not text.strip() or k < 1 or not len(encoder.index):
                return []
            vectors = self._vectors(encoder, [text, *unwanted])
            asked = vectors[0]
            if unwanted:
                asked = asked - UNWANTED_WEIGHT * vectors[1:].mean(axis=0)
            found = encoder.index.search(asked, k, allowed_ids)
        reason = Reason("model", text, certain=False)
        return [
            WordHit(number, similarity, reason)
            for number, similarity in zip(found.ids.tolist(), found.similarities.tolist(), strict=True)
        ]

    def _vectors(self, encoder: DualEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
        """The unit vectors of texts, float32 (len(texts), dimension)."""
        with self._lock:
            known = {text: self._known.get((encoder.key, text)) for text in texts}
        lacking = [text for text, vector in known.items() if vector is None]
        if lacking:
            described = encoder.service.describe_words(lacking).result()
            known.update(zip(lacking, described, strict=True))
            with self._lock:
                self._answered = encoder.key
                for text, vector in zip(lacking, described, strict=True):
                    self._known[encoder.key, text] = vector
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return np.stack([vector for vector in map(known.__getitem__, texts) if vector is not None])
