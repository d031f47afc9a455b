"""Ctrl-C and the system's request to end, at any moment of the real command: one line and the right exit code."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.core.cli.real_command import POSIX, Told, run_command
from tests.processes import interruptible

pytestmark = pytest.mark.slow

STOPPED = "Stopped. What was finished is kept.\n"

NUMBERS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def run_code(code: str, number: int, **values: object) -> Told:
    """Run Python code in which NUMBER, and other names, stand for values."""
    for name, value in {"NUMBER": int(number), **values}.items():
        code = code.replace(name, repr(value))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, preexec_fn=interruptible, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


UNSENT = 99

MOMENT = """
import os, sys
from lookalike import interrupts
from lookalike.cli import main

calls = 0

def count(frame, event, argument):
    # Sends the signal when so many functions were called, which is the same moment each time, unlike a clock's.
    global calls
    calls += event == "call"
    if calls == CALLS:
        sys.setprofile(None)
        os.kill(os.getpid(), NUMBER)

sys.argv = ["lookalike", "status"]
interrupts.leave_at_once()
sys.setprofile(count)
try:
    main()
finally:
    if calls < CALLS:
        sys.exit(UNSENT)
"""


@POSIX
@NUMBERS
@pytest.mark.parametrize("calls", [1, 100, *range(5_000, 215_000, 15_000)])
def test_an_interrupt_at_any_moment(number: int, calls: int) -> None:
    code, _, err = run_code(MOMENT, number, CALLS=calls, UNSENT=UNSENT)
    if code == UNSENT and calls > 100:
        pytest.skip("the command calls fewer functions here")
    assert (code, err) == (128 + number, STOPPED)


EARLY = """
import os, signal, sys
class Sender:
    # Sends the signal when a module is about to be imported.
    def find_spec(self, name, path=None, target=None):
        if name == MODULE:
            os.kill(os.getpid(), NUMBER)
        return None
sys.meta_path.insert(0, Sender())
sys.argv = ["lookalike", "status"]
from lookalike.cli import main
main()
"""


@POSIX
@NUMBERS
@pytest.mark.parametrize("module", ["click", "lookalike.library.library", "sqlite_utils", "lookalike.log"])
def test_an_interrupt_while_a_module_is_imported(number: int, module: str) -> None:
    code, _, err = run_code(EARLY, number, MODULE=module)
    assert (code, err) == (128 + number, STOPPED)


@POSIX
@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("raise KeyboardInterrupt", 130),
        ("os.kill(os.getpid(), signal.SIGINT)", 130),
        ("os.kill(os.getpid(), signal.SIGTERM)", 143),
        # Again while what is open is closed.
        ("try:\n    os.kill(os.getpid(), signal.SIGINT)\nfinally:\n    os.kill(os.getpid(), signal.SIGINT)", 130),
        # Where Python would swallow it.
        ("class Last:\n    def __del__(self):\n        os.kill(os.getpid(), signal.SIGINT)\nLast()\nimport time\n"
         "time.sleep(30)", 130),
        # When all is done.
        ("atexit.register(os.kill, os.getpid(), signal.SIGINT)", 130),
    ],
)  # fmt: skip
def test_an_interrupt_while_it_works(work: str, code: int) -> None:
    assert run_command(work) == (code, "", STOPPED)
