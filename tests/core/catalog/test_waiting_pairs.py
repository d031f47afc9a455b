"""Pairs that a migration has wait again: those that would be verified otherwise now, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.verified_pairs import PairRow

NIKON, CANON = "Nikon E995", "Canon EOS"
NOON, SOON, LATER = "2006-01-10T12:00:00", "2006-01-10T12:01:50", "2006-01-10T12:05:00"

Shot = tuple[int, str | None, str | None]
"""Width, time and camera."""


@pytest.mark.parametrize(
    ("kind", "first", "second", "waits"),
    [
        ("nothing", (640, None, None), (640, None, None), True),
        ("nothing", (640, NOON, NIKON), (640, SOON, NIKON), True),
        ("nothing", (640, NOON, None), (640, "2006-01", NIKON), True),
        ("nothing", (640, NOON, NIKON), (640, LATER, NIKON), False),
        ("nothing", (640, NOON, NIKON), (640, NOON, CANON), False),
        ("nothing", (640, None, None), (480, None, None), False),
        ("burst", (640, NOON, NIKON), (480, LATER, CANON), True),
        ("same-thing", (640, NOON, NIKON), (480, LATER, CANON), True),
        ("edited", (640, NOON, NIKON), (480, LATER, CANON), True),
    ],
)
def test_what_may_come_out_otherwise_waits(
    tmp_path: Path, kind: str, first: Shot, second: Shot, waits: bool
) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    with catalog.unit_of_work() as work:
        ids = [
            work.put_content(ContentRow(name, 1, width, 480, "JPEG", taken_at, camera))
            for name, (width, taken_at, camera) in (("a", first), ("b", second))
        ]
    one, other = sorted(ids)
    pair = PairRow(one, other, kind, 0.1, 0.0, 0.0, None, None, None, None, "8 details")
    catalog.verified_pairs.put([pair])
    catalog.close()
    before = Database(tmp_path / "catalog.sqlite")
    before.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0029_overlaps_and_exposures'")
    before.conn.commit()
    before.close()
    catalog = Catalog(tmp_path / "catalog.sqlite")
    work_left = Database(tmp_path / "catalog.sqlite")
    rows = list(work_left.query("SELECT first, second FROM candidate_pairs"))
    work_left.close()
    assert rows == ([{"first": one, "second": other}] if waits else [])
    assert catalog.verified_pairs.one(one, other) == pair
    catalog.close()
