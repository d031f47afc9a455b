"""Second hop: the photos of which a judge is sure ask the index again.

A photo of the same thing from the other side may be like none that the query shows, and yet like one that the judge has
recognised. So up to three sure photos vouch for what the index finds like them, in proportion to how sure they are and
how alike: it is added to the index's score. That changes places, and brings photos into the ranking that the query by
itself did not find; no further pair is judged. Nothing crosses the line by it: what lies above is still what was
calibrated. Measured by ``python -m tests.benchmarks.judge_choices``; figures in
docs/benchmarks.md, "The geometric judge".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lookalike.search.fusion import Fusion
from lookalike.search.ranking import Result

SURE = 0.85
"""A photo of at least this match asks."""

PHOTOS = 3
"""How many ask at most, the surest ones."""

FLOOR = 0.6
"""Index score of photos that have no more in common than any two; only what lies above it counts."""

WEIGHT = 0.5
"""What is added to the index's score of a photo that a certain one is by 1 more like than `FLOOR`."""

DEPTH = 100
"""How many photos each one that asks may vouch for."""

FindLike = Callable[[int], Mapping[int, float]]
"""``find_like(content_id)`` gives the photos most like one of the library, with the index's scores, without itself."""


@dataclass(frozen=True)
class SecondHop:
    """How a search asks again.

    Attributes:
        find_like: asks the index.
        results_of: ``results_of(content_ids)`` gives photos that the query did not find as results of it.
    """

    find_like: FindLike
    results_of: Callable[[Sequence[int]], Sequence[Result]]

    def applied(self, results: Sequence[Result], head: int, fusion: Fusion) -> tuple[tuple[Result, ...], int]:
        """A ranking with what sure photos say of others.

        Args:
            results: the ranking, judged as far as it will be.
            head: how many of the first were candidates of the judge; the rest is in the index's order.
            fusion: how index score and match make a score.

        Returns:
            The results, best first, and how many of them lie above the cut-off.
        """
        said = vouched({result.content_id: result.match for result in results[:head]}, self.find_like)
        unknown = said.keys() - {result.content_id for result in results}
        below = math.nextafter(fusion.cut_off, -math.inf)
        moving: list[tuple[float, Result]] = []
        rest: list[Result] = []
        for place, result in enumerate([*results, *self.results_of(sorted(unknown))]):
            added = fusion.weight * said.get(result.content_id, 0.0)
            raised = result.score + added
            if place < head or added:
                score = raised if result.score >= fusion.cut_off else min(raised, below)
                moving.append((raised, replace(result, score=score)))
            else:
                rest.append(result)
        moving.sort(key=lambda entry: (-entry[1].score, -entry[0], entry[1].content_id))
        ordered = (*(result for _, result in moving), *rest)
        same = next(
            (place for place, result in enumerate(ordered) if result.score < fusion.cut_off), len(ordered)
        )
        return ordered, same


def is_sure(match: float | None) -> bool:
    """Whether a photo may ask."""
    return match is not None and match >= SURE


def vouched(matches: Mapping[int, float | None], find_like: FindLike) -> dict[int, float]:
    """What is added to the index's scores of other photos, by content id; above 0.

    Args:
        matches: the judge's matches by content id.
        find_like: asks the index.
    """
    sure = {number: match for number, match in matches.items() if match is not None and is_sure(match)}
    surest = sorted(sure, key=lambda number: (-sure[number], number))[:PHOTOS]
    said: dict[int, float] = {}
    for number in surest:
        for other, score in find_like(number).items():
            added = WEIGHT * sure[number] * (score - FLOOR)
            if other != number and added > 0:
                said[other] = max(said.get(other, 0.0), added)
    return said
