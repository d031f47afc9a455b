"""Every check of the project, one after the other: style, types, imports, tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from bootstrap_steps.environment import REPOSITORY, Environment
from bootstrap_steps.terminal import duration, say, started

STATIC = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "lint-imports": ("lint-imports",),
}
"""The checks that run nothing of the project: a name to its program and arguments."""
SIDE_BY_SIDE = ("-n", str(max(1, min(os.cpu_count() or 1, 4))), "--dist", "worksteal")
"""How pytest runs when everything is checked: many tests wait for processes to start, which leaves cores idle."""


def run(environment: Environment, pytest_arguments: list[str]) -> int:
    """Run all checks, or pytest alone when it is given arguments; the last line is pytest's closing one.

    Returns:
        0 when everything passed, 1 otherwise.
    """
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    results: dict[str, tuple[bool, float]] = {}
    for name, (program, *arguments) in {} if pytest_arguments else STATIC.items():
        say(f"* {name}")
        start = time.monotonic()
        done = subprocess.run(
            [str(environment.program(program)), *arguments], cwd=REPOSITORY, env=env, check=False
        )
        results[name] = (done.returncode == 0, time.monotonic() - start)
    say("* pytest")
    start = time.monotonic()
    status, closing = _pytest(environment, pytest_arguments or list(SIDE_BY_SIDE), env)
    results["pytest"] = (status == 0, time.monotonic() - start)
    say()
    for name, (passed, seconds) in results.items():
        say(f"{'passed' if passed else 'FAILED'}  {name} ({duration(seconds)})")
    say(closing)
    return 0 if all(passed for passed, _ in results.values()) else 1


def _pytest(environment: Environment, arguments: list[str], env: dict[str, str]) -> tuple[int, str]:
    command = [str(environment.python), "-m", "pytest", *arguments]
    tail = b""
    with started(command, env, REPOSITORY, subprocess.PIPE) as process:
        assert process.stdout is not None
        # Not line by line: a line of dots must be seen growing.
        while chunk := os.read(process.stdout.fileno(), 4096):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            tail = (tail + chunk)[-4096:]
    lines = tail.decode(errors="replace").strip().splitlines()
    return process.returncode, lines[-1] if lines else ""
