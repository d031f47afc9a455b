"""Versions of installed packages."""

from __future__ import annotations

from importlib import metadata


def package_version(name: str) -> str:
    """The version of an installed distribution, or "-" where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "-"
