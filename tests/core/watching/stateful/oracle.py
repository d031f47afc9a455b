"""What should be in a library, told from the disk by lines that share nothing with the code they check."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.builders.tiny_files import rated

SUFFIXES = (".png", ".jpg", ".dng")
RATINGS = {rated(rating): rating for rating in range(1, 6)}


def hash_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def read(path: bytes) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def name_matches(line: str, name: bytes, is_folder: bool, anchored_here: bool) -> bool:
    """Whether one of the few patterns used here names an entry."""
    if line.endswith("/"):
        if not is_folder:
            return False
        line = line[:-1]
    if line.startswith("/"):
        if not anchored_here:
            return False
        line = line[1:]
    text = os.fsdecode(name)
    if line.startswith("*"):
        return text.endswith(line[1:])
    return text.startswith(line[:-1]) if line.endswith("*") else text == line


@dataclass
class Expected:
    """What folders should give.

    Attributes:
        photos: path → hash of its bytes, or empty for what is no photo.
        sidecars: path → rating, or None for what is no XMP file.
    """

    photos: dict[bytes, str] = field(default_factory=dict)
    sidecars: dict[bytes, int | None] = field(default_factory=dict)

    def add(self, root: bytes, library_lines: Sequence[str], is_good: Callable[[bytes], bool]) -> None:
        """Add what a watched folder should give."""

        def visit(folder: bytes, levels: list[tuple[bytes, Sequence[str]]]) -> None:
            own = os.path.join(folder, b".lookalikeignore")
            if os.path.isfile(own):
                levels = [*levels, (folder, Path(os.fsdecode(own)).read_text().splitlines())]
            for entry in os.scandir(folder):
                is_folder = entry.is_dir(follow_symlinks=False)
                verdict = False
                for base, lines in levels:
                    for line in filter(None, lines):
                        if not line.startswith("#") and name_matches(
                            line.removeprefix("!"), entry.name, is_folder, base == folder
                        ):
                            verdict = not line.startswith("!")
                if verdict or entry.name.startswith(b".") or entry.is_symlink():
                    continue
                name = entry.name.lower()
                if is_folder:
                    if name != b"@eadir":
                        visit(entry.path, levels)
                elif name.endswith(tuple(suffix.encode() for suffix in SUFFIXES)):
                    data = read(entry.path)
                    self.photos[entry.path] = hash_of(data) if is_good(data) else ""
                elif name.endswith(b".xmp"):
                    self.sidecars[entry.path] = RATINGS.get(read(entry.path))

        visit(root, [(root, library_lines)])

    def leads(self, raws: set[str], pictures: dict[str, int]) -> dict[str, str]:
        """The picture that stands for each raw file that has one beside it, by hash.

        Args:
            raws: hashes of raw files.
            pictures: hashes of JPEGs, with their numbers in the catalog.
        """
        beside: dict[tuple[bytes, str], set[str]] = defaultdict(set)
        for path, content in self.photos.items():
            if content in pictures:
                beside[_shot(path)].add(content)
        found: dict[str, set[str]] = defaultdict(set)
        for path, content in self.photos.items():
            if content in raws:
                found[content] |= beside[_shot(path)]
        return {one: min(others, key=pictures.__getitem__) for one, others in found.items() if others}

    def rating(self, members: list[str]) -> int:
        """What the XMP files beside a photo say.

        Args:
            members: its hash, and those of its raw files in the order in which they count.
        """
        for content in members:
            said = []
            for place in (path for path, held in self.photos.items() if held == content):
                whole = _plain(os.path.basename(place))
                stem = whole.rpartition(".")[0]
                for path, rating in self.sidecars.items():
                    about = _plain(os.path.basename(path)).removesuffix(".xmp")
                    near = os.path.dirname(path) == os.path.dirname(place)
                    if near and about in (whole, stem) and rating is not None:
                        said.append((about != whole, place, path, rating))
            if said:
                return min(said)[-1]
        return 0


def _plain(name: bytes) -> str:
    return unicodedata.normalize("NFC", os.fsdecode(name)).casefold()


def _shot(path: bytes) -> tuple[bytes, str]:
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(_plain(name))
    return folder, stem if suffix in SUFFIXES else stem + suffix
