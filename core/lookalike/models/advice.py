"""Advice on models: which one suits this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil

from lookalike.models.catalogue import CatalogueModel

COMFORTABLE_SHARE = 0.5
"""A model that takes more of the memory leaves too little for everything else that runs."""
TIGHT_SHARE = 0.8
CORES_WANTED = {"fast": 1, "moderate": 4, "slow": 8, "very slow": 24}
"""Physical cores that judge a pair in about a second (docs/benchmarks.md, "The multimodal judge")."""
GIGABYTE = 1e9

COMFORTABLE, TIGHT, TOO_LARGE = "comfortable", "tight", "too large"


@dataclass(frozen=True)
class Machine:
    """What counts for running a model.

    Attributes:
        memory: bytes of memory in all.
        cores: physical cores.
    """

    memory: int
    cores: int

    @property
    def words(self) -> str:
        """In words, for the user."""
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        return f"{amount(self.memory)} of memory and {cores}"


@dataclass(frozen=True)
class Advice:
    """A recommendation.

    Attributes:
        name: the recommended model; empty if none suits.
        reason: why, in one line.
    """

    name: str
    reason: str


def amount(size: int) -> str:
    """Bytes in words: "278.8 MB", "1.6 GB"."""
    return f"{size / GIGABYTE:.1f} GB" if size >= GIGABYTE else f"{size / 1e6:.1f} MB"


def this_machine() -> Machine:
    """The machine that this runs on."""
    return Machine(psutil.virtual_memory().total, psutil.cpu_count(logical=False) or psutil.cpu_count() or 1)


def fit(memory: int, machine: Machine) -> str:
    """How a model that takes `memory` bytes fits: `COMFORTABLE`, `TIGHT` or `TOO_LARGE`."""
    if memory <= COMFORTABLE_SHARE * machine.memory:
        return COMFORTABLE
    return TIGHT if memory <= TIGHT_SHARE * machine.memory else TOO_LARGE


def recommend(
    models: Iterable[CatalogueModel],
    kind: str,
    machine: Machine,
    usable: Callable[[CatalogueModel], bool] = lambda model: True,
) -> Advice:
    """The most capable model of a kind that fits the machine comfortably.

    Args:
        models: the catalogue, each kind from the least to the most capable.
        kind: ``"judge"`` or ``"descriptor"``.
        machine: what it has to run on.
        usable: whether this installation can run a model at all.
    """
    candidates = [model for model in models if model.kind == kind and usable(model)]
    fitting = [
        model
        for model in candidates
        if fit(model.memory, machine) == COMFORTABLE and CORES_WANTED[model.speed] <= machine.cores
    ]
    if not fitting:
        return Advice("", f"None of them runs comfortably with {machine.words}.")
    best = fitting[-1]
    reason = (
        f"It takes {amount(best.memory)} of {amount(machine.memory)} of memory, and "
        f"{'1 core is' if machine.cores == 1 else f'{machine.cores} cores are'} enough for it"
    )
    if best is candidates[-1]:
        return Advice(best.name, f"{reason}; there is no better one.")
    next_up = candidates[candidates.index(best) + 1]
    hurdle = "take much of the memory" if fit(next_up.memory, machine) != COMFORTABLE else "be slow here"
    return Advice(best.name, f"{reason}; the next one up, {next_up.name}, would {hurdle}.")
