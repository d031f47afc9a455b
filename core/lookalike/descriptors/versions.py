"""Names a model together with what runs it, so that a photo it failed at is tried again once either is another."""

from __future__ import annotations

import functools
from importlib import metadata

_PACKAGES = ("torch", "transformers")


@functools.cache
def model_versions(key: str) -> str:
    """A model's key and the versions of the libraries that run it, in one line."""
    return " ".join([key, *(f"{name}={_version(name)}" for name in _PACKAGES)])


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "-"
