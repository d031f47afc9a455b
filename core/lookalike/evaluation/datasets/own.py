"""The format of our own: ``ground_truth.json`` with the folders ``images`` and ``distractors`` beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lookalike.errors import LookalikeError
from lookalike.evaluation.datasets.protocol import Dataset, image_name
from lookalike.evaluation.ground_truth import GroundTruthQuery, read_ground_truth
from lookalike.evaluation.measures import OWN_MEASURES
from lookalike.user_paths import resolved

FILE = "ground_truth.json"


class OwnDataset(Dataset):
    """A data set in the format of our own. All queries are photos of the gallery, or words.

    Args:
        path: the file, or the folder with a ``ground_truth.json``.

    Raises:
        LookalikeError: it cannot be read, is broken, or has no photos.
    """

    name = "own"
    measures = OWN_MEASURES

    def __init__(self, path: Path) -> None:
        # Unlike Path.is_dir, this takes a path in a locked folder, or one too long, for no folder.
        file = path / FILE if os.path.isdir(path) else path  # noqa: PTH112
        truth = read_ground_truth(file)
        if not truth.gallery:
            raise LookalikeError(
                "This data set has no photos.", "They belong in images/ and distractors/ beside it."
            )
        self.root = resolved(file).parent
        self.folders = truth.gallery
        self._queries = truth.queries

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The queries; those without a name of their own have that of their photo, or their words."""
        names: dict[str, int] = {}
        for query in self._queries:
            name = query.name or query.words or image_name(self.root, query.image or self.root)
            times = names[name] = names.get(name, 0) + 1
            yield replace(query, name=name if times == 1 else f"{name} ({times})")

    def count(self) -> int:
        """How many queries there are."""
        return len(self._queries)
