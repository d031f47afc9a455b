"""Singulars, and what a phrase is about."""

from __future__ import annotations

import pytest

from lookalike.words.word_forms import forms_of, parts_of


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("dogs", "dog"),
        ("Wolves", "wolf"),
        ("knives", "knife"),
        ("ponies", "pony"),
        ("churches", "church"),
        ("foxes", "fox"),
        ("buses", "bus"),
        ("tomatoes", "tomato"),
        ("houses", "house"),
        ("mice", "mouse"),
        ("wine  bottles", "wine bottle"),
        ("firemen", "fireman"),
    ],
)
def test_a_plural_has_its_singular_among_its_forms(plural: str, singular: str) -> None:
    assert singular in forms_of(plural)


@pytest.mark.parametrize("word", ["bus", "glass", "physics", "tennis", "gas"])
def test_a_word_that_only_looks_like_a_plural_comes_first_as_it_is(word: str) -> None:
    assert forms_of(word)[0] == word


@pytest.mark.parametrize("word", ["physics", "glass", "cactus", "tennis"])
def test_no_plural_is_seen_where_none_is(word: str) -> None:
    assert forms_of(word) == [word]


@pytest.mark.parametrize(
    ("phrase", "head", "rest"),
    [
        ("puppy on grass", "puppy", "grass"),
        ("a puppy on the grass", "puppy", "grass"),
        ("My old wooden boat", "old wooden boat", ""),
        ("dogs in the snow at night", "dogs", "snow night"),
        ("on the beach", "beach", ""),
        ("of", "", ""),
        ("", "", ""),
    ],
)
def test_a_phrase_is_about_what_stands_first(phrase: str, head: str, rest: str) -> None:
    assert parts_of(phrase) == (head, rest)
