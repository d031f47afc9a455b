"""The embedded network: EfficientNet-Lite2 with pooling, in files that ship with the program, run by OpenVINO.

``packaging/embedded_network.py`` made the files from the published weights. A file with the compiled network is not
kept between starts: compiling takes .15 seconds of processor time, and reading the compiled one .09.
"""

from __future__ import annotations

import os
import threading
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.models.errors import ModelError
from lookalike.resources import checked_resource

CHANNELS = 1280
"""Length of a view's vector."""

SIDE = 260
"""Side of a view in pixels; the network was trained at this size."""

WEIGHTS = "efficientnet-lite2-9656183e"
"""Names the published weights by their file name and checksum."""

FOLDER = "network"
"""Where the files lie among the resources."""

MOST_STREAMS = 8
"""Views that are in the network at once at most, as many as there are in a batch. Each takes memory of its own."""


class Precision(StrEnum):
    """The arithmetic that the network runs in.

    The vectors of all of them are interchangeable, so a library may hold some of each, and no key names them:
    docs/benchmarks.md, "Precision of the embedded network".
    """

    BFLOAT16 = "bf16"
    FLOAT16 = "f16"
    FLOAT32 = "f32"
    INT8 = "int8"


class EmbeddedNetwork:
    """The network, compiled for this computer's processor. Any thread may call it; calls take turns.

    Args:
        precision: the arithmetic; where the processor lacks it, OpenVINO takes another.
        threads: threads in all; as many as there are cores when None.

    Raises:
        ModelError: the files are missing or damaged, or OpenVINO is.
    """

    def __init__(self, precision: Precision, threads: int | None = None) -> None:
        threads = threads or os.cpu_count() or 1
        # A view in each stream, most often on one core: small convolutions spread badly over several.
        self._streams = min(threads, MOST_STREAMS)
        self._turn = threading.Lock()
        integers = precision is Precision.INT8
        model = network_file(f"{'efficientnet-lite2-int8' if integers else 'efficientnet-lite2'}.xml")
        network_file(model.with_suffix(".bin").name)
        try:
            ov = import_openvino()
            core = ov.Core()
            settings = {
                "INFERENCE_PRECISION_HINT": str(Precision.FLOAT32 if integers else precision),
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": self._streams,
                # The cores are shared with the threads that decode, and with the user's other programs.
                "ENABLE_CPU_PINNING": False,
            }
            self._queue: Any = ov.AsyncInferQueue(
                core.compile_model(core.read_model(model), "CPU", settings), self._streams
            )
        except Exception as error:
            raise _unusable(error) from error

    def __call__(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The vectors of views.

        Args:
            views: uint8 (n, `SIDE`, `SIDE`, 3), RGB.

        Returns:
            float32 (n, `CHANNELS`), not negative.
        """
        vectors = np.empty((len(views), CHANNELS), np.float32)

        def keep(request: Any, number: int) -> None:
            vectors[number] = request.get_output_tensor().data[0]

        with self._turn:
            self._queue.set_callback(keep)
            for number, one in enumerate(views):
                self._queue.start_async({0: one[None]}, number)
            self._queue.wait_all()
        return vectors


def network_file(name: str) -> Path:
    """The path of one of the network's files, whose content is as it was made.

    Raises:
        ModelError: it is missing or damaged.
    """
    try:
        return checked_resource(f"{FOLDER}/{name}")
    except (OSError, ValueError) as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> ModelError:
    return ModelError(
        "The built-in descriptor model cannot be loaded ({reason}).", "Install Lookalike again.", reason=error
    )
