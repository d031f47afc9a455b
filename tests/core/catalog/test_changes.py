"""What a catalog says has changed since an index last looked, against comparing all ids."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.index import TrackedVectorSource, VectorIndex, open_index

DIMENSION = 8


class Library:
    """A catalog with two describers."""

    def __init__(self, path: Path) -> None:
        self.database = CatalogDatabase(path)
        self.record = DescriptorRecord(self.database, "model", DIMENSION)
        self.other = DescriptorRecord(self.database, "another", DIMENSION)
        with self.database.transaction() as db:
            db.execute("INSERT OR IGNORE INTO folders (id, path) VALUES (1, x'2f')")

    def file(self, number: int, copy: int = 0) -> None:
        with self.database.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO contents (id, hash, bytes, width, height, format) "
                "VALUES (?, ?, 1, 1, 1, 'JPEG')",
                (number, str(number)),
            )
            db.execute(
                "INSERT INTO files (folder_id, path, content_id, size, mtime_ns, inode, device) "
                "VALUES (1, ?, ?, 1, 1, 1, 1)",
                (f"/{number}-{copy}".encode(), number),
            )

    def describe(self, number: int, record: DescriptorRecord | None = None) -> None:
        vector = np.random.default_rng(number).standard_normal(DIMENSION).astype(np.float32)
        with self.database.transaction() as db:
            (record or self.record).put(db, number, vector / np.linalg.norm(vector))

    def do(self, sql: str) -> None:
        with self.database.transaction() as db:
            db.execute(sql)

    def close(self) -> None:
        self.database.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "catalog.sqlite")
    for number in range(1, 6):
        library.file(number)
        library.describe(number)
    yield library
    library.close()


def test_every_way_to_come_and_go_is_noticed(library: Library) -> None:
    assert isinstance(library.record, TrackedVectorSource)
    mark, changed = library.record.changed_since(None)
    assert changed is None
    steps: list[tuple[Callable[[], object], list[int]]] = [
        (lambda: None, []),
        (lambda: library.file(1, copy=1), [1]),
        (lambda: library.do("DELETE FROM files WHERE content_id = 2"), [2]),
        (lambda: library.file(2), [2]),
        (lambda: library.file(6), [6]),
        (lambda: library.describe(6), [6]),
        (lambda: library.do("UPDATE files SET content_id = 4 WHERE content_id = 3"), [3, 4]),
        (lambda: library.do("UPDATE files SET mtime_ns = 9"), []),
        (lambda: library.do("UPDATE contents SET camera = 'x' WHERE id = 6"), [6]),
        (
            lambda: library.do(
                "INSERT OR IGNORE INTO files (id, folder_id, path, content_id, size, mtime_ns, inode, device) "
                "VALUES (99, 1, x'39', 6, 1, 1, 1, 1)"
            ),
            [6],
        ),
        (lambda: library.do("UPDATE files SET content_id = NULL, problem = 'x' WHERE content_id = 5"), [5]),
        (lambda: library.do("DELETE FROM descriptors WHERE content_id = 4"), [4]),
        (lambda: library.do("DELETE FROM folders"), [1, 2, 4, 6]),
    ]
    for step, expected in steps:
        before = set(library.record.ids().tolist())
        step()
        mark, changed = library.record.changed_since(mark)
        assert changed is not None and changed.tolist() == expected
        now = set(library.record.ids().tolist())
        assert before ^ now <= set(changed.tolist())
        everything = np.arange(10)
        assert library.record.present(everything).tolist() == [number in now for number in range(10)]


def test_to_ask_what_changed_takes_no_walk_through_all_contents(library: Library) -> None:
    library.do(
        "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "INSERT INTO contents (id, hash, bytes, width, height, format) SELECT i, i, 1, 1, 1, 'JPEG' FROM n"
    )
    library.do("UPDATE contents SET camera = 'x'")
    mark, _ = library.record.changed_since(None)
    library.file(1, copy=1)
    hundreds = []
    connection = library.database._reader.conn
    connection.set_progress_handler(lambda: hundreds.append(1), 100)
    _, changed = library.record.changed_since(mark)
    connection.set_progress_handler(None, 0)
    assert changed is not None and changed.tolist() == [1]
    assert len(hundreds) < 10


def test_marks_of_another_or_a_later_catalog_say_nothing(library: Library, tmp_path: Path) -> None:
    library.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "catalog.sqlite", tmp_path / "backup.sqlite")
    library.file(7)
    later, _ = library.record.changed_since(None)
    backup = Library(tmp_path / "backup.sqlite")
    assert backup.record.changed_since(later)[1] is None
    backup.close()
    stranger = Library(tmp_path / "stranger.sqlite")
    assert stranger.record.changed_since(later)[1] is None
    assert library.record.changed_since("nonsense")[1] is None
    stranger.close()


def test_opening_an_index_again_looks_at_what_changed_alone(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened() -> VectorIndex:
        return open_index(tmp_path / "index", "model", DIMENSION, library.record)

    def found(index: VectorIndex) -> list[int]:
        return sorted(index.search(np.ones(DIMENSION, np.float32), 100).ids.tolist())

    opened().close()
    monkeypatch.setattr(library.record, "ids", lambda: pytest.fail("compared all ids"))
    index = opened()
    assert found(index) == [1, 2, 3, 4, 5]
    index.close()
    library.do("DELETE FROM files WHERE content_id IN (2, 4)")
    library.file(8)
    library.describe(8)
    library.file(9)
    library.describe(9, library.other)
    index = opened()
    assert found(index) == [1, 3, 5, 8]
    library.file(4)
    index.sync()
    assert found(index) == [1, 3, 4, 5, 8]
    index.close()
    index = opened()
    assert found(index) == [1, 3, 4, 5, 8] and index.repairs == []
    index.close()
