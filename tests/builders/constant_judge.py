"""A judge that says the same of every pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lookalike.judges.protocol import Explanation, Judge, JudgeOptions, JudgePhoto, Verdict


class ConstantJudge:
    """See the module.

    Args:
        name: what it is called.
        match: the probability that it gives every pair.
        logit: the log-odds that it gives with it.

    Attributes:
        closed: how often it was closed.
    """

    key = "constant"
    top = 10

    def __init__(self, name: str = "constant", match: float = 0.5, logit: float = 0.0) -> None:
        self.name = name
        self.closed = 0
        self._match = match
        self._logit = logit

    def with_options(self, options: JudgeOptions) -> Judge:
        return self

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        for candidate in candidates:
            yield Verdict(candidate.content, self._match, self._logit)

    def explain(self, query: JudgePhoto, candidate: JudgePhoto) -> Explanation:
        return Explanation(Verdict(candidate.content, self._match, self._logit), "It always says so.")

    def close(self) -> None:
        self.closed += 1
