"""How one photo lies in another, by the points that match."""

from __future__ import annotations

import pytest

from lookalike.judges.protocol import Explanation, JudgePhoto, Verdict
from lookalike.search.comparison import Comparison, transform_of
from tests.builders.photo_files import textured_photo

POINTS = [(0.1, 0.2), (0.8, 0.15), (0.75, 0.9), (0.2, 0.85), (0.5, 0.5), (0.3, 0.6)]


def explained(match: float | None, mirrored: bool = False, count: int = 6) -> Explanation:
    shifted = [((1 - x if mirrored else x) * 0.5 + 0.25, y * 0.5 + 0.1) for x, y in POINTS]
    return Explanation(Verdict("aa", match), "", POINTS[:count], shifted[:count])


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_transform_leads_from_the_query_to_the_result(mirrored: bool) -> None:
    explanation = explained(0.9, mirrored)
    transform = transform_of(explanation)
    x, y = 0.4, 0.6
    a, b, c, d, e, f, g, h, i = transform
    depth = g * x + h * y + i
    place = ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth)
    assert place == pytest.approx(((1 - x if mirrored else x) * 0.5 + 0.25, y * 0.5 + 0.1), abs=1e-4)
    photo = JudgePhoto("", lambda side: textured_photo(1))
    assert Comparison(photo, explanation, transform).mirrored == mirrored


def test_points_that_prove_nothing_have_no_transform() -> None:
    for explanation in (explained(0.2), explained(None), explained(0.9, count=4)):
        assert transform_of(explanation) == ()
    photo = JudgePhoto("", lambda side: textured_photo(1))
    assert not Comparison(photo, explained(0.2), ()).mirrored
