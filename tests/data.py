"""The one place that knows where the evaluation photos lie. They are never part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def evaluation_data() -> Path:
    """The data folder from ``LOOKALIKE_DATA``, or ``shared/data`` beside the checkout; skips where absent."""
    places = [Path(os.environ["LOOKALIKE_DATA"])] if "LOOKALIKE_DATA" in os.environ else []
    places.append(REPOSITORY.parent / "shared" / "data")
    for place in places:
        if (place / "dev" / "ground_truth.json").is_file():
            return place
    pytest.skip("the evaluation photos are not here; LOOKALIKE_DATA names their folder")
