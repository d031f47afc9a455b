"""The descriptor registry: the kinds of back ends there are, and how each is opened.

To add a back end, write its `Describer` and list its `DescriberKind` here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.descriptors.protocol import EMBEDDED, Describer, DescriberSpec
from lookalike.descriptors.transformers_model import TransformersDescriber
from lookalike.models.errors import ModelError
from lookalike.plugins import DESCRIPTORS, installed, load


@dataclass(frozen=True)
class DescriberKind:
    """An entry of the registry.

    Attributes:
        name: what `DescriberSpec.kind` says.
        open: opens the back end at a location, for that many threads. Cheap, and imports no heavy module.
        reads_folder: whether a folder holds, by its look, a model for this back end.
    """

    name: str
    open: Callable[[str, int | None], Describer]
    reads_folder: Callable[[Path], bool]


DESCRIBER_KINDS: tuple[DescriberKind, ...] = (
    DescriberKind(EMBEDDED, lambda _, threads: EfficientNetDescriber(threads), lambda _: False),
    # Last, since it takes any folder: its errors say what a model folder lacks.
    DescriberKind(
        "transformers",
        lambda location, threads: TransformersDescriber(Path(location), threads),
        lambda _: True,
    ),
)
"""The first that reads a folder opens it."""


def open_describer(spec: DescriberSpec, threads: int | None = None) -> Describer:
    """The back end that `spec` names.

    Cheap, and imports no heavy module: the network is loaded with the first call of `describe` or
    `describe_words`. So any process may hold one for `prepare` and the facts about it.

    Args:
        spec: the back end.
        threads: threads for the network; as many as there are cores when None. Those of other packages choose
            themselves.

    Raises:
        ModelError: there is no such kind, or the model folder cannot be used.
        LookalikeError: the package that adds it cannot be loaded.
    """
    for kind in DESCRIBER_KINDS:
        if kind.name == spec.kind:
            return kind.open(spec.location, threads)
    entry = installed(DESCRIPTORS).get(spec.kind)
    if entry is not None:
        describer: Describer = load(entry)()
        return describer
    raise ModelError(
        "There is no descriptor back end called {name}.", "Choose another descriptor model.", name=spec.kind
    )


def plugin_spec(name: str) -> DescriberSpec | None:
    """The spec of a back end that another package adds under this name; None if there is none."""
    return DescriberSpec(name) if name in installed(DESCRIPTORS) else None


def folder_spec(folder: Path) -> DescriberSpec:
    """The spec of the back end for a model folder.

    Whether the model can be used, only `open_describer` tells.
    """
    kind = next(kind for kind in DESCRIBER_KINDS if kind.reads_folder(folder))
    return DescriberSpec(kind.name, str(folder))
