"""The visual-token budget: how many tokens a photo becomes at most, where a model lets one choose.

More tokens show finer detail and take proportionally longer: to encode a photo once, and to read it in each pair.
Models whose photos all become a square of one size (SmolVLM, InternVL, Gemma 3) have no choice.
"""

from __future__ import annotations

from lookalike.errors import LookalikeError

BUDGETS = {"fast": 128, "balanced": 256, "fine": 576}
"""Tokens a photo: some 320 × 320, 450 × 450 and 670 × 670 pixels for Qwen's models. arXiv 2604.13268 has 400 to 729."""
DEFAULT_BUDGET = "fast"
PATIENT_PAIRS_PER_SECOND = 1.0
"""At least so many pairs a second make a choice worth offering: the 30 candidates that a model is asked about behind
geometry in half a minute."""


def budget_tokens(name: str) -> int:
    """Tokens a photo at most for a choice.

    Raises:
        LookalikeError: there is no such choice.
    """
    if name not in BUDGETS:
        raise LookalikeError(
            "There is no visual-token budget called {name}.",
            "Choose one of {names}.",
            name=name,
            names=", ".join(BUDGETS),
        )
    return BUDGETS[name]


def suggested_budget(pairs_per_second: float) -> str:
    """The largest budget with which a model is still quick enough on this computer.

    Args:
        pairs_per_second: its speed with the default budget, as its trial has found.
    """
    quick = [
        name
        for name, tokens in BUDGETS.items()
        if pairs_per_second * BUDGETS[DEFAULT_BUDGET] / tokens >= PATIENT_PAIRS_PER_SECOND
    ]
    return quick[-1] if quick else DEFAULT_BUDGET
