"""Worker processes that a certain photo kills, or stops, or whose GPU fails on it: the real one but for that."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.judges.mllm.device import Device
from lookalike.judges.mllm.engine import MllmEngine
from lookalike.judges.mllm.errors import DeviceError
from lookalike.judges.mllm.messages import Shared, WorkerSettings
from lookalike.judges.mllm.request_handler import serve
from lookalike.judges.token_store.visual_tokens import VisualTokens

KILLS, STOPS = (250, 10, 10), (10, 250, 10)
GPU = Device("GeForce", "CUDA", 3, 3, True, "")


def plain(colour: tuple[int, int, int]) -> Image.Image:
    """A photo of one colour."""
    return Image.new("RGB", (300, 200), colour)


def deadly(pipe: Connection, settings: WorkerSettings, shared: Shared) -> None:
    """As `serve`, but it dies of a photo that is plain `KILLS`, and stands still at one that is plain `STOPS`."""
    encode = MllmEngine.encode

    def encode_or_die(engine: MllmEngine, pixels: NDArray[np.uint8]) -> VisualTokens:
        for colour, number in ((KILLS, signal.SIGKILL), (STOPS, signal.SIGSTOP)):
            if (pixels == np.array(colour, np.uint8)).all():
                os.kill(os.getpid(), number)
        return encode(engine, pixels)

    patched: Any = MllmEngine
    patched.encode = encode_or_die
    serve(pipe, settings, shared)


def failing_gpu(pipe: Connection, settings: WorkerSettings, shared: Shared) -> None:
    """As `serve`, but until it is to avoid GPUs it takes the processor for one.

    That one takes the process down over a photo that is plain `KILLS`, and reports a failure over one that is `STOPS`.
    """
    patched: Any = MllmEngine
    open_model, encode = patched._open, patched.encode

    def open_on_gpu(engine: MllmEngine, *plan: Any) -> None:
        open_model(engine, *plan)
        engine.device = GPU

    def encode_or_fail(engine: MllmEngine, pixels: NDArray[np.uint8]) -> VisualTokens:
        if (pixels == np.array(KILLS, np.uint8)).all():
            os.kill(os.getpid(), signal.SIGKILL)
        if (pixels == np.array(STOPS, np.uint8)).all():
            raise DeviceError("The image encoder failed on the photo.")
        tokens: VisualTokens = encode(engine, pixels)
        return tokens

    if not settings.avoid_gpu:
        patched._open, patched.encode = open_on_gpu, encode_or_fail
    serve(pipe, settings, shared)
