"""A library of photos that are nothing but names, with verified pairs as a test says."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.library.thing_service import ThingService
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.verified_pair import PairKind, VerifiedPair


class PairedPhotos:
    """The catalog of photos that exist by name only, and its things.

    Args:
        folder: where the library's files lie.
    """

    def __init__(self, folder: Path) -> None:
        self.catalog = Catalog(folder / "catalog.sqlite")
        self.thumbnails = ThumbnailCache(folder / "thumbnails.sqlite")
        self.things = ThingService(self.catalog, self.thumbnails, lambda: None)
        self._photos = folder / "photos"
        self._photos.mkdir(exist_ok=True)
        self._folder = self.catalog.folders.add(self._photos)

    def put(self, name: str, taken_at: str | None = None, place: tuple[float, float] | None = None) -> int:
        """Add a photo, or bring back one that was removed; its content id."""
        latitude, longitude = place or (None, None)
        content = blake2b(name.encode(), digest_size=16).hexdigest()
        row = ContentRow(content, 1, 400, 300, "JPEG", taken_at, None, None, latitude, longitude)
        with self.catalog.unit_of_work() as work:
            number = work.put_content(row)
            work.put_file(self._folder, self._stat(name), number)
        return number

    def move(self, name: str, new_name: str) -> None:
        """Move a photo's file."""
        number = self.number(name)
        with self.catalog.unit_of_work() as work:
            work.put_file(self._folder, self._stat(new_name), number)
        self.remove(name)

    def remove(self, name: str) -> None:
        """Remove a photo's file."""
        known = self.catalog.files.known(bytes(self._photos))
        with self.catalog.unit_of_work() as work:
            work.remove_files(self._folder, [known[self._stat(name).path]])

    def number(self, name: str) -> int:
        """The content id of a photo."""
        (number,) = self.catalog.files.contents_at([self._photos / name]).values()
        return number

    def names(self, numbers: tuple[int, ...]) -> set[str]:
        """The names of photos."""
        return {paths[0].name for paths in self.catalog.files.paths(numbers).values() if paths}

    def relate(self, first: str, second: str, match: float, kind: PairKind = PairKind.SAME_THING) -> None:
        """Record what two photos are to each other."""
        one, other = sorted((self.number(first), self.number(second)))
        self.catalog.verified_pairs.put(
            [row_of_pair(VerifiedPair(one, other, kind, match, 0.0, 0.0), "test")]
        )

    def relate_all(self, names: str, match: float = 0.98) -> None:
        """Record that photos with names of one letter all show the same thing."""
        for position, first in enumerate(names):
            for second in names[position + 1 :]:
                self.relate(first, second, match)

    def find(self) -> list[set[str]]:
        """Find the things; the names of the photos of each, the largest first."""
        for _ in self.things.update():
            pass
        return [self.names(thing.photos) for thing in self.things.all()]

    def thing_with(self, name: str) -> int:
        """The number of the thing that a photo is of."""
        thing = self.things.of(self.number(name))
        assert thing is not None
        return thing.id

    def close(self) -> None:
        """Close the files."""
        self.thumbnails.close()
        self.catalog.close()

    def _stat(self, name: str) -> FileStat:
        return FileStat(bytes(self._photos / name), 1, 1, 1, 1)
