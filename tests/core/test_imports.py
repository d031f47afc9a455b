"""The program starts fast because nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "transformers",
    "faiss",
    "llama_cpp",
    "cv2",
    "openvino",
    "scipy",
    "huggingface_hub",
    "httpx2",
    "lookalike.evaluation",
)

SCRIPT = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*(name for name in sys.argv[2:] if name in sys.modules))
"""


@pytest.mark.parametrize("module", ["lookalike.library", "lookalike.cli.commands", "lookalike_desktop.main"])
def test_import_brings_nothing_heavy(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, module, *HEAVY],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_core_brings_no_qt() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "lookalike.cli.commands", "PySide6"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
