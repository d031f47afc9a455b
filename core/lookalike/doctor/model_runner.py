"""The runner of multimodal models: how it was built, what it can compute with, and what each model last ran on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lookalike import app_paths
from lookalike.doctor.finding import Finding, State
from lookalike.doctor.probe import ProbeError, probe
from lookalike.errors import LookalikeError
from lookalike.judges.mllm.available import unavailable
from lookalike.judges.mllm.bindings import check_abi, set_environment
from lookalike.judges.mllm.device import GPU_VARIABLE, OFF, recorded_devices
from lookalike.judges.mllm.gpu import Gpu, visible_gpus
from lookalike.judges.mllm.memory import GIGABYTE
from lookalike.models.store import ModelStore
from lookalike.versions import package_version

BUILD_AGAIN = "Build it again (packaging/bootstrap.py mllm)."
RECORD = "lookalike-setup.json"
"""Where the bootstrap notes what it chose and why, in the environment's folder."""


def model_runner() -> Iterator[Finding]:
    """The runner, the graphics processors that it sees, and the models."""
    missing = unavailable()
    if missing is not None:
        yield Finding("judge", State.NOTE, missing.message, missing.remedy)
        return
    version, record = package_version("llama-cpp-python"), set_up_record()
    facts: dict[str, Any] = {"version": version, "set_up": record}
    try:
        told = probe(_ask_llama, "llama.cpp")
    except ProbeError as error:
        yield Finding("judge", State.PROBLEM, f"llama-cpp-python {version}: {error}", BUILD_AGAIN, facts)
        return
    chosen = f", {record['mllm source']}" if "mllm source" in record else ""
    yield Finding(
        "judge", State.GOOD, f"llama-cpp-python {version}{chosen}; it runs here", facts=facts | told
    )
    yield _offload([Gpu(**one) for one in told["gpus"]], record.get("mllm reason", ""))
    yield from _models()


def set_up_record() -> dict[str, str]:
    """What the bootstrap noted of this environment; empty where another installer made it."""
    try:
        entries = json.loads((Path(sys.prefix) / RECORD).read_text(encoding="utf-8"))
        return {name: text for name, text in entries.items() if name.startswith("mllm")}
    except (OSError, ValueError, AttributeError):
        return {}


def _offload(gpus: list[Gpu], reason: str) -> Finding:
    if os.environ.get(GPU_VARIABLE, "").lower() in OFF:
        return Finding("offload", State.NOTE, f"none: {GPU_VARIABLE} is off, so the processor judges")
    if not gpus:
        text = f"none: llama.cpp sees no graphics processor. {reason}".strip()
        remedy = "Once one and its tools are there, build it again (packaging/bootstrap.py mllm)."
        return Finding("offload", State.NOTE, text, remedy)
    gpu = gpus[0]
    room = f"{gpu.free / GIGABYTE:.1f} of {gpu.total / GIGABYTE:.1f} GB free"
    return Finding(
        "offload", State.GOOD, f"{gpu.name} through {gpu.backend}, {room}; as much of a model as fits"
    )


def _models() -> Iterator[Finding]:
    try:
        names = [one.name for one in ModelStore(app_paths.models()).installed() if one.kind == "judge"]
    except LookalikeError as error:
        yield Finding("models", State.PROBLEM, error.message, error.remedy)
        return
    known = recorded_devices(app_paths.judge_devices())
    for name in names:
        device = known.get(name)
        ran = "has not run yet" if device is None else f"last ran on {device.words}"
        facts = {"model": name, "device": None if device is None else asdict(device)}
        yield Finding("model", State.GOOD, f"{name} {ran}", facts=facts)
    if not names:
        yield Finding(
            "models", State.NOTE, "no multimodal model is imported", "Import or download one first."
        )


def _ask_llama(pipe: Connection) -> None:
    set_environment()
    try:
        import llama_cpp

        check_abi()
        answer = {
            "gpus": [asdict(gpu) for gpu in visible_gpus()],
            "system": llama_cpp.llama_print_system_info().decode(errors="replace"),
        }
    except (ImportError, RuntimeError, OSError, LookalikeError) as error:
        pipe.send(RuntimeError(str(error)))
        return
    pipe.send(answer)
