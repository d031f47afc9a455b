"""A worker process that a certain photo kills, or stops: the real one but for that."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.judges.mllm.engine import MllmEngine
from lookalike.judges.mllm.messages import Shared, WorkerSettings
from lookalike.judges.mllm.request_handler import serve
from lookalike.judges.token_store.visual_tokens import VisualTokens

KILLS, STOPS = (250, 10, 10), (10, 250, 10)


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
