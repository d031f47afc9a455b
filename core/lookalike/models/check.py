"""Model check: are the files still those that were imported?"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from lookalike.errors import Phrase
from lookalike.models.installed import InstalledModel
from lookalike.models.staging import hash_file
from lookalike.progress import Progress, ProgressMeter, Stage


@dataclass(frozen=True)
class ModelCheck:
    """The outcome for one model.

    Attributes:
        name: the model.
        problems: one line each, naming the file; empty if all is well.
    """

    name: str
    problems: tuple[str, ...]


def check_files(models: Sequence[InstalledModel]) -> Generator[Progress, None, list[ModelCheck]]:
    """Read all files of models and compare their checksums with those taken when they were imported.

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
                same = (yield from hash_file(model.file(role), meter)) == model.checksums.get(role)
            except FileNotFoundError:
                problems.append(str(Phrase("{file} is gone.", file=name)))
            except OSError as error:
                told = Phrase("{file} cannot be read: {reason}.", file=name, reason=error.strerror or error)
                problems.append(str(told))
            else:
                if not same:
                    told = Phrase("{file} is damaged: its bytes are not those that were imported.", file=name)
                    problems.append(str(told))
        found.append(ModelCheck(model.name, tuple(problems)))
    yield meter.end()
    return found
