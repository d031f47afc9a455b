"""Opens the descriptor back end that a `DescriberSpec` names."""

from __future__ import annotations

from pathlib import Path

from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.descriptors.protocol import Describer, DescriberSpec
from lookalike.descriptors.transformers_model import TransformersDescriber
from lookalike.models.store import ModelError


def open_describer(spec: DescriberSpec) -> Describer:
    """The back end that `spec` names.

    Cheap, and imports no heavy module: the network is loaded with the first call of `describe` or
    `describe_words`. So any process may hold one for `prepare` and the facts about it.

    Raises:
        ModelError: there is no such kind, or the model folder cannot be used.
    """
    if spec.kind == "efficientnet":
        return EfficientNetDescriber()
    if spec.kind == "transformers":
        return TransformersDescriber(Path(spec.location))
    raise ModelError(
        f"There is no descriptor back end called {spec.kind}.", "Choose another descriptor model."
    )
