"""Single instance: one window for each library; a second start hands its errand over, and ends."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from lookalike import app_paths
from lookalike.errors import LookalikeError
from lookalike.user_paths import resolved
from lookalike_desktop.shell.errand import Errand

logger = logging.getLogger(__name__)

PATIENCE = 15.0
"""Seconds that a second start waits for the first, which may still be starting."""
ANSWER_MS = 5000
RETRY_SECONDS = 0.1
ACCEPTED = b"accepted\n"
LONGEST = 1 << 20
"""Bytes of an errand."""


class SingleInstance:
    """Knows whether this process is the first to show a library.

    The first holds a lock, which the system takes away from a process that is killed, so no stale one is left; what
    a killed process leaves of its socket is removed by the next that gets the lock. Where the system has no folder
    of the user's own for the two, every start has a window of its own.

    Args:
        library: where the library lies; None for the default one.
    """

    def __init__(self, library: Path | None) -> None:
        self._lock: FileLock | None = None
        self._server: QLocalServer | None = None
        self._name = ""
        try:
            folder = _runtime_folder()
            place = resolved(library if library is not None else app_paths.default_library())
        except (LookalikeError, OSError) as error:
            logger.info("Other windows are not looked for: %s", error)
            return
        key = hashlib.sha256(os.fsencode(place)).hexdigest()[:24]
        self._lock = FileLock(folder / f"{key}.lock")
        self._name = f"lookalike-{key}" if sys.platform == "win32" else str(folder / f"{key}.socket")

    def hand_over(self, errand: Errand) -> bool:
        """Have the window do an errand that shows the library already.

        Returns:
            Whether it does; if not, this process is to show a window.
        """
        if self._lock is None:
            return False
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                if _send(self._name, errand):
                    return True
                time.sleep(RETRY_SECONDS)
            except OSError as error:
                logger.info("Other windows are not looked for: %s", error)
                return False
            else:
                return False
        logger.warning("The window that shows this library does not answer; it gets a second one")
        return False

    def serve(self, do: Callable[[Errand], None], parent: QObject) -> None:
        """Take errands of later starts.

        Args:
            do: called in the GUI thread with each.
            parent: the Qt parent; needs an application.
        """
        if self._lock is None or not self._lock.is_locked:
            return
        QLocalServer.removeServer(self._name)
        self._server = QLocalServer(parent)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(lambda: self._take(do))
        if self._server.listen(self._name):
            logger.debug("This window takes errands of later starts")
        else:
            logger.warning("Later starts will not find this window: %s", self._server.errorString())

    def _take(self, do: Callable[[Errand], None]) -> None:
        assert self._server is not None
        socket = self._server.nextPendingConnection()
        if socket is None:
            return

        def read() -> None:
            if not socket.canReadLine():
                if socket.bytesAvailable() > LONGEST:
                    socket.abort()
                return
            errand = Errand.from_bytes(bytes(socket.readLine().data()))
            if errand is None:
                socket.abort()
                return
            socket.write(ACCEPTED)
            socket.flush()
            socket.disconnectFromServer()
            logger.debug("An errand of a later start: %s", errand)
            do(errand)

        socket.readyRead.connect(read)
        socket.disconnected.connect(socket.deleteLater)
        read()

    def close(self) -> None:
        """Take no more errands; the next start has a window of its own."""
        if self._server is not None:
            self._server.close()
        if self._lock is not None:
            self._lock.release()


def _send(name: str, errand: Errand) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(ANSWER_MS):
        return False
    socket.write(errand.to_bytes())
    socket.waitForBytesWritten(ANSWER_MS)
    while not socket.canReadLine():
        if not socket.waitForReadyRead(ANSWER_MS):
            return False
    return bytes(socket.readLine().data()) == ACCEPTED


def _runtime_folder() -> Path:
    """A folder that is there while the user is logged in, and nobody else's.

    Raises:
        OSError: there is none.
    """
    # platformdirs warns where the variable is not set, as on systems without a session manager.
    given = os.environ.get("XDG_RUNTIME_DIR")
    user = "" if sys.platform == "win32" else f"-{os.getuid()}"
    folder = Path(given, "lookalike") if given else Path(tempfile.gettempdir(), f"lookalike{user}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if sys.platform != "win32":
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError(f"{folder} is not this user's own")
    return folder
