"""Starting processes in tests."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

import pytest

PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


def interruptible() -> None:
    """As `preexec_fn`: the child takes Ctrl-C even where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def obey_permissions() -> None:
    """As `preexec_fn`: permissions hold for the child even where the tests run as root."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "prctl")


def needs_permissions() -> None:
    """Skip the test where no child can be made that obeys permissions."""
    if sys.platform == "win32":
        pytest.skip("Windows has other permissions")
    if os.geteuid() == 0 and sys.platform != "linux":
        pytest.skip("root may read everything")
