"""Answer worth: what the answers of a second judge do to what the index and a first judge have made of photos.

What is known of a photo before anybody asks is a sum of log-odds: what its index score stands for, and what the first
judge says, if it has looked. An answer is added to that. It also moves the photo's score, by as much as such log-odds
are worth between the photos of one query. So photos that were asked about and photos that were not stay comparable, a
photo that nobody asks about keeps its place, and an answer that says little moves a photo little.

The constants are fitted for a descriptor and both judges (``lookalike evaluate … --fit``). Where they were not, an
answer counts half of what it claims and at most `MOST`, and what the model says of all photos alike is taken off:
whether it likes to say yes cannot be told apart from its being right. The other constants are then those of the
embedded descriptor with the geometric judge (``python -m tests.benchmarks.cascade_curves`` prints them).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SURE = 1e-4
"""Probabilities nearer to 0 or 1 count as this far from it: no curve knows more."""

MOST = 2.0
"""The log-odds that an answer moves a photo by at most, where nothing was fitted."""

DOUBT = 3.0
"""Answers that have to come before half of what they have in common is taken off, where nothing was fitted."""


@dataclass(frozen=True)
class AnswerWorth:
    """The constants of a second judge behind a first one.

    Attributes:
        slope: log-odds for each unit of the score, between photos of one query; above 0.
        seen: of a photo that the first judge has seen: what the index's log-odds count, what the first judge's count,
            each 0 or more, and what is added.
        unseen: of any other photo: what the index's log-odds count, 0 or more, and what is added.
        answer: what the answer's logit counts, 0 or more.
        bias: what is added where there is an answer.
        swing: the log-odds that an answer is expected to move a photo by, 0 or more; at 0 nobody need be asked.
        calibrated: whether all this was fitted; otherwise it is a guess.
    """

    slope: float
    seen: tuple[float, float, float]
    unseen: tuple[float, float]
    answer: float
    bias: float
    swing: float
    calibrated: bool

    def known(self, index: Floats, first: Floats) -> Floats:
        """Log-odds before any answer, (candidates,).

        Args:
            index: probabilities that the index's scores stand for, (candidates,).
            first: those of the first judge, likewise; NaN where it has none.
        """
        of_index, of_first = log_odds(index), log_odds(first)
        seen = self.seen[0] * of_index + self.seen[1] * of_first + self.seen[2]
        return np.where(np.isnan(first), self.unseen[0] * of_index + self.unseen[1], seen)

    def evidence(self, known: Floats, logits: Floats) -> Floats:
        """What answers add to the log-odds, (candidates,); 0 where there is none.

        Args:
            known: log-odds before any answer, (candidates,).
            logits: the second judge's, (candidates,); NaN where it gave none.
        """
        asked = ~np.isnan(logits)
        said = np.zeros(len(logits))
        if asked.any():
            if self.calibrated:
                said[asked] = self.answer * logits[asked] + self.bias
            else:
                claims = self.answer * (logits[asked] - self._common(known[asked], logits[asked]))
                said[asked] = np.clip(claims, -MOST, MOST)
        return said

    def _common(self, known: Floats, logits: Floats) -> float:
        """What answers have in common beyond what they should: their sum, less that of right answers."""
        expected = np.tanh(known / 2) * self.swing / self.answer
        return float((logits - expected).sum() / (len(logits) + DOUBT))


GUESS = AnswerWorth(26.0, (0.2, 0.7, -0.5), (0.65, -3.6), 0.5, 0.0, 1.5, calibrated=False)
"""Where nothing was fitted."""


def log_odds(probabilities: Floats) -> Floats:
    """Log-odds of probabilities, of the same shape; bounded, see `SURE`."""
    inside = np.clip(probabilities, SURE, 1.0 - SURE)
    return np.log(inside / (1.0 - inside))


@dataclass(frozen=True)
class AnswerCalibration:
    """Fitted constants of a second judge.

    Attributes:
        descriptor: key of the descriptor model.
        first: key of the judge before it.
        second: key of the judge, which names its wording too.
        weight: λ of the fusion that made the scores; with another one the constants do not apply.
        cut_off: the line of that fusion, likewise.
        worth: the constants.
        error: expected calibration error, on groups left out of the fit, of all candidates as a search knows them at
            the end.
        error_asked: of those that the second judge was asked about.
        pairs: how many pairs the second judge was asked about.
        positives: how many of these show the same thing.
        groups: how many things they show.
    """

    descriptor: str
    first: str
    second: str
    weight: float
    cut_off: float
    worth: AnswerWorth
    error: float
    error_asked: float
    pairs: int
    positives: int
    groups: int

    def belongs_to(self, weight: float, cut_off: float) -> bool:
        """Whether the constants were fitted to scores of a fusion with this λ and line."""
        return math.isclose(self.weight, weight) and math.isclose(self.cut_off, cut_off)


def answers_to_json(calibration: AnswerCalibration) -> dict[str, Any]:
    """A calibration as plain JSON values."""
    return asdict(calibration)


def answers_from_json(content: dict[str, Any]) -> AnswerCalibration:
    """What `answers_to_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        numbers = content["worth"]
        seen, unseen = (tuple(float(value) for value in numbers[name]) for name in ("seen", "unseen"))
        plain = {name: float(numbers[name]) for name in ("slope", "answer", "bias", "swing")}
        worth = AnswerWorth(seen=seen, unseen=unseen, calibrated=True, **plain)  # type: ignore[arg-type]
        made = AnswerCalibration(**{**content, "worth": worth})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no calibration of a second judge") from error
    least = min(worth.answer, worth.swing, *seen[:-1], *unseen[:-1])
    finite = all(map(math.isfinite, (*plain.values(), *seen, *unseen)))
    if not finite or worth.slope <= 0 or least < 0 or (len(seen), len(unseen)) != (3, 2):
        raise ValueError("no calibration of a second judge")
    return made
