"""Builds the runner of language models with its Vulkan backend, for the tests on Mesa's lavapipe.

Usage: python packaging/vulkan_runner.py FOLDER [--source SDIST]

FOLDER takes the package `llama_cpp`; the environment's own one stays as it is. ``LOOKALIKE_GPU_RUNNER=FOLDER`` then
names it to the tests (tests/core/judges/test_mllm_gpu.py). Needs 10 minutes of two cores, a C++ compiler, ``glslc`` and
headers; on Debian ``apt install g++ glslc libvulkan-dev spirv-headers mesa-vulkan-drivers``. The source comes from
PyPI, or is a source package that is here already.

Headers before 1.3.272, such as Debian 12's, lack ``VK_EXT_layer_settings``, with which llama.cpp sets validation layers
that only its developers turn on. For such headers these lines are taken out of the unpacked source. The bootstrap does
not do that: a program that people keep is built from what its authors released.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from bootstrap_steps.gpu import has_layer_settings
from bootstrap_steps.mllm import requirement

BACKEND = Path("vendor/llama.cpp/ggml/src/ggml-vulkan/ggml-vulkan.cpp")
VALIDATION = re.compile(
    r"    VkBool32 enable_best_practice = .*?vk::InstanceCreateInfo instance_create_info\([^;]*;\n", re.DOTALL
)
"""The lines that set validation layers, with the creation of the instance that takes the settings."""
WITHOUT = "    vk::InstanceCreateInfo instance_create_info(vk::InstanceCreateFlags{}, &app_info, layers, extensions);\n"


def without_validation(source: str) -> str:
    """llama.cpp's Vulkan backend without the lines that set validation layers.

    Raises:
        SystemExit: they are not there, once and as expected: another version of llama.cpp.
    """
    text, count = VALIDATION.subn(WITHOUT, source)
    if count != 1 or "LayerSettingEXT" in text:
        sys.exit(f"{BACKEND} is not the one this script knows.")
    return text


def build(folder: Path, sdist: Path | None) -> None:
    """Compile and install into a folder.

    Args:
        folder: takes the package.
        sdist: the source package; None to fetch the one that the bootstrap compiles.
    """
    with TemporaryDirectory(prefix="lookalike-vulkan-") as name:
        scratch = Path(name)
        if sdist is None:
            # pip asks the package for its metadata, and may take what it needs for that ready-made.
            _pip("download", "--no-deps", "--no-binary", "llama-cpp-python", "-d", scratch, requirement())
            (sdist,) = scratch.glob("*.tar.gz")
        with tarfile.open(sdist) as archive:
            archive.extractall(scratch, filter="data")
        (source,) = scratch.glob("*/pyproject.toml")
        if not has_layer_settings():
            backend = source.parent / BACKEND
            backend.write_text(without_validation(backend.read_text(encoding="utf-8")), encoding="utf-8")
        _pip("install", "-v", "--no-deps", "--no-cache-dir", "--upgrade", "--target", folder, source.parent)


def _pip(*arguments: str | Path) -> None:
    env = os.environ | {"CMAKE_ARGS": "-DGGML_VULKAN=ON"}
    subprocess.run([sys.executable, "-m", "pip", *map(str, arguments)], env=env, check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", type=Path, help="a source package of the pinned version")
    options = parser.parse_args()
    build(options.folder, options.source)
