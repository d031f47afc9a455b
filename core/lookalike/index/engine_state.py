"""Engine state: the locks under which an index on the disk is changed, and how it is closed while others use it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lookalike.index.background_task import BackgroundTask
from lookalike.index.query_threads import stop_query_threads
from lookalike.index.writable_folder import WritableFolder


@dataclass(kw_only=True)
class EngineState:
    """What the states of all engines with a folder have in common; shared by all threads of one engine.

    Attributes:
        upkeep_lock: held while files are made; taken before `snapshot_lock`.
        snapshot_lock: held only to replace the snapshot.
        stopping: set when the engine is being closed; long work gives up.
        closed: set once it is.
    """

    upkeep_lock: threading.RLock = field(default_factory=threading.RLock)
    snapshot_lock: threading.RLock = field(default_factory=threading.RLock)
    stopping: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def repeat(self, step: Callable[[], bool]) -> None:
        """Do a step of upkeep until it says that nothing is due, or the engine is being closed."""
        # The lock is released between steps, so that whoever adds can seal.
        while not self.stopping.is_set():
            with self.upkeep_lock:
                if self.closed or not step():
                    return

    def close(
        self,
        folder: WritableFolder,
        flush: Callable[[], None],
        forget: Callable[[], None],
        tasks: Sequence[BackgroundTask],
    ) -> None:
        """Flush, and let another process write the folder. Safe to call twice.

        Args:
            folder: the engine's files.
            flush: writes what is in memory only.
            forget: empties the snapshot; mapped files are released once running searches end.
            tasks: what the engine does in the background; they have ended when this returns.
        """
        self.stopping.set()
        try:
            with self.upkeep_lock:
                if self.closed:
                    return
                try:
                    flush()
                finally:
                    with self.snapshot_lock:
                        self.closed = True
                        forget()
        finally:
            for task in tasks:
                task.join()
            stop_query_threads()
            folder.release()
