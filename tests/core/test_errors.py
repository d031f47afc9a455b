"""Errors as templates: filled in, translated, and sent from process to process."""

from __future__ import annotations

import errno
import os
import pickle
from pathlib import Path

import pytest

from lookalike.errors import LookalikeError, Phrase, os_errors
from lookalike.photos.errors import PhotoError


def test_a_template_is_filled_in() -> None:
    error = LookalikeError("{path} holds {count:,} photos.", "Open {path}.", path=Path("a"), count=1234)
    assert str(error) == "a holds 1,234 photos. Open a."
    assert (error.message, error.remedy) == ("a holds 1,234 photos.", "Open a.")


def test_a_message_without_values_may_hold_braces() -> None:
    assert str(LookalikeError("{nothing} to fill in.")) == "{nothing} to fill in."


def test_values_may_hold_braces() -> None:
    assert str(LookalikeError("{name} is broken.", name="{odd}.jpg")) == "{odd}.jpg is broken."


def test_a_translation_may_change_the_order() -> None:
    german = {"{name} is in {folder}.": "In {folder} liegt {name}.", "Move it.": "Verschieben Sie es."}
    error = LookalikeError("{name} is in {folder}.", "Move it.", name="a.jpg", folder="b")
    assert error.render(german.__getitem__) == "In b liegt a.jpg. Verschieben Sie es."
    assert error.render(str) == str(error)


def test_an_error_crosses_processes_with_all_its_parts() -> None:
    error = pickle.loads(pickle.dumps(PhotoError("{name} is empty.", "Copy it again.", name=Path("a"))))
    assert type(error) is PhotoError
    assert (error.template, error.values) == ("{name} is empty.", {"name": "a"})
    assert str(error) == "a is empty. Copy it again."


def test_a_phrase_in_a_message_is_translated_too() -> None:
    german = {
        "The decoder": "Der Dekodierer",
        "{process} ended.": "{process} endete.",
        "{name} is off ({problem}).": "{name} ist aus ({problem}).",
        "Try again.": "Versuchen Sie es noch einmal.",
    }
    died = LookalikeError("{process} ended.", "Try again.", process=Phrase("The decoder"))
    error = LookalikeError(
        "{name} is off ({problem}).", "{remedy}", name="a", problem=died, remedy=died.remedy_phrase
    )
    assert str(error) == "a is off (The decoder ended). Try again."
    translated = "a ist aus (Der Dekodierer endete). Versuchen Sie es noch einmal."
    assert error.render(lambda text: german.get(text, text)) == translated
    assert pickle.loads(pickle.dumps(error)).render(lambda text: german.get(text, text)) == translated


def test_a_sentence_at_the_end_of_a_message_keeps_its_full_stop() -> None:
    assert (
        str(LookalikeError("{name}: {problem}", name="a", problem=LookalikeError("It ended.")))
        == "a: It ended."
    )


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, "/a/{b} cannot be written: Permission denied. Choose another place."),
        (errno.ENOSPC, "/a/{b} cannot be written: the disk is full. Free some space and try again."),
    ],
)
def test_what_the_system_refuses_is_told_with_its_reason(number: int, told: str) -> None:
    what = Phrase("{path} cannot be written", path="/a/{b}")
    with (
        pytest.raises(PhotoError) as caught,
        os_errors(what, "Choose another {kind}.", PhotoError, kind="place"),
    ):
        raise OSError(number, os.strerror(number))
    assert str(caught.value) == told
