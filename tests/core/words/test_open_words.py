"""The meaning of words in terms of labels, by the encoder and the files that ship."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from lookalike.words.open_words import OpenWords
from lookalike.words.sentence_encoder import SentenceEncoder
from lookalike.words.synsets import load_synsets


@pytest.fixture(scope="module")
def encoder() -> Iterator[SentenceEncoder]:
    encoder = SentenceEncoder()
    yield encoder
    encoder.close()


@pytest.fixture
def words(encoder: SentenceEncoder) -> Iterator[OpenWords]:
    yield OpenWords(encoder)
    encoder.close()


def nearest(words: OpenWords, text: str, count: int = 3) -> list[str]:
    weights = words.meaning(text).weights
    return [load_synsets().labels[number] for number in np.argsort(-weights, kind="stable")[:count]]


def share_of(words: OpenWords, text: str, kind: str) -> float:
    """How much of all weight for a text is on classes of a kind."""
    synsets = load_synsets()
    classes = synsets.kinds[:, list(synsets.synsets_of_name[kind])].any(axis=1)
    weights = words.meaning(text).weights
    return float(weights[classes].sum() / weights.sum())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("dog", "dog"),
        ("Dogs", "dog"),
        ("puppy", "dog"),
        ("kittens", "cat"),
        ("automobile", "car"),
        ("lorry", "truck"),
        ("bug", "insect"),
        ("aeroplane", "airplane"),
        ("puppy on grass", "dog"),
        ("a red car", "car"),
        ("old wooden boat", "boat"),
        ("giraffe", "mammal"),
        ("musical instruments", "musical instrument"),
    ],
)
def test_words_mean_labels_of_their_kind(words: OpenWords, text: str, kind: str) -> None:
    assert words.meaning(text).is_known
    assert share_of(words, text, kind) > 0.5


def test_a_name_of_labels_weighs_all_of_them_fully(words: OpenWords) -> None:
    meaning = words.meaning("dog")
    synsets = load_synsets()
    dogs = synsets.kinds[:, synsets.synsets_of_name["dog"][0]]
    assert dogs.sum() > 100
    assert (meaning.weights[dogs] == 1).all()
    assert (meaning.named == dogs).all()
    assert meaning.weights[~dogs].max() < 1


@pytest.mark.parametrize(
    "text",
    [
        "quasar",
        "justice",
        "happiness",
        "quantum physics",
        "tuesday",
        "entropy",
        "xqzzt",
        "invoice",
        "",
        "a of the",
        "🐶",
    ],
)
def test_words_that_no_label_is_near_mean_nothing(words: OpenWords, text: str) -> None:
    assert not words.meaning(text).is_known


def test_the_rest_of_a_phrase_only_orders(words: OpenWords) -> None:
    alone, phrase = words.meaning("dog").weights, words.meaning("dog on a sled").weights
    assert (phrase >= alone).all()
    assert (phrase - alone).max() <= 0.1 + 1e-6


def test_the_same_word_is_encoded_once(words: OpenWords, encoder: SentenceEncoder) -> None:
    first = words.meaning("dog")
    encoder.release()
    assert words.meaning(" dog ") is first
    assert not encoder.is_loaded


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hunde", "dog"),
        ("Schäferhunde", "dog"),
        ("Hund am Strand", "dog"),
        ("roter Lastwagen", "truck"),
        ("Segelboote", "craft"),
        ("Boot", "craft"),
        ("dog", "dog"),
    ],
)
def test_words_of_the_users_language_mean_labels(words: OpenWords, text: str, kind: str) -> None:
    words.language = "de"
    assert words.meaning(text).is_known
    assert share_of(words, text, kind) > 0.5


@pytest.mark.parametrize("text", ["chien", "chiens", "perro en la cama", "собака", "犬", "Hund", "hund"])
def test_words_of_other_languages_mean_labels_where_english_has_none(words: OpenWords, text: str) -> None:
    assert share_of(words, text, "dog") > 0.4


def test_a_word_of_two_languages_is_the_users_own_and_english(words: OpenWords) -> None:
    english = words.meaning("boot")
    assert share_of(words, "boot", "craft") < 0.1 < share_of(words, "boot", "footwear")
    words.language = "de"
    meant = words.meaning("boot")
    assert share_of(words, "boot", "craft") > 0.5
    # Who types in English in a German window finds boots as well.
    assert (meant.weights >= english.weights).all() and (meant.named >= english.named).all()
    words.language = ""
    assert (words.meaning("boot").weights == english.weights).all()


@pytest.mark.parametrize("text", ["garden", "Kiss", "summer", "Peter", "maria", "rome", "Mom"])
def test_usual_english_words_and_names_are_no_words_of_a_third_language(words: OpenWords, text: str) -> None:
    before = words.meaning(text)
    words.language = "pl"
    assert (words.meaning(text).weights == before.weights).all() and not before.is_word


def test_a_word_that_hardly_anybody_knows_in_english_is_the_users_own(words: OpenWords) -> None:
    words.language = "de"
    # A tasse is a piece of armour in WordNet, too.
    assert nearest(words, "Tasse", 1) == ["cup"]
    assert words.meaning("Tasse").weights.sum() < 2
    words.language = ""
    assert "cup" in nearest(words, "tasse", 1)


def test_a_name_is_no_plural_in_the_users_language(words: OpenWords) -> None:
    words.language = "de"
    assert not words.meaning("Peter").is_known
    assert share_of(words, "Hirsch", "mammal") > 0.5


@pytest.mark.parametrize("text", ["a of the", "xylofax zzz", "quasar hund zzz"])
def test_a_phrase_is_not_of_a_language_that_has_one_of_its_words(words: OpenWords, text: str) -> None:
    assert not words.meaning(text).is_known
