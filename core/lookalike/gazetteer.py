"""Gazetteer: the towns of the world, by which a position is given its place names; offline.

The file ``resources/gazetteer.npz`` is made by ``packaging/gazetteer.py`` from GeoNames' places of 1,000 people and
more. A photo taken in a large town is nearer the middle of one of its suburbs than its own, so a town counts as far as
it reaches: people divided by `PEOPLE_PER_KM2` are its area. Of the towns that reach a position the largest names it,
else the nearest within `NEAR_KM`; beyond, the country of the nearest within `FAR_KM` is all that is said.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lookalike.resources import resource

CODES_SEPARATOR = "\n"
OTHER_NAMES_SEPARATOR = "\t"

EARTH_KM = 6371.0
PEOPLE_PER_KM2 = 3000.0
NEAR_KM = 30.0
FAR_KM = 200.0

DEGREE_KM = 111.0


@dataclass(frozen=True)
class Place:
    """Where a photo was taken.

    Attributes:
        id: one for each combination of what follows.
        city: the town; empty where none is near.
        district: the nearest place, where that is a part of the town or beside it; else empty.
        region: the first division of the country, e.g. a state; may be empty.
        country: the country, in English.
        country_code: its ISO 3166 code of two letters.
        other_names: what town and district are called otherwise and elsewhere.
        country_names: what the country is called in other languages.
    """

    id: int
    city: str
    district: str
    region: str
    country: str
    country_code: str
    other_names: tuple[str, ...] = ()
    country_names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Town or else region, and country: "Paris, France"."""
        return ", ".join(dict.fromkeys(filter(None, [self.city or self.region, self.country])))


class Gazetteer:
    """Names positions. Any thread may use it."""

    def __init__(self) -> None:
        with np.load(resource("gazetteer.npz")) as file:
            self._names = _Lines(file["names"])
            self._other_names = _Lines(file["other_names"])
            self._region_names = _Lines(file["region_names"])
            self._country_codes = _Lines(file["country_codes"])
            self._country_names = _Lines(file["country_names"])
            # In the order of latitude, so that only a band of the world is looked at.
            self._order = np.argsort(file["latitudes"], kind="stable")
            self._ids: NDArray[np.int32] = file["geonames_ids"][self._order]
            self._countries: NDArray[np.uint8] = file["countries"][self._order]
            self._regions: NDArray[np.uint16] = file["regions"][self._order]
            self._latitudes = np.radians(file["latitudes"][self._order].astype(np.float64))
            self._longitudes = np.radians(file["longitudes"][self._order].astype(np.float64))
            self._populations: NDArray[np.int32] = file["populations"][self._order]
        self._reach = np.sqrt(self._populations / (PEOPLE_PER_KM2 * np.pi))

    def place_at(self, latitude: float, longitude: float) -> Place | None:
        """The place at a position; None in the open sea, and for what is no position.

        Args:
            latitude: degrees north.
            longitude: degrees east.
        """
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
            # Cameras without a fix write zeros.
            return None
        for widest in (NEAR_KM, FAR_KM):
            rows, km = self._within(latitude, longitude, widest)
            if len(rows):
                break
        else:
            return None
        nearest = int(rows[km.argmin()])
        if widest == FAR_KM:
            return self._made(None, nearest)
        reached = rows[km <= self._reach[rows]]
        # What lies across a border is no part of the town.
        same = (self._countries[reached] == self._countries[nearest]) & (
            self._regions[reached] == self._regions[nearest]
        )
        reached = reached[same]
        town = int(reached[self._populations[reached].argmax()]) if len(reached) else nearest
        return self._made(town, nearest)

    def largest_within(
        self, south: float, west: float, north: float, east: float, count: int
    ) -> list[tuple[str, float, float]]:
        """The towns with most people in a part of the world.

        Args:
            south: the southern edge, degrees.
            west: the western edge, degrees; not more than `east`.
            north: the northern edge, degrees.
            east: the eastern edge, degrees.
            count: how many at most.

        Returns:
            Their names, degrees north and degrees east, the largest first.
        """
        first, last = np.searchsorted(self._latitudes, np.radians([south, north]))
        longitudes = self._longitudes[first:last]
        rows = np.flatnonzero((longitudes >= np.radians(west)) & (longitudes <= np.radians(east))) + first
        if len(rows) > count:
            rows = rows[np.argpartition(-self._populations[rows], count)[:count]]
        rows = rows[np.argsort(-self._populations[rows], kind="stable")]
        return [
            (
                self._names[int(self._order[row])],
                float(np.degrees(self._latitudes[row])),
                float(np.degrees(self._longitudes[row])),
            )
            for row in rows.tolist()
        ]

    def _within(
        self, latitude: float, longitude: float, widest: float
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Rows of the places at most `widest` km away, and how far they are."""
        north, east = np.radians(latitude), np.radians(longitude)
        width = np.radians(widest / DEGREE_KM)
        first, last = np.searchsorted(self._latitudes, [north - width, north + width])
        latitudes, longitudes = self._latitudes[first:last], self._longitudes[first:last]
        # The haversine formula (Sinnott, "Virtues of the Haversine", 1984).
        chord = np.sin((latitudes - north) / 2) ** 2
        chord += np.cos(latitudes) * np.cos(north) * np.sin((longitudes - east) / 2) ** 2
        km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1)))
        near = np.flatnonzero(km <= widest)
        return near + first, km[near]

    def _made(self, town: int | None, nearest: int) -> Place:
        """The place of a town (a row; None for only its region) and of the place nearest the photo."""
        country, *country_names = self._country_names[self._countries[nearest]].split(OTHER_NAMES_SEPARATOR)
        region = self._region_names[self._regions[nearest]]
        code = self._country_codes[self._countries[nearest]]
        if town is None:
            number = -1 - (int(self._countries[nearest]) << 16) - int(self._regions[nearest])
            return Place(number, "", "", region, country, code, country_names=tuple(country_names))
        rows = [int(self._order[row]) for row in dict.fromkeys([town, nearest])]
        other_names = [name for row in rows for name in self._other_names[row].split(OTHER_NAMES_SEPARATOR)]
        return Place(
            # Numbers of GeoNames take less than 2^31.
            int(self._ids[town]) << 31 | (int(self._ids[nearest]) if nearest != town else 0),
            self._names[rows[0]],
            self._names[rows[1]] if nearest != town else "",
            region,
            country,
            code,
            tuple(dict.fromkeys(filter(None, other_names))),
            tuple(country_names),
        )


class _Lines:
    """Lines of a text, decoded as they are asked for: as strings all names would take ten times the room."""

    def __init__(self, text: NDArray[np.uint8]) -> None:
        self._text = text.tobytes()
        ends = np.flatnonzero(text == ord(CODES_SEPARATOR))
        self._starts = np.concatenate([[0], ends + 1])
        self._ends = np.concatenate([ends, [len(text)]])

    def __getitem__(self, number: int) -> str:
        return self._text[self._starts[number] : self._ends[number]].decode()


_loading = threading.Lock()


@lru_cache(maxsize=1)
def _loaded() -> Gazetteer:
    return Gazetteer()


def gazetteer() -> Gazetteer:
    """The gazetteer, read when it is first asked for."""
    with _loading:
        return _loaded()
