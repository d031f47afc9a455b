"""Model versions: a model with the libraries that run it, so that a photo it failed on is tried again after updates."""

from __future__ import annotations

import functools

from lookalike.versions import package_version

_PACKAGES = ("openvino", "torch", "transformers")


@functools.cache
def model_versions(key: str) -> str:
    """A model's key and the versions of the libraries that run it, in one line."""
    return " ".join([key, *(f"{name}={package_version(name)}" for name in _PACKAGES)])
