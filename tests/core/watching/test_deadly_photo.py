"""A photo that kills the descriptor process, which is a real one here, is remembered, and the others are described."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from PIL import Image

from lookalike.descriptors import worker as worker_module
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.service import DescriberService
from lookalike.watching import follower as follower_module
from lookalike.watching import indexer as indexer_module
from lookalike.watching import reading as reading_module
from lookalike.watching.proof import CTIME_TICK_NS
from tests.builders.small_library import SmallLibrary
from tests.core.watching import deadly_describer


@pytest.fixture
def started(monkeypatch):
    """The descriptor processes that were started."""
    started: list[str] = []
    start = worker_module.Worker

    def counted(*args, **kwargs):
        started.append(kwargs["name"])
        return start(*args, **kwargs)

    monkeypatch.setattr(worker_module, "Worker", counted)
    monkeypatch.setattr(worker_module, "_serve", deadly_describer.serve)
    monkeypatch.setenv(deadly_describer.IS_DEADLY, "yes")
    return started


@pytest.fixture
def library(tmp_path):
    service = DescriberService(DescriberSpec())
    library = SmallLibrary(tmp_path / "library", service)
    yield library
    service.close()
    library.close()


def paint(path: Path, colour: tuple[int, int, int]) -> None:
    Image.new("RGB", (8, 8), colour).save(path)


def test_a_photo_that_kills_the_model_is_remembered_until_the_model_is_another(
    library, tmp_path, started, monkeypatch
):
    album = tmp_path / "album"
    album.mkdir()
    for number in range(3):
        paint(album / f"{number}.png", (0, number, 255))
    paint(album / "deadly.png", deadly_describer.DEADLY)
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.files.add_folder(album)
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

    for module in (follower_module, reading_module, indexer_module):
        monkeypatch.setattr(module, "model_versions", lambda key: f"{key} mended")
    monkeypatch.delenv(deadly_describer.IS_DEADLY)
    library.scan()
    assert library.files.problems() == []
    assert len(library.index) == 4
