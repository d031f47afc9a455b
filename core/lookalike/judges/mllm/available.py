"""Availability of multimodal models in this installation; found out without loading anything heavy."""

from __future__ import annotations

import importlib.util

from lookalike.errors import LookalikeError
from lookalike.judges.mllm.errors import JudgeError


def unavailable_reason() -> str | None:
    """As `unavailable`, in one line."""
    error = unavailable()
    return None if error is None else str(error)


def unavailable() -> LookalikeError | None:
    """Why no multimodal model can run here, as an error with its remedy; None if one can."""
    if importlib.util.find_spec("llama_cpp") is not None:
        return None
    return JudgeError(
        "The part that runs multimodal models (llama-cpp-python) is not installed.",
        "Lookalike's set-up script builds it, or says what that needs (packaging/bootstrap.py mllm).",
    )
