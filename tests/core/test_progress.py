from __future__ import annotations

from collections.abc import Generator

from lookalike.progress import Progress, ProgressMeter, Skipped, Stage, collect_skipped
from tests.builders.jobs import result_of


def test_what_a_broken_off_piece_of_work_skipped_counts_once() -> None:
    def job() -> Generator[Progress, None, str]:
        for folder in (1, 2, 3):
            yield ProgressMeter(Stage.LOOKING, folder=folder).snapshot()
            meter = ProgressMeter(Stage.INDEXING, total=2, folder=folder)
            meter.skip(f"{folder}/a.jpg", "It is cut off.")
            yield meter.snapshot()
            if folder != 2:
                yield meter.end()
        return "done"

    skipped: list[Skipped] = []
    assert result_of(collect_skipped(job(), skipped)) == "done"
    assert [line.path for line in skipped] == ["1/a.jpg", "2/a.jpg", "3/a.jpg"]


def test_the_last_piece_may_be_broken_off() -> None:
    def job() -> Generator[Progress, None, None]:
        meter = ProgressMeter(Stage.INDEXING, total=2)
        meter.skip("a.jpg", "It is cut off.")
        yield meter.snapshot()

    skipped: list[Skipped] = []
    assert result_of(collect_skipped(job(), skipped)) is None
    assert [line.path for line in skipped] == ["a.jpg"]
