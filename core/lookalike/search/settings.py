"""Search settings: how far one search goes, and how its candidates are judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from lookalike.catalog.filters import Filters
from lookalike.judges.protocol import DEFAULT_MODE, Judge, JudgeOptions


@dataclass(frozen=True)
class SearchSettings:
    """How far a search goes.

    Attributes:
        top: candidates that are judged; None for as many as are worth the judge's time.
        limit: results in all.
        budget: seconds for judging; None for no limit.
        weight: λ, the share of the similarity in the score, 0..1; None for the calibrated one.
        mode: see `JudgeOptions`.
        both_orders: see `JudgeOptions`.
        filters: what every result must meet.
        expand: whether to search a second time with the best result added to the query.
        rotations: whether the query's photos may lie in any of the four positions.
        alone: whether a slow judge judges all candidates by itself; otherwise it is asked behind a quick one, where
            that can change what the user sees.
        pairs: candidates that it is then asked about at most; None for as many as are worth it.
    """

    top: int | None = None
    limit: int = 1000
    budget: float | None = None
    weight: float | None = None
    mode: str = DEFAULT_MODE
    both_orders: bool = False
    filters: Filters = field(default_factory=Filters)
    expand: bool = False
    rotations: bool = False
    alone: bool = False
    pairs: int | None = None

    @property
    def judge_options(self) -> JudgeOptions:
        """How the judge is asked."""
        return JudgeOptions(self.mode, self.both_orders)

    def judged(self, judge: Judge | None) -> int:
        """How many candidates a judge is shown; 0 without one."""
        if judge is None:
            return 0
        return judge.top if self.top is None else self.top
