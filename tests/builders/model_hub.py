"""A model hub on this machine: speaks the part of Hugging Face's protocol that downloads use, and misbehaves on demand.

``HEAD``/``GET /OWNER/NAME/resolve/REVISION/PATH`` with ``ETag``, ``X-Repo-Commit``, and for large files
``X-Linked-ETag``, ``X-Linked-Size`` and a redirect to another path, as the hub's storage does; ranges.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 10_000
"""Files from this size on are stored as large ones: with a SHA-256, behind a redirect."""
STEP = 16 << 10


@dataclass
class ModelHub:
    """The hub's files, faults and counters.

    Attributes:
        files: contents by ``OWNER/NAME/PATH``.
        sent: bytes of content sent so far, by path.
        promised: the length of each response's content, by path; what a client takes of it may be less.
        requests: method and path of every request.
        drop_after: the connection is cut once after so many bytes of a response, by path.
        stall_after: the connection falls silent once after so many bytes of a response, by path.
        altered: contents sent instead of the right ones, by path.
        status: answers every request for a path with this status and error code.
        step_seconds: how long each `STEP` bytes take.
        ranges: whether ranges are honoured.
        secrets: credentials that came with requests.
        url: where the hub is.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    promised: dict[str, list[int]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    drop_after: dict[str, int] = field(default_factory=dict)
    stall_after: dict[str, int] = field(default_factory=dict)
    altered: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, tuple[int, str]] = field(default_factory=dict)
    step_seconds: float = 0.0
    ranges: bool = True
    secrets: list[str] = field(default_factory=list)
    url: str = ""

    def add(self, repository: str, *paths: Path) -> None:
        """Offer files in a repository."""
        for path in paths:
            self.files[f"{repository}/{path.name}"] = path.read_bytes()


@contextmanager
def serving(hub: ModelHub) -> Iterator[ModelHub]:
    """Serve on a free port of this machine."""
    ending = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            hub.requests.append((self.command, self.path))
            hub.secrets += filter(None, [self.headers.get("Authorization"), self.headers.get("Cookie")])
            stored = self.path.startswith("/storage/")
            if stored:
                key = self.path.removeprefix("/storage/")
            else:
                repository, _, rest = self.path.lstrip("/").partition("/resolve/")
                key = f"{repository}/{rest.partition('/')[2]}"
            if key in hub.status:
                status, code = hub.status[key]
                self._headers(status, {"X-Error-Code": code, "Content-Length": "0"})
            elif key not in hub.files or (not stored and rest.partition("/")[0] not in ("main", COMMIT)):
                self._headers(404, {"X-Error-Code": "EntryNotFound", "Content-Length": "0"})
            elif len(hub.files[key]) >= LARGE and not stored:
                content = hub.files[key]
                self._headers(
                    302,
                    {
                        "Location": f"{hub.url}/storage/{key}" if body else f"https://storage.invalid/{key}",
                        "X-Repo-Commit": COMMIT,
                        "X-Linked-ETag": f'"{hashlib.sha256(content).hexdigest()}"',
                        "X-Linked-Size": str(len(content)),
                        "Content-Length": "0",
                    },
                )
            else:
                self._content(key, body)

        def _content(self, key: str, body: bool) -> None:
            right = hub.files[key]
            content = hub.altered.get(key, right)
            start = 0
            if hub.ranges and (wanted := self.headers.get("Range")):
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            git_id = hashlib.sha1(b"blob %d\0" % len(right) + right).hexdigest()
            headers = {
                "ETag": f'"{git_id}"',
                "X-Repo-Commit": COMMIT,
                "Content-Length": str(len(content) - start),
            }
            if start:
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._headers(206 if start else 200, headers)
            if not body:
                return
            hub.promised.setdefault(key, []).append(len(content) - start)
            end = len(content)
            if key in hub.drop_after:
                end = min(end, start + hub.drop_after.pop(key))
            stall = start + hub.stall_after.pop(key, end)
            for at in range(start, end, STEP):
                if ending.is_set():
                    break
                if at >= stall:
                    ending.wait()
                piece = content[at : min(at + STEP, end)]
                try:
                    self.wfile.write(piece)
                except OSError:
                    break
                hub.sent[key] = hub.sent.get(key, 0) + len(piece)
                time.sleep(hub.step_seconds)
            if end < len(content):
                self.close_connection = True

        def _headers(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Joined at the end: no thread of a test outlives it.
    server.daemon_threads = False
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        ending.set()
        server.shutdown()
        thread.join()
        server.server_close()


def write_catalogue(path: Path, hub: ModelHub, repository: str, pair: tuple[Path, Path], name: str) -> Path:
    """Put a judge's two files on the hub, and a catalogue that offers it into `path`."""
    hub.add(repository, *pair)
    projector = "qwen2vl_merger" if "qwen2vl" in pair[0].name else "idefics3"
    architecture = "qwen2vl" if "qwen2vl" in pair[0].name else "llama"
    files = "\n".join(
        f'{{ role = "{role}", path = "{file.name}", size = {file.stat().st_size} }},'
        for role, file in zip(("llm", "mmproj"), pair, strict=True)
    )
    entry = f"""
[[model]]
name = "{name}"
kind = "judge"
repository = "{repository}"
revision = "main"
memory = 350_000_000
speed = "fast"
licence = "Free for tests"
good_for = "Tests: it answers nonsense."
architecture = "{architecture}"
projector = "{projector}"
files = [
{files}
]
"""
    if path.exists():
        entry = path.read_text(encoding="utf-8") + entry
    path.write_text(entry, encoding="utf-8")
    return path
