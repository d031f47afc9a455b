"""What ``lookalike watch`` says, in a process of its own, while things happen to a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders.tiny_files import photo
from tests.processes import interruptible

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ended by a signal")


class Watch:
    """A running ``lookalike watch``."""

    def __init__(self, root: Path) -> None:
        self.album = root / "album"
        self.album.mkdir()
        self.put("a.png", photo(1))
        self.command = [sys.executable, "-m", "lookalike", "--library", str(root / "library")]
        subprocess.run([*self.command, "add", str(self.album)], check=True, capture_output=True)
        self._said = root / "said"
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*self.command, "watch"], stdout=said, stderr=said, preexec_fn=interruptible
            )
        self.put("b.png", photo(2))
        self.wait(lambda: "2 photos can be searched" in self.said)

    @property
    def said(self) -> str:
        return self._said.read_text()

    def put(self, name: str, data: bytes) -> None:
        (self.album / name).write_bytes(data)
        os.utime(self.album / name, ns=(10**18 + 1, 10**18 + 1))

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.05)

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path)
    yield watch
    watch.close()


@pytest.mark.slow
def test_trouble_beside_photos_is_told_of_once(watch: Watch) -> None:
    watch.put("a.xmp", b"<x:xmpmeta")
    watch.wait(lambda: "a.xmp is not a readable XMP file" in watch.said)
    (watch.album / ".lookalikeignore").write_text("!\n")
    watch.wait(lambda: "is not a pattern" in watch.said)
    watch.put("b.xmp", b"<x:xmpmeta")
    watch.wait(lambda: "b.xmp is not a readable XMP file" in watch.said)
    for words in ("is not a pattern", "a.xmp is not a readable", "b.xmp is not a readable"):
        assert watch.said.count(words) == 1
