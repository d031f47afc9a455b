"""What every judge offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

DEFAULT_MODE = "object"
"""What judges are asked unless told otherwise: whether the very same thing is in both photos."""


@dataclass(frozen=True)
class JudgePhoto:
    """A photo as judges see it.

    Attributes:
        content: hash of the photo's bytes (hex); what a judge derives from the pixels is kept under it. Empty for
            a query that must leave no trace on disk.
        load: ``load(longest_side)`` gives the upright RGB image, its longest side about `longest_side`
            pixels (never enlarged). Raises `LookalikeError` where the photo cannot be read.
    """

    content: str
    load: Callable[[int], Image.Image]


@dataclass(frozen=True)
class Verdict:
    """A judge's word on one candidate.

    Attributes:
        content: the candidate's content hash.
        match: probability in [0, 1] that both photos show the same thing; None if it could not be judged.
        logit: the judge's raw score before it became a probability (its scale is the judge's own).
        reason: why there is no match value, in one line; empty otherwise.
    """

    content: str
    match: float | None
    logit: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Explanation:
    """Why a judge said what it said, for showing to the user.

    Attributes:
        verdict: the verdict explained.
        summary: one plain sentence.
        query_points: (x, y) in the query, each in 0..1 of its width and height; empty if the judge has none.
        candidate_points: the matching points in the candidate, in the same order and units.
    """

    verdict: Verdict
    summary: str
    query_points: list[tuple[float, float]] = field(default_factory=list)
    candidate_points: list[tuple[float, float]] = field(default_factory=list)


class Judge(Protocol):
    """Compares one query with candidates, best candidates first.

    Attributes:
        key: names everything that a score depends on (model files, preprocessing, prompt); scores are
            cached under it.
        name: what the user calls it ("geometry", or the model's name).
    """

    key: str
    name: str

    def asking(self, mode: str, both_orders: bool) -> Judge:
        """This judge, asked something else; itself where it knows only one question. Nothing is loaded anew.

        Args:
            mode: what is asked (``"object"``, ``"landmark"``, ``"artwork"``, ``"edit"``).
            both_orders: whether it looks at each pair twice, with the photos in both orders.

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

        A candidate that cannot be read gives a `Verdict` without a match and the work goes on. Ends early,
        without an error, once `cancelled()` is true or the generator is closed.

        Raises:
            LookalikeError: the query cannot be read, or the judge itself is broken.
        """
        ...

    def explain(self, query: JudgePhoto, candidate: JudgePhoto) -> Explanation:
        """Say why the pair scores as it does.

        Raises:
            LookalikeError: a photo cannot be read, or the judge itself is broken.
        """
        ...

    def close(self) -> None:
        """Give back memory and processes; the judge can be used again and then reopens itself."""
        ...
