"""Generators and calls off the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from pytestqt.qtbot import QtBot

from lookalike.errors import LookalikeError
from lookalike_desktop.qt.jobs import Job, Tasks
from tests.desktop.conftest import PATIENCE


def test_values_are_thinned_out_but_the_last_one_always_arrives(qtbot: QtBot) -> None:
    def count(cancelled: Callable[[], bool]) -> Iterator[int]:
        yield from range(5000)

    job = Job(count, "count")
    seen: list[int] = []
    job.progressed.connect(seen.append)
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.start()
    assert seen[-1] == 4999
    assert seen == sorted(seen)
    assert len(seen) < 500


def test_work_runs_off_the_gui_thread_and_values_arrive_in_it(qtbot: QtBot) -> None:
    def where(cancelled: Callable[[], bool]) -> Iterator[int]:
        yield threading.get_ident()

    job = Job(where, "where")
    told: list[tuple[int, int]] = []
    job.progressed.connect(lambda value: told.append((value, threading.get_ident())))
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.start()
    (worker, receiver), here = told[0], threading.get_ident()
    assert receiver == here != worker


def test_a_paused_job_rests_until_it_goes_on(qtbot: QtBot) -> None:
    reached = threading.Event()

    def work(cancelled: Callable[[], bool]) -> Iterator[str]:
        yield "first"
        reached.set()
        yield "second"

    job = Job(work, "work")
    seen: list[str] = []
    job.progressed.connect(seen.append)
    job.pause()
    job.start()
    qtbot.waitUntil(lambda: seen == ["first"], timeout=PATIENCE)
    assert job.paused
    assert not reached.wait(0.2)
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.resume()
    assert seen[-1] == "second"


def test_cancelling_closes_the_generator_even_while_paused(qtbot: QtBot) -> None:
    closed = threading.Event()

    def endless(cancelled: Callable[[], bool]) -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    job = Job(endless, "endless")
    job.pause()
    job.start()
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.cancel()
    assert closed.is_set()


def test_a_known_failure_is_one_line(qtbot: QtBot) -> None:
    def broken(cancelled: Callable[[], bool]) -> Iterator[int]:
        yield 1
        raise LookalikeError("The drive is gone.", "Connect it.")

    job = Job(broken, "broken")
    told: list[str] = []
    job.failed.connect(told.append)
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.start()
    assert told == ["The drive is gone. Connect it."]


def test_tasks_hand_results_and_failures_over_in_order(qtbot: QtBot) -> None:
    tasks = Tasks(1, "tasks")
    told: list[object] = []

    def fail() -> None:
        raise LookalikeError("No such photo.")

    tasks.run(lambda: 1, told.append)
    tasks.run(fail, told.append, told.append)
    tasks.run(lambda: 3, told.append)
    qtbot.waitUntil(lambda: len(told) == 3, timeout=PATIENCE)
    tasks.close()
    assert told == [1, "No such photo.", 3]


def test_closed_tasks_hand_nothing_over(qtbot: QtBot) -> None:
    tasks, go = Tasks(1, "tasks"), threading.Event()
    told: list[object] = []
    tasks.run(lambda: go.wait(5), told.append)
    tasks.run(lambda: True, told.append)
    go.set()
    tasks.close()
    qtbot.wait(50)
    assert told == []
