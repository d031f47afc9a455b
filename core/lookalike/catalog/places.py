"""Places of photos: where each was taken, by the gazetteer, and every name that the place goes by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.facts import MARK
from lookalike.catalog.sql import chunks, placeholders
from lookalike.gazetteer import Place, gazetteer
from lookalike.terms import terms_of


class PlaceTable:
    """The places that photos of the library were taken at, each once."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def at(self, db: Database, latitude: float | None, longitude: float | None) -> Place | None:
        """The place at a position, recorded; within the caller's transaction.

        Args:
            db: the transaction.
            latitude: degrees north; None where it is not known.
            longitude: degrees east; None where it is not known.
        """
        place = None
        if latitude is not None and longitude is not None:
            place = gazetteer().place_at(latitude, longitude)
        if place is not None and not db.execute("SELECT 1 FROM places WHERE id = ?", (place.id,)).fetchone():
            db.execute(
                "INSERT INTO places VALUES (?, ?, ?, ?, ?)",
                (place.id, place.city, place.district, place.region, place.country),
            )
            marks = [(name, mark_of(place)) for name in (place.city, place.district, *place.other_names)]
            marks += [(name, country_mark_of(place)) for name in (place.country, *place.country_names)]
            db.conn.executemany(
                "INSERT OR IGNORE INTO place_names VALUES (?, ?)",
                [(" ".join(terms_of(name)), mark) for name, mark in marks if terms_of(name)],
            )
        return place

    def names(self, content_ids: Sequence[int]) -> dict[int, str]:
        """Where photos were taken, as people say it: "Paris, France"; those without a place are left out."""
        found: dict[int, str] = {}
        for chunk in chunks(content_ids):
            for number, city, region, country in self._database.rows(
                "SELECT contents.id, city, region, country FROM contents JOIN places ON places.id = place_id "
                f"WHERE contents.id IN ({placeholders(len(chunk))})",
                chunk,
            ):
                found[number] = ", ".join(dict.fromkeys(filter(None, [city or region, country])))
        return found

    def counts(self) -> list[tuple[str, int]]:
        """The towns and countries of the library's photos, most photographed first."""
        rows = self._database.rows(
            "SELECT name, sum(photos) FROM (SELECT city AS name, count(*) AS photos FROM contents "
            "JOIN places ON places.id = place_id GROUP BY city UNION ALL SELECT country, count(*) FROM contents "
            "JOIN places ON places.id = place_id GROUP BY country) WHERE name != '' "
            "GROUP BY name ORDER BY sum(photos) DESC, name"
        )
        return [(name, count) for name, count in rows]


def mark_of(place: Place) -> str:
    """The token of a place in the full-text index."""
    return f"{MARK}{'r' * (place.id < 0)}{abs(place.id):x}"


def country_mark_of(place: Place) -> str:
    """The token of a place's country."""
    return f"{MARK}{place.country_code.lower()}"


def texts_of(place: Place | None) -> list[str]:
    """What a photo is found by that was taken at a place."""
    if place is None:
        return []
    names = filter(None, [place.city, place.district, place.region, place.country])
    return [*dict.fromkeys(names), mark_of(place), country_mark_of(place)]
