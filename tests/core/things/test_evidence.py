"""What is known of a pair, as one weight."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.pairs.verified_pair import PairKind
from lookalike.things.curves import CERTAIN, WHOLE
from lookalike.things.evidence import CATS, DOGS, PairWeights
from lookalike.words.classifier import KEPT
from lookalike.words.labelling import VERSION
from lookalike.words.synsets import load_synsets
from tests.builders.pair_graphs import PairedPhotos

HOUSE = 663


@pytest.mark.parametrize(("word", "classes"), [("dog", DOGS), ("domestic cat", CATS)])
def test_the_classes_are_those_that_words_know(word: str, classes: range) -> None:
    synsets = load_synsets()
    senses = [
        set(np.flatnonzero(synsets.kinds[:, number]).tolist()) for number in synsets.synsets_of_name[word]
    ]
    assert set(classes) in senses


def label(photos: PairedPhotos, name: str, **shares: float) -> None:
    """Label a photo as of a cat, a dog or a house, with these probabilities."""
    classes = {"tabby": CATS[0], "persian": CATS[2], "dog": DOGS[40], "house": HOUSE}
    numbers, probabilities = np.zeros((1, KEPT), np.uint16), np.zeros((1, KEPT), np.float32)
    for place, (word, share) in enumerate(shares.items()):
        numbers[0, place], probabilities[0, place] = classes[word], share
    photos.catalog.labels.put([photos.number(name)], numbers, probabilities, VERSION)


def weights(photos: PairedPhotos) -> dict[frozenset[str], float]:
    (links,) = photos.catalog.things.links()
    found = PairWeights(photos.catalog).of(links)
    return {
        frozenset(photos.names((one, other))): weight
        for (one, other), weight in zip(links.ids.tolist(), found.tolist(), strict=True)
    }


def test_that_no_detail_agrees_says_less_of_cats_and_dogs(photos: PairedPhotos) -> None:
    for name in "abcd":
        photos.put(name)
    photos.relate_all("abcd", 0.1)
    before = weights(photos)
    label(photos, "a", tabby=0.15, persian=0.15)
    label(photos, "b", dog=0.9)
    label(photos, "c", house=0.9, tabby=0.05)
    after = weights(photos)
    gained = {pair: after[pair] - before[pair] for pair in before}
    assert gained.pop(frozenset("ab")) == pytest.approx(WHOLE.animals), "whichever cats and dogs they may be"
    assert set(gained.values()) == {0.0}


def test_what_pixels_prove_is_certain(photos: PairedPhotos) -> None:
    for name in "abc":
        photos.put(name)
    photos.relate("a", "b", 0.2, PairKind.BURST)
    photos.relate("b", "c", 0.2)
    found = weights(photos)
    assert found[frozenset("ab")] == CERTAIN > found[frozenset("bc")]
