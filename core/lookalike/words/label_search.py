"""Label search: finds photos by what they show, as the embedded network has labelled them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.filters import Filters
from lookalike.words.label_columns import LabelColumns, LabelTable
from lookalike.words.lexicons import system_language
from lookalike.words.open_words import Meaning, OpenWords
from lookalike.words.sentence_encoder import SentenceEncoder
from lookalike.words.source import Reason, WordHit
from lookalike.words.synsets import load_synsets

LEAST_SCORE = 0.005
"""Photos with less show nothing of the words."""

LEAST_CERTAINTY = 0.5
"""The probability from which on a label is shown as a fact: it is then right in nine of ten cases
(docs/benchmarks.md, "Words without a download")."""


class LabelSearch:
    """Finds photos by labels; see `WordSource`. Any thread may use it; close it at the end.

    Args:
        catalog: the library's catalog.
        encoder: encodes words; None for one of its own.
        language: the user's own, see `OpenWords`; None for that of the system.
    """

    name = "labels"

    def __init__(
        self, catalog: Catalog, encoder: SentenceEncoder | None = None, language: str | None = None
    ) -> None:
        self._catalog = catalog
        self._encoder = encoder or SentenceEncoder()
        self._open_words = OpenWords(self._encoder, system_language() if language is None else language)
        self._columns = LabelColumns(catalog.labels)

    def speak(self, language: str) -> None:
        """Understand words of a language before those of others; see `OpenWords`."""
        self._open_words.language = language

    def search(
        self, words: Sequence[str], phrase: str, k: int, allowed_ids: NDArray[np.int64] | None
    ) -> list[WordHit]:
        """The photos that show what words mean, best first; see `WordSource.search`.

        Raises:
            ModelError: the files of the labels are missing or damaged.
        """
        text = " ".join(words) or phrase
        table = self._columns.table()
        if not text.strip() or not len(table.ids):
            return []
        meaning = self._open_words.meaning(text)
        if not meaning.is_known:
            return []
        if allowed_ids is None:
            allowed_ids = self._catalog.filters.matching(Filters())
        scores = table.sums(meaning.weights)
        rows = np.flatnonzero(scores >= LEAST_SCORE)
        rows = rows[_among(table.ids[rows], allowed_ids)]
        if len(rows) > k:
            rows = rows[np.argpartition(-scores[rows], k - 1)[:k]] if k > 0 else rows[:0]
        rows = rows[np.lexsort((-table.ids[rows], -scores[rows]))]
        return [
            WordHit(number, score, reason)
            for number, score, reason in zip(
                table.ids[rows].tolist(), scores[rows].tolist(), _reasons(table, rows, meaning), strict=True
            )
        ]

    def close(self) -> None:
        """Release the sentence encoder."""
        self._encoder.close()


def _among(ids: NDArray[np.int64], allowed_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each of some ids is among others, which ascend; several times faster than `numpy.isin`."""
    if not len(allowed_ids):
        return np.zeros(len(ids), np.bool_)
    places = np.minimum(np.searchsorted(allowed_ids, ids), len(allowed_ids) - 1)
    return np.asarray(allowed_ids[places] == ids)


def _reasons(table: LabelTable, rows: NDArray[np.intp], meaning: Meaning) -> list[Reason]:
    """What each of some photos shows: the label that counts most, or what the words name, if only that is sure."""
    labels, probabilities = table.labels[rows], table.probabilities[rows]
    most = np.argmax(meaning.weights[labels] * probabilities, axis=1, keepdims=True)
    best = np.take_along_axis(labels, most, axis=1)[:, 0]
    names = load_synsets().labels
    reasons = [Reason("label", names[label], False) for label in best.tolist()]
    # Of several meanings that the words have, the photo shows the first that is sure.
    for name, classes in reversed(meaning.kinds):
        for row in np.flatnonzero((probabilities * classes[labels]).sum(axis=1) >= LEAST_CERTAINTY).tolist():
            reasons[row] = Reason("label", name, True)
    by_itself = np.take_along_axis(probabilities * meaning.named[labels], most, axis=1)[:, 0]
    for row in np.flatnonzero(by_itself >= LEAST_CERTAINTY).tolist():
        reasons[row] = Reason("label", names[best[row]], True)
    return reasons
