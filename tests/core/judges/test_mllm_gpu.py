"""The judge on a GPU: the processor's scores, within rounding, and the processor where the GPU fails."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from lookalike import app_paths
from lookalike.judges.mllm.device import Device
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.offload import GPU_CANDIDATES, LEAST_LEFT, memory_needs
from lookalike.judges.protocol import Verdict
from lookalike.models.store import ModelStore
from tests.builders.gguf_models import KINDS
from tests.builders.installed_models import put_judge
from tests.builders.photo_files import write_album
from tests.core.cli.real_command import tell
from tests.core.judges.gpu_runner import GPU_TEST, PHOTOS, VARIABLE, has_vulkan, use_gpu
from tests.core.judges.judge_photos import photo
from tests.core.judges.mllm_reference import Pair, measure
from tests.core.judges.test_mllm_numbers import SAME_WAY, apart, model_settings, run_worker

pytestmark = GPU_TEST

ROUNDING = 0.12
"""What a GPU may move a logit whose standard deviation is 1, or the difference of two.

It multiplies in float16 what the processor sums up in float32: with that turned off (``GGML_VK_DISABLE_F16=1``)
lavapipe is .0045 from the processor, as near as float16 and float32 attention are to each other there. The bound is
twice the largest difference seen on lavapipe, .057 (docs/benchmarks.md), and .03 of a probability at most.
"""
TOGETHER = 0.003
"""What being decoded side by side with others moves the logits of these photos on the processor (.0007 seen)."""
SIDE_BY_SIDE = 4
"""For eight at once lavapipe compiles larger shaders, which takes it minutes."""
PATIENCE = 1500.0
"""Seconds for an answer: a busy computer that plays a GPU is slow."""

Files = tuple[Path, Path]


@pytest.fixture(scope="module", params=KINDS)
def measured(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Pair], list[Pair]]:
    """The pairs of a family on the GPU, and on the processor with the same build."""
    folder = tmp_path_factory.mktemp("gpu")
    settings, photos = model_settings(folder, request.param)
    photos = photos[: int(os.environ.get(PHOTOS, len(photos)))]
    with pytest.MonkeyPatch.context() as patch:
        use_gpu(patch, folder)
        on_gpu: list[Pair] = run_worker(measure, settings, request.param, photos)
        on_processor: list[Pair] = run_worker(
            measure, replace(settings, avoid_gpu="the test says so"), request.param, photos
        )
    print(f"| {request.param} | {_row(on_gpu, on_processor)} |")
    return on_gpu, on_processor


def _row(on_gpu: list[Pair], on_processor: list[Pair]) -> str:
    """The largest differences of the pairs' logits, as docs/benchmarks.md has them in its table."""
    pairs = [*zip(on_gpu, on_processor, strict=True)]
    cells = [
        max(apart(gpu.helper, processor.helper) for gpu, processor in pairs),
        max(apart(gpu.exact, processor.exact) for gpu, processor in pairs),
        max(apart(gpu.stored, processor.stored) for gpu, processor in pairs),
        max(apart(row, processor.stored) for gpu, processor in pairs for row in gpu.together),
        max(abs(gpu.score - processor.score) for gpu, processor in pairs),
    ]
    return " | ".join(f"{cell:.3f}" for cell in cells)


def test_logits_are_the_processors_within_rounding(measured: tuple[list[Pair], list[Pair]]) -> None:
    for gpu, processor in zip(*measured, strict=True):
        assert np.std(processor.helper) > 0.5
        assert 0 < apart(gpu.helper, processor.helper) < ROUNDING
        assert apart(gpu.exact, processor.exact) < ROUNDING
        assert apart(gpu.stored, processor.stored) < ROUNDING
        assert gpu.score == pytest.approx(processor.score, abs=ROUNDING)
        assert gpu.both == pytest.approx(processor.both, abs=ROUNDING)


def test_stored_tokens_and_one_step_give_the_whole_prompts_logits(
    measured: tuple[list[Pair], list[Pair]],
) -> None:
    for pair in measured[0]:
        assert apart(pair.fresh, pair.helper) < SAME_WAY
        assert apart(pair.joined, pair.helper) < ROUNDING
        assert apart(pair.stored, pair.helper) < ROUNDING
        assert np.array_equal(pair.stored, pair.again)


def test_candidates_side_by_side_score_as_alone(measured: tuple[list[Pair], list[Pair]]) -> None:
    for gpu, processor in zip(*measured, strict=True):
        assert all(apart(row, gpu.stored) < ROUNDING for row in gpu.together)
        assert all(apart(row, processor.stored) < ROUNDING for row in gpu.together)


@dataclass
class Told:
    """What a judge has told of its device.

    Attributes:
        lines: the lines for the user.
        devices: what the model was loaded on, one after the other.
    """

    lines: list[str] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    layer = tmp_path / "layer"
    layer.mkdir()
    use_gpu(monkeypatch, layer)
    return monkeypatch


@pytest.fixture
def judge(
    files: dict[str, Files], told: Told, gpu: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[MllmJudge]:
    judge = MllmJudge(
        *files["qwen2vl"],
        token_store=None,
        log_folder=tmp_path,
        parallel=SIDE_BY_SIDE,
        answer_seconds=PATIENCE,
        report=told.lines.append,
        loaded=told.devices.append,
    )
    yield judge
    judge.close()


@pytest.fixture
def expected(files: dict[str, Files]) -> list[Verdict]:
    """What the processor says of the pairs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_GPU", "off")
        judge = MllmJudge(*files["qwen2vl"], token_store=None)
    verdicts = _verdicts(judge)
    judge.close()
    return verdicts


def _verdicts(judge: MllmJudge) -> list[Verdict]:
    return list(judge.compare(photo(1), [photo(seed) for seed in range(2, 8)]))


def _apart(verdicts: list[Verdict], expected: list[Verdict]) -> float:
    """The largest difference of two logits; all photos must have been judged."""
    assert all(verdict.match for verdict in verdicts)
    return max(abs(one.logit - other.logit) for one, other in zip(verdicts, expected, strict=True))


def test_the_gpu_judges_several_candidates_at_once_as_the_processor_does(
    judge: MllmJudge, told: Told, expected: list[Verdict]
) -> None:
    verdicts = _verdicts(judge)
    assert TOGETHER < _apart(verdicts, expected) < ROUNDING
    (device,) = told.devices
    assert device.gpu and device.vision and device.layers == device.of == 3 and not device.reason
    assert judge.session.parallel == SIDE_BY_SIDE
    assert told.lines == [] and judge.session.deaths == 0 and judge.session.gpu_failure == ""


def test_left_to_itself_a_gpu_is_given_several_candidates(
    files: dict[str, Files], gpu: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    judge = MllmJudge(*files["qwen2vl"], token_store=None, log_folder=tmp_path, answer_seconds=PATIENCE)
    assert next(judge.compare(photo(1), [photo(2)])).match
    assert judge.session.parallel == GPU_CANDIDATES
    judge.close()


def test_a_worker_killed_on_the_gpu_is_followed_by_one_on_the_processor(
    judge: MllmJudge, told: Told, expected: list[Verdict]
) -> None:
    first = next(judge.compare(photo(1), [photo(2)]))
    pid = judge.session.pid
    assert pid is not None
    psutil.Process(pid).kill()
    assert _apart(_verdicts(judge), expected) < TOGETHER
    assert abs(first.logit - expected[0].logit) < ROUNDING
    assert [device.gpu for device in told.devices] == [True, False]
    (line,) = told.lines
    assert line.startswith("Tiny: the graphics processor failed (") and "so the processor judges" in line
    assert judge.session.deaths == 0


vulkan = pytest.mark.skipif(not has_vulkan(), reason="only Vulkan has a layer that failures can come from")


@vulkan
@pytest.mark.parametrize(
    ("fault", "amount", "words"),
    [
        ("VULKAN_FAULT_MEMORY", 2_000_000, "The language model could not be loaded"),
        ("VULKAN_FAULT_MEMORY", 8_000_000, "There is no room for the model's working memory"),
        ("VULKAN_FAULT_SUBMITS", 3, "The image encoder failed on the photo"),
        ("VULKAN_FAULT_SUBMITS", 60, ""),
    ],
)
def test_a_gpu_out_of_memory_or_lost_leaves_the_work_to_the_processor(
    judge: MllmJudge,
    told: Told,
    expected: list[Verdict],
    gpu: pytest.MonkeyPatch,
    fault: str,
    amount: int,
    words: str,
) -> None:
    gpu.setenv(fault, str(amount))
    verdicts = _verdicts(judge)
    # With the device lost in the middle, what came before is the GPU's.
    assert _apart(verdicts, expected) < (TOGETHER if words else ROUNDING)
    assert len(told.lines) == 1 and words in told.lines[0]
    assert not told.devices[-1].gpu and "failed" in told.devices[-1].reason
    assert judge.session.deaths == 0
    # It stays with the processor, and says nothing more.
    assert _apart(_verdicts(judge), expected) < TOGETHER
    judge.close()
    assert _apart(_verdicts(judge), expected) < TOGETHER
    assert len(told.lines) == 1


@vulkan
def test_as_many_layers_go_to_the_gpu_as_its_memory_holds(
    judge: MllmJudge, told: Told, expected: list[Verdict], gpu: pytest.MonkeyPatch
) -> None:
    needs = memory_needs(judge._pair, SIDE_BY_SIDE)
    some = LEAST_LEFT + needs.vision + needs.buffers + needs.output + needs.layers[-1]
    gpu.setenv("VULKAN_FAULT_REPORTED", str(some))
    assert _apart(_verdicts(judge), expected) < ROUNDING
    (device,) = told.devices
    assert (device.vision, device.layers, device.of) == (True, 2, 3) and "free" in device.reason
    judge.close()
    gpu.setenv("VULKAN_FAULT_REPORTED", str(LEAST_LEFT))
    assert _apart(_verdicts(judge), expected) < TOGETHER
    assert not told.devices[-1].gpu and "of its memory are free" in told.devices[-1].reason
    assert told.lines == []


@vulkan
def test_a_search_tells_of_the_failure_in_one_line_and_status_and_doctor_of_the_device(
    files: dict[str, Files], gpu: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_judge(ModelStore(app_paths.models()), *files["qwen2vl"], "tiny")
    (tmp_path / "album").mkdir()
    write_album(tmp_path / "album", 3, seed=21)
    query = sorted((tmp_path / "album").iterdir())[0]
    path = [os.environ[VARIABLE], *filter(None, [os.environ.get("PYTHONPATH")])]
    gpu.setenv("PYTHONPATH", os.pathsep.join(path))
    assert tell("add", tmp_path / "album")[0] == 0
    assert tell("models", "use", "tiny")[0] == 0
    code, out, _ = tell("search", query, "--json", VULKAN_FAULT_MEMORY="2000000")
    answer = json.loads(out)
    assert code == 0 and answer["judged"] == answer["to_judge"] > 0
    failure = "the graphics processor failed"
    assert [note.startswith(f"Tiny: {failure} (") for note in answer["notes"]] == [True]
    assert f"last ran on the processor ({failure}: " in tell("status")[1]
    told = tell("doctor")[1]
    assert f"tiny last ran on the processor ({failure}: " in told
    assert " through Vulkan, " in told
