"""The kinds of judges there are. To add a judge, write its `JudgeKind` and list it here."""

from __future__ import annotations

from lookalike.judges.geometry.kind import GeometricKind
from lookalike.judges.kind import JudgeKind
from lookalike.judges.mllm.kind import MllmKind

JUDGE_KINDS: tuple[type[JudgeKind], ...] = (GeometricKind, MllmKind)
"""In the order in which users see them. Where the user has chosen none, the last that works here is used."""


def judge_modes() -> list[str]:
    """The questions that any judge can be asked."""
    return list(dict.fromkeys(mode for kind in JUDGE_KINDS for mode in kind.modes()))
