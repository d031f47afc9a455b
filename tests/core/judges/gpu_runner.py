"""The build of llama.cpp for a GPU, where the tests are given one, and the device that it runs on.

``LOOKALIKE_GPU_RUNNER`` names the folder of such a build, which ``packaging/vulkan_runner.py`` makes for Mesa's
lavapipe, a Vulkan device that every computer can have; or it says ``installed``, on a computer with a real GPU and a
runner for it. With ``LOOKALIKE_GPU_PHOTOS=2`` each kind of model compares two pairs instead of six, in a third of the
time.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders.vulkan_faults import COMPILER, HEADERS, build_layer

VARIABLE = "LOOKALIKE_GPU_RUNNER"
PHOTOS = "LOOKALIKE_GPU_PHOTOS"
INSTALLED = "installed"
GPU_TEST = [
    pytest.mark.slow,
    pytest.mark.mllm,
    pytest.mark.gpu,
    # Shaders are compiled for the processor, anew in each worker.
    pytest.mark.timeout(5400),
    pytest.mark.skipif(
        VARIABLE not in os.environ, reason=f"{VARIABLE} names no build of llama.cpp for a GPU"
    ),
]


def has_vulkan() -> bool:
    """Whether the build is one for Vulkan, on the device that Mesa makes of the processor."""
    runner = os.environ.get(VARIABLE, INSTALLED)
    return runner != INSTALLED and any((Path(runner) / "llama_cpp" / "lib").glob("*ggml-vulkan*"))


def use_gpu(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have workers started from now on run on the GPU.

    Args:
        patch: undoes it.
        folder: an empty folder for the layer that failures come from.
    """
    runner = os.environ[VARIABLE]
    if runner != INSTALLED:
        # Workers take over the path that modules are found on.
        patch.syspath_prepend(runner)
    if not has_vulkan():
        return
    if COMPILER is None or not HEADERS:
        pytest.skip("the layer between llama.cpp and Mesa needs a C compiler and Vulkan's headers")
    if "GGML_VK_VISIBLE_DEVICES" not in os.environ:
        # Left to itself llama.cpp takes no device that is a processor.
        patch.setenv("GGML_VK_VISIBLE_DEVICES", "0")
    for name, value in build_layer(folder).items():
        patch.setenv(name, value)
    patch.setenv("VULKAN_KEEP_BUFFERS", "1")
