from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lookalike.index import MergePolicy

LIMITS = MergePolicy(seal_rows=10, flush_rows=1, segment_rows=100, small_segments=4)
SEGMENTS = st.lists(
    st.integers(1, 120).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows))), max_size=20
)


@given(SEGMENTS)
def test_upkeep_ends_with_few_segments_that_are_mostly_alive(segments: list[tuple[int, int]]) -> None:
    for _ in range(2 * len(segments) + 1):
        due = LIMITS.due_segments([live for live, _ in segments], [rows for _, rows in segments])
        if not due:
            break
        together = sum(segments[position][0] for position in due)
        assert len(due) == 1 or together <= LIMITS.segment_rows
        segments = [segment for position, segment in enumerate(segments) if position not in due]
        segments += [(together, together)] * bool(together)
    assert not LIMITS.due_segments([live for live, _ in segments], [rows for _, rows in segments])
    assert all(live >= rows / 2 for live, rows in segments)
    assert sum(live < LIMITS.segment_rows / 2 for live, _ in segments) < LIMITS.small_segments


def test_each_vector_is_written_a_few_times_however_long_the_library_grows() -> None:
    policy = MergePolicy()
    segments: list[int] = []
    written = 0
    for _ in range(256):
        segments.append(policy.seal_rows)
        written += policy.seal_rows
        while due := policy.due_segments(segments, segments):
            together = sum(segments[position] for position in due)
            written += together
            segments = [rows for position, rows in enumerate(segments) if position not in due] + [together]
    assert written <= 3 * 256 * policy.seal_rows
    assert len(segments) <= 256 * policy.seal_rows / policy.segment_rows * 2 + policy.small_segments


@given(st.lists(st.integers(1, 3000), max_size=60))
def test_files_of_codes_stay_few_and_are_seldom_rewritten(batches: list[int]) -> None:
    policy = MergePolicy(seal_rows=10, codes_files=4, codes_rows=100_000)
    files: list[int] = []
    written = 0
    for rows in batches:
        files.append(rows)
        while due := policy.due_codes(files):
            together = sum(files[position] for position in due)
            written += together
            files = [rows for position, rows in enumerate(files) if position not in due] + [together]
    assert sum(files) == sum(batches)
    assert len(files) <= policy.codes_files + 2 * sum(batches) / policy.codes_rows
    assert written <= 8 * sum(batches)
