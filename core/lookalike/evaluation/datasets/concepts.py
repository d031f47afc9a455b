"""Folders of concepts: CustomConcept101 (arXiv 2212.04488) and DreamBooth (arXiv 2208.12242).

A folder with photos is a concept; every photo is a query, and the others of its folder are right. The authors made
these sets for generating images and define no retrieval figure, so the figures are those of our own format.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    IMAGE_SUFFIXES,
    Source,
    existing_root,
    missing,
    numbered_lines,
    photos_in,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import OWN_MEASURES

SOURCES = {
    "customconcept101": Source(
        "CustomConcept101",
        "https://github.com/adobe-research/custom-diffusion/tree/main/customconcept101",
        "the folder benchmark_dataset with a folder of photos for each concept",
    ),
    "dreambooth": Source(
        "DreamBooth",
        "https://github.com/google/dreambooth",
        "the folder dataset with a folder of photos for each subject",
    ),
}

INSIDE = {"customconcept101": "benchmark_dataset", "dreambooth": "dataset"}
"""The folder of concepts within the unpacked set."""

CLASSES = "prompts_and_classes.txt"
"""DreamBooth's list of subjects and their classes, beside the folders."""

DISTRACTORS = "distractors"


class ConceptFolders(Dataset):
    """A set of folders, each with photos of one thing.

    Args:
        root: its folder, or the one with the concepts.
        name: "customconcept101" or "dreambooth".

    Raises:
        LookalikeError: there are no folders with at least two photos.
    """

    measures = OWN_MEASURES

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self.root = existing_root(root)
        inside = self.root / INSIDE[name]
        folder = inside if inside.is_dir() else self.root
        self.folders = (folder,)
        self._concepts = {
            path.relative_to(folder).as_posix(): photos
            for path, photos in _folders_of(folder)
            if len(photos) > 1
        }
        if not self._concepts:
            raise missing(folder / "concept" / "00.jpg", SOURCES[name])
        self._classes = _read_classes(folder / CLASSES, SOURCES[name])

    def queries(self) -> Iterator[GroundTruthQuery]:
        """Every photo of every concept."""
        for concept, photos in self._concepts.items():
            kind = self._classes.get(concept, "object")
            for photo in photos:
                others = frozenset(photos) - {photo}
                name = f"{concept}/{photo.name}"
                yield GroundTruthQuery(photo, concept, kind, others, frozenset(), name)

    def count(self) -> int:
        """How many queries there are."""
        return sum(len(photos) for photos in self._concepts.values())


def _folders_of(folder: Path) -> Iterator[tuple[Path, list[Path]]]:
    """The folders with photos in them, by path; distractors are no concept."""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != DISTRACTORS and not name.startswith("."))
        if Path(path) != folder and any(Path(name).suffix.lower() in IMAGE_SUFFIXES for name in files):
            yield Path(path), photos_in(Path(path))


def _read_classes(path: Path, source: Source) -> dict[str, str]:
    """DreamBooth's classes by subject, from the lines of the form "subject,class"; none without the file."""
    if not path.is_file():
        return {}
    found = {}
    for _, line in numbered_lines(path, source):
        subject, comma, name = line.partition(",")
        if comma and " " not in subject and "," not in name and subject != "subject_name":
            found[subject] = name.strip()
    return found
