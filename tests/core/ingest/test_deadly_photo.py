"""Photos that bring processes down, which are real ones here: they are remembered, and the others are described."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from lookalike.descriptors import worker as worker_module
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.service import DescriberService
from lookalike.ingest import decode_quarantine as suspects_module
from lookalike.ingest import indexer as indexer_module
from lookalike.ingest import photo_reader as reading_module
from lookalike.photos import FileBytes, Photo
from lookalike.watching import reconcile as comparison_module
from lookalike.worker import Worker
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo
from tests.core.ingest import deadly_decoder, deadly_describer


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The descriptor processes that were started."""
    started: list[str] = []
    start = worker_module.Worker

    def counted(*args: Any, **kwargs: Any) -> Worker:
        started.append(kwargs["name"])
        return start(*args, **kwargs)

    monkeypatch.setattr(worker_module, "Worker", counted)
    monkeypatch.setattr(worker_module, "_serve", deadly_describer.serve)
    monkeypatch.setenv(deadly_describer.IS_DEADLY, "yes")
    return started


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    service = DescriberService(DescriberSpec())
    library = SmallLibrary(tmp_path / "library", service)
    yield library
    service.close()
    library.close()


def paint(path: Path, colour: tuple[int, int, int]) -> None:
    Image.new("RGB", (8, 8), colour).save(path)


@pytest.mark.slow
def test_a_photo_that_kills_the_model_is_remembered_until_the_model_is_another(
    library: SmallLibrary, tmp_path: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    for number in range(3):
        paint(album / f"{number}.png", (0, number, 255))
    paint(album / "deadly.png", deadly_describer.DEADLY)
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.folders.add(album)
    (line,) = library.scan()[-1].skipped
    assert "SIGKILL" in line.reason
    assert library.files.problems() == [(album / "deadly.png", line.reason)]
    assert len(library.index) == 3
    died = len(started)
    assert died > 1

    library.scan()
    os.utime(album / "deadly.png")
    (album / "deadly.png").chmod(0o640)
    library.scan()
    assert len(started) == died, "the same bytes are not tried again"
    assert library.files.problems() == [(album / "deadly.png", line.reason)]

    for module in (comparison_module, reading_module, indexer_module):
        monkeypatch.setattr(module, "model_versions", lambda key: f"{key} mended")
    monkeypatch.delenv(deadly_describer.IS_DEADLY)
    library.scan()
    assert library.files.problems() == []
    assert len(library.index) == 4


@pytest.mark.slow
def test_a_photo_that_crashed_the_program_is_decoded_apart_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    album, folder = tmp_path / "album", tmp_path / "library"
    album.mkdir()
    for number in range(12):
        (album / f"{number}.png").write_bytes(photo(number))
    (album / "deadly.png").write_bytes(deadly_decoder.DEADLY)
    command = [sys.executable, "-m", "tests.core.ingest.deadly_decoder", str(folder), str(album)]
    assert subprocess.run(command, stderr=subprocess.DEVNULL).returncode == -signal.SIGSEGV

    decoded_here: list[str] = []
    decode = reading_module.decode

    def counted(file: FileBytes, longest_side: int) -> Photo:
        decoded_here.append(file.name)
        return decode(file, longest_side)

    apart: list[str] = []
    start = suspects_module.Worker

    def counted_start(*args: Any, **kwargs: Any) -> Worker:
        apart.append(kwargs["name"])
        return start(*args, **kwargs)

    monkeypatch.setattr(reading_module, "decode", counted)
    monkeypatch.setattr(suspects_module, "_serve", deadly_decoder.serve)
    monkeypatch.setattr(suspects_module, "Worker", counted_start)
    library = SmallLibrary(folder)
    library.scan()
    ((path, problem),) = library.files.problems()
    assert path == album / "deadly.png"
    assert "SIGSEGV" in problem
    assert len(library.index) == 12
    assert "deadly.png" not in decoded_here
    assert 1 <= len(apart) <= 5, "it, and those that the other threads were at"

    tried = len(apart)
    (album / "deadly.png").chmod(0o640)
    library.scan()
    assert len(apart) == tried, "its bytes are known to be deadly"
    library.close()
    again = SmallLibrary(folder)
    (album / "copy.png").write_bytes(deadly_decoder.DEADLY)
    again.scan()
    assert len(again.files.problems()) == 2
    assert "copy.png" not in decoded_here
    assert len(apart) == tried + 1, "the others are suspects no more"
    again.close()
