"""The threads that share the work of one query."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from lookalike.index import query_threads
from lookalike.index.query_threads import run_shared, stop_query_threads


@pytest.fixture(autouse=True)
def four_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_query_threads()
    monkeypatch.setattr(query_threads, "MAX_THREADS", 4)


def helpers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "query helper"}


def slept(number: int) -> int:
    time.sleep(0.001 * (7 - number % 8))
    return number


def test_results_in_the_order_of_the_tasks() -> None:
    assert run_shared([partial(slept, number) for number in range(20)]) == list(range(20))
    assert run_shared([partial(slept, 3)]) == [3]
    assert run_shared([]) == []


def test_tasks_are_done_at_once_by_threads_that_stay() -> None:
    together = threading.Barrier(4)
    run_shared([partial(together.wait, 60)] * 4)
    there = helpers()
    assert len(there) == 3
    run_shared([partial(together.wait, 60)] * 4)
    assert helpers() == there
    stop_query_threads()
    assert not helpers()


def test_first_failure_is_raised_and_what_is_left_not_begun() -> None:
    done: list[int] = []

    def unless_first(number: int) -> None:
        if not number:
            raise ValueError("no")
        done.append(slept(number))

    with pytest.raises(ValueError, match="no"):
        run_shared([partial(unless_first, number) for number in range(1000)])
    assert len(done) < 999
    assert run_shared([partial(slept, number) for number in range(8)]) == list(range(8))


def test_nobody_waits_for_helpers_that_are_busy_or_gone() -> None:
    """Whoever asks does what nobody has begun."""
    let_go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(run_shared, [partial(let_go.wait, 60)] * 4)
        assert run_shared([partial(slept, number) for number in range(4)]) == list(range(4))
        let_go.set()
        assert busy.result() == [True] * 4


def test_many_queries_at_once_while_helpers_come_and_go() -> None:
    def ask(first: int) -> list[int]:
        return run_shared([partial(slept, number) for number in range(first, first + 5)])

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(ask, range(200))
        for _ in range(20):
            stop_query_threads()
            time.sleep(0.005)
        assert list(answers) == [list(range(first, first + 5)) for first in range(200)]
    stop_query_threads()
    assert not helpers()
