"""Whatever happens to the files, nothing is lost, nothing phantom shows, and the reason is told."""

from __future__ import annotations

import errno
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lookalike.index import FaissIndex, MergePolicy
from lookalike.index.files import FORMAT, MANIFEST, IndexFile, check_bulk
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 32
ROWS = 300
LIMITS = MergePolicy(seal_rows=100, flush_rows=10, segment_rows=400, small_segments=8)


@pytest.fixture
def record() -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(1, ROWS + 1), descriptors(ROWS, DIMENSION, seed=8))
    return record


@pytest.fixture
def folder(tmp_path: Path, record: MemoryRecord) -> Path:
    """An index of three segments, closed."""
    folder = tmp_path / "index"
    index = FaissIndex.open(folder, "model", DIMENSION, MemoryRecord(DIMENSION), LIMITS)
    index._state.source = record
    for start in range(1, ROWS + 1, 100):
        ids = np.arange(start, start + 100)
        index.add(ids, record.vectors(ids))
        index.flush()
    index.close()
    assert len(segments(folder)) == 3
    return folder


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("segment-*"))


def open_sound(folder: Path, record: MemoryRecord, key: str = "model") -> list[str]:
    """Open, check against the record, close; the repairs told."""
    index = FaissIndex.open(folder, key, record.dimension, record, LIMITS)
    ids = record.ids()
    query = record.vectors(ids[:1])[0]
    everything = index.search_radius(query, -1, 10 * ROWS)
    np.testing.assert_array_equal(np.sort(everything.ids), ids)
    for number, vector in zip(ids[::7], record.vectors(ids[::7]), strict=True):
        np.testing.assert_allclose(
            index.search(vector, 3).similarities, record.nearest(vector, 3)[1], atol=2e-6
        )
        assert number in index
    assert len(index) == len(ids)
    index.close()
    return index.repairs


def assert_repaired(folder: Path, record: MemoryRecord, named: str) -> None:
    repairs = open_sound(folder, record)
    assert len(repairs) == 1
    assert named in repairs[0]
    assert "\n" not in repairs[0]
    assert open_sound(folder, record) == []
    record.vectors_read = 0
    FaissIndex.open(folder, "model", DIMENSION, record, LIMITS).close()
    assert record.vectors_read == 0


def test_intact_files_are_opened_without_reading_vectors(folder: Path, record: MemoryRecord) -> None:
    record.vectors_read = 0
    index = FaissIndex.open(folder, "model", DIMENSION, record, LIMITS)
    assert len(index) == ROWS
    assert index.repairs == []
    assert record.vectors_read == 0
    index.close()


@pytest.mark.parametrize("which", [0, 1, 2])
def test_segment_deleted(folder: Path, record: MemoryRecord, which: int) -> None:
    path = segments(folder)[which]
    path.unlink()
    assert_repaired(folder, record, path.name)


@pytest.mark.parametrize("kept", [0, 1, 50, 2000, -1])
def test_segment_cut_short(folder: Path, record: MemoryRecord, kept: int) -> None:
    path = segments(folder)[0]
    path.write_bytes(path.read_bytes()[:kept])
    assert_repaired(folder, record, path.name)


def test_segment_grown(folder: Path, record: MemoryRecord) -> None:
    path = segments(folder)[0]
    path.write_bytes(path.read_bytes() + b"x")
    assert_repaired(folder, record, path.name)


@pytest.mark.parametrize("place", np.linspace(0, 0.999, 8))
def test_segment_byte_flipped(folder: Path, record: MemoryRecord, place: float) -> None:
    path = segments(folder)[0]
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 0x10
    path.write_bytes(content)
    assert_repaired(folder, record, path.name)


def test_segment_replaced_by_a_folder(folder: Path, record: MemoryRecord) -> None:
    path = segments(folder)[0]
    path.unlink()
    path.mkdir()
    repairs = open_sound(folder, record)
    assert len(repairs) == 1
    assert path.name in repairs[0]


def test_segments_swapped(folder: Path, record: MemoryRecord) -> None:
    one, two, _ = segments(folder)
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)
    assert len(open_sound(folder, record)) == 2
    assert open_sound(folder, record) == []


def test_folder_deleted(folder: Path, record: MemoryRecord) -> None:
    shutil.rmtree(folder)
    assert_repaired(folder, record, str(folder))


def test_manifest_deleted(folder: Path, record: MemoryRecord) -> None:
    (folder / MANIFEST).unlink()
    assert_repaired(folder, record, str(folder))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe\x00", b'{"format": 1, "checksum": 0}']
)
def test_manifest_replaced(folder: Path, record: MemoryRecord, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    assert_repaired(folder, record, MANIFEST)


def test_manifest_replaced_by_a_folder(folder: Path, record: MemoryRecord) -> None:
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).mkdir()
    assert any(MANIFEST in line for line in open_sound(folder, record))


def test_manifest_cut_short_anywhere(folder: Path, record: MemoryRecord) -> None:
    content = (folder / MANIFEST).read_bytes()
    for kept in np.linspace(0, len(content) - 1, 12, dtype=int):
        (folder / MANIFEST).write_bytes(content[:kept])
        assert len(open_sound(folder, record)) == 1


def test_manifest_byte_flipped_anywhere(folder: Path, record: MemoryRecord) -> None:
    for share in np.linspace(0, 0.999, 24):
        content = bytearray((folder / MANIFEST).read_bytes())
        meaning = json.loads(content)
        content[int(share * len(content))] ^= 0x01
        (folder / MANIFEST).write_bytes(content)
        try:
            harmless = json.loads(content) == meaning
        except ValueError:
            harmless = False
        assert len(open_sound(folder, record)) == (0 if harmless else 1)


def test_manifest_of_a_newer_version(folder: Path, record: MemoryRecord) -> None:
    body = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps({**body, "format": FORMAT + 1, "novelty": True}))
    assert_repaired(folder, record, "newer version")


def test_another_model_or_dimension(folder: Path, record: MemoryRecord) -> None:
    assert "another model" in " ".join(open_sound(folder, record, key="other"))
    assert open_sound(folder, record, key="other") == []
    narrow = MemoryRecord(8)
    narrow.put(np.arange(50), descriptors(50, 8))
    assert "another model" in " ".join(open_sound(folder, narrow, key="other"))


def test_leftovers_of_a_kill_are_swept(folder: Path, record: MemoryRecord) -> None:
    for name in ("segment-0123456789abcdef.faiss", "segment-fedcba9876543210.faiss.tmp", MANIFEST + ".tmp"):
        (folder / name).write_bytes(b"unfinished")
    (folder / "notes.txt").write_text("not ours")
    assert open_sound(folder, record) == []
    assert len(segments(folder)) == 3
    assert not list(folder.glob("*.tmp"))
    assert (folder / "notes.txt").exists()


def test_full_disk_keeps_the_index_in_memory_until_there_is_room(
    tmp_path: Path, record: MemoryRecord
) -> None:
    resource = pytest.importorskip("resource")
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    more = descriptors(250, DIMENSION, seed=9)
    ids = np.arange(1001, 1251)
    # A limit on file sizes fails writes as a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        record.put(ids, more)
        index.add(ids, more)
        index.flush()
        assert len(index.repairs) == 2
        assert "could not be written" in index.repairs[1]
        assert index.search(more[0], 1).ids[0] == 1001
        assert len(index) == ROWS + 250
        assert not list(tmp_path.glob("*.tmp"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    index.close()
    record.vectors_read = 0
    assert len(index.repairs) == 2
    FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS).close()
    assert record.vectors_read == 0
    assert open_sound(tmp_path, record) == []


def test_folder_that_cannot_be_made(tmp_path: Path, record: MemoryRecord) -> None:
    (tmp_path / "file").write_text("in the way")
    repairs = open_sound(tmp_path / "file" / "index", record)
    assert any("could not be written" in line for line in repairs)


def test_a_file_that_another_thread_writes_while_files_are_swept_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = MemoryRecord(DIMENSION)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    folder = index._state.folder
    looked = Path.glob

    def glob(path: Path, pattern: str) -> Iterator[Path]:
        if pattern.startswith("codebook") and path == tmp_path and not list(looked(path, pattern)):
            # What a training thread does just then.
            folder._store("codebook", np.ones(8, np.uint8), 0, range(0))
        return looked(path, pattern)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "glob", glob)
        with index._state.upkeep_lock:
            index._state.publish()
    assert len(list(tmp_path.glob("codebook-*"))) == 1
    index.close()


def test_removed_photos_stay_removed_when_a_manifest_could_not_be_written(
    folder: Path, record: MemoryRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = FaissIndex.open(folder, "model", DIMENSION, record, LIMITS)
    for gone, full in (([1, 2], False), ([10, 11, 12], True), ([], False)):
        ids = np.array(gone, np.int64)
        record.drop(ids)
        index.remove(ids)
        with monkeypatch.context() as patch:
            if full:
                patch.setattr("lookalike.index.folder.write_manifest", disk_full)
            index.flush()
    assert any("could not be written" in line for line in index.repairs)
    index.close()
    assert open_sound(folder, record) == []


def disk_full(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_folder_deleted_while_it_is_open(folder: Path, record: MemoryRecord) -> None:
    first = FaissIndex.open(folder, "model", DIMENSION, record, LIMITS)
    shutil.rmtree(folder)
    second = FaissIndex.open(folder, "model", DIMENSION, record, LIMITS)
    assert second._state.folder.writable
    more = descriptors(200, DIMENSION, seed=9)
    for start, index in ((1001, first), (1101, second)):
        ids = np.arange(start, start + 100)
        record.put(ids, more[start - 1001 : start - 901])
        index.add(ids, record.vectors(ids))
        index.flush()
    assert not first._state.folder.writable
    second.close()
    assert open_sound(folder, record) == []
    # Nobody else writes it any more.
    first.flush()
    assert first._state.folder.writable
    assert len(first) == ROWS + 200
    first.close()
    assert open_sound(folder, record) == []


def test_folder_that_cannot_be_locked_is_told(folder: Path, record: MemoryRecord) -> None:
    (folder / "writer.lock").unlink()
    (folder / "writer.lock").mkdir()
    index = FaissIndex.open(folder, "model", DIMENSION, record, LIMITS)
    assert not index._state.folder.writable
    assert len(index) == ROWS
    index.flush()
    assert len(index.repairs) == 1
    assert str(folder) in index.repairs[0]
    assert "could not be written (Is a directory)" in index.repairs[0]
    index.close()


def test_files_that_are_replaced_while_they_are_checked_are_not_told(
    folder: Path, record: MemoryRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.index.reading.CHECKED_AT_OPENING", 1000)
    reached, go_on = threading.Event(), threading.Event()

    def slow(folder: Path, file: IndexFile, cancelled: Callable[[], bool] = lambda: False) -> None:
        reached.set()
        assert go_on.wait(60)
        check_bulk(folder, file, cancelled)

    merging = replace(LIMITS, segment_rows=4000, small_segments=2)
    writer = FaissIndex.open(folder, "model", DIMENSION, record, merging)
    writer.wait_for_upkeep()
    monkeypatch.setattr("lookalike.index.folder.check_bulk", slow)
    reader = FaissIndex.open(folder, "model", DIMENSION, record, LIMITS)
    assert reached.wait(60)
    ids = np.arange(1001, 1101)
    record.put(ids, descriptors(100, DIMENSION, seed=9))
    before = {path.name for path in segments(folder)}
    writer.add(ids, record.vectors(ids))
    writer.wait_for_upkeep()
    assert before - {path.name for path in segments(folder)}
    go_on.set()
    reader.wait_for_upkeep()
    assert reader.repairs == []
    reader.close()
    writer.close()
