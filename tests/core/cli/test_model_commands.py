"""The commands ``models …``, against a hub on this machine."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.models import catalogue
from tests.builders.gguf_models import write_pair
from tests.builders.model_hub import ModelHub, serving, write_catalogue
from tests.builders.vision_models import save_dinov2
from tests.core.cli.conftest import Call
from tests.processes import interruptible

pytestmark = pytest.mark.slow

needs_llama = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelHub]:
    """A hub that offers a model called Tiny."""
    with serving(ModelHub()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        pair = write_pair(tmp_path / "offered", "idefics3")
        path = write_catalogue(tmp_path / "models.toml", hub, "someone/tiny", pair, "Tiny")
        monkeypatch.setattr(catalogue, "resource", lambda name: path)
        yield hub


def test_the_list_says_what_can_be_had_and_what_suits(call: Call) -> None:
    code, out, _ = call("models", "list")
    assert code == 0
    assert "SmolVLM2-256M  (can be downloaded" in out
    assert "278.8 MB, 650.0 MB of memory, fast, Apache-2.0" in out
    assert ", recommended)" in out
    assert "This computer has" in out
    answer = json.loads(call("models", "list", "--json")[1])
    assert answer["models"] == []
    offers = {offer["name"]: offer for offer in answer["available"]}
    assert offers["Qwen2.5-VL-7B"]["size"] == 5_536_191_744
    assert offers["Qwen2.5-VL-7B"]["licence"] == "Apache-2.0"
    assert offers["SmolVLM2-256M"]["fit"] in ("comfortable", "tight", "too large")
    recommended = answer["recommended"]["judge"]["name"]
    assert [name for name, offer in offers.items() if offer["recommended"] and offer["kind"] == "judge"] == (
        [recommended] if recommended else []
    )


def test_the_recommendation_alone(call: Call) -> None:
    answer = json.loads(call("models", "recommend", "--json")[1])
    assert answer["machine"]["cores"] >= 1
    assert answer["judge"]["reason"].endswith(".")
    code, out, _ = call("models", "recommend")
    assert code == 0
    assert answer["judge"]["reason"] in out


@needs_llama
def test_from_download_to_removal(call: Call, hub: ModelHub, tmp_path: Path) -> None:
    library = ("--library", tmp_path / "library")
    code, out, err = call(*library, "models", "download", "tiny")
    assert code == 0
    assert "pairs per second" in out
    assert re.search(r"downloading [\d.]+ of [\d.]+ MB", err)
    assert re.search(
        r"Tiny  \(installed.*\n +.* pairs/s, Free for tests", call(*library, "models", "list")[1]
    )
    assert call(*library, "models", "use", "Tiny")[0] == 0
    assert json.loads(call(*library, "models", "list", "--json")[1])["judge"] == "Tiny"
    assert json.loads(call("models", "check", "--json")[1]) == {"checked": [{"name": "Tiny", "problems": []}]}
    assert call(*library, "models", "remove", "Tiny")[0] == 0
    answer = json.loads(call(*library, "models", "list", "--json")[1])
    assert (answer["models"], answer["judge"]) == ([], "geometry")


def test_a_failed_download_is_one_line_and_what_came_can_be_removed(call: Call, hub: ModelHub) -> None:
    key = next(key for key in hub.files if "mmproj" not in key)
    hub.altered[key] = hub.files[key][:-1] + b"?"
    code, _, err = call("models", "download", "Tiny")
    assert code == 1
    assert "wrong checksum" in err.splitlines()[-1]
    answer = json.loads(call("models", "download", "Tiny", "--json")[1])
    assert set(answer) == {"error", "remedy"}
    assert "MB downloaded" in call("models", "list")[1]
    assert call("models", "remove", "Tiny")[0] == 0
    assert "MB downloaded" not in call("models", "list")[1]
    assert call("models", "remove", "Tiny")[0] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_keeps_what_has_come_of_a_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    model = catalogue.offered("SmolVLM2-256M")
    with serving(ModelHub(step_seconds=0.005)) as hub:
        for file, source in zip(model.files, write_pair(tmp_path, "idefics3"), strict=True):
            hub.files[f"{model.repository}/{file.path}"] = source.read_bytes()
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        process = subprocess.Popen(
            [sys.executable, "-m", "lookalike", "models", "download", model.name],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=interruptible,
        )
        deadline = time.monotonic() + 60
        while sum(hub.sent.values()) < 200_000 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert err.strip() == "Stopped. What was finished is kept."
        hub.step_seconds = 0
        assert call("models", "download", model.name)[0] == 0
        llm = next(key for key in hub.files if "mmproj" not in key)
        whole, rest = hub.promised[llm]
        assert rest < whole == len(hub.files[llm])
        assert call("models", "check", model.name)[0] == 0


def test_an_unknown_model_is_one_line(call: Call) -> None:
    for command in ("download", "remove", "check"):
        code, _, err = call("models", command, "nothing")
        assert (code, len(err.splitlines())) == (1, 1)
        assert "nothing" in err


def test_a_damaged_model_is_found_and_its_file_named(call: Call, tmp_path: Path) -> None:
    llm, mmproj = write_pair(tmp_path, "qwen2vl")
    assert call("models", "import", llm, mmproj, "--name", "tiny")[0] == 0
    assert call("models", "check", "tiny")[:2] == (0, "tiny is undamaged.\n")
    stored = Path(os.environ["LOOKALIKE_HOME"]) / "models" / "tiny" / llm.name
    with stored.open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"!")
    code, _, err = call("models", "check")
    assert code == 1
    assert llm.name in err.splitlines()[-1]
    answer = json.loads(call("models", "check", "--json")[1])
    assert llm.name in answer["checked"][0]["problems"][0]


def test_the_descriptor_model_in_use_is_not_removed(call: Call, tmp_path: Path) -> None:
    library = ("--library", tmp_path / "library")
    assert call("models", "import", save_dinov2(tmp_path / "dino"))[0] == 0
    assert call(*library, "models", "use", "dino")[0] == 0
    code, _, err = call(*library, "models", "remove", "dino")
    assert code == 1
    assert "describes this library's photos" in err
    # Gone all the same, the way out is told, and works.
    shutil.rmtree(Path(os.environ["LOOKALIKE_HOME"]) / "models" / "dino")
    assert "The embedded descriptor model takes its place" in call(*library, "status")[1]
    code, out, _ = call(*library, "models", "list")
    assert code == 0
    assert re.search("dino.*`lookalike models use default`", out)
    assert call(*library, "models", "use", "default")[0] == 0
    assert call(*library, "status")[0] == 0
