"""Fixtures for every test: nothing may leak, and the evaluation photos are found in one place."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike import app_paths
from lookalike.index.query_threads import stop_query_threads
from tests.data import evaluation_data

SELF_CHECKS: list[bytes] = []


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process behind."""
    before = set(threading.enumerate())
    yield
    stop_query_threads()
    deadline = time.monotonic() + 5
    while True:
        threads = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
        children = multiprocessing.active_children()
        if not threads and not children:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    for child in children:
        child.kill()
    pytest.fail(f"left behind: threads {threads}, processes {children}")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep every test away from the user's own library."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LOOKALIKE_HOME", str(home))
    # What the embedded network's self-check finds is a fact of the computer: one test's is every test's.
    if SELF_CHECKS:
        app_paths.self_check().write_bytes(SELF_CHECKS[0])
    yield home
    if not SELF_CHECKS and app_paths.self_check().is_file():
        SELF_CHECKS.append(app_paths.self_check().read_bytes())


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of evaluation photos; skips the test where it is absent."""
    return evaluation_data()
