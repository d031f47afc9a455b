"""The cache of derived things is bounded, survives damage, and never stands in the way."""

from __future__ import annotations

import pytest

from lookalike.catalog.content_cache import ContentCache


@pytest.fixture
def cache(tmp_path):
    cache = ContentCache(tmp_path / "cache.sqlite", limit_bytes=10_000)
    yield cache
    cache.close()


def test_kinds_do_not_mix(cache):
    cache.put("thumbnail", "aa", b"small")
    cache.put("features", "aa", b"points")
    assert cache.get("thumbnail", "aa") == b"small"
    assert cache.get("features", "aa") == b"points"
    assert cache.get("features", "bb") is None


def test_the_least_recently_used_go_first(cache, monkeypatch):
    clock = iter(range(1, 100_000_000, 10_000))
    monkeypatch.setattr("lookalike.catalog.content_cache.time.time", lambda: float(next(clock)))
    for name in "abcdefghi":
        cache.put("k", name, bytes(1_000))
    assert cache.get("k", "a") is not None
    cache.put("k", "j", bytes(2_000))
    assert cache.get("k", "a") is not None, "it was used just now"
    assert cache.get("k", "b") is None
    assert cache.get("k", "j") is not None


def test_replacing_does_not_count_twice(cache):
    for _ in range(50):
        cache.put("k", "a", bytes(900))
    cache.put("k", "b", bytes(900))
    assert cache.get("k", "a") is not None
    assert cache.get("k", "b") is not None


def test_a_damaged_file_is_begun_anew(tmp_path):
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"not a database at all" * 500)
    cache = ContentCache(path)
    cache.put("k", "a", b"kept")
    assert cache.get("k", "a") == b"kept"
    cache.close()


def test_contents_last(tmp_path):
    cache = ContentCache(tmp_path / "cache.sqlite")
    cache.put("k", "a", b"kept")
    cache.close()
    again = ContentCache(tmp_path / "cache.sqlite")
    assert again.get("k", "a") == b"kept"
    again.close()
