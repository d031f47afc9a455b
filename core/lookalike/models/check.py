"""Looks whether models are still what came in."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from lookalike.models.installed import InstalledModel
from lookalike.models.staging import hashed
from lookalike.progress import Progress, ProgressMeter, Stage


@dataclass(frozen=True)
class ModelCheck:
    """What was found of a model.

    Attributes:
        name: the model.
        problems: one line each, naming the file; empty if all is well.
    """

    name: str
    problems: tuple[str, ...]


def check_files(models: Sequence[InstalledModel]) -> Generator[Progress, None, list[ModelCheck]]:
    """Read all files of models and compare their checksums with those taken when they came in.

    Yields:
        Progress in bytes.

    Returns:
        What was found of each model, in the order given.
    """
    found = []
    meter = ProgressMeter(Stage.CHECKING, sum(model.size for model in models), unit="bytes")
    for model in models:
        problems = []
        for role, name in model.files.items():
            try:
                same = (yield from hashed(model.file(role), meter)) == model.checksums.get(role)
            except FileNotFoundError:
                problems.append(f"{name} is gone.")
            except OSError as error:
                problems.append(f"{name} cannot be read: {error.strerror or error}.")
            else:
                if not same:
                    problems.append(f"{name} is damaged: its bytes are not those that came in.")
        found.append(ModelCheck(model.name, tuple(problems)))
    yield meter.end()
    return found
