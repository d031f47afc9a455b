"""Thing service: the things and places of one library, their names, and what the user decides about them."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.things import APART, ONE, Decision, ThingRow, ThingsBefore
from lookalike.errors import LookalikeError
from lookalike.progress import Progress
from lookalike.things.finder import ThingFinder
from lookalike.things.thing import Thing

MAX_NAME = 200
"""Letters of a name."""

WAIT_SECONDS, WAIT_SHARE = 5.0, 20.0
"""How long to wait before things are found anew in the background: so long, and so many times what it took."""


class ThingGoneError(LookalikeError):
    """A thing is not there, or no longer."""


class ThingService:
    """The things of one library. Any thread may use it.

    Args:
        catalog: the library's catalog.
        thumbnails: have a small print of most photos.
        record: gives the descriptors that likeness is measured by, or None.
    """

    def __init__(
        self, catalog: Catalog, thumbnails: ThumbnailCache, record: Callable[[], DescriptorRecord | None]
    ) -> None:
        self._catalog = catalog
        self._things = catalog.things
        self._finder = ThingFinder(catalog, thumbnails, record)
        self._finding = threading.Lock()

    # Reading

    def all(self) -> list[Thing]:
        """All things, the largest first."""
        members = self._things.visible_members()
        things = self._read(
            [row for row in self._things.rows(shown=True) if len(members.get(row.id, ())) > 1], members
        )
        return sorted(things, key=lambda thing: (-len(thing), thing.id))

    def get(self, thing_id: int) -> Thing:
        """One thing.

        Raises:
            ThingGoneError: it is not there.
        """
        members = self._things.visible_members(thing_id)
        rows = [row for row in self._things.rows(shown=True) if row.id == thing_id]
        if not rows or len(members.get(thing_id, ())) < 2:
            raise ThingGoneError(
                "There is no thing {number} in this library.",
                "Look at the list of things.",
                number=thing_id,
            )
        return self._read(rows, members)[0]

    def of(self, content_id: int) -> Thing | None:
        """The thing that a photo shows; None where it shows none that was found."""
        number = self._things.thing_of(content_id)
        try:
            return None if number is None else self.get(number)
        except ThingGoneError:
            return None

    def matching(self, value: str) -> NDArray[np.int64] | None:
        """The content ids of all photos of things by a name, or by a number as in "#12".

        Args:
            value: a part of the name, whatever its case.

        Returns:
            int64 (n,), ascending; None where no thing is called so.
        """
        wanted = value.strip().casefold()
        if not wanted:
            return None
        number = re.fullmatch(r"#?(\d+)", wanted)
        members = self._things.visible_members()
        found = [
            members[row.id]
            for row in self._things.rows(shown=True)
            if (wanted in row.name.casefold() or (number is not None and row.id == int(number[1])))
            and len(members.get(row.id, ())) > 1
        ]
        return np.sort(np.concatenate(found).astype(np.int64)) if found else None

    def values(self) -> list[tuple[str, int]]:
        """The names that things have, with how many photos show one called so, most first."""
        members = self._things.visible_members()
        counts: Counter[str] = Counter()
        for row in self._things.rows(shown=True):
            if row.name and len(members.get(row.id, ())) > 1:
                counts[row.name] += len(members[row.id])
        return counts.most_common()

    # Finding

    @property
    def outdated(self) -> bool:
        """Whether pairs or decisions have changed since things were found last."""
        return self._finder.outdated()

    def update(self) -> Generator[Progress, None, None]:
        """Find the things anew where pairs or decisions have changed. May be closed at any yield.

        Where another thread is at it, nothing is done here.
        """
        if not self._finding.acquire(blocking=False):
            return
        try:
            yield from self._finder.find()
        finally:
            self._finding.release()

    # Deciding

    def rename(self, thing_id: int, name: str) -> None:
        """Give a thing a name; an empty one takes it away.

        Raises:
            ThingGoneError: it is not there.
            LookalikeError: the name is too long.
        """
        self.get(thing_id)
        # On one line, as it stands in lists.
        name = " ".join(name.split())
        if len(name) > MAX_NAME:
            raise LookalikeError(
                "This name is longer than {most} letters.", "Choose a shorter one.", most=MAX_NAME
            )
        self._things.put_name(thing_id, name)

    def apart(self, thing_id: int, photos: Iterable[int]) -> None:
        """Take photos out of a thing for ever, as they do not show it.

        Raises:
            ThingGoneError: it is not there.
            LookalikeError: a photo is not one of it.
        """
        thing, chosen = self.get(thing_id), set(photos)
        if not chosen <= set(thing.photos):
            raise LookalikeError(
                "This photo is not one of thing {number}.", "Choose one of its photos.", number=thing_id
            )
        leaving = set(self._things.hashes_of(sorted(chosen)).values())
        staying = self._things.hashes(thing_id) - leaving
        self._things.put_decision(Decision(APART, tuple(sorted(leaving)), tuple(sorted(staying))))
        self._things.take_out(thing_id, leaving)

    def join(self, thing_ids: Sequence[int]) -> int:
        """Make one thing of several for ever.

        Returns:
            The number that it has from now on: that of the largest.

        Raises:
            ThingGoneError: one is not there.
        """
        things = sorted({self.get(number) for number in thing_ids}, key=lambda thing: (-len(thing), thing.id))
        kept = things[0]
        for other in things[1:]:
            mine, its = self._things.hashes(kept.id), self._things.hashes(other.id)
            self._things.put_decision(Decision(ONE, tuple(sorted(mine)), tuple(sorted(its))))
            self._things.put_into(other.id, kept.id)
            if other.name and not self._things.name(kept.id):
                self._things.put_name(kept.id, other.name)
        return kept.id

    def before(self, thing_ids: Iterable[int]) -> ThingsBefore:
        """Some things as they are now, for `restore` to take back `apart` or `join`.

        Raises:
            ThingGoneError: one is not there.
        """
        return self._things.before([self.get(number).id for number in thing_ids])

    def restore(self, before: ThingsBefore) -> None:
        """Take back what was decided on some things, and on nothing but their photos, since `before`."""
        self._things.restore(before)

    def _read(self, rows: Sequence[ThingRow], members: dict[int, list[int]]) -> list[Thing]:
        ids = [number for row in rows for number in members[row.id]]
        facts = self._catalog.contents.get(ids)
        photos = [[number for number in members[row.id] if number in facts] for row in rows]
        middles = [_middle(some, facts) for some in photos]
        names = self._catalog.places.names([number for number in middles if number is not None])
        return [
            _thing(row, some, facts, middle, names)
            for row, some, middle in zip(rows, photos, middles, strict=True)
        ]


class BackgroundThings:
    """Finds things anew a little at a time, while folders are followed and nothing else is to be done.

    Args:
        things: the library's things.
    """

    def __init__(self, things: ThingService) -> None:
        self._things = things
        self._steps: Generator[Progress, None, None] | None = None
        self._began = self._next_look = 0.0

    def step(self) -> Progress | None:
        """Do a little; None when there is nothing to do."""
        now = time.monotonic()
        if self._steps is None:
            if now < self._next_look:
                return None
            self._next_look = now + WAIT_SECONDS
            if not self._things.outdated:
                return None
            self._steps, self._began = self._things.update(), now
        progress = next(self._steps, None)
        if progress is None:
            now = time.monotonic()
            self._steps, self._next_look = None, now + max(WAIT_SECONDS, WAIT_SHARE * (now - self._began))
        return progress

    def close(self) -> None:
        """Stop; the next process continues where this one was."""
        if self._steps is not None:
            self._steps.close()


def _thing(
    row: ThingRow,
    photos: Sequence[int],
    facts: Mapping[int, ContentRow],
    middle: int | None,
    place_names: Mapping[int, str],
) -> Thing:
    dates = [taken for number in photos if (taken := facts[number].taken_at)]
    cover = next((number for number in photos if facts[number].hash == row.cover), photos[0])
    return Thing(
        row.id,
        row.name,
        tuple(photos),
        cover,
        min(dates, default=None),
        max(dates, default=None),
        None if middle is None else _position(facts[middle]),
        "" if middle is None else place_names.get(middle, ""),
    )


def _middle(photos: Sequence[int], facts: Mapping[int, ContentRow]) -> int | None:
    """The photo that is nearest to the middle of all whose place is known; None where none is."""
    places = {number: place for number in photos if (place := _position(facts[number])) is not None}
    if not places:
        return None
    middle = [sorted(values)[len(values) // 2] for values in zip(*places.values(), strict=True)]

    def distance(number: int) -> tuple[float, tuple[float, float], int]:
        place = places[number]
        return abs(place[0] - middle[0]) + abs(place[1] - middle[1]), place, number

    return min(places, key=distance)


def _position(row: ContentRow) -> tuple[float, float] | None:
    """Degrees north and east of where a photo was taken; None where that is not known."""
    if row.latitude is None or row.longitude is None:
        return None
    return row.latitude, row.longitude
