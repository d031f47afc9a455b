"""The logistic function, from log-odds to a probability."""

from __future__ import annotations

import math


def sigmoid(logit: float) -> float:
    """``1 / (1 + exp(-logit))`` in the form whose exponential cannot overflow."""
    small = math.exp(-abs(logit))
    return 1.0 / (1.0 + small) if logit >= 0 else small / (1.0 + small)
