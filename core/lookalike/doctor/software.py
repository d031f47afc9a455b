"""Python and the packages: what is required, and whether it is there."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata

from lookalike import __version__
from lookalike.doctor.finding import Finding, State

DISTRIBUTION = "lookalike"
NAMED = ("torch", "openvino", "transformers", "faiss-cpu", "numpy", "pillow")
"""The packages that are named in the report; the others only when something is wrong with them."""
SET_UP_AGAIN = "Run the set-up once more (packaging/bootstrap.py run)."


def software() -> Iterator[Finding]:
    """Python, the required packages, the window, and variables of the environment that change something."""
    yield Finding(
        "Python",
        State.GOOD,
        f"{platform.python_version()} in {sys.prefix}, Lookalike {__version__}, {platform.platform()}",
        facts={"python": platform.python_version(), "prefix": sys.prefix, "lookalike": __version__},
    )
    yield from _packages()
    yield _window()
    changed = {name: value for name, value in sorted(os.environ.items()) if name.startswith("LOOKALIKE_")}
    if changed:
        told = ", ".join(f"{name}={value}" for name, value in changed.items())
        yield Finding("variables", State.NOTE, told, facts=changed)


def _packages() -> Iterator[Finding]:
    """The required packages against what is installed."""
    from packaging.requirements import Requirement

    try:
        requires = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or ()]
    except metadata.PackageNotFoundError:
        yield Finding("packages", State.PROBLEM, "Lookalike itself is not installed here.", SET_UP_AGAIN)
        return
    wrong, versions = [], {}
    for requirement in requires:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            versions[requirement.name] = version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, not {requirement.specifier}")
    if wrong:
        yield Finding("packages", State.PROBLEM, f"{'; '.join(wrong)}.", SET_UP_AGAIN, versions)
        return
    named = ", ".join(f"{name} {versions[name]}" for name in NAMED if name in versions)
    yield Finding(
        "packages", State.GOOD, f"all {len(versions)} are there, among them {named}", facts=versions
    )


def _window() -> Finding:
    if importlib.util.find_spec("PySide6") is None:
        return Finding(
            "window",
            State.NOTE,
            "PySide6 is not installed, so there is only the command line.",
            "The set-up script installs it (packaging/bootstrap.py run).",
        )
    version = metadata.version("PySide6-Essentials")
    facts = {"pyside6": version, "display": True}
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return Finding(
            "window",
            State.NOTE,
            f"PySide6 {version}, but this session has no display.",
            "Start Lookalike from a desktop to see the window.",
            facts | {"display": False},
        )
    return Finding("window", State.GOOD, f"PySide6 {version}", facts=facts)
