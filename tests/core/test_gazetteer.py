"""The gazetteer names positions as maps do."""

from __future__ import annotations

import pytest

from lookalike.gazetteer import gazetteer


@pytest.mark.parametrize(
    ("latitude", "longitude", "name", "region"),
    [
        (48.8584, 2.2945, "Paris, France", "Île-de-France"),
        (48.8867, 2.3431, "Paris, France", "Île-de-France"),
        (48.8049, 2.1204, "Versailles, France", "Île-de-France"),
        (48.1845, 16.3122, "Vienna, Austria", "Vienna"),
        (40.6782, -73.9442, "New York City, United States", "New York"),
        (35.6938, 139.7034, "Tokyo, Japan", "Tokyo"),
        (-33.8568, 151.2153, "Sydney, Australia", "New South Wales"),
        (52.4042, 13.0386, "Potsdam, Germany", "Brandenburg"),
        (38.5, -117.0, "Nevada, United States", "Nevada"),
        (41.9029, 12.4534, "Vatican City, Vatican", ""),
    ],
)
def test_positions_have_names(latitude: float, longitude: float, name: str, region: str) -> None:
    place = gazetteer().place_at(latitude, longitude)
    assert place is not None
    assert (place.name, place.region) == (name, region)


@pytest.mark.parametrize(
    "position", [(30.0, -40.0), (0.0, 0.0), (91.0, 0.0), (float("nan"), 5.0), (10.0, 400.0)]
)
def test_the_sea_and_what_is_no_position_have_none(position: tuple[float, float]) -> None:
    assert gazetteer().place_at(*position) is None


def test_places_go_by_many_names() -> None:
    vienna = gazetteer().place_at(48.2085, 16.3721)
    munich = gazetteer().place_at(48.1374, 11.5755)
    assert vienna is not None and munich is not None
    assert {"Becs", "Viena", "Wenen"} <= set(vienna.other_names)
    assert {"Österreich", "Autriche", "オーストリア"} <= set(vienna.country_names)
    assert {"München", "Monaco di Baviera"} & set(munich.other_names)
    brooklyn = gazetteer().place_at(40.6501, -73.9496)
    assert brooklyn is not None
    assert (brooklyn.city, brooklyn.id) != (brooklyn.district, vienna.id)
