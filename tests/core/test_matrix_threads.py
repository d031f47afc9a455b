"""Threads of numpy's matrix products: one in the program and in the window, before numpy is imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lookalike.matrix_threads import VARIABLES

TELL = (
    "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['VECLIB_MAXIMUM_THREADS'], 'numpy' in sys.modules)"
)
PROGRAMS = {
    "program": "import os, sys, lookalike.cli; main = sys.modules['lookalike.cli.main']; "
    f"main.run = lambda *_: {TELL}; main.main()",
    "window": f"import os, sys, lookalike_desktop.main as main; main._show = lambda *_: {TELL}; main.main([])",
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("chosen", [None, "3"])
def test_matrix_products_use_one_thread_unless_the_user_says_otherwise(name: str, chosen: str | None) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in VARIABLES}
    if chosen is not None:
        environment["OPENBLAS_NUM_THREADS"] = chosen
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAMS[name]], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.stdout.split() == [chosen or "1", "1", "False"], ran.stderr
