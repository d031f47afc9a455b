"""Fixtures for every test: nothing may leak, and the evaluation photos are found in one place."""

from __future__ import annotations

import multiprocessing
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike import app_paths
from lookalike.index.query_threads import stop_query_threads
from tests.data import evaluation_data


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


@pytest.fixture(scope="session", autouse=True)
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep fixtures of a wider scope than a test away from the user's own library as well."""
    home = tmp_path_factory.mktemp("session-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(home))
        yield home


@pytest.fixture(autouse=True)
def own_home(
    session_home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Keep every test away from the user's own library."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LOOKALIKE_HOME", str(home))
    # What the embedded network's self-check finds is a fact of the computer: one test's is every test's. Found twice,
    # it might be another arithmetic the second time, on a busy computer.
    own, kept = app_paths.self_check(), session_home / app_paths.self_check().name
    if kept.is_file():
        shutil.copyfile(kept, own)
    yield home
    if own.is_file() and not kept.is_file():
        shutil.copyfile(own, kept)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of evaluation photos; skips the test where it is absent."""
    return evaluation_data()
