"""The real command in a process of its own, and what it answers."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processes import interruptible

COMMAND = [sys.executable, "-m", "lookalike"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="as POSIX systems have it")

Told = tuple[int, str, str]


def tell(
    *arguments: object,
    unset: tuple[str, ...] = (),
    cwd: Path | None = None,
    before: Callable[[], None] | None = None,
    **environment: Any,
) -> Told:
    """Run the real command; gives (exit code, standard output, standard error)."""
    variables = {name: value for name, value in {**os.environ, **environment}.items() if name not in unset}
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=variables,
        cwd=cwd,
        preexec_fn=before,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="surrogateescape",
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def shell(script: str, **environment: str) -> Told:
    """Run a line of bash in which LOOKALIKE is the command."""
    script = script.replace("LOOKALIKE", shlex.join(COMMAND))
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def one_line(told: Told, code: int, words: str) -> None:
    """Check a failure: its code, and one line that says it."""
    assert told[0] == code, told
    assert words in told[2], told
    assert len(told[2].strip().splitlines()) == 1, told


LATE = """
import atexit, os, signal, sys
import lookalike.cli.commands as commands
from lookalike.cli.main import main

@commands.cli.command("fail")
def fail():
    WORK

sys.argv = ["lookalike", "fail", *sys.argv[1:]]
main()
"""


def run_command(work: str) -> Told:
    """Run a command with this body on the real entry point."""
    code = LATE.replace("WORK", "\n    ".join(work.strip().splitlines()))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, preexec_fn=interruptible, timeout=60
    )
    return done.returncode, done.stdout, done.stderr
