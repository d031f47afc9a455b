"""What the bootstrap says, and long commands that show how they are getting on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

QUIET_INTERVAL = 30.0
"""Seconds between two lines of progress where the output is not a terminal."""


class StepError(Exception):
    """A step that cannot be done; the text says why and what helps."""


def say(text: str = "") -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def duration(seconds: float) -> str:
    """Seconds in words: ``0.4 s``, ``34 s``, ``6 min 02 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and the time it took once it is done."""
    say(f"* {title}")
    start = time.monotonic()
    yield
    say(f"  done in {duration(time.monotonic() - start)}")


def watch(
    command: Sequence[str | Path],
    log: Path,
    describe: Callable[[str], str | None],
    env: Mapping[str, str] | None = None,
    live: bool = True,
) -> int:
    """Run a command with its output in a log file, and show the elapsed time and where it stands.

    Args:
        command: the program and its arguments.
        log: the file that takes the whole output; overwritten.
        describe: a line of output to a short status, or None for a line that says nothing.
        env: the command's environment; None for this process's own.
        live: rewrite one line of the terminal; otherwise, and where there is no terminal, a new line
            now and then.

    Returns:
        The exit status. When this process is interrupted the command and its children are ended first.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    status = ""

    def read() -> None:
        nonlocal status
        assert process.stdout is not None
        with log.open("w", encoding="utf-8") as sink:
            for line in process.stdout:
                sink.write(line)
                sink.flush()
                status = describe(line.strip()) or status

    live = live and sys.stdout.isatty()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=env,
        start_new_session=os.name == "posix",
    )
    reader = threading.Thread(target=read)
    reader.start()
    start = said = time.monotonic()
    try:
        while True:
            try:
                return process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                now = time.monotonic()
            if live:
                _rewrite(f"  {duration(now - start)}  {status}")
            elif now - said >= QUIET_INTERVAL:
                say(f"  {duration(now - start)}  {status}")
                said = now
    except BaseException:
        end_tree(process)
        raise
    finally:
        reader.join()
        if process.stdout is not None:
            process.stdout.close()
        if live:
            _rewrite("")


@contextmanager
def started(
    command: Sequence[str | Path], env: Mapping[str, str], cwd: Path | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A running program that Ctrl-C is meant for, as long as it runs; it ends in its own way."""
    with subprocess.Popen([str(part) for part in command], env=env, cwd=cwd, stdout=stdout) as process:

        def interrupt(*_: object) -> None:
            if process.poll() is not None:
                raise KeyboardInterrupt
            # A terminal has told every process already, anything else just this one.
            if os.name == "posix" and not sys.stdin.isatty():
                process.send_signal(signal.SIGINT)

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield process
        finally:
            signal.signal(signal.SIGINT, before)


def end_tree(process: subprocess.Popen[str]) -> None:
    """End a process that `watch` started, with everything that it started."""
    if os.name == "posix":
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                continue
    else:
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    process.wait()


def last_error(log: Path) -> str:
    """The line of a log that best says what went wrong."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    for mark in ("CMake Error", "fatal error:", " error: ", "ERROR: "):
        for line in lines:
            if mark in line and not line.endswith(":"):
                return line.split(" (from versions:")[0]
    return lines[-1] if lines else "it said nothing"


def _rewrite(text: str) -> None:
    width = shutil.get_terminal_size().columns - 1
    sys.stdout.write("\r" + text[:width].ljust(width) + ("" if text else "\r"))
    sys.stdout.flush()
