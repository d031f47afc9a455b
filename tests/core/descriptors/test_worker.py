from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.descriptors.worker import IN_FLIGHT, DescriberWorker
from lookalike.errors import LookalikeError
from lookalike.models.store import ModelError
from tests.builders import vision_models

DEFAULT = DescriberSpec()


def _noise(count: int, seed: int) -> list[NDArray[np.uint8]]:
    """Prepared photos for the default describer, each of its own colour and texture."""
    from PIL import Image

    rng = np.random.default_rng(seed)
    describer = open_describer(DEFAULT)
    return [
        describer.prepare(Image.fromarray(rng.integers(0, 256, (9, 12, 3), np.uint8))) for _ in range(count)
    ]


@pytest.fixture(scope="module")
def batches() -> list[list[NDArray[np.uint8]]]:
    return [_noise(4, 0), _noise(3, 1)]


@pytest.fixture(scope="module")
def expected(batches: list[list[NDArray[np.uint8]]]) -> list[NDArray[np.float32]]:
    describer = open_describer(DEFAULT)
    return [describer.describe(batch) for batch in batches]


@pytest.mark.slow
def test_answers_come_in_order_and_equal_those_of_this_process(
    batches: list[list[NDArray[np.uint8]]], expected: list[NDArray[np.float32]]
) -> None:
    with DescriberWorker(DEFAULT) as worker:
        assert worker.in_flight == 0
        for batch in batches:
            worker.submit(batch)
        assert worker.in_flight == IN_FLIGHT == 2
        with pytest.raises(RuntimeError, match="in flight"):
            worker.submit(batches[0])
        with pytest.raises(RuntimeError, match="in flight"):
            worker.describe(batches[0])
        for vectors in expected:
            np.testing.assert_allclose(worker.collect(), vectors, atol=1e-4)
        assert worker.in_flight == 0
        with pytest.raises(RuntimeError, match="nothing"):
            worker.collect()
        np.testing.assert_allclose(worker.describe(batches[1]), expected[1], atol=1e-4)


@pytest.mark.slow
def test_a_killed_child_costs_no_result(
    batches: list[list[NDArray[np.uint8]]], expected: list[NDArray[np.float32]]
) -> None:
    with DescriberWorker(DEFAULT) as worker:
        worker.describe(batches[0][:1])
        first = worker.pid
        assert first is not None
        for batch in batches:
            worker.submit(batch)
        os.kill(first, signal.SIGKILL)
        for vectors in expected:
            np.testing.assert_allclose(worker.collect(), vectors, atol=1e-4)
        assert worker.pid != first
        # Once more, and with the child found dead only when the next batch is handed over.
        second = worker.pid
        assert second is not None
        os.kill(second, signal.SIGKILL)
        np.testing.assert_allclose(worker.describe(batches[1]), expected[1], atol=1e-4)


@pytest.mark.slow
def test_a_child_killed_twice_over_one_batch_gives_a_clear_error_for_that_batch(
    batches: list[list[NDArray[np.uint8]]], expected: list[NDArray[np.float32]]
) -> None:
    with DescriberWorker(DEFAULT) as worker:
        for batch in batches:
            worker.submit(batch)
        first = worker.pid
        assert first is not None

        def kill_both() -> None:
            os.kill(first, signal.SIGKILL)
            while (second := worker.pid) in (None, first):
                time.sleep(0.005)
            assert second is not None
            os.kill(second, signal.SIGKILL)

        killer = threading.Thread(target=kill_both)
        killer.start()
        try:
            with pytest.raises(LookalikeError, match=r"crashed twice.*SIGKILL") as told:
                worker.collect()
        finally:
            killer.join()
        assert told.value.remedy
        assert worker.in_flight == 1
        np.testing.assert_allclose(worker.collect(), expected[1], atol=1e-4)


def test_a_batch_that_the_model_refuses_is_told_and_the_child_lives(
    batches: list[list[NDArray[np.uint8]]], expected: list[NDArray[np.float32]]
) -> None:
    with DescriberWorker(DEFAULT) as worker:
        worker.submit([np.zeros((20, 20), np.uint8)])
        worker.submit(batches[1])
        child = worker.pid
        with pytest.raises(LookalikeError, match="descriptor model failed"):
            worker.collect()
        np.testing.assert_allclose(worker.collect(), expected[1], atol=1e-4)
        assert worker.pid == child


@pytest.mark.slow
def test_words(tmp_path: Path) -> None:
    clip = DescriberSpec("transformers", str(vision_models.save_clip(tmp_path / "clip")))
    with DescriberWorker(clip) as worker:
        vectors = worker.describe_words(["castle", "a red mug"])
        assert vectors.shape == (2, 24)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_model_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with DescriberWorker(DescriberSpec("transformers", str(tmp_path / "gone"))) as worker:
        with pytest.raises(ModelError, match="is not there"):
            worker.describe([np.zeros((32, 32, 3), np.uint8)])
        assert worker.in_flight == 0


def test_closed_in_the_middle_the_child_is_gone(batches: list[list[NDArray[np.uint8]]]) -> None:
    worker = DescriberWorker(DEFAULT)
    worker.submit(batches[0])
    child = psutil.Process(worker.pid)
    worker.close()
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert worker.in_flight == 0
    worker.close()


@pytest.mark.slow
def test_the_child_leaves_when_its_owner_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(
        """
import time
import numpy as np
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.descriptors.worker import DescriberWorker
from PIL import Image

if __name__ == "__main__":
    pixels = open_describer(DescriberSpec()).prepare(Image.new("RGB", (8, 8)))
    worker = DescriberWorker(DescriberSpec())
    worker.describe([pixels])
    worker.submit([pixels] * 200)
    print(worker.pid, flush=True)
    time.sleep(600)
"""
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        child = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
    try:
        child.wait(30)
    except psutil.TimeoutExpired:
        assert child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(psutil.Process, "memory_maps"), reason="the system does not tell what is loaded"
)
def test_the_embedded_model_needs_no_pytorch_and_little_memory(
    batches: list[list[NDArray[np.uint8]]],
) -> None:
    with DescriberWorker(DEFAULT) as worker:
        for batch in batches:
            worker.describe(batch)
        child = psutil.Process(worker.pid)
        loaded = {Path(mapped.path).name for mapped in child.memory_maps()}
        assert any("openvino" in name for name in loaded)
        assert not any("torch" in name for name in loaded)
        assert child.memory_info().rss < 250e6
