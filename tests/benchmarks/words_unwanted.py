"""A minus before a word: taking some of the unwanted word's vector off, against leaving out what a label is sure of.

    python -m tests.benchmarks.words_unwanted

No weights of a dual encoder can be had where this is measured. In their place stands one that is put together from
what ships: a photo's vector is the mean of its labels' names as the sentence encoder has them, weighted by probability,
and a text's is its own (ConSE). Queries are all pairs of the words of `tests.benchmarks.word_lists` of which some
photos show both and others the first alone: "animal -dog". Right are the others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.unit import unit_rows
from lookalike.words.classifier import classify
from lookalike.words.label_columns import LabelTable
from lookalike.words.label_search import LEAST_CERTAINTY
from lookalike.words.open_words import OpenWords
from lookalike.words.sentence_encoder import SentenceEncoder
from lookalike.words.synsets import load_synsets
from tests.benchmarks.word_lists import HELD_BACK_WORDS, TEST_WORDS
from tests.benchmarks.words_search import (
    FIRST,
    Shown,
    average_precision,
    described,
    labelled_photos,
    precision_of_first,
)
from tests.data import evaluation_data

FEWEST = 3
"""Photos of either kind that a query needs."""

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def queries(photos: Shown) -> Iterator[tuple[str, str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """A word, an unwanted one, which photos are right, and which show the unwanted."""
    words = {
        word: np.array([bool(shown.intersection(synsets)) for _, shown, _ in photos])
        for lists in (TEST_WORDS, HELD_BACK_WORDS)
        for members in lists.values()
        for word, synsets in members.items()
    }
    for wanted, shows in words.items():
        for unwanted, shows_too in words.items():
            right, wrong = shows & ~shows_too, shows & shows_too
            if min(right.sum(), wrong.sum()) >= FEWEST:
                yield wanted, unwanted, right, shows_too


def main() -> int:
    """Print the figures of each way."""
    photos = list(labelled_photos(evaluation_data()))
    found = classify(described(photos))
    table = LabelTable(np.arange(len(photos)), found.classes, found.probabilities)
    encoder = SentenceEncoder()
    open_words = OpenWords(encoder)
    names = encoder.encode(list(load_synsets().labels))
    vectors = unit_rows(np.einsum("pl,pld->pd", found.probabilities, names[found.classes]))
    asked = list(queries(photos))
    print(f"{len(photos)} photos, {len(asked)} queries")
    for left_out in (False, True):
        for weight in WEIGHTS:
            rows = []
            for wanted, unwanted, right, shows_unwanted in asked:
                text = encoder.encode([wanted, unwanted])
                scores = vectors @ (text[0] - weight * text[1])
                if left_out:
                    named = open_words.meaning(unwanted).named
                    scores[table.sums(named.astype(np.float32)) >= LEAST_CERTAINTY] = -np.inf
                order = np.argsort(-scores, kind="stable")[: min(FIRST, int(right.sum()))]
                rows.append(
                    (
                        average_precision(scores, right),
                        precision_of_first(scores, right),
                        float(shows_unwanted[order].mean()),
                    )
                )
            mean = np.array(rows).mean(axis=0)
            print(
                f"  {'left out, ' if left_out else ''}weight {weight}: mAP {mean[0]:.3f}  P@10 {mean[1]:.3f}  "
                f"unwanted among the first ten {mean[2]:.3f}"
            )
    encoder.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
