"""Prompts: the questions a multimodal model is asked, read from ``prompts.toml``."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass

from lookalike.judges.mllm.errors import JudgeError
from lookalike.resources import resource

FILE = "prompts.toml"


@dataclass(frozen=True)
class Prompt:
    """One way of asking.

    Attributes:
        mode: its name: ``"object"``, ``"landmark"``, ``"artwork"`` or ``"edit"``.
        instructions: the system turn.
        question: the text after the two photos.
    """

    mode: str
    instructions: str
    question: str

    @property
    def id(self) -> str:
        """Names the wording: scores of different ids are not comparable."""
        wording = f"{self.instructions}\0{self.question}".encode()
        return f"{self.mode}-{hashlib.sha256(wording).hexdigest()[:8]}"


def prompt_modes() -> list[str]:
    """The modes there are."""
    return list(_read())


def load_prompt(mode: str) -> Prompt:
    """The prompt of a mode.

    Raises:
        JudgeError: there is no such mode.
    """
    prompts = _read()
    if mode not in prompts:
        raise JudgeError(
            "There is no way of comparing called {mode}.",
            "Choose one of {names}.",
            mode=repr(mode),
            names=", ".join(prompts),
        )
    return Prompt(mode, prompts[mode]["instructions"].strip(), prompts[mode]["question"].strip())


def _read() -> dict[str, dict[str, str]]:
    return tomllib.loads(resource(FILE).read_text(encoding="utf-8"))
