"""Dates of photos in the words of the user's language, as exact as they are known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from lookalike.catalog.contents import ContentRow
from lookalike.library import PhotoInfo
from lookalike.photos import Annotations
from lookalike_desktop.viewer.facts import facts_text


@pytest.fixture(params=["en_GB", "de_DE"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("taken_at", "words"),
    [
        ("1965", {"en_GB": "1965", "de_DE": "1965"}),
        ("2004-07", {"en_GB": "July 2004", "de_DE": "Juli 2004"}),
        ("1989-05-05", {"en_GB": "5 May 1989", "de_DE": "5. Mai 1989"}),
        ("1989-05-05T14", {"en_GB": "5 May 1989", "de_DE": "5. Mai 1989"}),
        ("1989-05-05T14:08+02:00", {"en_GB": "05/05/1989 14:08", "de_DE": "05.05.89 14:08"}),
        ("1989-05-05T14:08:45", {"en_GB": "05/05/1989 14:08", "de_DE": "05.05.89 14:08"}),
    ],
)
def test_a_date_is_shown_as_exact_as_it_is_known(language: str, taken_at: str, words: dict[str, str]) -> None:
    row = ContentRow("aa", 1000, 30, 20, "JPEG", taken_at)
    text = facts_text(PhotoInfo(1, row, (Path("/a.jpg"),), (), Annotations()))
    assert text.split("   ·   ")[0] == words[language]
