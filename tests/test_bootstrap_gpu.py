"""The bootstrap's choice of what the runner of language models computes with, and where it takes it from."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import vulkan_runner
from bootstrap_steps import environment, gpu, mllm
from bootstrap_steps.environment import Environment
from vulkan_runner import WITHOUT, without_validation

from tests.test_bootstrap import run_bootstrap

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in programs are POSIX scripts")


def _program(folder: Path, name: str, prints: str = "") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{prints}'\n")
    (folder / name).chmod(0o755)


def _devices(monkeypatch: pytest.MonkeyPatch, *, nvidia: Any = (), vulkan: Any = None) -> None:
    """Have the drivers name these devices: no computer has all kinds of them."""
    answers = {gpu._NVIDIA: list(nvidia), gpu._VULKAN: vulkan}
    monkeypatch.setattr(gpu, "_probe", answers.__getitem__)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is all of the PATH, and no variables that name other places."""
    for name in ("CUDA_PATH", "CUDA_HOME", "VULKAN_SDK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path / "bin"


def test_what_is_here_is_found_and_the_processor_always_serves() -> None:
    found = gpu.findings()
    assert found[-1].backend is gpu.CPU and found[-1].usable
    assert all(one.reason.endswith(".") for one in found)
    assert all(one.reason in found[-1].reason for one in found if not one.usable)


def test_a_driver_that_breaks_down_is_no_driver() -> None:
    assert gpu._probe("import os; os.abort()") is None
    assert gpu._probe("print('no answer')") is None


@posix
@pytest.mark.parametrize(
    ("version", "wheels"),
    [("11.8", "cu118"), ("12.1", "cu121"), ("12.9", "cu125"), ("13.1", "cu130"), ("14.0", "")],
)
def test_nvidia_with_its_toolkit_means_cuda_and_the_index_of_its_version(
    tools: Path, monkeypatch: pytest.MonkeyPatch, version: str, wheels: str
) -> None:
    _program(tools, "nvcc", f"Cuda compilation tools, release {version}, V{version}.88")
    _devices(monkeypatch, nvidia=["NVIDIA GeForce RTX 3060"])
    first = gpu.findings()[0]
    assert first.usable and first.backend.name == "CUDA"
    assert first.backend.wheels == wheels
    assert first.reason == f"NVIDIA GeForce RTX 3060 and CUDA {version} are here."


@posix
def test_a_toolkit_without_a_graphics_processor_means_the_processor(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tools, "nvcc", "Cuda compilation tools, release 13.0, V13.0.88")
    _devices(monkeypatch, vulkan=[[4, "llvmpipe (LLVM 15.0.6, 256 bits)"]])
    assert [one.usable for one in gpu.findings()] == [False, False, True]
    reason = gpu.findings()[-1].reason
    assert "CUDA toolkit is here, but no NVIDIA" in reason and "only llvmpipe" in reason


@posix
def test_nvidia_without_its_toolkit_is_driven_through_vulkan(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "_nvcc", lambda: None)
    _devices(monkeypatch, nvidia=["NVIDIA T400"], vulkan=[[4, "llvmpipe"], [2, "NVIDIA T400"]])
    cuda, vulkan, _ = gpu.findings()
    assert not cuda.usable and "nvcc" in cuda.reason
    assert vulkan.usable and vulkan.reason == "Vulkan drives NVIDIA T400."


@posix
def test_what_vulkan_lacks_for_compiling_is_named(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = tools.parent / "sdk"
    _devices(monkeypatch, vulkan=[[1, "Intel(R) UHD Graphics 620"]])
    monkeypatch.setattr(gpu, "_include_folders", lambda: [sdk / "include"])
    assert "glslc" in gpu.findings()[1].lacking
    _program(tools, "glslc")
    assert "headers are missing" in gpu.findings()[1].lacking
    (sdk / "include" / "vulkan").mkdir(parents=True)
    (sdk / "include" / "spirv" / "unified1").mkdir(parents=True)
    header = sdk / "include" / "vulkan" / "vulkan_core.h"
    header.write_text("#define VK_HEADER_VERSION 239\n")
    assert "older than 1.3.272" in gpu.findings()[1].lacking
    header.write_text("#define VK_EXT_layer_settings 1\n")
    assert gpu.findings()[1].lacking == ""


def test_macs_with_apple_processors_have_metal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert [(one.backend.name, one.usable) for one in gpu.findings()] == [("Metal", True), ("CPU", True)]
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert not gpu.findings()[0].usable


def test_what_the_user_demands_comes_first_and_the_processor_after_it() -> None:
    assert [one.backend.name for one in gpu.demanded("vulkan")] == ["Vulkan", "CPU"]
    assert [one.backend.name for one in gpu.demanded("cpu")] == ["CPU"]


@pytest.mark.slow
@pytest.mark.mllm
@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed")
def test_an_installed_runner_is_checked_for_what_it_is_to_compute_with() -> None:
    own = Environment(Path(sys.prefix))
    assert mllm.self_check(own) == ""
    assert mllm.self_check(own, "Abacus") == "it sees no graphics processor through Abacus"


def _wheel(folder: Path, *, fits: bool) -> None:
    """A ready-made runner, whose bindings fit its libraries or not; what checks it is in it as well."""
    version = mllm.requirement().partition("==")[2]
    folder.mkdir(parents=True)
    information = f"llama_cpp_python-{version}.dist-info"
    check = "def check_abi():\n    " + ("pass" if fits else "raise SystemExit('the bindings do not fit')")
    files = {
        "llama_cpp/__init__.py": "def llama_backend_init(): pass\ndef llama_print_system_info(): return b'CPU : '\n",
        "lookalike/__init__.py": "",
        "lookalike/judges/__init__.py": "",
        "lookalike/judges/mllm/__init__.py": "",
        "lookalike/judges/mllm/bindings.py": check,
        "lookalike/judges/mllm/gpu.py": "def visible_gpus(): return []\n",
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: llama-cpp-python\nVersion: {version}\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{information}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{information}/RECORD"])
    with zipfile.ZipFile(folder / f"llama_cpp_python-{version}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture
def makers_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder served as the index of the makers, its backends below it."""
    root = tmp_path / "index"
    root.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(mllm, "WHEELS", f"http://127.0.0.1:{server.server_address[1]}")
        # What is not in it comes from nowhere else, and what is in it is not overlaid by what is tested here.
        monkeypatch.delenv("PYTHONPATH", raising=False)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_address[1]}/nothing")
        yield root
        server.shutdown()
        thread.join()


@pytest.fixture
def fresh(tmp_path: Path) -> Environment:
    made = Environment(tmp_path / "venv")
    environment.make(made)
    return made


@pytest.mark.slow
def test_a_ready_made_runner_is_taken_and_the_choice_recorded(
    makers_index: Path, fresh: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    _wheel(makers_index / "cpu" / "llama-cpp-python", fits=True)
    wanted = [
        gpu.Finding(
            gpu.VULKAN, True, "Vulkan drives X.", "The compiler of shaders (glslc) is missing: get it."
        ),
        gpu.Finding(gpu.CPU, True, "Nothing faster can be used."),
    ]
    assert mllm.install(fresh, wanted, live=False)
    stamps = fresh.stamps()
    assert stamps["mllm"] == mllm.requirement() and stamps["mllm backend"] == "CPU"
    assert stamps["mllm reason"] == (
        "Nothing faster can be used. The compiler of shaders (glslc) is missing: get it."
    )
    assert stamps["mllm source"] == f"ready-made by its makers ({mllm.WHEELS}/cpu)"
    said = capsys.readouterr().out
    assert "Not with Vulkan: The compiler of shaders (glslc) is missing" in said
    assert "Chosen: CPU, ready-made by its makers" in said
    assert mllm.is_ready(fresh) and not mllm.is_for(fresh, wanted[0]) and mllm.is_for(fresh, wanted[1])
    # Another try for something better leaves what works where it is.
    shutil.rmtree(makers_index / "cpu")
    assert mllm.install(fresh, wanted, live=False)
    assert fresh.stamps() == stamps


@pytest.mark.slow
def test_a_ready_made_runner_that_does_not_fit_is_not_kept(
    makers_index: Path, fresh: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    _wheel(makers_index / "cpu" / "llama-cpp-python", fits=False)
    assert not mllm.install(fresh, [gpu.Finding(gpu.CPU, True, "Nothing faster.")], live=False)
    assert "does not serve: the bindings do not fit" in capsys.readouterr().out
    assert "llama.cpp could not be compiled" in mllm.failed_before(fresh)
    assert not mllm.is_ready(fresh)
    installed = subprocess.run(fresh.pip("list"), capture_output=True, text=True, check=True).stdout
    assert "llama" not in installed


def test_an_unknown_backend_is_wrong_usage() -> None:
    done = run_bootstrap("mllm", "--backend", "abacus", env=dict(os.environ))
    assert done.returncode == 2 and "abacus" in done.stderr


def test_only_the_known_lines_are_taken_out_of_the_source() -> None:
    source = """    const int before = 1;
    VkBool32 enable_best_practice = layer_settings;
    std::vector<vk::LayerSettingEXT> settings = { { "x", 1 }, };
    vk::LayerSettingsCreateInfoEXT layer_setting_info(settings);
    vk::InstanceCreateInfo instance_create_info(vk::InstanceCreateFlags{}, &app_info, layers, &layer_setting_info);
    const int after = 2;
"""
    assert without_validation(source) == f"    const int before = 1;\n{WITHOUT}    const int after = 2;\n"
    with pytest.raises(SystemExit):
        without_validation(source.replace("enable_best_practice", "another"))
    with pytest.raises(SystemExit):
        without_validation(source + "vk::LayerSettingEXT more;")


def test_the_vulkan_runners_source_is_fetched_without_what_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment has no scikit-build-core, so pip must be free to get it, ready-made, for itself."""
    calls: list[list[str]] = []

    def pip(*arguments: str | Path) -> None:
        calls.append([*map(str, arguments)])
        if arguments[0] == "download":
            folder = Path(calls[0][calls[0].index("-d") + 1])
            (tmp_path / "pyproject.toml").touch()
            with tarfile.open(folder / "source.tar.gz", "w:gz") as archive:
                archive.add(tmp_path / "pyproject.toml", "source/pyproject.toml")

    monkeypatch.setattr(vulkan_runner, "_pip", pip)
    monkeypatch.setattr(vulkan_runner, "has_layer_settings", lambda: True)
    vulkan_runner.build(tmp_path / "runner", None)
    download, install = calls
    assert download[-1] == mllm.requirement()
    assert download[download.index("--no-binary") + 1] == "llama-cpp-python"
    assert "--no-build-isolation" not in download + install
    assert install[0] == "install" and Path(install[-1]).name == "source"
