"""Errors of models as files."""

from __future__ import annotations

from lookalike.errors import LookalikeError


class ModelError(LookalikeError):
    """A model cannot be had or used."""
