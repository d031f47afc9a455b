"""What the tests of the index share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lookalike.index import training


@pytest.fixture(scope="package", autouse=True)
def quick_tuning() -> Iterator[None]:
    """The recall is measured with fewer queries than a library of a hundred times the size is worth."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "QUERIES", 96)
        yield
