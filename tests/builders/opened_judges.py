"""Judges of a library as what they are, for tests that look at the process behind one."""

from __future__ import annotations

from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.registry import JudgeRegistry


def open_mllm_judge(judges: JudgeRegistry, name: str) -> MllmJudge:
    """The multimodal judge of this name."""
    judge = judges.get(name)
    assert isinstance(judge, MllmJudge)
    return judge
