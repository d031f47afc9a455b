"""Starting processes in tests."""

from __future__ import annotations

import signal


def interruptible() -> None:
    """As `preexec_fn`: the child takes Ctrl-C even where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
