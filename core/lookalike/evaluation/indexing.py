"""Indexing of a data set: its gallery in a library of its own, and what each stored photo takes there."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from lookalike.errors import LookalikeError
from lookalike.evaluation.answering import GalleryPhotos
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.library import Library
from lookalike.progress import Progress, Skipped, collect_skipped


@dataclass(frozen=True)
class IndexedDataset:
    """A data set whose gallery a library has.

    Attributes:
        dataset: the data set.
        library: the library, with these photos alone.
        gallery: its photos there.
        photos: how many are searched in.
        skipped: what could not be indexed and why, one line each.
    """

    dataset: Dataset
    library: Library
    gallery: GalleryPhotos
    photos: int
    skipped: tuple[str, ...]


def index_dataset(dataset: Dataset, library: Library) -> Generator[Progress, None, IndexedDataset]:
    """Index the gallery; what the library has already is not done again.

    Raises:
        LookalikeError: the library has other photos too.
    """
    skipped: list[str] = []
    for folder in [library.folders.add(path) for path in dataset.folders]:
        lines: list[Skipped] = []
        yield from collect_skipped(library.scan([folder]), lines)
        skipped.extend(f"{line.path}: {line.reason}" for line in lines)
    _check_alone(library, dataset)
    # What they take on disk is a figure, too.
    library.details.flush()
    gallery = GalleryPhotos(library, dataset)
    return IndexedDataset(dataset, library, gallery, len(library) - len(gallery.outside), tuple(skipped))


def bytes_a_photo(library: Library) -> dict[str, float]:
    """What a photo takes, in bytes: its ``"descriptor"`` in the record, and its ``"details"`` on disk."""
    details = library.details.status()
    return {
        "descriptor": 2.0 * library.search.dimension,
        "details": round(details.bytes / details.done, 1) if details.done else 0.0,
    }


def _check_alone(library: Library, dataset: Dataset) -> None:
    """Refuse a library that has other photos too: they would be found, and counted as wrong."""
    for folder in library.folders.all():
        if not any(path.resolve().is_relative_to(folder.path) for path in dataset.folders):
            raise LookalikeError(
                "The library {library} has the photos of {folder} too, which are no part of this data set.",
                "Keep every data set in a folder of its own.",
                library=library.folder,
                folder=folder.path,
            )
