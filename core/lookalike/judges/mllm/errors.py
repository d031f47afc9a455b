"""Errors of models that judge."""

from __future__ import annotations

from lookalike.errors import LookalikeError


class JudgeError(LookalikeError):
    """The model cannot be used, or broke down while judging."""


class DeviceError(JudgeError):
    """What computes failed, or has too little memory; where that was a graphics processor, the processor may do."""
