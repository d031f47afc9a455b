"""What the examination says of real and of broken installations."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from lookalike import app_paths
from lookalike.doctor import State, examine
from lookalike.doctor import probe as probes
from lookalike.doctor.model_runner import RECORD, model_runner, set_up_record
from lookalike.doctor.places import places
from lookalike.doctor.probe import ProbeError, probe
from lookalike.doctor.software import software
from lookalike.doctor.watch_limits import in_use, watch_limits
from lookalike.judges.mllm.device import Device, on_processor, record_device, recorded_devices
from lookalike.models.store import ModelStore
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.core.cli.real_command import tell

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux's")
RUNNER = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)


@pytest.mark.slow
def test_this_installation_is_sound_and_every_part_is_told_of(tmp_path: Path) -> None:
    found = list(examine(tmp_path / "library"))
    topics = {finding.topic for finding in found}
    assert {"Python", "packages", "window", "descriptor", "judge", "library", "model files", "logs"} <= topics
    assert [finding for finding in found if finding.state is State.PROBLEM] == []
    assert all(finding.text and "\n" not in finding.text for finding in found)
    assert all(
        finding.remedy for finding in found if finding.topic == "judge" and finding.state is State.NOTE
    )
    assert not (tmp_path / "library").exists()


@pytest.mark.slow
def test_the_command_tells_people_and_programs_the_same() -> None:
    code, out, error = tell("doctor")
    assert (code, error) == (0, "")
    assert "OpenVINO" in out and out.endswith("Everything that is needed works.\n")
    code, told, _ = tell("doctor", "--json")
    answer = json.loads(told)
    assert code == 0 and answer["sound"]
    assert all(finding["text"] in out for finding in answer["findings"] if finding["topic"] == "packages")


@pytest.mark.slow
@RUNNER
def test_a_runner_whose_libraries_are_gone_is_a_problem_with_its_remedy(tmp_path: Path) -> None:
    code, out, _ = tell("doctor", LLAMA_CPP_LIB_PATH=str(tmp_path))
    assert code == 1
    assert "! judge" in out and "not found" in out
    assert "packaging/bootstrap.py mllm" in out and out.endswith("1 problem found.\n")


def test_packages_that_are_missing_or_too_old_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "lookalike-9.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lookalike\nVersion: 9\nRequires-Dist: numpy>=99\n"
        "Requires-Dist: no-such-package\nRequires-Dist: pillow>=1\n"
        'Requires-Dist: neither-this; extra == "app"\nRequires-Dist: nor-this; python_version < "3"\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (found,) = (finding for finding in software() if finding.topic == "packages")
    assert found.state is State.PROBLEM
    assert "numpy is " in found.text and "not >=99" in found.text
    assert "no-such-package is missing" in found.text
    assert not any(name in found.text for name in ("pillow", "neither-this", "nor-this"))


def _dies(pipe: Connection) -> None:
    os.abort()


def _raises(pipe: Connection) -> None:
    pipe.send(RuntimeError("its library is gone\nand more"))


def _hangs(pipe: Connection) -> None:
    time.sleep(600)


@pytest.mark.slow
def test_a_library_that_breaks_down_fails_or_hangs_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ProbeError, match=r"^The library (was ended by|ended with)"):
        probe(_dies, "the library")
    with pytest.raises(ProbeError, match=r"^its library is gone\.$"):
        probe(_raises, "the library")
    monkeypatch.setattr(probes, "PATIENCE", 0.1)
    with pytest.raises(ProbeError, match=r"^The library does not answer\.$"):
        probe(_hangs, "the library")


def test_a_place_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    library, models, _ = places(tmp_path / "file" / "library")
    assert library.state is State.PROBLEM and str(tmp_path / "file") in library.text
    assert models.state is State.GOOD and models.facts["free_bytes"] > 0


def test_little_room_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.doctor.places.LEAST_FREE", 1 << 62)
    library, *_ = places(tmp_path)
    assert library.state is State.NOTE and library.remedy


@contextmanager
def _watching(folders: list[Path]) -> Iterator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    queue = libc.inotify_init1(os.O_CLOEXEC)
    assert queue >= 0
    try:
        for folder in folders:
            assert libc.inotify_add_watch(queue, os.fsencode(folder), 0x100) > 0
        yield
    finally:
        os.close(queue)


@LINUX
def test_watches_in_use_are_counted(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    own = tmp_path / "proc"
    own.mkdir()
    # Other processes come and go while this runs.
    (own / str(os.getpid())).symlink_to(f"/proc/{os.getpid()}")
    before = in_use(own)
    with _watching(folders):
        assert in_use(own) == (before[0] + 3, before[1] + 1)
    assert in_use(own) == before


@LINUX
@pytest.mark.parametrize(
    ("watches", "instances", "remedy"),
    [(524_288, 128, ""), (8_192, 128, "max_user_watches"), (524_288, 16, "max_user_instances")],
)
def test_low_limits_on_watching_are_noted(tmp_path: Path, watches: int, instances: int, remedy: str) -> None:
    (tmp_path / "max_user_watches").write_text(f"{watches}\n")
    (tmp_path / "max_user_instances").write_text(f"{instances}\n")
    (found,) = watch_limits(tmp_path, tmp_path)
    assert found.state is (State.NOTE if remedy else State.GOOD)
    assert remedy in found.remedy
    assert found.facts["max_user_watches"] == watches


@LINUX
def test_a_system_without_inotify_is_noted(tmp_path: Path) -> None:
    (found,) = watch_limits(tmp_path / "none", tmp_path)
    assert found.state is State.NOTE and "intervals" in found.text


@pytest.mark.slow
@pytest.mark.mllm
@RUNNER
def test_what_was_built_why_and_what_models_last_ran_on_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write_pair(tmp_path / "files", "qwen2vl")
    for name in ("one", "two"):
        put_judge(ModelStore(app_paths.models()), *files, name)
    device = Device("GeForce", "CUDA", 12, 25, True, "1.0 GB of its memory are free")
    record_device(app_paths.judge_devices(), "one", device)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / RECORD).write_text(
        json.dumps({"qt": "display", "mllm source": "compiled here", "mllm reason": "Vulkan lacks glslc."})
    )
    found = list(model_runner())
    assert "compiled here" in found[0].text and found[0].facts["system"]
    if not found[0].facts["gpus"]:
        assert found[1].text == "none: llama.cpp sees no graphics processor. Vulkan lacks glslc."
    assert [finding.text for finding in found[2:]] == [
        "one last ran on GeForce (CUDA) with 12 of 25 layers (1.0 GB of its memory are free)",
        "two has not run yet",
    ]
    monkeypatch.setenv("LOOKALIKE_GPU", "off")
    assert "LOOKALIKE_GPU is off" in list(model_runner())[1].text


def test_a_set_up_by_others_has_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert set_up_record() == {}
    (tmp_path / RECORD).write_text("[1, 2")
    assert set_up_record() == {}


def test_devices_are_noted_by_model_and_a_damaged_note_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "new" / "devices.json"
    assert recorded_devices(path) == {}
    whole = Device("GeForce", "CUDA", 25, 25, True, "")
    record_device(path, "one", whole)
    record_device(path, "two", on_processor("LOOKALIKE_GPU is off"))
    assert recorded_devices(path) == {"one": whole, "two": on_processor("LOOKALIKE_GPU is off")}
    assert whole.words == "GeForce (CUDA)" and whole.gpu
    assert on_processor("it is off").words == "the processor (it is off)"
    path.write_text('{"one": {"name": 1}}')
    assert recorded_devices(path) == {}
    record_device(path, "one", whole)
    assert recorded_devices(path) == {"one": whole}
