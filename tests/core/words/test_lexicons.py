"""Lexicons of other languages: what is looked up in which form, and that the files fit the labels."""

from __future__ import annotations

import gzip

import pytest

from lookalike.words.files import words_file
from lookalike.words.label_names import _names, label_name
from lookalike.words.lexicons import (
    LANGUAGES,
    english,
    folded,
    language_of,
    lexicon_name,
    system_language,
)
from lookalike.words.synsets import kinds_of_nouns, load_synsets


def words_for(text: str, language: str, compounds: bool = False) -> set[str]:
    return {found.word for found in english(text, language, compounds=compounds)}


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("Hund", "de", "dog"),
        ("HUNDE", "de", "dog"),
        ("Äpfel", "de", "apple"),
        ("Häuser", "de", "house"),
        ("Uhren", "de", "clock"),
        ("oiseaux", "fr", "bird"),
        ("chevaux", "fr", "horse"),
        ("gatos", "es", "cat"),
        ("peces", "es", "fish"),
        ("gatti", "it", "cat"),
        ("cani", "it", "dog"),
        ("cães", "pt", "dog"),
        ("honden", "nl", "dog"),
        ("hundar", "sv", "dog"),
        ("кошка", "ru", "cat"),
        ("犬", "ja", "dog"),
        ("고양이", "ko", "cat"),
    ],
)
def test_words_are_found_as_they_are_typed(text: str, language: str, word: str) -> None:
    assert word in words_for(text, language)


def test_a_long_word_is_what_its_last_part_is() -> None:
    assert "chair" in words_for("Gartenstühle", "de", compounds=True)
    assert not words_for("Gartenstühle", "de")
    assert not words_for("jardinchaises", "fr", compounds=True)


@pytest.mark.parametrize("text", ["", " ", "\t", "quasarix", "hund\tdog", "1"])
def test_what_is_no_word_is_not_found(text: str) -> None:
    assert english(text, "de", compounds=True) == ()


def test_letters_lose_their_accents_and_no_more() -> None:
    assert folded("  Größe  ÉTÉ ") == "grosse ete"
    # The marks of kana and of Hangul are no accents.
    assert folded("ガギ") == "ガギ" and folded("고양이") == "고양이"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de_CH.UTF-8", "de"),
        ("pt-BR", "pt"),
        ("no_NO", "nb"),
        ("hr_HR", "sh"),
        ("en_GB.UTF-8", ""),
        ("C", ""),
        ("C.UTF-8", ""),
        ("", ""),
        ("xx", ""),
    ],
)
def test_the_language_of_a_locale(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_the_language_of_the_system_is_that_of_its_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert system_language() == "fr"
    monkeypatch.setenv("LC_MESSAGES", "de_DE.UTF-8")
    assert system_language() == "de"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert system_language() == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_lexicon_leads_to_labels(language: str) -> None:
    synsets, kinds = load_synsets(), kinds_of_nouns()
    lines = gzip.decompress(words_file(lexicon_name(language)).read_bytes()).decode().strip("\n").split("\n")
    assert len(lines) > 500 and lines == sorted(lines, key=lambda line: line.split("\t")[0])
    for line in lines:
        word, *fields = line.split("\t")
        assert word == folded(word) and fields
        for field in fields:
            name, _, place = field.partition(":")
            if place:
                assert int(place) in synsets.synsets_of_name[name]
            else:
                assert name in kinds


def test_labels_are_named_in_english_where_there_are_no_names(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert label_name("lion", "de") == "Löwe" and label_name("lion", "fr") == "lion"
    _names.cache_clear()
    monkeypatch.setattr("lookalike.words.label_names.label_names_file", lambda _: "none.json")
    assert label_name("lion", "de") == label_name("lion", "de") == "lion"
    assert len(caplog.records) == 1
    _names.cache_clear()
