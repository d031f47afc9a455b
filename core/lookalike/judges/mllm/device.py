"""The device that a loaded model computes on, and the record of it that other processes can read."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from lookalike.durable import write_durably
from lookalike.log import log_failure

logger = logging.getLogger(__name__)

GPU_VARIABLE = "LOOKALIKE_GPU"
OFF = ("off", "no", "0")
"""What `GPU_VARIABLE` says to keep the models on the processor."""


@dataclass(frozen=True)
class Device:
    """What a loaded model computes on.

    Attributes:
        name: the graphics processor; empty for the processor alone.
        backend: what llama.cpp drives it with; ``"CPU"`` for the processor.
        layers: layers of the language model that are on it, the output counted as one.
        of: how many layers there are.
        vision: whether the image encoder is on it.
        reason: why not all is on a graphics processor, in a few words; empty where all is.
    """

    name: str
    backend: str
    layers: int
    of: int
    vision: bool
    reason: str

    @property
    def gpu(self) -> bool:
        """Whether a graphics processor takes part."""
        return bool(self.name)

    @property
    def words(self) -> str:
        """In words, for the user."""
        if not self.gpu:
            return f"the processor ({self.reason})"
        told = f"{self.name} ({self.backend})"
        if not self.reason:
            return told
        parts = f"{self.layers} of {self.of} layers"
        return f"{told} with {parts}{'' if self.vision else ', without the image encoder'} ({self.reason})"


def on_processor(reason: str) -> Device:
    """The processor alone, and why."""
    return Device("", "CPU", 0, 0, False, reason)


def recorded_devices(path: Path) -> dict[str, Device]:
    """The device that each model last ran on, by the model's name; empty where none has run."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {name: Device(**entry) for name, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        # Not there, or not ours: written anew the next time that a model is loaded.
        return {}


def record_device(path: Path, name: str, device: Device) -> None:
    """Note what a model runs on. That it cannot be noted hinders nothing, and is logged."""
    known = recorded_devices(path)
    if known.get(name) == device:
        return
    entries = {name: asdict(one) for name, one in (known | {name: device}).items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, json.dumps(entries, indent=1).encode())
    except OSError as error:
        log_failure(logger, "Noting the judge's device", error)
