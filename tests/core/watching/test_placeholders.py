"""Photos that lie in the cloud only: the whole way from the scan to the thumbnail, and never opened.

Linux marks no such files, so the mark is another here, the year 1999; all that looks at it is real.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lookalike.catalog import file_stat as status_module
from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from lookalike.library import Library
from lookalike.photos import files as files_module
from lookalike.search.query import Query
from tests.builders.inside import catalog_of
from tests.builders.photo_files import write_album

MARK = 946_000_000_000_000_001
OPENED: list[str] = []
_listening: list[bool] = []


def _heard(event: str, about: tuple[Any, ...]) -> None:
    if (
        _listening
        and event == "open"
        and os.fspath(about[0] if isinstance(about[0], str) else "").endswith(".jpg")
    ):
        OPENED.append(Path(about[0]).name)


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Photos that were opened, by anything in this process; and files of 1999 lie in the cloud."""
    for module in (files_module, status_module):
        monkeypatch.setattr(module, "is_online_only", lambda status: status.st_mtime_ns == MARK)
    sys.addaudithook(_heard)
    OPENED.clear()
    _listening.append(True)
    yield OPENED
    _listening.clear()


def scan(library: Library) -> list[tuple[str, str]]:
    return list({(line.path, line.reason): None for progress in library.scan() for line in progress.skipped})


@pytest.mark.slow
def test_photos_that_lie_in_the_cloud_are_never_opened(tmp_path: Path, opened: list[str]) -> None:
    album = tmp_path / "album"
    here, evicted, *away = write_album(album, 5)
    for path in away:
        os.utime(path, ns=(MARK, MARK))
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    opened.clear()
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        assert scan(library) == [
            (str(album), "3 photos are kept online only and will be indexed once downloaded.")
        ]
        assert sorted(set(opened)) == [here.name, evicted.name]
        assert (len(library), library.status().problems) == (2, ())

        # One that was here when it was described, and is taken away to save space: it is still found.
        os.utime(evicted, ns=(MARK, MARK))
        away[0].rename(album / "renamed.jpg")
        opened.clear()
        assert [reason[:8] for _, reason in scan(library)] == ["4 photos"]
        assert len(library) == 2
        row = catalog_of(library).files.known(os.fsencode(album))[os.fsencode(evicted)]
        number = row.content_id
        assert number is not None
        *_, ranking = library.search.rankings(Query(content_id=number), judge="none")
        assert len(ranking.results) == 1
        assert library.photos.thumbnail(number)
        assert library.photos.thumbnail(number, 512) == library.photos.thumbnail(number), (
            "the one that there is"
        )
        assert opened == []

        os.utime(album / "renamed.jpg")
        scan(library)
        assert set(opened) == {"renamed.jpg"}
        assert len(library) == 3
