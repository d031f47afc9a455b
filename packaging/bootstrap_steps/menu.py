"""The system's menu and file manager on Linux: entries for this installation, in the user's own folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bootstrap_steps.environment import REPOSITORY, Environment
from bootstrap_steps.terminal import StepError, say

ENTRIES = ("lookalike.desktop", "lookalike-find.desktop")
ICON = "lookalike.svg"


def install(chosen: Environment) -> None:
    """Write the entries and the icon, with the full path of the program in this environment.

    Raises:
        StepError: this is not Linux, or there is no program yet.
    """
    program = chosen.program("lookalike-app")
    if not program.exists():
        raise StepError("Lookalike is not set up yet: python3 packaging/bootstrap.py run")
    for source, target in _files():
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".desktop":
            target.write_text(entry_text(source, program), encoding="utf-8")
        else:
            shutil.copyfile(source, target)
    _announce()
    say("Lookalike is in the menu, and in the file manager under “Open with”.")


def remove() -> None:
    """Take away what `install` has written.

    Raises:
        StepError: this is not Linux.
    """
    for _, target in _files():
        target.unlink(missing_ok=True)
    _announce()
    say("Lookalike is no longer in the menu.")


def entry_text(source: Path, program: Path) -> str:
    """A desktop entry that starts a program by its full path."""
    # Inside quotes, these keep their meaning; a percent sign would stand for a field.
    quoted = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in str(program))
    quoted = quoted.replace("\\", "\\\\").replace("%", "%%")
    plain = str(program).replace("\\", "\\\\")
    lines = []
    for line in source.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key == "Exec":
            line = f'Exec="{quoted}"{value.removeprefix("lookalike-app")}'
        elif key == "TryExec":
            line = f"TryExec={plain}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _files() -> Iterator[tuple[Path, Path]]:
    if sys.platform != "linux":
        raise StepError("Menu entries are for Linux; elsewhere, start lookalike-app.")
    for name in ENTRIES:
        yield REPOSITORY / "packaging" / name, _share() / "applications" / name
    yield (
        REPOSITORY / "resources" / "icons" / ICON,
        _share() / "icons" / "hicolor" / "scalable" / "apps" / ICON,
    )


def _share() -> Path:
    data = os.environ.get("XDG_DATA_HOME")
    return Path(data) if data else Path.home() / ".local" / "share"


def _announce() -> None:
    """Have the desktop read which files the program opens; without the tool, it does so at the next login."""
    applications = _share() / "applications"
    tool = shutil.which("update-desktop-database")
    if tool is not None and applications.is_dir():
        subprocess.run([tool, "-q", str(applications)], check=False)
