"""Models state: the models that are installed or can be downloaded, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.library import Library
    from lookalike.library.model_manager import ModelListing
    from lookalike.library.words_model import WordsModelState
    from lookalike.models.advice import Machine


@dataclass(frozen=True)
class ModelsState:
    """What the page shows.

    Attributes:
        listings: all models, those that come with Lookalike included.
        used: names of the judge and the descriptor model in use.
        words_model: the model for words, and how far it is; None without one.
        machine: what this computer has.
        missing: what does not work here, one line; empty if everything does.
    """

    listings: Sequence[ModelListing]
    used: frozenset[str]
    words_model: WordsModelState | None
    machine: Machine
    missing: str


def read_state(library: Library) -> ModelsState:
    """Read the list of models; off the GUI thread."""
    from lookalike.library.descriptor_migration import DEFAULT
    from lookalike.library.model_manager import ModelListing
    from lookalike.models.advice import this_machine
    from lookalike_desktop.qt.failures import describe_failure

    built_in = [
        *(ModelListing(name, "judge", True, 0, 0) for name in library.judges.built_in()),
        ModelListing(DEFAULT, "descriptor", True, 0, 0),
    ]
    used = {library.judges.in_use(), library.descriptor.name}
    return ModelsState(
        [*built_in, *library.models.listings()],
        frozenset(used),
        library.words_model.state(),
        this_machine(),
        " ".join(describe_failure(error).message for error in library.judges.missing()),
    )
