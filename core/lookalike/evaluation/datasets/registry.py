"""Registry of data sets: which there are, and how each is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lookalike.errors import LookalikeError, Phrase, os_errors
from lookalike.evaluation.datasets.concepts import ConceptFolders
from lookalike.evaluation.datasets.copydays import Copydays
from lookalike.evaluation.datasets.disc21 import Disc21
from lookalike.evaluation.datasets.gldv2 import GoogleLandmarks
from lookalike.evaluation.datasets.holidays import Holidays
from lookalike.evaluation.datasets.ilias import Ilias
from lookalike.evaluation.datasets.instre import Instre
from lookalike.evaluation.datasets.own import OwnDataset
from lookalike.evaluation.datasets.product1m import Product1M
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.revisitop import RevisitedBuildings
from lookalike.evaluation.datasets.ukbench import UKBench
from lookalike.evaluation.measures import Measure

OWN = "own"

DATASETS: dict[str, Callable[[Path], Dataset]] = {
    OWN: OwnDataset,
    "ilias": Ilias,
    "ilias-5m": lambda root: Ilias(root, "ilias-5m"),
    "ilias-yfcc100m": lambda root: Ilias(root, "ilias-yfcc100m"),
    "instre": Instre,
    "roxford": lambda root: RevisitedBuildings(root, "roxford"),
    "rparis": lambda root: RevisitedBuildings(root, "rparis"),
    "roxford-1m": lambda root: RevisitedBuildings(root, "roxford-1m"),
    "rparis-1m": lambda root: RevisitedBuildings(root, "rparis-1m"),
    "gldv2": GoogleLandmarks,
    "product1m": Product1M,
    "holidays": Holidays,
    "ukbench": UKBench,
    "copydays": Copydays,
    "disc21": Disc21,
    "disc21-dev": lambda root: Disc21(root, "disc21-dev"),
    "customconcept101": lambda root: ConceptFolders(root, "customconcept101"),
    "dreambooth": lambda root: ConceptFolders(root, "dreambooth"),
}
"""Every data set by the name that is typed for it."""

ALIASES = {
    "roxford5k": "roxford",
    "rparis6k": "rparis",
    "roxford5k-1m": "roxford-1m",
    "rparis6k-1m": "rparis-1m",
    "ilias-core": "ilias",
    "google-landmarks-v2": "gldv2",
    "disc2021": "disc21",
}
"""Other names of the same."""


def open_dataset(name: str, root: Path) -> Dataset:
    """Open a data set and see whether it is whole.

    Args:
        name: its name, in any case.
        root: its folder; for the format of our own, the file ``ground_truth.json`` or its folder.

    Raises:
        LookalikeError: there is no such set, or something is missing, broken or locked.
    """
    opened = DATASETS[canonical_name(name)]
    with os_errors(
        Phrase("{path} cannot be read", path=root), "Check the permissions of the data set's folders."
    ):
        return opened(root)


def canonical_name(name: str) -> str:
    """The name of a data set, or of one that is called so too.

    Raises:
        LookalikeError: there is no such set.
    """
    lower = name.lower().replace("_", "-")
    found = ALIASES.get(lower, lower)
    if found not in DATASETS:
        raise LookalikeError(
            "There is no data set {name}.", "There are {names}.", name=name, names=", ".join(DATASETS)
        )
    return found


def measures_of(name: str) -> tuple[Measure, ...]:
    """The figures of a data set that need not be on this disk.

    Raises:
        LookalikeError: there is no such set.
    """
    return MEASURES[canonical_name(name)]


MEASURES: dict[str, tuple[Measure, ...]] = {
    OWN: OwnDataset.measures,
    **dict.fromkeys(("ilias", "ilias-5m", "ilias-yfcc100m"), Ilias.measures),
    "instre": Instre.measures,
    **dict.fromkeys(("roxford", "rparis", "roxford-1m", "rparis-1m"), RevisitedBuildings.measures),
    "gldv2": GoogleLandmarks.measures,
    "product1m": Product1M.measures,
    "holidays": Holidays.measures,
    "ukbench": UKBench.measures,
    "copydays": Copydays.measures,
    **dict.fromkeys(("disc21", "disc21-dev"), Disc21.measures),
    **dict.fromkeys(("customconcept101", "dreambooth"), ConceptFolders.measures),
}
"""The figures of every data set."""
