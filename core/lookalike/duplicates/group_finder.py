"""Group finder: makes groups of duplicates of the files of one content, and of verified pairs.

Groups are never chained. Every photo of a group has a verified pair with the one that is kept, so that whatever goes
was compared with what stays. A photo that agrees only with another that is not the best stands in a group with that
one, even where it stands in the best one's group as well.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.files import FilePlace
from lookalike.catalog.shot_names import shot_of
from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup, DuplicatePhoto, Held
from lookalike.duplicates.keep_rules import Candidate, KeepRule, reasons_for, sort_key
from lookalike.duplicates.protected_folders import ProtectedFolders
from lookalike.pairs import Edit, PairKind, VerifiedPair
from lookalike.pairs.verified_pair import COPIES

KINDS = {
    DuplicateClass.SAME_PIXELS: PairKind.SAME_PIXELS,
    DuplicateClass.EDITED: PairKind.EDITED,
    DuplicateClass.BURST: PairKind.BURST,
}
"""Which verified pairs make groups of a class."""

_AS_STRONG = {
    DuplicateClass.SAME_PIXELS: (PairKind.SAME_PIXELS,),
    DuplicateClass.EDITED: (PairKind.SAME_PIXELS, PairKind.EDITED),
    # A copy of one frame is no further exposure.
    DuplicateClass.BURST: (PairKind.BURST,),
}
"""Which verified pairs join a photo to the best one of a group."""


_SAVED = {Edit.RECOMPRESS, Edit.RESIZE, Edit.FORMAT}
"""What comes of saving a photo, whatever was done to it."""

_WITNESSES = 2
"""Photos that both of a pair must be copies of, so that one wrong verdict makes no copy of a burst."""

_LOSSY = frozenset({"JPEG", "HEIF", "AVIF"})
_LOSSLESS = frozenset({"PNG", "TIFF", "BMP"})


class GroupFinder:
    """Finds the groups of duplicates of a library.

    Args:
        catalog: the library's catalog.
        pairs: the verified pairs of photos that are shown.
        rules: which photo is kept, the first rule first.
        protected: folders in which nothing is removed.
    """

    def __init__(
        self,
        catalog: Catalog,
        pairs: Collection[VerifiedPair],
        rules: Sequence[KeepRule],
        protected: ProtectedFolders,
    ) -> None:
        self._rules = rules
        self._decisions = catalog.duplicate_decisions.all()
        copies = catalog.contents.visible_among(list(catalog.files.copies()))
        ids = sorted({number for pair in pairs for number in (pair.first, pair.second)} | set(copies))
        self._contents = catalog.contents.get(ids)
        self._pairs = [pair for pair in _settled(pairs) if not self._is_decided(pair)]
        self._places = catalog.files.places(ids)
        self._raws = _raws_by_shot(catalog, ids)
        generations = _generations(map(self._with_original, self._pairs))
        centralities = _centralities(self._pairs)
        annotations = catalog.annotations.get(ids)
        self._ranked: dict[int, list[Candidate]] = {}
        for number, content in self._contents.items():
            candidates = [
                Candidate(
                    content,
                    place.path,
                    place.mtime_ns,
                    place.online,
                    protected.covers(place.path),
                    generations.get(number, 0),
                    centralities.get(number, 0.0),
                    shot_of(place.path) in self._raws,
                    annotations[number].rating or 0,
                )
                for place in self._places.get(number, ())
            ]
            if candidates:
                self._ranked[number] = sorted(candidates, key=self._key)

    def groups(self, classes: Collection[DuplicateClass]) -> list[DuplicateGroup]:
        """The groups of some classes, the strongest class first, then by the bytes that they would free."""
        found: list[DuplicateGroup] = []
        for kind in DuplicateClass:
            if kind not in classes:
                continue
            of_kind = self._exact() if kind is DuplicateClass.EXACT else self._of_pairs(kind)
            found += sorted(of_kind, key=lambda group: (-group.bytes, os.fsencode(group.keep.path)))
        return found

    def _exact(self) -> Iterator[DuplicateGroup]:
        for number in self._ranked:
            places = self._places[number]
            if len({place.inode or place.path for place in places}) < 2:
                continue
            if not self._all_copies_kept(number):
                yield self._group(DuplicateClass.EXACT, number, {})

    def _of_pairs(self, kind: DuplicateClass) -> Iterator[DuplicateGroup]:
        edges: dict[int, dict[int, VerifiedPair]] = defaultdict(dict)
        for pair in self._pairs:
            if pair.kind in _AS_STRONG[kind] and pair.first in self._ranked and pair.second in self._ranked:
                edges[pair.first][pair.second] = edges[pair.second][pair.first] = pair
        order = {number: at for at, number in enumerate(sorted(edges, key=self._content_key))}
        stars: dict[int, dict[int, VerifiedPair]] = {}
        grouped: set[int] = set()
        for number in order:
            if number in grouped:
                continue
            free = {other: pair for other, pair in edges[number].items() if other not in grouped}
            if free:
                stars[number] = free
                grouped.update(free, [number])
        for number in order:
            if number not in grouped:
                best = min(edges[number], key=order.__getitem__)
                centre, other = sorted((number, best), key=order.__getitem__)
                stars.setdefault(centre, {})[other] = edges[number][best]
        for centre, members in stars.items():
            if any(pair.kind is KINDS[kind] for pair in members.values()):
                yield self._group(kind, centre, members)

    def _group(
        self, kind: DuplicateClass, centre: int, members: Mapping[int, VerifiedPair]
    ) -> DuplicateGroup:
        kept, *copies = self._ranked[centre]
        places = {place.path: place for number in (centre, *members) for place in self._places[number]}
        photos = [self._photo(centre, kept, None, None)]
        # Of a burst only the frames count, whatever copies there are of the kept one.
        if kind is DuplicateClass.BURST or self._all_copies_kept(centre):
            copies = []
        else:
            photos += [self._photo(centre, copy, None, self._held(copy, kept, places)) for copy in copies]
        others = [(candidate, number) for number in members for candidate in self._ranked[number]]
        for candidate, number in sorted(others, key=lambda other: self._key(other[0])):
            held = self._held(candidate, kept, places)
            photos.append(self._photo(number, candidate, members[number], held))
        candidates = [*copies, *(candidate for candidate, _ in others)]
        return DuplicateGroup(
            hashlib.blake2b(f"{kind} {kept.content.hash}".encode(), digest_size=6).hexdigest(),
            kind,
            reasons_for(kept, candidates, self._rules),
            tuple(photos),
            _bytes_to_free(photos, places),
        )

    def _photo(
        self, number: int, candidate: Candidate, pair: VerifiedPair | None, held: Held | None
    ) -> DuplicatePhoto:
        content = candidate.content
        photo = DuplicatePhoto(
            Path(os.fsdecode(candidate.path)),
            number,
            content.hash,
            content.bytes,
            candidate.mtime_ns,
            held=held,
        )
        if pair is None:
            return photo
        # The transform leads from the first content to the second.
        transform = pair.transform if number == pair.second else _inverse(pair.transform)
        return DuplicatePhoto(
            photo.path,
            number,
            photo.hash,
            photo.bytes,
            photo.mtime_ns,
            pair.edits,
            pair.overlap,
            pair.similarity,
            transform,
            held,
        )

    def _held(self, candidate: Candidate, kept: Candidate, places: Mapping[bytes, FilePlace]) -> Held | None:
        inode = places[candidate.path].inode
        if not candidate.online:
            return Held.OFFLINE
        if candidate.protected:
            return Held.PROTECTED
        if inode is not None and inode == places[kept.path].inode:
            return Held.LINKED
        raws, kept_raws = (self._raws.get(shot_of(path), set()) for path in (candidate.path, kept.path))
        return None if raws <= kept_raws else Held.RAW

    def _key(self, candidate: Candidate) -> tuple[object, ...]:
        return sort_key(candidate, self._rules)

    def _content_key(self, number: int) -> tuple[object, ...]:
        return self._key(self._ranked[number][0])

    def _with_original(self, pair: VerifiedPair) -> tuple[int, int] | None:
        """The original of a pair and what was made from it, as far as it can be told.

        A file that has every pixel of a lossy one, without loss, was made from it: lossy compression does not happen to
        give back the pixels that it began with.
        """
        if pair.original is not None:
            return pair.original, pair.other(pair.original)
        if pair.kind is PairKind.SAME_PIXELS:
            formats = [self._contents[number].format for number in (pair.first, pair.second)]
            if formats[0] in _LOSSY and formats[1] in _LOSSLESS:
                return pair.first, pair.second
            if formats[1] in _LOSSY and formats[0] in _LOSSLESS:
                return pair.second, pair.first
        return None

    def _is_decided(self, pair: VerifiedPair) -> bool:
        if pair.first not in self._contents or pair.second not in self._contents:
            return True
        first, second = sorted(self._contents[number].hash for number in (pair.first, pair.second))
        return (first, second) in self._decisions

    def _all_copies_kept(self, number: int) -> bool:
        """Whether the user keeps all copies of a content; one that came after the decision was not decided on."""
        content_hash = self._contents[number].hash
        decided = self._decisions.get((content_hash, content_hash))
        return decided is not None and decided.copies >= len(self._ranked[number])


def _settled(pairs: Collection[VerifiedPair]) -> list[VerifiedPair]:
    """The pairs, without bursts among the copies of one photo: these are one exposure, whatever they seem to be.

    Where two photos are both known as copies of several others, they are taken for edits of one another.
    """
    copies: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        if pair.kind in COPIES:
            copies[pair.first].add(pair.second)
            copies[pair.second].add(pair.first)
    settled = []
    for pair in pairs:
        common = len(copies[pair.first] & copies[pair.second]) if pair.kind is PairKind.BURST else 0
        if common >= _WITNESSES:
            settled.append(replace(pair, kind=PairKind.EDITED))
        elif not common:
            settled.append(pair)
    return settled


def _raws_by_shot(catalog: Catalog, ids: Sequence[int]) -> dict[bytes, set[int]]:
    """The raw files beside the given contents' files: shot → contents."""
    companions = [raw for raws in catalog.contents.companions(ids).values() for raw in raws]
    found: dict[bytes, set[int]] = defaultdict(set)
    for number, places in catalog.files.places(companions).items():
        for place in places:
            found[shot_of(place.path)].add(number)
    return found


def _generations(made_from: Iterable[tuple[int, int] | None]) -> dict[int, int]:
    """How many edits lead to each edited content from an original; where they lead in a circle, one.

    Args:
        made_from: originals, and what was made from each; None is skipped.
    """
    made: dict[int, set[int]] = defaultdict(set)
    for edit in made_from:
        if edit is not None:
            made[edit[0]].add(edit[1])
    derived = set().union(*made.values())
    found = dict.fromkeys(derived, 1)
    level, generation, seen = set(made) - derived, 0, set[int]()
    while level:
        seen |= level
        generation += 1
        level = set().union(*(made.get(number, set()) for number in level)) - seen
        found.update(dict.fromkeys(level, generation))
    return found


def _centralities(pairs: Iterable[VerifiedPair]) -> dict[int, float]:
    """For each content how near it is to its edits and those of the same original, summed over them.

    An original is one edit away from each of them, and they are two from one another.
    """
    found: dict[int, float] = defaultdict(float)
    for pair in pairs:
        # Of those that were taken for edits the edits are not known.
        if pair.kind is PairKind.EDITED and pair.edits:
            nearness = 1.0 / (1 + len(set(pair.edits) - _SAVED))
            found[pair.first] += nearness
            found[pair.second] += nearness
    return found


def _bytes_to_free(photos: Sequence[DuplicatePhoto], places: Mapping[bytes, FilePlace]) -> int:
    """Bytes of the photos that would go; a file with several names counts once, and only if all of them go."""
    going: dict[object, int] = {}
    staying = set()
    for at, photo in enumerate(photos):
        path = os.fsencode(photo.path)
        file = places[path].inode or path
        if at == 0 or photo.held is not None:
            staying.add(file)
        else:
            going[file] = photo.bytes
    return sum(size for file, size in going.items() if file not in staying)


def _inverse(transform: tuple[float, ...]) -> tuple[float, ...]:
    """The inverse of a homography; empty where there is none."""
    import numpy as np

    if not transform:
        return ()
    matrix = np.asarray(transform, np.float64).reshape(3, 3)
    if abs(np.linalg.det(matrix)) < 1e-12:
        return ()
    inverse = np.linalg.inv(matrix)
    scale = inverse[2, 2] if abs(inverse[2, 2]) > 1e-12 else 1.0
    return tuple(float(value) for value in (inverse / scale).ravel())
