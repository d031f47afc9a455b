"""Evidence of a second judge: how its answers move the scores that the index and a first judge have made.

A score is put on the scale of log-odds by a straight line, the answer is added there, and the sum is brought back to
the scale of scores. So photos that were asked about and photos that were not stay comparable, a photo that nobody asks
about keeps its place, an answer that says little moves a photo little, and the line between *the same* and *similar*
stays where it is.

The constants are fitted for a descriptor and a set of judges (``lookalike evaluate … --fit``). Where they were not, an
answer counts half of what it claims and at most `MOST`, and what the model says of all photos alike is taken off:
whether it likes to say yes cannot be told apart from its being right.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SAME = 0.6
"""The line runs where so many pairs show the same thing. At a half, more than a tenth of what lies above was wrong on
things that were left out of the fit (docs/benchmarks.md, "Fusion and calibration")."""

SLOPE = 20.0
"""Log-odds for each unit of the score, where nothing was fitted."""

ANSWER = 0.5
"""What an answer's logit counts, where nothing was fitted."""

MOST = 2.0
"""The log-odds that an answer moves a photo by at most, where nothing was fitted."""

SWING = 1.5
"""The log-odds that an answer is expected to move a photo by, where nothing was fitted."""

DOUBT = 3.0
"""Answers that have to come before half of what they have in common is taken off, where nothing was fitted."""


@dataclass(frozen=True)
class Evidence:
    """The constants of a second judge behind a first one.

    Attributes:
        slope: log-odds for each unit of the score, above 0.
        offset: log-odds at the score 0.
        known: what these count beside an answer, 0 or more.
        answer: what the answer's logit counts, 0 or more.
        bias: what is added where there is an answer.
        swing: the log-odds that an answer is expected to move a photo by, 0 or more; at 0 nobody need be asked.
        calibrated: whether all this was fitted; otherwise it is a guess.
    """

    slope: float
    offset: float
    known: float
    answer: float
    bias: float
    swing: float
    calibrated: bool

    def odds(self, scores: Floats) -> Floats:
        """Log-odds that scores stand for without an answer, of the same shape."""
        return self.slope * scores + self.offset

    def moved(self, scores: Floats, logits: Floats) -> Floats:
        """The scores, (candidates,), with the answers there are.

        Args:
            scores: by the index and the first judge, (candidates,).
            logits: the second judge's, (candidates,); NaN where it gave none.
        """
        asked = ~np.isnan(logits)
        if not asked.any():
            return scores
        before = self.odds(scores[asked])
        if self.calibrated:
            after = self.known * before + self.answer * logits[asked] + self.bias
        else:
            claims = self.answer * (logits[asked] - self._common(before, logits[asked]))
            after = before + np.clip(claims, -MOST, MOST)
        moved = scores.copy()
        moved[asked] = (after - self.offset) / self.slope
        return moved

    def _common(self, before: Floats, logits: Floats) -> float:
        """What answers have in common beyond what they should: their mean, less that of right answers."""
        expected = np.tanh(before / 2) * self.swing / self.answer
        return float((logits - expected).sum() / (len(logits) + DOUBT))


@dataclass(frozen=True)
class EvidenceCalibration:
    """Fitted constants of a second judge.

    Attributes:
        descriptor: key of the descriptor model.
        first: key of the judge before it.
        second: key of the judge, which names its wording too.
        weight: λ of the fusion that made the scores; with another one the constants do not apply.
        cut_off: the line of that fusion, likewise.
        evidence: the constants.
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
    evidence: Evidence
    error: float
    error_asked: float
    pairs: int
    positives: int
    groups: int

    def belongs_to(self, weight: float, cut_off: float) -> bool:
        """Whether the constants were fitted to scores of a fusion with this λ and line."""
        return math.isclose(self.weight, weight) and math.isclose(self.cut_off, cut_off)


def evidence_to_json(calibration: EvidenceCalibration) -> dict[str, Any]:
    """A calibration as plain JSON values."""
    return asdict(calibration)


def evidence_from_json(content: dict[str, Any]) -> EvidenceCalibration:
    """What `evidence_to_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        numbers = {
            name: bool(value) if name == "calibrated" else float(value)
            for name, value in content["evidence"].items()
        }
        evidence = Evidence(**numbers)  # type: ignore[arg-type]
        made = EvidenceCalibration(**{**content, "evidence": evidence})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no calibration of a second judge") from error
    finite = all(math.isfinite(value) for value in numbers.values())
    if not finite or evidence.slope <= 0 or min(evidence.known, evidence.answer, evidence.swing) < 0:
        raise ValueError("no calibration of a second judge")
    return made
