"""The geometric judge's networks, run by OpenVINO on the processor, one thread for each pair that is judged."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.resources import resource

THREADS = min(4, os.cpu_count() or 1)
"""Pairs that are judged side by side, each by one thread: more threads for one pair would mostly wait for each other."""

_PROPERTIES = {
    "INFERENCE_NUM_THREADS": THREADS,
    "NUM_STREAMS": THREADS,
    # A pair's score must be the same on every computer: half precision is quicker only where the processor has it.
    "INFERENCE_PRECISION_HINT": "f32",
}


class Network:
    """A network that ships with Lookalike; opened with its first use, by any thread.

    Args:
        name: of the resource, without ``.xml``.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._opening = threading.Lock()
        self._requests: list[Any] = []
        self._model: Any = None

    def __call__(self, inputs: Mapping[str, Any]) -> list[Any]:
        """The outputs, as arrays of their own, in the order of the graph. Releases the interpreter's lock."""
        self.open()
        try:
            request = self._requests.pop()
        except IndexError:
            request = self._model.create_infer_request()
        outputs = list(request.infer(inputs, share_inputs=True).values())
        self._requests.append(request)
        return outputs

    def open(self) -> None:
        """Load the network, if that is not done yet."""
        with self._opening:
            if self._model is None:
                openvino = import_openvino()
                self._model = openvino.Core().compile_model(resource(f"{self._name}.xml"), "CPU", _PROPERTIES)
