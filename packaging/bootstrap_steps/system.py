"""The operating system's own packages: what they are called here, and installing them where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

from bootstrap_steps.terminal import say, step

COMMANDS = {
    "apt-get": "sudo apt install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
    "zypper": "sudo zypper install",
}
"""The package managers told apart, with the command a user would type."""

APT_SECONDS = 600


def package_manager() -> str | None:
    """The name of this Linux's package manager, a key of `COMMANDS`; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    return next((name for name in COMMANDS if shutil.which(name)), None)


def has_display() -> bool:
    """Whether a window can be shown."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def how_to_install(packages: Iterable[str]) -> str:
    """The command that installs these packages, for the user to type."""
    manager = package_manager()
    names = " ".join(sorted(set(packages)))
    return f"{COMMANDS[manager]} {names}" if manager else f"install {names}"


def may_install() -> bool:
    """Whether packages can be installed without asking: an administrator on a system with apt."""
    return package_manager() == "apt-get" and os.geteuid() == 0


def install(packages: Iterable[str]) -> bool:
    """Install system packages through apt; False, with a line that says why, when it fails."""
    names = sorted(set(packages))
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Installing system packages: {' '.join(names)}"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", *names]):
            try:
                done = subprocess.run(
                    ["apt-get", "-q", *command],
                    env=env,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=APT_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                say(f"  apt-get {command[0]} did not end within {APT_SECONDS // 60} minutes")
                return False
            if done.returncode:
                said = (done.stderr.strip() or done.stdout.strip()).splitlines()
                say(f"  apt-get {command[0]} failed: {said[-1] if said else 'no reason given'}")
                return False
    return True
