"""Errors as templates: filled in, translated, and sent from process to process."""

from __future__ import annotations

import pickle
from pathlib import Path

from lookalike.errors import LookalikeError
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
