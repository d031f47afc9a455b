"""Open words: what any word or phrase means in terms of the labels that the embedded network knows.

A photo's score for words is the sum of its labels' probabilities, each weighted by how near the label is to the words
(ConSE: Norouzi et al., "Zero-Shot Learning by Convex Combination of Semantic Embeddings", ICLR 2014). Unlike there,
weights fall off fast from the nearest meaning, and a label counts as near as the nearest of all that it is a kind of:
"dog" finds every breed. Figures in docs/benchmarks.md, "Words without a download".
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.words.files import words_file
from lookalike.words.sentence_encoder import SentenceEncoder
from lookalike.words.synsets import MEANINGS, kinds_of_nouns, load_synsets
from lookalike.words.word_forms import forms_of, parts_of

SHARPNESS = 0.03
"""How fast weights fall off: by e for each such difference in the sum of two cosines."""

BROADEST = 400
"""Meanings that more classes are kinds of say nothing of a photo, e.g. "object"."""

RELATED = 0.3
"""The most that a label weighs that is near a word by its meaning, where the word is itself the name of others."""

LEAST_WEIGHT = 1e-3
"""Meanings that would weigh less weigh nothing."""

KIND = 0.5
"""What a label weighs for a word that is another kind of the same, e.g. an ox for "giraffe", before its nearness."""

CONTEXT = 0.1
"""The most that the rest of a phrase weighs, e.g. of "grass" in "puppy on grass"."""

LEAST_NEARNESS = 0.82
"""The least cosine to the nearest name of words that WordNet does not place. Others mean nothing to the labels."""

REMEMBERED = 256
"""Words whose meaning is kept, so that the encoder is not asked anew with every letter typed."""


@dataclass(frozen=True)
class Meaning:
    """What words mean in terms of labels.

    Attributes:
        weights: how near each class is, 0 to 1, float32 (classes,).
        named: whether the words are a name of the class or of what it is a kind of, bool (classes,).
        is_known: whether the words mean anything to the labels.
        is_word: whether they are a word that WordNet places among the labels.
    """

    weights: NDArray[np.float32]
    named: NDArray[np.bool_]
    is_known: bool
    is_word: bool


class OpenWords:
    """Finds the meaning of words. Any thread may ask.

    Args:
        encoder: encodes them.
    """

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Meaning] = OrderedDict()

    def meaning(self, text: str) -> Meaning:
        """The meaning of a word or a phrase.

        Raises:
            ModelError: the files are missing or damaged.
        """
        text = " ".join(text.split())
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
        found = self._found(text)
        with self._lock:
            self._known[text] = found
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found

    def _found(self, text: str) -> Meaning:
        whole = self._of(text)
        if whole.named.any():
            return whole
        head, rest = parts_of(text)
        # Of "old wooden boat", boats; only where the whole is no word of its own, as "sea lion" is.
        for about in dict.fromkeys((head, *reversed(head.split()))):
            if about and about != text and not whole.is_word:
                found = self._of(about)
                if found.is_known and (found.is_word or not whole.is_known):
                    rest = " ".join(filter(None, (head.removesuffix(about).strip(), rest)))
                    context = self._of(rest) if rest else None
                    if context is None or not context.is_known:
                        return found
                    return replace(
                        found, weights=np.maximum(found.weights, np.float32(CONTEXT) * context.weights)
                    )
        return whole

    def _of(self, text: str) -> Meaning:
        """The meaning of a text as a whole."""
        synsets = load_synsets()
        names, definitions = _encoded()
        vector = self._encoder.encode([text])[0]
        to_names = np.maximum.reduceat((names @ vector)[synsets.name_numbers], synsets.name_starts)
        nearness = to_names + definitions @ vector
        nearness[synsets.sizes > BROADEST] = -np.inf
        falloff = np.exp((nearness - nearness.max()) / SHARPNESS).astype(np.float32)
        close = np.flatnonzero(falloff >= LEAST_WEIGHT)
        weights = (synsets.kinds[:, close] * falloff[close]).max(axis=1)
        nobody = np.zeros(len(weights), np.bool_)
        for form in forms_of(text):
            if form in synsets.synsets_of_name:
                named = np.asarray(synsets.kinds[:, list(synsets.synsets_of_name[form])].any(axis=1))
                return Meaning(
                    np.where(named, np.float32(1), np.float32(RELATED) * weights), named, True, True
                )
            if form in kinds_of_nouns():
                kin = synsets.kinds[:, list(kinds_of_nouns()[form])].any(axis=1)
                return Meaning(np.float32(KIND) * kin + np.float32(1 - KIND) * weights, nobody, True, True)
        near = to_names[synsets.sizes <= BROADEST].max() >= LEAST_NEARNESS
        return Meaning(weights, nobody, bool(near), False)


@functools.cache
def _encoded() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The vectors of all names and of all definitions."""
    with np.load(words_file(MEANINGS)) as file:
        return file["names"].astype(np.float32), file["definitions"].astype(np.float32)
