"""The self-check of the embedded network: it takes the fastest sound arithmetic, and remembers it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike import app_paths
from lookalike.descriptors import precision
from lookalike.descriptors.embedded_network import CHANNELS, EmbeddedNetwork, Precision, network_file
from lookalike.descriptors.precision import (
    SelfCheck,
    Trial,
    arithmetic_words,
    fastest,
    known_self_check,
    run_self_check,
    suitable_precision,
)
from lookalike.models.errors import ModelError

F32, BF16, F16, INT8 = Precision.FLOAT32, Precision.BFLOAT16, Precision.FLOAT16, Precision.INT8


@pytest.fixture(autouse=True)
def no_self_check(own_home: Path) -> Iterator[None]:
    """Begin on a computer that no self-check has run on, and leave none behind that other tests would go by."""
    app_paths.self_check().unlink(missing_ok=True)
    yield
    if app_paths.self_check().is_file():
        app_paths.self_check().unlink()


@pytest.mark.parametrize(
    ("trials", "chosen"),
    [
        # Zen 4: bfloat16 is nearly as fast as integers, and more exact.
        ([(F32, 38, 1), (BF16, 21, 0.999), (INT8, 18, 0.986)], BF16),
        # A laptop without it.
        ([(F32, 38, 1), (INT8, 18, 0.986)], INT8),
        # ARM, where integers may be slow.
        ([(F32, 38, 1), (F16, 22, 0.999), (INT8, 60, 0.986)], F16),
        # Emulated: the processor says that it can, and is no faster for it.
        ([(F32, 38, 1), (BF16, 36, 0.999), (INT8, 35, 0.986)], F32),
        # What gives wrong vectors is passed over however fast it is.
        ([(F32, 38, 1), (BF16, 21, 0.4), (INT8, 18, 0.2)], F32),
        ([(F32, 38, 0.1), (BF16, 41, 0.999)], BF16),
    ],
)
def test_the_fastest_sound_arithmetic_is_taken(
    trials: list[tuple[Precision, float, float]], chosen: Precision
) -> None:
    assert fastest(tuple(Trial(*trial) for trial in trials)) is chosen


def test_a_computer_that_gives_only_wrong_vectors_is_told() -> None:
    with pytest.raises(ModelError, match="wrong results"):
        fastest((Trial(F32, 38, 0.7), Trial(INT8, 18, -1)))


@pytest.mark.slow
def test_it_runs_once_and_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert known_self_check() is None
    assert "with the first photo" in arithmetic_words()
    chosen = suitable_precision(2)
    kept = known_self_check()
    assert kept is not None
    assert kept.precision is chosen
    assert {trial.precision for trial in kept.trials} >= {F32, INT8}
    assert all(trial.sound for trial in kept.trials), kept
    assert f"runs in {chosen}: " in arithmetic_words()
    monkeypatch.setattr(precision, "run_self_check", lambda _: pytest.fail("it runs again"))
    assert suitable_precision(2) is chosen


@pytest.mark.slow
def test_a_processor_without_short_floats_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "candidates", lambda: [F32, INT8])
    found = run_self_check(1)
    assert [trial.precision for trial in found.trials] == [F32, INT8]
    assert found.precision in (F32, INT8)


@pytest.mark.slow
def test_an_arithmetic_that_goes_wrong_here_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(EmbeddedNetwork):
        """On this computer only float32 is right; all else is fast, and noise, or no number at all."""

        def __init__(self, precision: Precision, threads: int | None = None) -> None:
            super().__init__(F32, threads)
            self._precision = precision

        def __call__(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
            if self._precision is F32:
                return super().__call__(views)
            filled = np.nan if self._precision is INT8 else 1.0
            return np.full((len(views), CHANNELS), filled, np.float32)

    monkeypatch.setattr(precision, "EmbeddedNetwork", Wrong)
    monkeypatch.setattr(precision, "candidates", lambda: [F32, BF16, INT8])
    found = run_self_check(1)
    assert found.precision is F32
    assert [trial.sound for trial in found.trials] == [True, False, False]
    assert "bf16" not in found.words


KEPT = SelfCheck(INT8, (Trial(F32, 38.0, 1.0), Trial(INT8, 18.0, 0.986)))


def test_another_computer_or_version_checks_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    precision._keep(KEPT)
    assert known_self_check() == KEPT
    for name, value in (
        ("processor", lambda: "another"),
        ("package_version", lambda _: "2099.1"),
        ("VERSION", precision.VERSION + 1),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(precision, name, value)
            assert known_self_check() is None
            precision._keep(KEPT)
            assert known_self_check() == KEPT
    assert known_self_check() == KEPT, "each is kept beside the others"


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        None,
        {"precision": "int4", "trials": []},
        {"precision": "int8", "trials": []},
        {"precision": "int8", "trials": [{"precision": "int8", "milliseconds": 1, "agreement": 0.1}]},
        {"precision": "f32", "trials": [{"precision": "int8", "milliseconds": 1, "agreement": 0.99}]},
        {"precision": "int8", "trials": [{"precision": "int8", "milliseconds": None, "agreement": 1}]},
        ["int8"],
    ],
)
def test_a_damaged_memory_is_made_anew(damage: bytes | dict[str, object] | list[str] | None) -> None:
    path = app_paths.self_check()
    content = damage if isinstance(damage, bytes) else json.dumps({precision._computer(): damage}).encode()
    path.write_bytes(content)
    assert known_self_check() is None
    precision._keep(KEPT)
    assert known_self_check() == KEPT


def test_a_memory_that_cannot_be_written_costs_nothing_but_time() -> None:
    app_paths.self_check().mkdir()
    precision._keep(KEPT)
    assert known_self_check() is None


def test_the_reference_photos_are_as_many_as_said() -> None:
    from PIL import Image

    with Image.open(network_file("reference.png")) as strip:
        assert strip.height == precision.PHOTOS * 2 * strip.width
    assert len(np.load(network_file("reference.npy"))) == precision.PHOTOS * 2


def test_asking_what_was_found_imports_nothing_heavy(own_home: Path) -> None:
    precision._keep(KEPT)
    script = (
        "import sys; from lookalike.descriptors.precision import arithmetic_words; print(arithmetic_words());"
        "assert not {'openvino', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "runs in int8: 18 ms of processor time a photo (f32 38)\n"
