"""Decoder versions: a file that could not be read is tried again once they change."""

from __future__ import annotations

import functools

from lookalike.versions import package_version

_OWN = 2
"""Increase this when Lookalike itself learns to read more files."""

_PACKAGES = ("pillow", "pillow-heif", "rawpy", "pylibjxl", "tifffile", "imagecodecs")


@functools.cache
def decoders() -> str:
    """The versions of all decoders, in one line."""
    return " ".join([str(_OWN), *(f"{name}={package_version(name)}" for name in _PACKAGES)])
