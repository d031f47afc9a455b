"""The geometric judge's networks, in files that ship with the program, run by OpenVINO.

``packaging/export_xfeat.py`` made the files from the published weights.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

from lookalike.errors import LookalikeError
from lookalike.judges.geometry.compiled import compile_network
from lookalike.resources import checked_resource

FOLDER = "geometry"
"""Where the files lie among the resources."""

THREADS = min(4, os.cpu_count() or 1)
"""Pairs that are judged side by side, each by one thread: several for one pair would mostly wait for each other."""

_SETTINGS = {
    "INFERENCE_NUM_THREADS": THREADS,
    "NUM_STREAMS": THREADS,
    # The cores are shared with the user's other programs.
    "ENABLE_CPU_PINNING": False,
    # A pair's score must be the same on every computer: half precision is quicker only where the processor has it.
    "INFERENCE_PRECISION_HINT": "f32",
}


class Network:
    """A network that ships with Lookalike, loaded with its first use. Any thread may call it.

    Args:
        name: of its files, without the suffix.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._loading = threading.Lock()
        # The compiled model, and its requests that nobody uses at present.
        self._loaded: tuple[Any, list[Any]] | None = None

    @property
    def loaded(self) -> bool:
        """Whether it takes memory now."""
        return self._loaded is not None

    def __call__(self, inputs: Mapping[str, Any]) -> list[Any]:
        """The outputs, as arrays of their own, in the order of the graph. Releases the interpreter's lock.

        Raises:
            LookalikeError: the files are missing or damaged, or OpenVINO is; or the memory does not suffice.
        """
        model, requests = self.load()
        try:
            try:
                request = requests.pop()
            except IndexError:
                request = model.create_infer_request()
            outputs = list(request.infer(inputs, share_inputs=True).values())
        except (RuntimeError, MemoryError) as error:
            raise _unusable(error) from error
        requests.append(request)
        return outputs

    def load(self) -> tuple[Any, list[Any]]:
        """Load the network, if that is not done yet; its first call then takes no longer than others.

        Returns:
            The compiled model, and its requests that nobody uses at present.

        Raises:
            LookalikeError: the files are missing or damaged, or OpenVINO is.
        """
        with self._loading:
            if self._loaded is None:
                try:
                    graph = checked_resource(f"{FOLDER}/{self._name}.xml")
                    checked_resource(f"{FOLDER}/{self._name}.bin")
                    self._loaded = compile_network(graph, _SETTINGS), []
                except Exception as error:
                    raise _unusable(error) from error
            return self._loaded

    def close(self) -> None:
        """Release the memory; the next call loads the network again. Calls that run keep theirs."""
        with self._loading:
            self._loaded = None


def _unusable(error: Exception) -> LookalikeError:
    return LookalikeError(
        "The networks of the geometric judge cannot be used ({reason}).",
        "Install Lookalike again, or choose another judge.",
        reason=error,
    )
