"""Thing: the photos that show one object, building, view or work of art."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thing:
    """Photos of one thing, at least two of which are not copies of each other.

    Attributes:
        id: its number, which it keeps.
        name: what the user calls it, or nothing.
        photos: content ids, newest first.
        cover: the content id of the photo that stands for it.
        first: when the earliest photo was taken, ISO 8601 local time as exact as it is known; None without any date.
        last: when the latest one was taken.
        place: degrees north and east of a photo in the middle of those whose place is known; None without one.
        place_name: town and country of that place, as the gazetteer has them; empty where it knows none.
    """

    id: int
    name: str
    photos: tuple[int, ...]
    cover: int
    first: str | None
    last: str | None
    place: tuple[float, float] | None
    place_name: str = ""

    def __len__(self) -> int:
        return len(self.photos)
