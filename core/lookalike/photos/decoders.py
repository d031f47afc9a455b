"""Names the decoders at work, so that a file they could not read is tried again once they are others."""

from __future__ import annotations

import functools

from lookalike.versions import package_version

_OWN = 1
"""To be raised when this program learns to read what it could not."""

_PACKAGES = ("pillow", "pillow-heif", "rawpy", "pylibjxl")


@functools.cache
def decoders() -> str:
    """Their versions in one line."""
    return " ".join([str(_OWN), *(f"{name}={package_version(name)}" for name in _PACKAGES)])
