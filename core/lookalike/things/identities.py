"""Identity: which of the things found now is which of those known before.

A thing keeps its number and its name while it grows, loses photos, or splits: the part with most of its photos is it.
Of things that became one, the largest lives on, with its name; where it has none, with that of the largest with one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownThing:
    """A thing as it was.

    Attributes:
        name: what the user calls it, or nothing.
        photos: content hashes, those of photos included that are not in the library now.
        shown: whether it was a thing lately; otherwise it waits with its name for its photos.
    """

    name: str
    photos: frozenset[str]
    shown: bool = True


@dataclass(frozen=True)
class Identified:
    """What the things found now are.

    Attributes:
        ids: of each thing found, the number that it had; None for a new one.
        names: of each thing found, its name, or nothing.
        waiting: numbers of things that are not there now but have a name, and wait for their photos.
        gone: numbers of things that are no more.
    """

    ids: tuple[int | None, ...]
    names: tuple[str, ...]
    waiting: frozenset[int]
    gone: frozenset[int]


def identify(known: Mapping[int, KnownThing], found: Sequence[Set[str]], present: Set[str]) -> Identified:
    """Find out what the things found now are.

    Args:
        known: the things there were, by number.
        found: the content hashes of each thing found; no photo is in two of them.
        present: the content hashes of all photos of the library.
    """
    where = {content: number for number, photos in enumerate(found) for content in photos}
    overlaps: list[tuple[bool, int, int, int]] = []
    for number, thing in known.items():
        shared: dict[int, int] = {}
        for content in thing.photos:
            if (position := where.get(content)) is not None:
                shared[position] = shared.get(position, 0) + 1
        overlaps += [
            (not thing.shown, -count, number, position)
            for position, count in shared.items()
            # One that waits is not taken for another that has come by one of its photos.
            if thing.shown or 2 * count >= min(len(thing.photos), len(found[position]))
        ]
    ids: list[int | None] = [None] * len(found)
    names = [""] * len(found)
    taken: set[int] = set()
    absorbed: dict[int, int] = {}
    for _, _, number, position in sorted(overlaps):
        if number in taken or number in absorbed:
            continue
        if ids[position] is None:
            ids[position], names[position] = number, known[number].name
            taken.add(number)
        elif known[number].name and not names[position] and known[number].shown:
            # It has become a part of a larger one without a name.
            names[position] = known[number].name
            absorbed[number] = position
    left = known.keys() - taken - absorbed.keys()
    # One without photos in the library comes back with them.
    waiting = {number for number in left if known[number].name or not known[number].photos & present}
    return Identified(tuple(ids), tuple(names), frozenset(waiting), frozenset(known.keys() - taken - waiting))
