"""Graphics processors: which of llama.cpp's backends this computer can use, and why not the others."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootstrap_steps import system

PROBE_SECONDS = 30
"""A driver that has not answered by then does not answer."""

CUDA_WHEELS = ((11, 8), (12, 1), (12, 2), (12, 3), (12, 4), (12, 5), (13, 0), (13, 2))
"""The versions of CUDA that llama-cpp-python has an index of wheels for (its README, 0.3.36)."""

VULKAN_PACKAGES = {
    "apt-get": "glslc libvulkan-dev spirv-headers",
    "dnf": "glslc vulkan-headers vulkan-loader-devel spirv-headers-devel",
    "pacman": "shaderc vulkan-headers vulkan-icd-loader spirv-headers",
    "zypper": "shaderc vulkan-headers vulkan-devel spirv-headers",
}
"""What compiling the Vulkan backend needs, as each package manager calls it."""

INTEGRATED, DISCRETE = 1, 2
"""`VkPhysicalDeviceType`: the kinds that llama.cpp takes by itself. A processor that plays one (4) is no gain."""

_NVIDIA = """
import ctypes, json, os
names = []
try:
    cuda = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
except OSError:
    cuda = None
count = ctypes.c_int()
if cuda is not None and cuda.cuInit(0) == 0 and cuda.cuDeviceGetCount(ctypes.byref(count)) == 0:
    for number in range(count.value):
        name = ctypes.create_string_buffer(256)
        cuda.cuDeviceGetName(name, 256, number)
        names.append(name.value.decode(errors="replace"))
print(json.dumps(names))
"""

# VkInstanceCreateInfo without layers and extensions; of VkPhysicalDeviceProperties the kind and the name are read.
_VULKAN = """
import ctypes, json, os
devices = []
try:
    vulkan = ctypes.CDLL("vulkan-1.dll" if os.name == "nt" else "libvulkan.so.1")
except OSError:
    print(json.dumps(None))
    raise SystemExit
class Create(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_uint32), ("next", ctypes.c_void_p), ("flags", ctypes.c_uint32),
                ("application", ctypes.c_void_p), ("layers", ctypes.c_uint32), ("layer_names", ctypes.c_void_p),
                ("extensions", ctypes.c_uint32), ("extension_names", ctypes.c_void_p)]
instance, count = ctypes.c_void_p(), ctypes.c_uint32()
if vulkan.vkCreateInstance(ctypes.byref(Create(1)), None, ctypes.byref(instance)) == 0:
    vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None)
    handles = (ctypes.c_void_p * count.value)()
    vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), handles)
    for handle in handles:
        told = ctypes.create_string_buffer(4096)
        vulkan.vkGetPhysicalDeviceProperties(ctypes.c_void_p(handle), told)
        kind = int.from_bytes(told.raw[16:20], "little")
        devices.append([kind, told.raw[20:276].split(b"\\0")[0].decode(errors="replace")])
print(json.dumps(devices))
"""


@dataclass(frozen=True)
class Backend:
    """What llama.cpp computes with, beside the processor.

    Attributes:
        name: what it is called: ``"CPU"`` where there is nothing beside.
        options: the options of cmake that build it.
        wheels: the folder of llama-cpp-python's index that has it ready; empty for none.
    """

    name: str
    options: tuple[str, ...]
    wheels: str


@dataclass(frozen=True)
class Finding:
    """Whether one backend can be used here.

    Attributes:
        backend: the backend.
        usable: whether there is a device and a driver for it.
        reason: why, or why not, in one sentence.
        lacking: what is missing for compiling it, in one sentence; empty where nothing is.
    """

    backend: Backend
    usable: bool
    reason: str
    lacking: str = ""


CPU = Backend("CPU", (), "cpu")
METAL = Backend("Metal", ("-DGGML_METAL=ON",), "metal")
CUDA = Backend("CUDA", ("-DGGML_CUDA=ON",), "")
VULKAN = Backend("Vulkan", ("-DGGML_VULKAN=ON",), "vulkan")
BACKENDS = (METAL, CUDA, VULKAN, CPU)


def findings() -> list[Finding]:
    """What is here, best first; the processor's own backend, which always works, comes last."""
    graphics = [_metal()] if sys.platform == "darwin" else [_cuda(), _vulkan()]
    return [*graphics, Finding(CPU, True, f"Nothing faster can be used. {_reasons(graphics)}".strip())]


def demanded(name: str) -> list[Finding]:
    """The backend that the user wants, whatever is here, and the processor's."""
    (backend,) = (one for one in BACKENDS if one.name.lower() == name.lower())
    if backend is CUDA:
        backend = _cuda_backend(_nvcc(), _cuda_version(_nvcc()))
    wanted = Finding(backend, True, "You asked for it.")
    return [wanted] if backend is CPU else [wanted, Finding(CPU, True, f"{backend.name} could not be had.")]


def has_layer_settings() -> bool:
    """Whether the Vulkan headers have what llama.cpp sets validation layers with (since 1.3.272)."""
    header = _vulkan_header()
    return header is not None and "VK_EXT_layer_settings" in header.read_text(
        encoding="utf-8", errors="replace"
    )


def _reasons(found: list[Finding]) -> str:
    return " ".join(one.reason for one in found if not one.usable)


def _metal() -> Finding:
    if platform.machine() == "arm64":
        return Finding(METAL, True, "This Mac has an Apple processor, whose graphics Metal uses.")
    return Finding(METAL, False, "This Mac has an Intel processor, whose graphics are not worth it.")


def _cuda() -> Finding:
    names = _probe(_NVIDIA) or []
    nvcc = _nvcc()
    if not names:
        toolkit = "NVIDIA's CUDA toolkit is here, but no" if nvcc else "There is no"
        return Finding(CUDA, False, f"{toolkit} NVIDIA graphics processor with a driver.")
    version = _cuda_version(nvcc)
    if version is None:
        return Finding(
            CUDA,
            False,
            f"{names[0]} is here, but not the CUDA toolkit (nvcc) that would use it best.",
        )
    return Finding(
        _cuda_backend(nvcc, version), True, f"{names[0]} and CUDA {version[0]}.{version[1]} are here."
    )


def _nvcc() -> Path | None:
    found = shutil.which("nvcc")
    if found:
        return Path(found)
    program = "nvcc.exe" if os.name == "nt" else "nvcc"
    places = [os.environ.get(name) for name in ("CUDA_PATH", "CUDA_HOME")]
    candidates = [Path(place) / "bin" / program for place in [*places, "/usr/local/cuda"] if place]
    return next((path for path in candidates if path.is_file()), None)


def _cuda_version(nvcc: Path | None) -> tuple[int, int] | None:
    if nvcc is None:
        return None
    done = subprocess.run([str(nvcc), "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"release (\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else None


def _cuda_backend(nvcc: Path | None, version: tuple[int, int] | None) -> Backend:
    compiler = (f"-DCMAKE_CUDA_COMPILER={nvcc}",) if nvcc is not None and not shutil.which("nvcc") else ()
    # A library built for an older minor version of CUDA runs with a newer one, and not the other way round.
    fitting = [one for one in CUDA_WHEELS if version and one[0] == version[0] and one <= version]
    wheels = f"cu{fitting[-1][0]}{fitting[-1][1]}" if fitting else ""
    return Backend(CUDA.name, (*CUDA.options, *compiler), wheels)


def _vulkan() -> Finding:
    devices = _probe(_VULKAN)
    if devices is None:
        return Finding(VULKAN, False, "There is no Vulkan driver.")
    graphics = [name for kind, name in devices if kind in (INTEGRATED, DISCRETE)]
    if not graphics:
        if devices:
            played = f"Vulkan has only {devices[0][1]}, no graphics processor that llama.cpp would take."
            return Finding(VULKAN, False, played)
        return Finding(VULKAN, False, "Vulkan finds no graphics processor.")
    return Finding(VULKAN, True, f"Vulkan drives {graphics[0]}.", _vulkan_lacks())


def _vulkan_lacks() -> str:
    how = system.how_to_install(VULKAN_PACKAGES.get(system.package_manager() or "", "the Vulkan SDK").split())
    if sys.platform.startswith("win"):
        how = "install the Vulkan SDK (vulkan.lunarg.com)"
    sdk = os.environ.get("VULKAN_SDK")
    if not shutil.which("glslc") and not (sdk and any(Path(sdk).glob("[Bb]in/glslc*"))):
        return f"The compiler of shaders (glslc) is missing: {how}."
    if _vulkan_header() is None or not _has_spirv_headers():
        return f"Vulkan's or SPIR-V's headers are missing: {how}."
    if not has_layer_settings():
        return "Vulkan's headers are older than 1.3.272: take newer ones, such as the Vulkan SDK's."
    return ""


def _include_folders() -> list[Path]:
    sdk = os.environ.get("VULKAN_SDK")
    own = [Path(sdk) / "include", Path(sdk) / "Include"] if sdk else []
    return [*own, Path("/usr/include"), Path("/usr/local/include")]


def _vulkan_header() -> Path | None:
    headers = (folder / "vulkan" / "vulkan_core.h" for folder in _include_folders())
    return next((header for header in headers if header.is_file()), None)


def _has_spirv_headers() -> bool:
    # Found by cmake's own file beside them; distributions differ in where that lies, not in where the headers do.
    return any((folder / "spirv" / "unified1").is_dir() for folder in _include_folders())


def _probe(script: str) -> list[Any] | None:
    """Ask a driver in a process of its own, which a broken driver may take down; None for no answer."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
        answer: list[Any] | None = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return None
    return answer
