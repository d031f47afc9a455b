"""A finding: one thing that was looked at, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How something stands."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: what it is about, in a word.
        state: how it stands: a note is of something that is missing but not needed, or that could be better; a problem
            is something that will fail.
        text: how it stands, in one sentence.
        remedy: what helps; empty where nothing is wrong.
        facts: the figures and names behind it, for programs.
    """

    topic: str
    state: State
    text: str
    remedy: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
