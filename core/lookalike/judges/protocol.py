"""The judge protocol: what every judge takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

DEFAULT_MODE = "object"
"""The question asked by default: is the very same thing in both photos?"""


@dataclass(frozen=True)
class JudgeOptions:
    """How a judge is asked, where it can be asked in several ways. A judge ignores what it has no notion of.

    Attributes:
        mode: the question (``"object"``, ``"landmark"``, ``"artwork"``, ``"edit"``).
        both_orders: whether each pair is judged twice, once with the photos exchanged.
    """

    mode: str = DEFAULT_MODE
    both_orders: bool = False


@dataclass(frozen=True)
class JudgePhoto:
    """A photo as judges take it.

    Attributes:
        content: hash of the photo's bytes (hex); what a judge derives from the pixels is stored under it. Empty for
            a query that must leave no trace on disk.
        load: ``load(longest_side)`` gives the upright RGB image, its longest side about `longest_side`
            pixels (never enlarged). Raises `LookalikeError` where the photo cannot be read.
    """

    content: str
    load: Callable[[int], Image.Image]


@dataclass(frozen=True)
class Verdict:
    """A judge's answer for one candidate.

    Attributes:
        content: the candidate's content hash.
        match: probability in [0, 1] that both photos show the same thing; None if it could not be judged.
        logit: the judge's raw score, on its own scale, from which the probability was made.
        reason: why there is no probability, in one line; empty otherwise.
    """

    content: str
    match: float | None
    logit: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Explanation:
    """The grounds of a verdict, to be shown to the user.

    Attributes:
        verdict: the verdict.
        summary: one plain sentence.
        query_points: (x, y) in the query, each in 0..1 of its width and height; empty if the judge finds no points.
        candidate_points: the matching points in the candidate, in the same order and units.
    """

    verdict: Verdict
    summary: str
    query_points: list[tuple[float, float]] = field(default_factory=list)
    candidate_points: list[tuple[float, float]] = field(default_factory=list)


class Judge(Protocol):
    """Compares one query with candidates, in the order given.

    Attributes:
        key: names everything a score depends on (model files, preprocessing, prompt); scores are cached under it.
        name: the user's name for it ("geometry", or the model's name).
        top: how many candidates are worth its time where the user has not said.
    """

    key: str
    name: str
    top: int

    def with_options(self, options: JudgeOptions) -> Judge:
        """This judge asked in another way; itself where it knows only one. Shares all that is loaded.

        Raises:
            LookalikeError: it knows several questions, but not this one.
        """
        ...

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        """Judge the candidates one by one, in the order given.

        A candidate that cannot be read gets a `Verdict` without a match, and the work goes on. Ends early, without
        an error, once `cancelled()` is true or the generator is closed.

        Raises:
            LookalikeError: the query cannot be read, or the judge itself is broken.
        """
        ...

    def explain(self, query: JudgePhoto, candidate: JudgePhoto) -> Explanation:
        """The verdict on a pair and its grounds.

        Raises:
            LookalikeError: a photo cannot be read, or the judge itself is broken.
        """
        ...

    def close(self) -> None:
        """Release memory and processes; the next use opens them again."""
        ...
