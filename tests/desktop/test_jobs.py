"""Generators and calls off the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator

import pytest
from pytestqt.qtbot import QtBot

from lookalike.errors import LookalikeError
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Job, Tasks
from tests.desktop.conftest import PATIENCE


def test_values_are_thinned_out_but_the_last_one_always_arrives(qtbot: QtBot) -> None:
    def count(_: Callable[[], bool]) -> Generator[int, None, None]:
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
    def where(_: Callable[[], bool]) -> Generator[int, None, None]:
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

    def work(_: Callable[[], bool]) -> Generator[str, None, None]:
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

    def endless(_: Callable[[], bool]) -> Generator[int, None, None]:
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


def test_a_known_failure_is_one_line(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Callable[[], bool]) -> Generator[int, None, None]:
        yield 1
        raise LookalikeError("The drive is gone.", "Connect it.")

    job = Job(broken, "broken")
    failures: list[Failure] = []
    job.failed.connect(failures.append)
    with (
        caplog.at_level(logging.DEBUG, Failure.__module__),
        qtbot.waitSignal(job.finished, timeout=PATIENCE),
    ):
        job.start()
    assert failures == [Failure("The drive is gone. Connect it.")]
    # What a command has configured in this process must not matter, nor what other packages say.
    told = [record for record in caplog.records if record.name == Failure.__module__]
    assert [(record.levelname, bool(record.exc_info)) for record in told] == [
        ("WARNING", False),
        ("DEBUG", True),
    ]
    assert "The job broken: The drive is gone." in caplog.text


def test_an_unexpected_failure_keeps_its_traceback(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Callable[[], bool]) -> Generator[int, None, None]:
        yield 1
        raise ZeroDivisionError("by\nzero")

    job = Job(broken, "broken")
    failures: list[Failure] = []
    job.failed.connect(failures.append)
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.start()
    (failure,) = failures
    assert failure.message == "Something unexpected went wrong: ZeroDivisionError: by zero"
    assert "in broken" in failure.details
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info is not None
    assert "in broken" in caplog.text


def test_a_failure_after_cancelling_is_logged_and_not_shown(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def stubborn(_: Callable[[], bool]) -> Generator[int, None, None]:
        try:
            while True:
                yield 1
        finally:
            raise OSError("disk full")

    job = Job(stubborn, "stubborn")
    failures: list[Failure] = []
    job.failed.connect(failures.append)
    job.start()
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.cancel()
    assert failures == []
    assert "disk full" in caplog.text


def test_a_job_gives_the_result_of_its_generator(qtbot: QtBot) -> None:
    def count(_: Callable[[], bool]) -> Generator[int, None, str]:
        yield 1
        return "done"

    job = Job(count, "count")
    with qtbot.waitSignal(job.succeeded, timeout=PATIENCE) as succeeded:
        job.start()
    assert succeeded.args == ["done"]
    qtbot.waitUntil(lambda: job.done, timeout=PATIENCE)


def test_tasks_hand_results_and_failures_over_in_order(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []
    tasks = Tasks(1, "tasks", lambda failure: told.append(("default", failure.message)))

    def fail() -> None:
        raise LookalikeError("No such photo.")

    tasks.run(lambda: 1, told.append)
    tasks.run(fail, told.append, told.append)
    tasks.run(fail)
    tasks.run(lambda: 2)
    tasks.run(lambda: 3, told.append)
    qtbot.waitUntil(lambda: len(told) == 4, timeout=PATIENCE)
    tasks.close()
    assert told == [1, Failure("No such photo."), ("default", "No such photo."), 3]
    assert caplog.text.count("A task of tasks: No such photo.") == 2


def test_closed_tasks_hand_nothing_over(qtbot: QtBot) -> None:
    told: list[object] = []
    tasks, go = Tasks(1, "tasks", told.append), threading.Event()
    tasks.run(lambda: go.wait(5), told.append)
    tasks.run(lambda: True, told.append)
    go.set()
    tasks.close()
    qtbot.wait(50)
    assert told == []
