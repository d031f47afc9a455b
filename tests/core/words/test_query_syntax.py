"""The query text taken apart: words, phrases, filters and dates; and what is offered while it is typed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.words.completion import complete
from lookalike.words.query_syntax import FILTERS, TRANSLATED, parse, tokens_in, without
from lookalike.words.spelling import corrections

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "words", "excluded", "filters", "dates"),
    [
        (
            "2019 paris nikon type:raw folder:trips -screenshot rating:4 thing:fountain",
            ["paris", "nikon"],
            ["screenshot"],
            ["type:raw", "folder:trips", "rating:4", "thing:fountain"],
            ["2019"],
        ),
        ('"golden gate" -"red car" place:"new york"', ["golden gate"], ["red car"], ["place:new york"], []),
        ("-type:raw TYPE:RAW", [], [], ["-type:raw", "type:RAW"], []),
        ("http://x.y/z 12:30 foo:bar", ["http://x.y/z", "12:30", "foo:bar"], [], [], []),
        ('"unbalanced phr', ["unbalanced phr"], [], [], []),
        ("Juni–Juli 2020 strand", ["strand"], [], [], ["Juni–Juli 2020"]),
        ("“smart quotes” e-mail", ["smart quotes", "e-mail"], [], [], []),
        ('"2019"', ["2019"], [], [], []),
        ("- -- : “", [], [], [], []),
        ("北京 \N{CAT FACE}", ["北京", "\N{CAT FACE}"], [], [], []),
        ("type:", [], [], ["type:"], []),
    ],
)
def test_a_text_is_taken_apart(
    text: str, words: list[str], excluded: list[str], filters: list[str], dates: list[str]
) -> None:
    query = parse(text, TODAY)
    assert [token.value for token in query.words] == words
    assert [token.value for token in query.excluded] == excluded
    assert [f"{'-' * token.negated}{token.name}:{token.value}" for token in query.filters] == filters
    assert [text[token.start : token.end] for token in query.dates] == dates


@given(st.text(st.sampled_from('ab1 2019-:"“”.–/\\\t\n*★raw'), max_size=40) | st.text(max_size=60))
def test_no_text_fails_and_tokens_follow_one_another(text: str) -> None:
    parse(text, TODAY)
    at = 0
    for token in tokens_in(text):
        assert at <= token.start < token.end <= len(text)
        at = token.end
    complete(text, len(text), {name: [(text, 1)] for name in FILTERS})


def test_a_part_can_be_taken_out() -> None:
    text = "paris type:raw  2019"
    (token,) = parse(text, TODAY).filters
    assert without(text, token.start, token.end) == "paris 2019"


VALUES = {
    "camera": [("NIKON D750", 9), ("Apple iPhone 12", 3)],
    "place": [("New York City", 4), ("Nürnberg", 2)],
    "keyword": [("sea", 1)],
    "rating": [("1", 3)],
}


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("cam", ["camera:"]),
        ("camera:ni", ['camera:"NIKON D750"']),
        ("camera:d7", ['camera:"NIKON D750"']),
        ("beach -camera:app", ['camera:"Apple iPhone 12"']),
        ("nurn", ["place:Nürnberg"]),
        ("new yo", ['place:"New York City"']),
        ("beach new yo", ['place:"New York City"']),
        ("york", ['place:"New York City"']),
        ("n", ['place:"New York City"', "place:Nürnberg", 'camera:"NIKON D750"']),
        ("sea ", []),
        ("rating:", ["rating:1"]),
        ("", []),
    ],
)
def test_what_is_typed_is_completed(text: str, offered: list[str]) -> None:
    found = complete(text, len(text), VALUES)
    assert [one.text for one in found] == offered
    for one in found:
        assert one.end == len(text)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("kam", ["kamera:"]),
        ("cam", ["camera:"]),
        ("kamera:ni", ['kamera:"NIKON D750"']),
        ("camera:ni", ['camera:"NIKON D750"']),
        ("nurn", ["ort:Nürnberg"]),
        ("be", ["bewertung:"]),
    ],
)
def test_names_of_filters_are_completed_in_the_users_language(text: str, offered: list[str]) -> None:
    assert [one.text for one in complete(text, len(text), VALUES, "de")] == offered


@pytest.mark.parametrize(
    ("text", "name", "value", "typed"),
    [
        ("Kamera:nikon", "camera", "nikon", "Kamera"),
        ('ort:"New York"', "place", "New York", "ort"),
        ("-typ:raw", "type", "raw", "typ"),
        ("camera:nikon", "camera", "nikon", "camera"),
    ],
)
def test_names_of_filters_are_read_in_german_too(text: str, name: str, value: str, typed: str) -> None:
    (token,) = parse(text, TODAY).filters
    assert (token.name, token.value, token.typed) == (name, value, typed)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translated_filter_is_one(language: str) -> None:
    names = TRANSLATED[language]
    assert set(names.values()) <= set(FILTERS) and not set(names) & set(FILTERS)
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize(
    ("word", "vocabulary", "meant"),
    [
        ("goldn", ["golden", "silver"], ["golden"]),
        ("retreiver", ["retriever", "receiver"], ["retriever", "receiver"]),
        ("dogs", ["docs", "dog"], ["dog", "docs"]),
        ("cat", ["car"], []),
        ("img1234", ["img1235"], []),
        ("xylophone", ["golden"], []),
    ],
)
def test_slips_are_forgiven_in_long_words(word: str, vocabulary: list[str], meant: list[str]) -> None:
    assert corrections(word, vocabulary) == meant
