"""The pair graph of a small library."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from lookalike.pairs.candidates import CandidateSearch
from lookalike.pairs.graph import PairGraph
from lookalike.pairs.updating import Engines, PairUpdater
from lookalike.pairs.verified_pair import VerifiedPair
from tests.builders.small_library import SmallLibrary


class SmallPairGraph:
    """Updates and reads the pair graph of a small library.

    Args:
        library: the library.
    """

    def __init__(self, library: SmallLibrary) -> None:
        self.library = library
        self.graph = PairGraph(library.catalog)
        self.updater = PairUpdater(library.catalog, library.features, library.thumbnails)
        candidates = CandidateSearch(library.index, library.record, library.inverted)
        self.engines = Engines(candidates, library.index, library.inverted)

    def update(self) -> None:
        """Scan the folders, and bring the graph up to date."""
        self.library.scan()
        list(self.updater.join(self.engines))
        list(self.updater.verify())

    def ids(self) -> dict[str, int]:
        """The content id of each visible photo, by the name of its first file."""
        visible = self.library.catalog.contents.visible()
        return {paths[0].name: number for number, paths in self.library.files.paths(visible).items()}

    def between(self, one: Path | str, other: Path | str) -> VerifiedPair | None:
        """The pair of two photos, by their files' names."""
        ids = self.ids()
        wanted = ids[Path(one).name], ids[Path(other).name]
        found = [pair for pair in self.graph.of(wanted[0]) if pair.other(wanted[0]) == wanted[1]]
        return found[0] if found else None


def graph_of_files(folder: Path, photos: Iterable[Path]) -> SmallPairGraph:
    """The graph of a new library of copies of some photos; nothing is joined or verified yet.

    Args:
        folder: where the library and the copies are put.
        photos: the files; those of one name are told apart by their folders' names.
    """
    album = folder / "album"
    album.mkdir()
    for photo in photos:
        name = photo.name if not (album / photo.name).exists() else f"{photo.parent.name}-{photo.name}"
        shutil.copyfile(photo, album / name)
    library = SmallLibrary(folder / "library")
    library.folders.add(album)
    library.scan()
    return SmallPairGraph(library)
