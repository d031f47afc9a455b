"""How fast, in which order, and how long: with clocks that the tests turn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.catalog.file_stat import FileStat
from lookalike.ingest.throttle import (
    CAREFUL,
    CONSIDERATE,
    FAST,
    LOOK_SECONDS,
    REST_LIMIT_SECONDS,
    RESTS,
    Throttle,
)
from lookalike.ingest.work_queue import WorkPriority, WorkQueue
from lookalike.progress import ProgressMeter, Stage


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("choice", "battery", "load", "gentle"),
    [
        (CAREFUL, False, 1.0, False),
        (CAREFUL, True, 1.0, True),
        (CAREFUL, False, 2.0, False),
        (CONSIDERATE, False, 2.0, True),
        (CONSIDERATE, True, 1.0, True),
        (CONSIDERATE, False, 1.0, False),
        (FAST, True, 2.0, False),
    ],
)
def test_gentle_on_battery_and_under_load_by_choice(
    choice: str, battery: bool, load: float, gentle: bool
) -> None:
    throttle = Throttle(lambda: choice, lambda: battery, lambda: load, Clock())
    assert throttle.is_throttled() == gentle
    assert throttle.rest(0.5) == (0.5 * RESTS if gentle else 0.0)
    assert throttle.rest(60.0) == (REST_LIMIT_SECONDS if gentle else 0.0)


def test_the_battery_is_asked_now_and_then() -> None:
    clock, asked = Clock(), []

    def battery() -> bool:
        asked.append(1)
        return len(asked) > 1

    throttle = Throttle(lambda: CAREFUL, battery, lambda: 0.0, clock)
    assert [throttle.is_throttled() for _ in range(5)] == [False] * 5
    clock.now += LOOK_SECONDS
    assert [throttle.is_throttled() for _ in range(5)] == [True] * 5
    assert len(asked) == 2


def test_this_machine_answers() -> None:
    assert Throttle(lambda: CAREFUL).is_throttled() in (False, True)


def place(path: str, day: int) -> tuple[FileStat, None]:
    return FileStat(path.encode(), 1, day, 1, 1), None


def names(tasks: Sequence[tuple[FileStat, object]]) -> list[str]:
    return [entry.path.decode() for entry, _ in tasks]


def test_the_newest_come_first_and_what_is_looked_at_before_them() -> None:
    priority = WorkPriority()
    work = WorkQueue([place("/a/1", 1), place("/b/9", 9), place("/a/5", 5), place("/ab/7", 7)], priority)
    assert names(work.take(1)) == ["/b/9"]
    priority.prioritise([Path("/a")])
    assert names(work.take(2)) == ["/a/5", "/a/1"]
    assert names(work.take(9)) == ["/ab/7"]
    assert work.take(1) == []


@given(st.lists(st.tuples(st.floats(0.01, 5.0), st.integers(0, 20)), max_size=60), st.integers(1, 2000))
def test_time_left_is_never_negative_and_ends_at_nothing(steps: list[tuple[float, int]], total: int) -> None:
    clock = Clock()
    meter = ProgressMeter(Stage.INDEXING, total=total, clock=clock)
    for seconds, count in steps:
        meter.advance(min(count, total - meter.done))
        clock.now += seconds
        told = meter.snapshot()
        assert told.rate >= 0
        assert told.eta is None or told.eta >= 0
        if told.done == total and told.rate > 0:
            assert told.eta == 0


def test_at_an_even_rate_the_time_left_is_the_time_that_is_left() -> None:
    clock = Clock()
    meter = ProgressMeter(Stage.INDEXING, total=1000, clock=clock)
    meter.snapshot()
    last: float | None = None
    for step in range(1, 1000):
        clock.now += 0.25
        meter.advance()
        told = meter.snapshot()
        if step < 4:
            assert told.eta is None, "no figure before there is something to take it from"
            continue
        assert told.eta is not None
        assert told.eta == pytest.approx((1000 - step) * 0.25)
        assert last is None or told.eta < last
        last = told.eta


def test_a_change_of_speed_is_told_within_the_window() -> None:
    clock = Clock()
    meter = ProgressMeter(Stage.INDEXING, total=10_000, clock=clock, window=10)
    for _ in range(200):
        clock.now += 0.1
        meter.advance(10)
        meter.snapshot()
    assert meter.snapshot().rate == pytest.approx(100, rel=0.01)
    for _ in range(105):
        clock.now += 0.1
        meter.advance(1)
        meter.snapshot()
    told = meter.snapshot()
    assert told.rate == pytest.approx(10, rel=0.02)
    assert told.eta == pytest.approx((10_000 - told.done) / 10, rel=0.02)


def test_a_pause_leaves_the_rate_alone() -> None:
    clock = Clock()
    meter = ProgressMeter(Stage.INDEXING, total=1000, clock=clock)
    for step in range(40):
        clock.now += 0.5
        meter.advance(5)
        meter.snapshot()
        if step == 30:
            clock.now += 3600
        meter.skip_pause()
    assert meter.snapshot().rate == pytest.approx(10)


def test_large_photos_to_come_count_for_more() -> None:
    clock = Clock()
    sizes = [1] * 50 + [9] * 50
    meter = ProgressMeter(Stage.INDEXING, total=100, clock=clock, load=float(sum(sizes)))
    meter.snapshot()
    for size in sizes[:50]:
        clock.now += 0.1 * size
        meter.advance(1, size)
        told = meter.snapshot()
    assert told.eta == pytest.approx(45.0), "by count it would be 5"
