"""Precision of the embedded network: the arithmetic that suits this computer, found by a short self-check and kept.

The self-check describes a few photos that ship with the program in every arithmetic that may be fast here. What does
not give their vectors is passed over; of the rest the fastest is taken.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike import app_paths
from lookalike.descriptors.embedded_network import FOLDER, SIDE, EmbeddedNetwork, Precision, network_file
from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.descriptors.unit import unit_rows
from lookalike.durable import write_durably
from lookalike.log import log_failure
from lookalike.models.errors import ModelError
from lookalike.resources import resource
from lookalike.versions import package_version

logger = logging.getLogger(__name__)

VERSION = 1
"""Raised whenever the self-check measures or decides otherwise than before."""

LEAST_AGREEMENT = {
    Precision.FLOAT32: 0.9995,
    Precision.BFLOAT16: 0.995,
    Precision.FLOAT16: 0.995,
    Precision.INT8: 0.97,
}
"""The least cosine of a view's vector to the right one; what goes wrong in a network goes wrong by far more."""

GAIN = {Precision.FLOAT32: 1.0, Precision.BFLOAT16: 1.1, Precision.FLOAT16: 1.1, Precision.INT8: 1.5}
"""How many times faster than float32 an arithmetic must be to be preferred, the more so the less exact it is."""

PHOTOS = 3
"""Photos in the file ``reference.png``."""

ROUNDS = 2
"""Times that the photos are described to take the time; the best counts."""


@dataclass(frozen=True)
class Trial:
    """One arithmetic on this computer.

    Attributes:
        precision: the arithmetic.
        milliseconds: processor time for one photo.
        agreement: the least cosine of a view's vector to the right one.
    """

    precision: Precision
    milliseconds: float
    agreement: float

    @property
    def sound(self) -> bool:
        """Whether it gives the right vectors."""
        return self.agreement >= LEAST_AGREEMENT[self.precision]


@dataclass(frozen=True)
class SelfCheck:
    """What the self-check has found.

    Attributes:
        precision: the arithmetic that suits this computer.
        trials: all that were tried.
    """

    precision: Precision
    trials: tuple[Trial, ...]

    @property
    def words(self) -> str:
        """In words, for the user: ``bf16: 21 ms of processor time a photo (f32 37, int8 18)``."""
        times = {trial.precision: f"{trial.milliseconds:.0f}" for trial in self.trials if trial.sound}
        chosen = times.pop(self.precision)
        others = ", ".join(f"{precision} {time}" for precision, time in times.items())
        return f"{self.precision}: {chosen} ms of processor time a photo{f' ({others})' if others else ''}"


def arithmetic_words() -> str:
    """What the self-check has found, in words for the user. Light: imports nothing heavy."""
    found = known_self_check()
    return f"runs in {found.words}" if found else "its arithmetic is chosen with the first photo"


def suitable_precision(threads: int | None = None) -> Precision:
    """The arithmetic that suits this computer: the one found before, or else by the self-check now.

    Args:
        threads: threads for the network.

    Raises:
        ModelError: the network cannot be loaded, or gives wrong vectors in every arithmetic.
    """
    found = known_self_check()
    if found is None:
        found = run_self_check(threads)
        _keep(found)
    return found.precision


def known_self_check() -> SelfCheck | None:
    """What the self-check has found on this computer, with this OpenVINO and this network; None if it has not run.

    Light: imports nothing heavy.
    """
    try:
        entry = _entries()[_computer()]
        trials = tuple(
            Trial(Precision(one["precision"]), float(one["milliseconds"]), float(one["agreement"]))
            for one in entry["trials"]
        )
        found = SelfCheck(Precision(entry["precision"]), trials)
    except (OSError, ValueError, KeyError, TypeError):
        # Not there, of another computer or version, or damaged: the check is made anew.
        return None
    return found if any(one.precision is found.precision and one.sound for one in trials) else None


def run_self_check(threads: int | None = None) -> SelfCheck:
    """Try every arithmetic that may be fast here.

    Raises:
        ModelError: the network cannot be loaded, or gives wrong vectors in every arithmetic.
    """
    views = np.asarray(Image.open(network_file("reference.png"))).reshape(-1, SIDE, SIDE, 3)
    right = np.load(network_file("reference.npy"))
    trials = tuple(_tried(precision, views, right, threads) for precision in candidates())
    for trial in trials:
        logger.info(
            "%s: %.1f ms a photo, agreement %.4f", trial.precision, trial.milliseconds, trial.agreement
        )
    return SelfCheck(fastest(trials), trials)


def candidates() -> list[Precision]:
    """The kinds of arithmetic that may be fast here: 16-bit floats only where the processor has them."""
    capabilities = import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    floats = {"BF16": Precision.BFLOAT16, "FP16": Precision.FLOAT16}
    native = [precision for name, precision in floats.items() if name in capabilities]
    return [Precision.FLOAT32, *native, Precision.INT8]


def fastest(trials: tuple[Trial, ...]) -> Precision:
    """The arithmetic to use, of those that were tried; the first is float32.

    Raises:
        ModelError: none gives the right vectors.
    """
    sound = [trial for trial in trials if trial.sound]
    if not sound:
        raise ModelError(
            "The built-in descriptor model gives wrong results on this computer.",
            "Import another descriptor model.",
        )
    return min(sound, key=lambda trial: trial.milliseconds * GAIN[trial.precision]).precision


def _tried(
    precision: Precision, views: NDArray[np.uint8], right: NDArray[np.float32], threads: int | None
) -> Trial:
    network = EmbeddedNetwork(precision, threads)
    # The first pass also brings the network's memory in.
    vectors = unit_rows(network(views))
    times = []
    for _ in range(ROUNDS):
        # Processor time, which other programs disturb the least.
        began = time.process_time()
        network(views)
        times.append(time.process_time() - began)
    agreement = float((vectors * right).sum(axis=1).min())
    # Not a number is worse than anything.
    return Trial(precision, 1000 * min(times) / PHOTOS, agreement if np.isfinite(agreement) else -1.0)


def _keep(found: SelfCheck) -> None:
    try:
        entries = _entries()
    except (OSError, ValueError):
        entries = {}
    try:
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, json.dumps(entries | {_computer(): asdict(found)}, indent=1).encode())
    except OSError as error:
        # It is only found again next time.
        log_failure(logger, "The self-check's result", error)


def _file() -> Path:
    return app_paths.self_check()


def _entries() -> dict[str, Any]:
    entries = json.loads(_file().read_text(encoding="utf-8"))
    return entries if isinstance(entries, dict) else {}


def _computer() -> str:
    """Names all that the self-check's result depends on: processor, OpenVINO, the network's files, this module."""
    network = hashlib.sha256(resource(f"{FOLDER}/checksums.json").read_bytes()).hexdigest()[:12]
    return f"{processor()} openvino={package_version('openvino')} network={network} v{VERSION}"


@functools.cache
def processor() -> str:
    """The processor and what it can do, in one line."""
    # Not `platform.processor`, which starts a process to ask on most systems.
    told = [platform.machine(), os.environ.get("PROCESSOR_IDENTIFIER", "")]
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        # All cores are alike in what counts here.
        first = cpuinfo.read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
        facts = dict(line.split(":", 1) for line in first.splitlines() if ":" in line)
        facts = {name.strip(): value.strip() for name, value in facts.items()}
        told += [facts.get(name, "") for name in ("model name", "CPU implementer", "CPU part")]
        flags = facts.get("flags", facts.get("Features", ""))
        told.append(hashlib.sha256(" ".join(sorted(flags.split())).encode()).hexdigest()[:12])
    return " ".join(filter(None, told))
