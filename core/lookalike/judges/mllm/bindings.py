"""The llama.cpp bindings: set-up of the process, and a check that they fit the libraries. Runs only in the worker."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

from lookalike.judges.mllm.errors import JudgeError

LOG_LIMIT = 1 << 20
INFO, WARNING, CONTINUED = 2, 3, 5
"""ggml's levels of messages; a continued one goes where the one before it went."""

# The defaults of llama.cpp as of llama-cpp-python 0.3.36, chosen to reach from the first to the last field: a
# library whose structures have other fields shows other values here, where else it would fail in silence.
CONTEXT_DEFAULTS = {
    "n_ctx": 512,
    "n_batch": 2048,
    "n_ubatch": 512,
    "n_seq_max": 1,
    "n_threads": 4,
    "flash_attn_type": -1,
    "yarn_ext_factor": -1.0,
    "defrag_thold": -1.0,
    "type_k": 1,
    "type_v": 1,
    "embeddings": False,
    "offload_kqv": True,
    "no_perf": True,
    "op_offload": True,
    "swa_full": True,
    "kv_unified": False,
    "n_samplers": 0,
}
MODEL_DEFAULTS = {
    "n_gpu_layers": -1,
    "split_mode": 1,
    "main_gpu": 0,
    "vocab_only": False,
    "check_tensors": False,
    "use_extra_bufts": True,
    "no_alloc": False,
    "load_mtp": False,
}
VISION_DEFAULTS = {
    "use_gpu": True,
    "print_timings": True,
    "n_threads": 4,
    "media_marker": b"<__media__>",
    "flash_attn_type": -1,
    "warmup": True,
    "image_min_tokens": -1,
    "image_max_tokens": -1,
    "batch_max_tokens": 1024,
}


def set_environment(*, gpu: bool = True) -> None:
    """Set what the libraries read when they load.

    Idle OpenMP threads must sleep: spinning next to any other load slows decoding many times over.

    Args:
        gpu: whether drivers of GPUs may be called at all; one that is broken can take the process down.
    """
    if not gpu:
        os.environ["GGML_DISABLE_VULKAN"] = "1"
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["OMP_WAIT_POLICY"] = "passive"
    os.environ["GGML_NO_BACKTRACE"] = "1"


class Log:
    """The file that llama.cpp's messages, and whatever the libraries print before they abort, go to.

    Args:
        path: appended to; begun anew once it has grown beyond `LOG_LIMIT` bytes.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        large = path.exists() and path.stat().st_size > LOG_LIMIT
        self._file = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if large else 0), 0o644
        )
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(self._file, 1)
        os.dup2(self._file, 2)
        self._lowest = INFO
        self._writing = True

    def attach(self) -> None:
        """Take over the messages of llama.cpp."""
        import llama_cpp
        from llama_cpp import mtmd_cpp

        # Referenced from here for as long as the libraries may call it.
        self._callback = llama_cpp.llama_log_callback(self._write)
        nothing = ctypes.c_void_p(0)
        llama_cpp.llama_log_set(self._callback, nothing)
        mtmd_cpp.mtmd_helper_log_set(self._callback, nothing)
        mtmd_cpp.mtmd_log_set(self._callback, nothing)

    def only_warnings(self) -> None:
        """From now on log warnings only: the details of loading are of use, those of every photo are not."""
        self._lowest = WARNING

    def _write(self, level: int, text: bytes, _: Any) -> None:
        if level != CONTINUED:
            self._writing = level >= self._lowest
        if self._writing:
            if os.fstat(self._file).st_size > LOG_LIMIT:
                os.ftruncate(self._file, 0)
            os.write(self._file, text)


def supports_gpu() -> bool:
    """Whether llama.cpp sees a GPU that it can use. The first call opens the drivers."""
    import llama_cpp

    return bool(llama_cpp.llama_supports_gpu_offload())


def check_abi() -> None:
    """Check that the Python bindings and the libraries they found agree on their structures.

    Raises:
        JudgeError: they do not.
    """
    import llama_cpp
    from llama_cpp import mtmd_cpp

    for defaults, expected in (
        (llama_cpp.llama_context_default_params(), CONTEXT_DEFAULTS),
        (llama_cpp.llama_model_default_params(), MODEL_DEFAULTS),
        (mtmd_cpp.mtmd_context_params_default(), VISION_DEFAULTS),
    ):
        for field, value in expected.items():
            if getattr(defaults, field) != value:
                raise JudgeError(
                    "The installed llama-cpp-python does not fit its libraries.",
                    "`python3 packaging/bootstrap.py mllm` builds it anew.",
                )
