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
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.words.files import words_file
from lookalike.words.lexicons import LANGUAGES, EnglishWord, english, folded
from lookalike.words.sentence_encoder import SentenceEncoder
from lookalike.words.synsets import MEANINGS, kinds_of_nouns, load_synsets
from lookalike.words.word_forms import forms_of, is_function_word, parts_of

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

SHORTEST = 3
"""Letters of a word in a phrase of another language that is looked up, in the Latin alphabet."""

LONGEST_FOREIGN = 8
"""Words of a text at most that is looked up in languages which are not the user's own."""

REMEMBERED = 256
"""Words whose meaning is kept, so that the encoder is not asked anew with every letter typed."""


@dataclass(frozen=True)
class Meaning:
    """What words mean in terms of labels.

    Attributes:
        weights: how near each class is, 0 to 1, float32 (classes,).
        is_known: whether the words mean anything to the labels.
        is_word: whether they are a word that WordNet places among the labels.
        kinds: what they name, each with its English name and its classes, bool (classes,): "Schloss" is a castle, a
            palace and a lock.
    """

    weights: NDArray[np.float32]
    is_known: bool
    is_word: bool
    kinds: tuple[tuple[str, NDArray[np.bool_]], ...] = ()

    @property
    def named(self) -> NDArray[np.bool_]:
        """Whether the words are a name of each class or of what it is a kind of, bool (classes,)."""
        named = np.zeros(len(self.weights), np.bool_)
        for _, classes in self.kinds:
            named |= classes
        return named


class OpenWords:
    """Finds the meaning of words. Any thread may ask.

    Words of the user's own language come before English ones that are spelt alike ("Boot"), and count beside them;
    those of other languages are looked for where neither has the word.

    Args:
        encoder: encodes them.
        language: the user's own, one of `lexicons.LANGUAGES`; empty for English.
    """

    def __init__(self, encoder: SentenceEncoder, language: str = "") -> None:
        self._encoder = encoder
        self._language = language
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Meaning] = OrderedDict()

    @property
    def language(self) -> str:
        """The user's own language."""
        return self._language

    @language.setter
    def language(self, language: str) -> None:
        with self._lock:
            self._language = language
            self._known.clear()

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
        language = self._language
        found = self._in_any_language(text, language)
        with self._lock:
            if language == self._language:
                self._known[text] = found
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found

    def _in_any_language(self, text: str, language: str) -> Meaning:
        meant = self._found(text)
        words = text.split()
        usual = {word for word in (text, *words) if self._encoder.has_word(folded(word))}
        # WordNet knows words that hardly anybody does: "Tasse" is a cup, and no piece of armour.
        is_usual = bool(meant.kinds) or (meant.is_word and usual.issuperset(words))
        own = self._translated(text, language, usual, own=True) if language else None
        if own is not None:
            return _together([own, meant]) if is_usual else own
        if is_usual or (meant.is_word and _is_international(text)) or len(words) > LONGEST_FOREIGN:
            return meant
        others = [self._translated(text, other, usual) for other in LANGUAGES if other != language]
        foreign = [other for other in others if other is not None]
        return _together([*foreign, meant] if meant.is_word else foreign) if foreign else meant

    def _translated(
        self, text: str, language: str, usual: Collection[str], own: bool = False
    ) -> Meaning | None:
        """What a word or phrase of another language means; None where its lexicon has none of the words.

        Args:
            text: the word or phrase.
            language: the language.
            usual: those of its words that are usual in English.
            own: whether it is the user's own language.
        """

        def look_up(word: str) -> tuple[EnglishWord, ...]:
            # A name or a usual English word is no word of a third language: "garden", "kiss" and "office" are Swedish
            # and Dutch. Of the user's own it is only as it stands: "Peter" is no plural.
            if not own:
                return () if word in usual else english(word, language)
            return english(word, language, inflected=word not in usual, compounds=word not in usual)

        if whole := look_up(text):
            return self._of_any(whole)
        parts = [look_up(word) for word in text.split() if _may_be_noun(word)]
        meanings = [self._of_any(part) for part in parts if part]
        if len(meanings) < 2:
            # Among many languages, one has a word of nearly any phrase.
            return meanings[0] if meanings and (own or len(parts) == 1) else None
        # What a phrase is about stands first: "Hund am Strand", "gato en la cama".
        context = np.maximum.reduce([meaning.weights for meaning in meanings[1:]])
        return replace(meanings[0], weights=np.maximum(meanings[0].weights, np.float32(CONTEXT) * context))

    def _of_any(self, words: Sequence[EnglishWord]) -> Meaning:
        return _together([self._of(word, synset) for word, synset in words])

    def _found(self, text: str) -> Meaning:
        whole = self._of(text)
        if whole.kinds:
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

    def _of(self, text: str, synset: int | None = None) -> Meaning:
        """The meaning of a text as a whole; of a name that several synsets share, that of the one that is meant."""
        synsets = load_synsets()
        names, definitions = _encoded()
        vector = self._encoder.encode([text])[0]
        to_names = np.maximum.reduceat((names @ vector)[synsets.name_numbers], synsets.name_starts)
        nearness = to_names + definitions @ vector
        nearness[synsets.sizes > BROADEST] = -np.inf
        falloff = np.exp((nearness - nearness.max()) / SHARPNESS).astype(np.float32)
        close = np.flatnonzero(falloff >= LEAST_WEIGHT)
        weights = (synsets.kinds[:, close] * falloff[close]).max(axis=1)
        for form in forms_of(text):
            if form in synsets.synsets_of_name:
                meant = synsets.synsets_of_name[form] if synset is None else [synset]
                named = synsets.kinds[:, list(meant)].any(axis=1)
                weights = np.where(named, np.float32(1), np.float32(RELATED) * weights)
                kinds = tuple((synsets.name_of(place), synsets.kinds[:, place]) for place in meant)
                return Meaning(weights, True, True, kinds)
            if form in kinds_of_nouns():
                kin = synsets.kinds[:, list(kinds_of_nouns()[form])].any(axis=1)
                return Meaning(np.float32(KIND) * kin + np.float32(1 - KIND) * weights, True, True)
        near = to_names[synsets.sizes <= BROADEST].max() >= LEAST_NEARNESS
        return Meaning(weights, bool(near), False)


def _is_international(text: str) -> bool:
    """Whether an English word is one of other languages, too, and means the same: "melon"."""
    word = folded(text)
    return any(found.word == word for language in LANGUAGES for found in english(text, language))


def _may_be_noun(word: str) -> bool:
    """Whether a word of a phrase is looked up in lexicons: "de" is no thimble there, and "the" no tea."""
    return not is_function_word(word.lower()) and (len(word) >= SHORTEST or not word.isascii())


def _together(meanings: Sequence[Meaning]) -> Meaning:
    """What any of several meanings is about."""
    return Meaning(
        np.maximum.reduce([meaning.weights for meaning in meanings]),
        any(meaning.is_known for meaning in meanings),
        any(meaning.is_word for meaning in meanings),
        tuple(kind for meaning in meanings for kind in meaning.kinds),
    )


@functools.cache
def _encoded() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The vectors of all names and of all definitions."""
    with np.load(words_file(MEANINGS)) as file:
        return file["names"].astype(np.float32), file["definitions"].astype(np.float32)
