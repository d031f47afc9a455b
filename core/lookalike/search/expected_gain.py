"""Expected gain: what asking a judge about a candidate is likely to improve in what the user sees.

An answer is taken for a yes or a no that moves the candidate's log-odds by as much as the judge's answers usually do,
each as probable as the candidate's own probability says. What counts is by how much it then changes that probability,
and how high the candidate stands, by the discount of DCG. So a candidate is worth a question where its probability is
undecided: where the line runs, and where one judge, or the index, holds it for right and the other does not. None is
worth one where no answer would change much, or nobody would see it.

What a change of places would be worth for the whole list was tried as well, and does no better: the order of scores is
not that of probabilities, so that each move seems to gain (docs/benchmarks.md, "The cascade of judges").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def expected_gains(scores: Floats, odds: Floats, swing: float) -> Floats:
    """What a question about each candidate is worth, (candidates,), 0 to 1; at most what a whole right first result is.

    Args:
        scores: that the candidates are ranked by, (candidates,), in any order.
        odds: log-odds that they are right, (candidates,).
        swing: the log-odds that an answer is expected to move a candidate by, 0 or more.
    """
    places = np.empty(len(scores))
    places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    now, yes, no = (_probabilities(odds + moved) for moved in (0.0, swing, -swing))
    # As probable that what is expected of the answer is what is known before.
    chance = np.clip((now - no) / np.maximum(yes - no, 1e-12), 0.0, 1.0)
    change = chance * (yes - now) + (1.0 - chance) * (now - no)
    return change / np.log2(places + 2.0)


def _probabilities(odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0)))
