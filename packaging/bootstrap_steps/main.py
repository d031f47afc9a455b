"""What ``bootstrap.py`` does for each of its commands."""

from __future__ import annotations

import argparse
import os
import sys
import time

from bootstrap_steps import checks, environment, menu, mllm, qt, sample_photos
from bootstrap_steps.environment import Environment
from bootstrap_steps.terminal import StepError, duration, say, started

INTERRUPTED = 130

FIRST_START = """\
First start. This fetches about 500 MB of packages into a Python environment of its own, checks that
windows can be drawn, and last of all compiles the runner of language models, 5 to 10 minutes on most
computers. Later starts skip all of it."""


def main(arguments: list[str]) -> int:
    """Run one command of ``bootstrap.py``.

    Returns:
        The process's exit status: the started program's own, 1 when the set-up failed, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description="Sets Lookalike up, then starts or tests it."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="set up what is missing, then index and open the photos")
    run.add_argument("folders", nargs="*", metavar="FOLDER", help="photos; your pictures when none is named")
    commands.add_parser(
        "test", help="set up what is missing, then run every check; more arguments go to pytest"
    )
    commands.add_parser("mllm", help="compile the runner of language models once more")
    menu_command = commands.add_parser("menu", help="Linux: an entry in the menu and in the file manager")
    menu_command.add_argument("--remove", action="store_true", help="take it away again")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot write a letter shows a stand-in, and the run goes on.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    try:
        if options.command == "run":
            return _run(Environment.chosen(), options.folders)
        if options.command == "test":
            return _test(Environment.chosen(), arguments[arguments.index("test") + 1 :])
        if options.command == "menu":
            return _menu(options.remove)
        return _mllm(Environment.chosen())
    except StepError as failure:
        say(f"{failure}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. The same command goes on from here.")
        return INTERRUPTED


def _set_up(chosen: Environment, *extras: str) -> bool:
    start = time.monotonic()
    first = not chosen.stamps()
    if first:
        say(FIRST_START)
    environment.make(chosen)
    environment.install_packages(chosen, extras)
    sample_photos.fetch(chosen)
    drawable = qt.prepare(chosen)
    if first:
        say(f"Ready to start after {duration(time.monotonic() - start)}.")
    return drawable


def _run(chosen: Environment, folders: list[str]) -> int:
    drawable = _set_up(chosen, "app")
    compiling = not mllm.is_ready(chosen)
    if compiling and mllm.failed_before(chosen):
        mllm.report_missing(chosen)
        compiling = False
    env = dict(os.environ)
    if not drawable:
        # Where no window can be drawn the program does its work in the terminal.
        env = {name: value for name, value in env.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    with started([str(chosen.program("lookalike")), "start", *folders], env) as program:
        if compiling:
            # The program is of use without the runner, so it need not wait ten minutes for it.
            mllm.install(chosen, live=False, gently=True)
        status = program.wait()
    return INTERRUPTED if status < 0 else status


def _test(chosen: Environment, pytest_arguments: list[str]) -> int:
    if not _set_up(chosen, "app", "dev"):
        raise StepError("The window's tests need what is named above.")
    if not mllm.is_ready(chosen):
        mllm.install(chosen)
    return checks.run(chosen, pytest_arguments)


def _menu(remove: bool) -> int:
    if remove:
        menu.remove()
    else:
        menu.install(Environment.chosen())
    return 0


def _mllm(chosen: Environment) -> int:
    _set_up(chosen, "app")
    if mllm.is_ready(chosen) and not mllm.self_check(chosen):
        say(f"{mllm.requirement()} is installed and runs on this processor.")
        return 0
    return 0 if mllm.install(chosen) else 1
