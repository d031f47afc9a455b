"""The built-in descriptor network: whether its runtime loads, and in which arithmetic it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection

from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.descriptors.precision import arithmetic_words, known_self_check
from lookalike.doctor.finding import Finding, State
from lookalike.doctor.probe import ProbeError, probe
from lookalike.doctor.software import SET_UP_AGAIN


def network() -> Iterator[Finding]:
    """OpenVINO, and what the network's self-check found."""
    try:
        told = probe(_ask_openvino, "OpenVINO")
    except ProbeError as error:
        yield Finding("descriptor", State.PROBLEM, f"OpenVINO cannot be loaded: {error}", SET_UP_AGAIN)
        return
    found = known_self_check()
    text = f"OpenVINO {told['version']} on {told['processor']}; the built-in network: {arithmetic_words()}"
    yield Finding(
        "descriptor",
        State.GOOD,
        text,
        facts=told | {"self_check": asdict(found) if found is not None else None},
    )


def _ask_openvino(pipe: Connection) -> None:
    try:
        openvino = import_openvino()
        core = openvino.Core()
        answer = {
            "version": openvino.__version__.split("-")[0],
            "processor": core.get_property("CPU", "FULL_DEVICE_NAME").strip(),
            "arithmetic": list(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")),
        }
    except (ImportError, RuntimeError, OSError) as error:
        pipe.send(RuntimeError(str(error)))
        return
    pipe.send(answer)
