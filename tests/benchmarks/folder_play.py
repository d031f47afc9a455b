"""Thousands of random deeds on real folders, and the differences between library and disk that they leave.

Run: ``python -m tests.benchmarks.folder_play --plays 200 --deeds 50``
"""

from __future__ import annotations

import argparse
import time
import traceback

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.watching.stateful.actions import DEEDS
from tests.core.watching.stateful.machine import FolderPlay
from tests.core.watching.stateful.second_process import BESIDE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plays", type=int, default=200)
    parser.add_argument("--deeds", type=int, default=50, help="steps in each play")
    chosen = parser.parse_args()
    began = time.monotonic()
    failed = ""
    try:
        run_state_machine_as_test(
            FolderPlay,
            settings=settings(
                max_examples=chosen.plays,
                stateful_step_count=chosen.deeds,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            ),
        )
    except BaseException:
        failed = traceback.format_exc()
    finally:
        BESIDE.end()
    for deed, count in DEEDS.most_common():
        print(f"{count:7d}  {deed}")
    print(f"{DEEDS.total():7d}  deeds in {time.monotonic() - began:.0f} s")
    print(failed or "        no difference")


if __name__ == "__main__":
    main()
