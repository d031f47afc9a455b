"""Warning filter: silences the decoders' warnings about odd files."""

from __future__ import annotations

import threading
import warnings
from types import TracebackType


class _WarningFilter:
    """Ignores the decoders' warnings for as long as any thread is inside.

    `warnings.catch_warnings` alone changes the filters of all threads and restores them in the wrong order if two
    threads overlap; here the first thread to enter changes them and the last one to leave restores them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters: warnings.catch_warnings[None] | None = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.|pillow_heif|lookalike\.photos")
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._filters is not None:
                self._filters.__exit__(None, None, None)
                self._filters = None


quiet = _WarningFilter()
"""Enter it around any call to Pillow that reads a file's metadata."""
