"""Whether this installation can run multimodal models at all; answers without loading anything heavy."""

from __future__ import annotations

import importlib.util

from lookalike.errors import LookalikeError
from lookalike.judges.mllm.errors import JudgeError


def mllm_available() -> str | None:
    """Why no multimodal model can run here, with the remedy, in one line; None if one can."""
    error = unavailable()
    return None if error is None else str(error)


def unavailable() -> LookalikeError | None:
    """As `mllm_available`, as an error with the remedy apart."""
    if importlib.util.find_spec("llama_cpp") is not None:
        return None
    return JudgeError(
        "The part that runs multimodal models (llama-cpp-python) is not installed.",
        "`python3 packaging/bootstrap.py mllm` builds it, or says what that needs.",
    )
