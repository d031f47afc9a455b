"""Index score: what the index says of a photo, from the cosine of its descriptor and the vote of its details.

The score is ``cosine + w·log(1 + vote)``: a sum, because each is right where the other knows nothing, a plain mug
having no details and a book cover among others the wrong colours; and a logarithm, because a vote that is ten times as
large is often only a background that both photos have. A match of usual nearness counts 1, so that the logarithm bends
where the first few matches are. Figures are in docs/benchmarks.md, "The index with details".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class IndexScore:
    """How a cosine and a vote make one score.

    Attributes:
        weight: w, what a vote counts; 0 or more.
        slope: of the line from a cosine to the score that photos with such a cosine have on average, above 0.
        offset: of that line.
    """

    weight: float
    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, cosines: Floats, votes: Floats) -> NDArray[np.float32]:
        """The scores, float32 of the arguments' shape.

        Args:
            cosines: of any shape.
            votes: of the same shape; NaN where nothing is known of a photo's details, or the query has none. Such a
                photo is neither put before nor behind the others: it gets the average score of its cosine.
        """
        unknown = np.isnan(votes)
        known = cosines + self.weight * np.log1p(np.where(unknown, 0.0, votes))
        return np.where(unknown, self.slope * cosines + self.offset, known).astype(np.float32)

    def numbers(self) -> dict[str, float]:
        """The constants as plain numbers, for `index_score_of`."""
        return {"weight": self.weight, "slope": self.slope, "offset": self.offset}


def index_score_of(numbers: dict[str, Any]) -> IndexScore:
    """The index score that `IndexScore.numbers` wrote.

    Raises:
        ValueError: these are not its constants.
        KeyError: some are missing.
        TypeError: some are no numbers.
    """
    made = IndexScore(float(numbers["weight"]), float(numbers["slope"]), float(numbers["offset"]))
    finite = all(map(math.isfinite, (made.weight, made.slope, made.offset)))
    if not finite or made.weight < 0 or made.slope <= 0:
        raise ValueError("not an index score")
    return made
