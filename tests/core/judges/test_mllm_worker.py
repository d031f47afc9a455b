"""The worker process of a judge: killed, frozen, idle, short of memory, called off."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from PIL import Image

from lookalike.judges.mllm import connection
from lookalike.judges.mllm.device import Device
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.protocol import JudgePhoto
from tests.builders.gguf_models import write_pair
from tests.core.judges.deadly_worker import GPU, KILLS, STOPS, deadly, failing_gpu, plain
from tests.core.judges.judge_photos import photo
from tests.core.judges.mllm_reference import blobs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.mllm,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]


Files = tuple[Path, Path]


def test_closing_ends_the_process_and_the_next_query_starts_another(judge: MllmJudge) -> None:
    first = list(judge.compare(photo(1), [photo(2)]))
    pid = judge.session.pid
    assert pid is not None
    judge.close()
    assert not psutil.pid_exists(pid)
    assert judge.session.pid is None
    assert list(judge.compare(photo(1), [photo(2)])) == first
    assert judge.session.deaths == 0


def _cancel_after(polls: int) -> Callable[[], bool]:
    left = [polls]

    def cancelled() -> bool:
        left[0] -= 1
        return left[0] < 0

    return cancelled


@pytest.mark.parametrize("polls", [0, 1, 3, 40])
def test_cancelling_ends_early_and_the_judge_goes_on(judge: MllmJudge, polls: int) -> None:
    candidates = [photo(seed) for seed in range(2, 62)]
    cut = list(judge.compare(photo(1), candidates, _cancel_after(polls)))
    assert len(cut) < len(candidates)
    whole = list(judge.compare(photo(1), candidates[:4]))
    assert [verdict.content for verdict in whole] == [candidate.content for candidate in candidates[:4]]
    assert whole[: len(cut)] == cut[:4]
    assert judge.session.deaths == 0


def test_cancelling_does_not_wait_for_the_answer(judge: MllmJudge) -> None:
    """Nothing but the call-off can end this comparison: its worker is stopped while it has the question."""
    first = list(judge.compare(photo(1), [photo(2)]))
    pid = judge.session.pid
    assert pid is not None
    worker = psutil.Process(pid)
    worker.suspend()
    # Small enough for the pipe to take the question although nobody reads it.
    query = JudgePhoto("", lambda side: blobs(3, 120, 80))
    candidate = JudgePhoto("", lambda side: blobs(4, 120, 80))
    assert list(judge.compare(query, [candidate], _cancel_after(2))) == []
    worker.resume()
    assert list(judge.compare(photo(1), [photo(2)])) == first


def _killing(judge: MllmJudge, seeds: range, deadly: set[int]) -> Iterator[JudgePhoto]:
    for seed in seeds:
        if seed in deadly:
            pid = judge.session.pid
            assert pid is not None
            psutil.Process(pid).kill()
        yield photo(seed)


def test_a_worker_killed_in_mid_query_is_replaced(judge: MllmJudge) -> None:
    expected = list(judge.compare(photo(1), [photo(seed) for seed in range(2, 8)]))
    pid = judge.session.pid
    verdicts = list(judge.compare(photo(1), _killing(judge, range(2, 8), {4})))
    assert verdicts == expected
    assert judge.session.deaths == 1
    assert judge.session.pid != pid


def test_a_photo_that_kills_the_worker_is_blamed_and_the_rest_judged(
    judge: MllmJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "serve", deadly)
    bad = JudgePhoto("bad", lambda side: plain(KILLS))
    verdicts = list(judge.compare(photo(1), [photo(2), bad, photo(3)]))
    assert [verdict.match is None for verdict in verdicts] == [False, True, False]
    assert verdicts[1].reason == "The model broke down on this photo."
    assert judge.session.deaths == 2
    # From now on it is not given to the model at all: neither here, nor ahead, nor as the query.
    pid = judge.session.pid
    assert next(judge.compare(photo(1), [bad])).match is None
    assert list(judge.make_tokens([bad, photo(4)])) == [
        ("bad", "The model broke down on this photo."),
        ("content4", ""),
    ]
    with pytest.raises(JudgeError, match=r"^Tiny: The model broke down on this photo\.$"):
        list(judge.compare(bad, [photo(2)]))
    assert judge.session.deaths == 2 and judge.session.pid == pid


def test_of_several_candidates_at_once_only_the_deadly_one_is_blamed(
    files: dict[str, Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "serve", deadly)
    several = MllmJudge(*files["qwen2vl"], token_store=None, parallel=4)
    try:
        candidates = [photo(seed) for seed in range(2, 9)]
        expected = [verdict.content for verdict in several.compare(photo(1), candidates)]
        candidates.insert(3, JudgePhoto("bad", lambda side: plain(KILLS)))
        verdicts = list(several.compare(photo(1), candidates))
        assert [v.content for v in verdicts if v.match is not None] == expected
        assert [v.content for v in verdicts if v.match is None] == ["bad"]
        assert several.session.deaths == 3
        assert several.session.parallel == 1
    finally:
        several.close()


@pytest.mark.parametrize(
    ("colour", "words"), [(KILLS, "was ended by SIGKILL"), (STOPS, "The image encoder failed on the photo")]
)
@pytest.mark.parametrize("parallel", [1, 4])
def test_a_gpu_that_fails_is_told_once_and_left_and_no_photo_is_blamed(
    files: dict[str, Files],
    monkeypatch: pytest.MonkeyPatch,
    colour: tuple[int, int, int],
    words: str,
    parallel: int,
) -> None:
    lines: list[str] = []
    devices: list[Device] = []
    candidates = [*map(photo, range(2, 6)), JudgePhoto("bad", lambda side: plain(colour)), photo(6)]
    plainly = MllmJudge(*files["qwen2vl"], token_store=None, parallel=parallel)
    expected = [verdict.match for verdict in plainly.compare(photo(1), candidates)]
    plainly.close()
    monkeypatch.setattr(connection, "serve", failing_gpu)
    judge = MllmJudge(
        *files["qwen2vl"], token_store=None, parallel=parallel, report=lines.append, loaded=devices.append
    )
    try:
        for _ in range(2):
            found = [verdict.match for verdict in judge.compare(photo(1), candidates)]
            assert found == pytest.approx(expected, abs=1e-3)
        assert judge.session.deaths == 0
        (line,) = lines
        assert line.startswith("Tiny: the graphics processor failed (") and words in line
        assert devices[0] == GPU and [device.gpu for device in devices[1:]] == [False]
        assert words in devices[1].reason
    finally:
        judge.close()


def test_a_first_photo_that_kills_the_worker_does_not_use_up_the_model(
    judge: MllmJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "serve", deadly)
    bad = JudgePhoto("bad", lambda side: plain(KILLS))
    with pytest.raises(JudgeError, match="broke down on this photo"):
        list(judge.compare(bad, [photo(2)]))
    assert judge.session.deaths == 2
    assert next(judge.compare(photo(1), [photo(2)])).match is not None


def _shade(number: int, side: int) -> Image.Image:
    return Image.new("RGB", (300 + 40 * number, 200), KILLS)


def test_several_deadly_photos_switch_the_model_off(
    judge: MllmJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "serve", deadly)
    candidates = [
        photo(2),
        *(JudgePhoto(f"bad{number}", partial(_shade, number)) for number in range(3)),
        photo(3),
    ]
    verdicts = []
    with pytest.raises(JudgeError, match=r"^Tiny broke down on 3 photos and is switched off") as caught:
        for verdict in judge.compare(photo(1), candidates):
            verdicts.append(verdict)
    assert "SIGKILL" in str(caught.value)
    assert "\n" not in str(caught.value) and caught.value.remedy
    assert [verdict.match is None for verdict in verdicts] == [False, True, True]
    assert judge.session.pid is None
    with pytest.raises(JudgeError, match="switched off"):
        next(judge.compare(photo(1), [photo(2)]))
    assert judge.session.pid is None


def test_a_worker_killed_now_and_then_is_replaced_every_time(judge: MllmJudge) -> None:
    expected = list(judge.compare(photo(1), [photo(seed) for seed in range(2, 12)]))
    verdicts = list(judge.compare(photo(1), _killing(judge, range(2, 12), {3, 6, 9})))
    assert verdicts == expected
    assert judge.session.deaths == 3


@pytest.mark.skipif(os.name != "posix", reason="processes are stopped with SIGSTOP")
def test_a_worker_that_hangs_on_a_photo_is_ended_and_the_photo_passed_over(
    files: dict[str, Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "serve", deadly)
    # Loading has its own limit, so what a busy machine needs to start a process does not count.
    judge = MllmJudge(*files["qwen2vl"], token_store=None, answer_seconds=6)
    try:
        bad = JudgePhoto("bad", lambda side: plain(STOPS))
        verdicts = list(judge.compare(photo(1), [photo(2), bad, photo(3)]))
        assert [verdict.match is None for verdict in verdicts] == [False, True, False]
        assert judge.session.deaths == 1
        assert next(judge.compare(photo(1), [bad])).reason == "The model broke down on this photo."
        assert judge.session.deaths == 1
    finally:
        judge.close()


@pytest.mark.skipif(os.name != "posix", reason="processes are stopped with SIGSTOP")
def test_a_worker_frozen_while_idle_is_replaced_and_nobody_blamed(files: dict[str, Files]) -> None:
    judge = MllmJudge(*files["qwen2vl"], token_store=None, answer_seconds=6)
    try:
        first = list(judge.compare(photo(1), [photo(2)]))
        pid = judge.session.pid
        assert pid is not None
        psutil.Process(pid).suspend()
        # Photos this large do not fit into the pipe: not even putting the question may block for ever.
        assert list(judge.compare(photo(1), [photo(2)])) == first
        assert judge.session.deaths == 1 and judge.session.pid != pid
        assert not psutil.pid_exists(pid)
    finally:
        judge.close()


def test_calling_off_and_closing_do_not_wait_for_a_frozen_worker(judge: MllmJudge) -> None:
    list(judge.compare(photo(1), [photo(2)]))
    pid = judge.session.pid
    assert pid is not None
    psutil.Process(pid).suspend()
    assert list(judge.compare(photo(3), [photo(4)], _cancel_after(3))) == []
    judge.close()
    assert not psutil.pid_exists(pid)
    assert judge.session.deaths == 0


def test_an_idle_worker_gives_its_memory_back_and_the_next_query_starts_another(
    files: dict[str, Files],
) -> None:
    judge = MllmJudge(*files["qwen2vl"], token_store=None, idle_seconds=0.3)
    try:
        first = list(judge.compare(photo(1), [photo(2)]))
        for _ in range(2):
            deadline = time.monotonic() + 60
            while judge.session.pid is not None and time.monotonic() < deadline:
                time.sleep(0.02)
            assert judge.session.pid is None
            assert list(judge.compare(photo(1), [photo(2)])) == first
        assert judge.session.deaths == 0
    finally:
        judge.close()


def test_too_little_memory_is_told_before_anything_is_loaded(
    judge: MllmJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = psutil.virtual_memory()._replace(available=50_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    with pytest.raises(
        JudgeError, match=r"^Tiny needs about 0\.\d GB of memory and 0\.1 GB are free\. Close"
    ):
        list(judge.compare(photo(1), [photo(2)]))
    assert judge.session.pid is None


def test_the_worker_gives_way_to_the_window(judge: MllmJudge) -> None:
    list(judge.compare(photo(1), [photo(2)]))
    pid = judge.session.pid
    assert pid is not None
    worker, own = psutil.Process(pid).nice(), psutil.Process().nice()
    if os.name == "posix":
        assert worker > own or worker == 19
    else:
        assert worker == psutil.BELOW_NORMAL_PRIORITY_CLASS


def test_the_log_stays_small(files: dict[str, Files], tmp_path: Path) -> None:
    (tmp_path / "mllm.log").write_bytes(b"x" * (3 << 20))
    judge = MllmJudge(*files["qwen2vl"], token_store=None, log_folder=tmp_path)
    list(judge.compare(photo(1), [photo(2)]))
    judge.close()
    log = (tmp_path / "mllm.log").read_bytes()
    assert 0 < len(log) < 1 << 20
    assert b"xxx" not in log


def test_a_projector_that_kills_the_worker_is_told_in_one_line(tmp_path: Path, judge: MllmJudge) -> None:
    wrong = write_pair(tmp_path / "wrong", "qwen2vl", name="Wrong", omit={"v.blk.0.attn_q.weight"})
    broken = MllmJudge(*wrong, token_store=None)
    with pytest.raises(JudgeError, match=r"^Wrong broke down whatever it was given") as caught:
        list(broken.compare(photo(1), [photo(2)]))
    assert "\n" not in str(caught.value)
    assert broken.session.deaths == 3 and broken.session.pid is None
    assert len(list(judge.compare(photo(1), [photo(2)]))) == 1


def test_the_judges_own_process_never_loads_llama_cpp() -> None:
    program = (
        "import sys, lookalike.judges.mllm.judge;"
        "from lookalike.judges.mllm.available import unavailable_reason;"
        "unavailable_reason(); sys.exit(int(any(name.startswith('llama_cpp') for name in sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
