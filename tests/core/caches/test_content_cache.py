"""The cache of derived things is bounded, survives damage, and never stands in the way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lookalike.caches import content_cache
from lookalike.caches.content_cache import ContentCache


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ContentCache]:
    cache = ContentCache(tmp_path / "cache.sqlite", limit_bytes=10_000)
    yield cache
    cache.close()


def test_kinds_do_not_mix(cache: ContentCache) -> None:
    cache.put("thumbnail", "aa", b"small")
    cache.put("features", "aa", b"points")
    assert cache.get("thumbnail", "aa") == b"small"
    assert cache.get("features", "aa") == b"points"
    assert cache.get("features", "bb") is None


def test_the_least_recently_used_go_first(cache: ContentCache, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1, 100_000_000, 10_000))
    monkeypatch.setattr("lookalike.caches.content_cache.time.time", lambda: float(next(clock)))
    for name in "abcdefghi":
        cache.put("k", name, bytes(1_000))
    assert cache.get("k", "a") is not None
    cache.put("k", "j", bytes(2_000))
    assert cache.get("k", "a") is not None, "it was used just now"
    assert cache.get("k", "b") is None
    assert cache.get("k", "j") is not None


def test_replacing_does_not_count_twice(cache: ContentCache) -> None:
    for _ in range(50):
        cache.put("k", "a", bytes(900))
    cache.put("k", "b", bytes(900))
    assert cache.get("k", "a") is not None
    assert cache.get("k", "b") is not None


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"not a database at all" * 500)
    cache = ContentCache(path)
    cache.put("k", "a", b"kept")
    assert cache.get("k", "a") == b"kept"
    cache.close()


def test_contents_last(tmp_path: Path) -> None:
    cache = ContentCache(tmp_path / "cache.sqlite")
    cache.put("k", "a", b"kept")
    cache.close()
    again = ContentCache(tmp_path / "cache.sqlite")
    assert again.get("k", "a") == b"kept"
    again.close()


def kept_bytes(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT sum(bytes) FROM entries").fetchone()[0])


def test_a_file_that_another_program_has_locked_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_cache, "BUSY_SECONDS", 0.1)
    path = tmp_path / "cache.sqlite"
    cache = ContentCache(path)
    cache.put("k", "a", b"kept")
    cache.close()
    code = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('PRAGMA locking_mode=EXCLUSIVE')\n"
        "held.execute('BEGIN EXCLUSIVE')\n"
        "held.execute('COMMIT')\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"locked"
        meanwhile = ContentCache(path)
        meanwhile.put("k", "b", b"for now")
        assert meanwhile.get("k", "b") == b"for now"
        meanwhile.close()
        other.communicate()
    again = ContentCache(path)
    assert again.get("k", "a") == b"kept"
    assert again.get("k", "b") is None
    again.close()


def test_several_processes_keep_one_bound(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    caches = [ContentCache(path, 10_000) for _ in range(3)]
    for number in range(60):
        caches[number % 3].put("k", str(number), bytes(1_000))
        assert kept_bytes(path) <= 10_000
    assert caches[0].get("k", "59") is not None
    for cache in caches:
        cache.close()


def test_what_an_older_version_kept_counts(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE entries (kind TEXT NOT NULL, content TEXT NOT NULL, bytes INTEGER NOT NULL, "
            "used REAL NOT NULL, blob BLOB NOT NULL, PRIMARY KEY (kind, content)) WITHOUT ROWID"
        )
        connection.execute("INSERT INTO entries VALUES ('k', 'old', 9000, 0, zeroblob(9000))")
        connection.commit()
    cache = ContentCache(path, 10_000)
    assert cache.get("k", "old") == bytes(9_000)
    cache.put("k", "new", bytes(2_000))
    assert kept_bytes(path) <= 10_000
    cache.close()


def test_what_could_not_be_kept_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    cache = ContentCache(path, 10_000)
    cache.put("k", "a", bytes(1_000))
    with closing(sqlite3.connect(path)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    cache._connection.execute(f"PRAGMA max_page_count={pages}")
    for _ in range(20):
        cache.put("k", "a", bytes(50_000))
    assert cache.get("k", "a") == bytes(1_000)
    cache._connection.execute("PRAGMA max_page_count=1000000")
    for number in range(20):
        cache.put("k", str(number), bytes(1_000))
    assert kept_bytes(path) <= 10_000
    cache.close()
