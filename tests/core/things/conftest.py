"""Fixtures for things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.pair_graphs import PairedPhotos


@pytest.fixture
def photos(tmp_path: Path) -> Iterator[PairedPhotos]:
    """A library of photos that are nothing but names."""
    library = PairedPhotos(tmp_path)
    yield library
    library.close()
