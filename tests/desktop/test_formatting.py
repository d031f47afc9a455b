"""Numbers and sizes as people write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from lookalike_desktop.qt.formatting import format_size, format_transfer


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The locale of these words; the one before is put back."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (12, "12 bytes"),
        (1_500, "1.5 kB"),
        (99_900_000, "99.9 MB"),
        (278_800_000, "279 MB"),
        (650_000_000, "650 MB"),
        (1_930_000_000, "1.9 GB"),
    ],
)
def test_sizes_of_downloads_have_two_or_three_figures(size: int, words: str) -> None:
    assert format_transfer(size) == words


@pytest.mark.parametrize(("size", "words"), [(1_572_864, "1.5 MB"), (300 * 1024 * 1024, "300 MB")])
def test_sizes_of_files_do_too(size: int, words: str) -> None:
    assert format_size(size) == words
