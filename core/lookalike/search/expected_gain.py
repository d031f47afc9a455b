"""Expected gain: what asking a judge about a candidate is likely to improve in what the user sees.

The answer is taken for a yes or a no that moves the candidate's log-odds by as much as the judge's answers usually do,
each as probable as the candidate's own probability says. What either would improve is counted in right photos: higher
places, by the discounted cumulative gain of the whole list, and the right side of the line. So a candidate is worth a
question where its probability is undecided, where it is near the line, or where it stands high while another judge, or
the index, thinks little of it; and none where no answer would change much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.search.evidence import SAME, Evidence

Floats = NDArray[np.float64]


def expected_gains(scores: Floats, evidence: Evidence, cut_off: float) -> Floats:
    """What a question about each candidate is worth, (candidates,), in right photos; about 0 or more.

    Args:
        scores: of the candidates as far as they are known, (candidates,), in any order.
        evidence: what an answer does to them.
        cut_off: the score of the line.
    """
    count = len(scores)
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    odds = evidence.odds(ranked)
    probabilities = _sigmoid(odds)
    yes, no = _sigmoid(odds + evidence.swing), _sigmoid(odds - evidence.swing)
    # So probable that the mean of both answers is what is known before.
    spread = np.maximum(yes - no, 1e-12)
    chance = np.clip((probabilities - no) / spread, 0.0, 1.0)
    step = evidence.swing / evidence.slope
    places = np.arange(count)
    up = np.searchsorted(-ranked, -(ranked + step), side="left")
    down = np.maximum(np.searchsorted(-ranked, -(ranked - step), side="right") - 1, places)
    discounts = 1.0 / np.log2(np.arange(count + 1) + 2.0)
    # What the others lose by going down a place each, and gain by going up, summed from the first on.
    falls = np.concatenate([[0.0], np.cumsum(probabilities * (discounts[1:] - discounts[:-1]))])
    lifts = np.concatenate([[0.0], np.cumsum(probabilities * (_before(discounts) - discounts[:-1]))])
    higher = yes * (discounts[up] - discounts[places]) + falls[places] - falls[up]
    lower = no * (discounts[down] - discounts[places]) + lifts[down + 1] - lifts[places + 1]
    order_gain = chance * higher + (1.0 - chance) * lower
    line_gain = (
        chance * _worth(yes, ranked + step, cut_off)
        + (1.0 - chance) * _worth(no, ranked - step, cut_off)
        - _worth(probabilities, ranked, cut_off)
    )
    gains = np.zeros(count)
    gains[order] = order_gain + np.maximum(line_gain, 0.0)
    return gains


def _before(discounts: Floats) -> Floats:
    """The discount of the place before each but the last; that of the first place stays."""
    return np.concatenate([discounts[:1], discounts[:-2]])


def _worth(probabilities: Floats, scores: Floats, cut_off: float) -> Floats:
    """What showing candidates above the line is worth, where they stand there; 0 below it."""
    return np.where(scores >= cut_off, probabilities - SAME, 0.0)


def _sigmoid(odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0)))
