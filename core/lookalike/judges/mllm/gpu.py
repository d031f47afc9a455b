"""The graphics processors that llama.cpp sees. Runs only in the worker process, and in checks of an installation."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

GPU, INTEGRATED_GPU = 1, 2
"""ggml's kinds of devices that are graphics processors; 0 is the processor."""


@dataclass(frozen=True)
class Gpu:
    """A graphics processor.

    Attributes:
        name: what the maker calls it ("NVIDIA GeForce RTX 3060").
        backend: what llama.cpp drives it with ("CUDA", "Vulkan", "Metal").
        free: bytes of its memory that are free.
        total: bytes of its memory.
        integrated: whether its memory is the processor's.
    """

    name: str
    backend: str
    free: int
    total: int
    integrated: bool


def visible_gpus() -> list[Gpu]:
    """The graphics processors, the one that llama.cpp uses first: real ones before those within the processor.

    The bindings of llama-cpp-python have no functions for devices, so these call the libraries that it loads.
    """
    from llama_cpp import _ggml
    from llama_cpp._ctypes_extensions import load_shared_library

    registry: Any = _ggml.libggml
    base: Any = load_shared_library("ggml-base", _ggml.libggml_base_path)
    registry.ggml_backend_dev_count.restype = ctypes.c_size_t
    registry.ggml_backend_dev_get.restype = ctypes.c_void_p
    registry.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    found = [
        _gpu(base, registry.ggml_backend_dev_get(place)) for place in range(registry.ggml_backend_dev_count())
    ]
    return sorted(filter(None, found), key=lambda gpu: gpu.integrated)


def _gpu(base: Any, handle: int) -> Gpu | None:
    """A device of ggml; None where it is no graphics processor."""
    device = ctypes.c_void_p(handle)
    kind = base.ggml_backend_dev_type(device)
    if kind not in (GPU, INTEGRATED_GPU):
        return None
    base.ggml_backend_dev_description.restype = ctypes.c_char_p
    base.ggml_backend_dev_backend_reg.restype = ctypes.c_void_p
    base.ggml_backend_reg_name.restype = ctypes.c_char_p
    backend = base.ggml_backend_reg_name(ctypes.c_void_p(base.ggml_backend_dev_backend_reg(device)))
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
    name = base.ggml_backend_dev_description(device).decode(errors="replace").strip()
    return Gpu(name, _plain(backend.decode()), free.value, total.value, kind == INTEGRATED_GPU)


def _plain(backend: str) -> str:
    """A backend's name as people know it; ggml calls Metal ``MTL``."""
    return {"MTL": "Metal"}.get(backend, backend)
