"""The virtual environment: made once, filled with pip, and left alone while nothing has changed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootstrap_steps import system
from bootstrap_steps.terminal import StepError, last_error, say, step, watch

REPOSITORY = Path(__file__).resolve().parents[2]

RECIPE = 1
"""Raised whenever the steps change what they install, so that environments made before are filled anew."""

TORCH = "2.13.0"
"""The PyTorch taken on Linux, where the plain package would bring several GB of NVIDIA libraries."""

TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

FREE_SPACE = 4 * 2**30
"""Bytes that a first installation needs, with the downloads' temporary copies."""


def pyproject() -> dict[str, Any]:
    """The parsed ``pyproject.toml`` of this repository."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Environment:
    """A virtual environment and what the bootstrap has recorded in it."""

    folder: Path

    @classmethod
    def chosen(cls) -> Environment:
        """The one that ``LOOKALIKE_VENV`` names, or ``.venv`` in the repository."""
        named = os.environ.get("LOOKALIKE_VENV")
        return cls(Path(named).expanduser().absolute() if named else REPOSITORY / ".venv")

    @property
    def scripts(self) -> Path:
        """The folder of its programs."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.scripts / ("python.exe" if os.name == "nt" else "python")

    def program(self, name: str) -> Path:
        """One of the programs that packages put there."""
        return self.scripts / (f"{name}.exe" if os.name == "nt" else name)

    def log(self, name: str) -> Path:
        """The file that takes the output of one step."""
        return self.folder / "logs" / f"{name}.log"

    @property
    def _stamp_file(self) -> Path:
        return self.folder / "lookalike-setup.json"

    def stamps(self) -> dict[str, str]:
        """What is installed: part to the fingerprint it was installed for."""
        try:
            return dict(json.loads(self._stamp_file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def stamp(self, part: str, fingerprint: str) -> None:
        """Record a part as installed."""
        written = self._stamp_file.with_suffix(".new")
        written.write_text(json.dumps(self.stamps() | {part: fingerprint}, indent=1), encoding="utf-8")
        written.replace(self._stamp_file)

    def version(self) -> str:
        """Its Python's version; empty when the interpreter cannot run or has no pip."""
        try:
            done = subprocess.run(
                [str(self.python), "-c", "import pip, sys; print('%d.%d.%d' % sys.version_info[:3])"],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            return ""
        return done.stdout.strip()

    def pip(self, *arguments: str | Path) -> list[str]:
        """The command line of its pip."""
        return [str(self.python), "-m", "pip", *map(str, arguments)]


def pip_variables() -> dict[str, str]:
    """This process's environment variables with the ones that keep pip from chatting and asking."""
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONUNBUFFERED": "1"}


def fingerprint(version: str) -> str:
    """Changes whenever something must be installed anew; a linter's settings do not count."""
    parts = pyproject()
    told = json.dumps(
        [RECIPE, TORCH, version, sys.platform, parts["build-system"], parts["project"]], sort_keys=True
    )
    return hashlib.sha256(told.encode()).hexdigest()


def make(environment: Environment) -> None:
    """See that the virtual environment is there, was made here, and runs."""
    folder = environment.folder
    place = f"{REPOSITORY} {folder}"
    stamps = environment.stamps()
    version = environment.version()
    moved = stamps.get("place", place) != place
    changed = stamps.get("python", version) != version
    if version and not moved and not changed:
        environment.stamp("place", place)
        environment.stamp("python", version)
        return
    if folder.exists() and any(folder.iterdir()) and not stamps:
        raise StepError(
            f"{folder} holds no working Python environment. Delete that folder, or name another one with "
            "LOOKALIKE_VENV, and start again."
        )
    _need_venv_module()
    _need_space(folder)
    command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    with step(f"Making a Python environment in {folder}"), tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "venv.log"
        try:
            failed = watch(command, log, lambda line: None)
        except KeyboardInterrupt:
            # Half an environment could not be told from somebody's own folder the next time.
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if failed:
            raise StepError(f"The environment could not be made: {last_error(log)}")
    environment.stamp("place", place)
    environment.stamp("python", environment.version())


def install_packages(environment: Environment, extras: tuple[str, ...]) -> None:
    """Install Lookalike (editable) with everything it needs, unless that has been done.

    Args:
        environment: where to.
        extras: the optional dependencies wanted, as named in ``pyproject.toml``.
    """
    stamps = environment.stamps()
    key = fingerprint(stamps["python"])
    if all(stamps.get(f"extra {extra}") == key for extra in extras):
        return
    if sys.platform.startswith("linux"):
        _install_torch(environment)
    wanted = f"{REPOSITORY}[{','.join(extras)}]"
    with step("Installing Lookalike and its packages"):
        log = environment.log("packages")
        if watch(environment.pip("install", "-e", wanted), log, pip_status, pip_variables()):
            raise StepError(f"pip could not install the packages: {last_error(log)}\nThe whole output: {log}")
    for extra in extras:
        environment.stamp(f"extra {extra}", key)


def pip_status(line: str) -> str | None:
    """A line of pip's output in a few words; None when it says nothing new."""
    if found := re.match(r"Collecting ([A-Za-z0-9._-]+)", line):
        return f"looking for {found[1]}"
    if found := re.match(
        r"(?:Downloading|Using cached) (?:\S+/)?([A-Za-z0-9_.]+)-\S+(?: \(([^)]+)\))?", line
    ):
        return f"fetching {found[1]}" + (f" ({found[2]})" if found[2] else "")
    if line.startswith("Installing collected packages"):
        return "unpacking"
    return None


def _install_torch(environment: Environment) -> None:
    found = subprocess.run(
        [str(environment.python), "-c", "import importlib.metadata as m; print(m.version('torch'))"],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode == 0:
        return
    log = environment.log("torch")
    with step(f"Installing PyTorch {TORCH} for the processor (about 200 MB)"):
        for source in ((), ("--extra-index-url", TORCH_CPU_INDEX, "--retries", "1", "--timeout", "20")):
            command = environment.pip("install", f"torch=={TORCH}+cpu", *source)
            if not watch(command, log, pip_status, pip_variables()):
                return
            if "No space left" in log.read_text(encoding="utf-8"):
                raise StepError(f"The disk of {environment.folder} is full.")
        say(f"  Neither your pip's sources nor {TORCH_CPU_INDEX} gave it: {last_error(log)}")
        say("  Taking PyPI's PyTorch instead. It brings NVIDIA's libraries, several GB; Ctrl-C stops here.")
        if watch(environment.pip("install", "torch"), log, pip_status, pip_variables()):
            raise StepError(f"PyTorch could not be installed: {last_error(log)}\nThe whole output: {log}")


def _need_venv_module() -> None:
    # Debian splits both modules off; `venv` alone would fail half-way, without ensurepip.
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return
    packages = [f"python3.{sys.version_info.minor}-venv"]
    if system.may_install() and system.install(packages):
        return
    raise StepError(
        f"This Python ({sys.executable}) cannot make virtual environments: its venv module is missing. "
        f"Install it and start again: {system.how_to_install(packages)}"
    )


def _need_space(folder: Path) -> None:
    there = next(parent for parent in folder.parents if parent.exists())
    free = shutil.disk_usage(there).free
    if free < FREE_SPACE:
        raise StepError(
            f"The disk of {folder} has {free / 2**30:.1f} GB free; the first installation needs "
            f"{FREE_SPACE / 2**30:.0f} GB. Make room, or name a folder on another disk with LOOKALIKE_VENV."
        )
