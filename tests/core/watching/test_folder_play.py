"""Whatever happens to the files, the library follows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.watching.stateful.actions import DEEDS
from tests.core.watching.stateful.machine import FolderPlay
from tests.core.watching.stateful.second_process import BESIDE


@pytest.mark.slow
def test_random_deeds_leave_no_difference() -> None:
    before = DEEDS.total()
    try:
        play()
    finally:
        BESIDE.end()
    assert DEEDS.total() - before > 300


def play() -> None:
    run_state_machine_as_test(
        FolderPlay,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
