"""The catalog keeps what it is told, in whole transactions, and says clearly what is wrong with its file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lookalike.catalog import database
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.database import CatalogDatabase, CatalogError
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.folders import Folder
from lookalike.catalog.pair_scores import PairScore


def place(path: Path, size: int = 1, inode: int = 7) -> FileStat:
    return FileStat(os.fsencode(path), size, 1_000_000_007, inode, 3)


def row(content: str) -> ContentRow:
    return ContentRow(content, 10, 4, 3, "JPEG", taken_at="2024-05-06T07:08:09")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "library" / "catalog.sqlite")
    yield catalog
    catalog.close()


def put(catalog: Catalog, folder: Folder, path: Path, content: str) -> int:
    with catalog.transaction() as db:
        number = catalog.contents.ensure(db, row(content))
        catalog.files.put(db, folder.id, place(path), number, None)
    return number


def test_a_content_in_two_files_is_one_content(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    first = put(catalog, folder, photos / "a.jpg", "aa")
    second = put(catalog, folder, photos / "copy of a.jpg", "aa")
    assert first == second
    assert catalog.contents.count() == 1
    assert catalog.files.count() == 2
    assert catalog.files.paths([first])[first] == [photos / "a.jpg", photos / "copy of a.jpg"]
    assert catalog.contents.get([first])[first] == row("aa")


def test_a_failed_transaction_leaves_nothing(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    with pytest.raises(RuntimeError), catalog.transaction() as db:
        number = catalog.contents.ensure(db, row("aa"))
        catalog.files.put(db, folder.id, place(photos / "a.jpg"), number, None)
        raise RuntimeError
    assert catalog.contents.id_of("aa") is None
    assert catalog.files.count() == 0


def test_names_that_are_no_text_survive(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    path = os.fsencode(photos) + b"/caf\xe9\xff.jpg"
    with catalog.transaction() as db:
        number = catalog.contents.ensure(db, row("aa"))
        catalog.files.put(db, folder.id, FileStat(path, 1, 2, 3, 4), number, None)
    assert list(catalog.files.known(os.fsencode(photos))) == [path]
    assert [os.fsencode(found) for found in catalog.files.paths([number])[number]] == [path]


def test_known_does_not_mistake_a_sibling_for_a_child(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    for name in ("trip/a.jpg", "trip-2/b.jpg", "trip/deep/c.jpg", "tri/d.jpg"):
        put(catalog, folder, photos / name, name)
    assert set(catalog.files.known(os.fsencode(photos / "trip"))) == {
        os.fsencode(photos / "trip/a.jpg"),
        os.fsencode(photos / "trip/deep/c.jpg"),
    }
    assert set(catalog.files.known(os.fsencode(photos / "trip"), deep=False)) == {
        os.fsencode(photos / "trip/a.jpg")
    }


def test_a_folder_inside_a_watched_one_is_covered(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    (photos / "inner").mkdir()
    assert catalog.folders.add(photos / "inner") == folder


def test_a_folder_above_takes_over(catalog: Catalog, photos: Path) -> None:
    (photos / "inner").mkdir()
    inner = catalog.folders.add(photos / "inner")
    number = put(catalog, inner, photos / "inner" / "a.jpg", "aa")
    outer = catalog.folders.add(photos)
    assert catalog.folders.all() == [outer]
    assert catalog.files.paths([number])[number] != []


def test_removing_a_folder_forgets_places_and_keeps_contents(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    number = put(catalog, folder, photos / "a.jpg", "aa")
    record = catalog.descriptors("model", 3)
    with catalog.transaction() as db:
        record.put(db, number, np.array([1, 0, 0], np.float32))
    catalog.remove_folder(folder)
    assert catalog.files.paths([number])[number] == []
    assert record.ids().tolist() == []
    assert record.lacking([number]) == set()


def test_descriptors_come_back_in_the_order_asked(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    record = catalog.descriptors("model", 4)
    vectors = np.random.default_rng(0).standard_normal((600, 4)).astype(np.float32)
    numbers = []
    for position in range(600):
        numbers.append(put(catalog, folder, photos / f"{position}.jpg", f"{position:x}"))
    with catalog.transaction() as db:
        for number, vector in zip(numbers, vectors, strict=True):
            record.put(db, number, vector)
    order = np.random.default_rng(1).permutation(600)
    asked = np.array(numbers, np.int64)[order]
    np.testing.assert_array_equal(record.vectors(asked), vectors[order].astype(np.float16).astype(np.float32))
    with pytest.raises(KeyError):
        record.vectors(np.array([10_000], np.int64))


def test_descriptors_of_two_models_do_not_mix(catalog: Catalog, photos: Path) -> None:
    folder = catalog.folders.add(photos)
    number = put(catalog, folder, photos / "a.jpg", "aa")
    one, other = catalog.descriptors("one", 2), catalog.descriptors("other", 3)
    with catalog.transaction() as db:
        one.put(db, number, np.array([1, 0], np.float32))
    assert other.lacking([number]) == {number}
    assert other.ids().tolist() == []
    known = catalog.files.known(os.fsencode(photos))
    assert other.undescribed(os.fsencode(photos)) == {file.id for file in known.values()}
    assert one.undescribed(os.fsencode(photos)) == set()


def test_pair_scores_are_kept_by_judge_and_query(catalog: Catalog) -> None:
    catalog.pair_scores.put("judge", "q", {"a": PairScore(0.25, -1.0), "b": PairScore(0.5, 0.0)})
    catalog.pair_scores.put("judge", "q", {"b": PairScore(0.75, 1.0)})
    assert catalog.pair_scores.get("judge", "q", ["a", "b", "c"]) == {
        "a": PairScore(0.25, -1.0),
        "b": PairScore(0.75, 1.0),
    }
    assert catalog.pair_scores.get("another judge", "q", ["a"]) == {}
    assert catalog.pair_scores.get("judge", "p", ["a"]) == {}


def test_a_newer_catalog_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('catalog', 'm9999_future', '')"
        )
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CatalogError, match="newer version"):
        Catalog(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_catalog_is_told(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(CatalogError, match="damaged") as told:
        Catalog(path)
    assert str(path) in str(told.value)


@pytest.mark.skipif(sys.platform == "win32", reason="the system limits no files there")
def test_a_drive_that_fails_at_the_opening_is_told_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog(path).close()
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from lookalike.catalog.catalog import Catalog\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try:\n"
        "    Catalog(Path(sys.argv[1]))\n"
        "except Exception as error:\n"
        "    sys.stderr.write(f'{type(error).__name__}: {error}')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE, text=True
    ) as other:
        said = other.communicate()[1]
    assert said.startswith(f"CatalogError: {path} cannot be read or written (disk I/O error).")
    assert said.endswith("Check the drive it lies on and its free space.")


def test_a_disk_without_room_to_open_the_file_is_called_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalog.sqlite"
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    monkeypatch.setattr(database.shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    with pytest.raises(CatalogError, match="disk is full") as told, database.translate_sqlite_errors(path):
        raise error
    assert told.value.remedy


@pytest.mark.slow
def test_two_processes_can_open_a_new_catalog_at_once(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    code = (
        "import sys; from pathlib import Path; from lookalike.catalog.catalog import Catalog; "
        "Catalog(Path(sys.argv[1])).close()"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("names", [("sub", ""), ("", "sub"), ("", ""), ("sub", "sub")])
def test_folders_added_at_once_are_never_one_inside_the_other(
    tmp_path: Path, photos: Path, names: tuple[str, str]
) -> None:
    (photos / "sub").mkdir()
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog(path)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from lookalike.catalog.catalog import Catalog\n"
        "catalog = Catalog(Path(sys.argv[1]))\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "print('asking', flush=True)\n"
        "print(catalog.folders.add(Path(sys.argv[2])).path)\n"
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(photos / name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    try:
        for other in others:
            assert other.stdin is not None
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
        # As a scan's batch does, this keeps the others from writing, though not from asking.
        with catalog.transaction():
            for other in others:
                assert other.stdin is not None
                assert other.stdout is not None
                other.stdin.write("go\n")
                other.stdin.flush()
                assert other.stdout.readline() == "asking\n"
            time.sleep(0.3)
        said = [Path(other.communicate()[0].strip()) for other in others]
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert [other.returncode for other in others] == [0, 0]
    assert [folder.path for folder in catalog.folders.all()] == [photos / min(names)]
    assert set(said) <= {photos, photos / "sub"}
    catalog.close()


def test_asking_for_the_changes_of_others_waits_for_no_writer(catalog: Catalog, tmp_path: Path) -> None:
    writing, let_go = threading.Event(), threading.Event()

    def write() -> None:
        with catalog.transaction():
            writing.set()
            let_go.wait(60)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert writing.wait(60)
        assert not catalog.changed_elsewhere()
    finally:
        let_go.set()
        thread.join()
    other = sqlite3.connect(tmp_path / "library" / "catalog.sqlite")
    other.execute("INSERT INTO settings VALUES ('one', 'two')")
    other.commit()
    other.close()
    assert catalog.changed_elsewhere()
    assert not catalog.changed_elsewhere()


def test_a_folder_that_is_gone_takes_no_files_and_its_number_is_given_to_no_other(
    catalog: Catalog, photos: Path
) -> None:
    (photos / "b").mkdir()
    (photos / "a").mkdir()
    gone = catalog.folders.add(photos / "a")
    number = put(catalog, gone, photos / "a" / "a.jpg", "aa")
    (stale,) = catalog.files.known(os.fsencode(photos)).values()
    catalog.remove_folder(gone)
    other = catalog.folders.add(photos / "b")
    assert other.id != gone.id
    put(catalog, gone, photos / "a" / "late.jpg", "bb")
    assert catalog.files.known(os.fsencode(photos)) == {}
    # The number of a file may be given again, to one of another folder.
    put(catalog, other, photos / "b" / "b.jpg", "cc")
    with catalog.transaction() as db:
        db.execute("UPDATE files SET id = ?", (stale.id,))
        catalog.files.remove(db, gone.id, [stale.id])
    assert catalog.files.paths([number])[number] == []
    assert list(catalog.files.known(os.fsencode(photos))) == [os.fsencode(photos / "b" / "b.jpg")]


def test_a_folder_that_lies_elsewhere_now_takes_no_files_of_its_place_before(
    catalog: Catalog, photos: Path
) -> None:
    (photos / "a").mkdir()
    folder = catalog.folders.add(photos / "a")
    (photos / "a").rename(photos / "ab")
    with catalog.unit_of_work() as work:
        work.relocate_folder(folder, photos / "ab")
    put(catalog, folder, photos / "a" / "late.jpg", "aa")
    put(catalog, folder, photos / "ab" / "new.jpg", "bb")
    assert list(catalog.files.known(os.fsencode(photos))) == [os.fsencode(photos / "ab" / "new.jpg")]


@pytest.mark.parametrize("top", ["/p", "/"])
def test_a_look_at_one_folder_is_given_what_lies_in_it_alone(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, top: str
) -> None:
    here = [b"a.png", b"caf\xe9.png", b"d.png", b"\xff"]
    below = [b"d/a.png", b"d/e/b.png", b"caf\xe9/a.png", b"d.png/x.png"]
    start = os.path.join(os.fsencode(top), b"")
    with catalog.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, ?)", (os.fsencode(top),))
        for number, name in enumerate([*here, *below]):
            where = FileStat(start + name, 1, 1, number, 1)
            catalog.files.put(db, 1, where, None, "broken")
            catalog.annotations.put(db, 1, where, None, "broken")
    read: list[int] = []
    rows = database.CatalogDatabase.rows

    def counted(self: CatalogDatabase, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        found = rows(self, sql, parameters)
        read.append(len(found))
        return found

    monkeypatch.setattr(database.CatalogDatabase, "rows", counted)
    for known in (catalog.files.known, catalog.annotations.known):
        assert set(known(os.fsencode(top), deep=False)) == {start + name for name in here}
        assert set(known(os.fsencode(top))) == {start + name for name in [*here, *below]}
        assert set(known(start + b"d", deep=False)) == {start + b"d/a.png"}
    assert read == [4, 8, 1] * 2, "of a large library a look would otherwise go through all"
