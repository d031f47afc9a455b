"""Snapshots of what commands print for people, so that a change of wording is seen in review.

``LOOKALIKE_UPDATE_SNAPSHOTS=1`` writes them anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from lookalike.cli.main import run
from tests.builders.photo_files import textured_photo
from tests.core.cli.conftest import Call

SNAPSHOTS = Path(__file__).parent / "snapshots"

NORMALISED = (
    (r"\b[\d.,]+ [kMGT]?B\b", "<size>"),
    (r"This computer has .*\.", "This computer has <memory>."),
    (r", (tight|too large) here|, recommended", ""),
    (r"\b\d\.\d{3}\b", "<score>"),
    (r"\b(descriptor\s+|descriptor in use: )\S+", r"\1<descriptor>"),
    (r"(?m)^(\s+)(runs in|its arithmetic) .*$", r"\1<arithmetic>"),
    (r".*llama-cpp-python.*\n", ""),
)
"""What differs from one machine to another, and what stands for it."""


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two photos and a broken one; tests only read it."""
    root = tmp_path_factory.mktemp("snapshots").resolve()
    album = root / "album"
    album.mkdir()
    for number in range(2):
        # Dated by their content: without a date, the list is in the order in which the decoders were done.
        exif = Image.Exif()
        exif[ExifTags.Base.DateTime] = f"2020:01:01 0{number}:00:00"
        textured_photo(number, (320, 240)).save(album / f"{number}.jpg", exif=exif)
    (album / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no photo")
    assert run(["--library", str(root / "library"), "add", str(album)]) == 0
    return root


@pytest.mark.parametrize(
    "command",
    ["status", "folders", "photos", "search album/0.jpg --judge none", "models list"],
    ids=lambda command: command.split(" album")[0].replace(" ", "-"),
)
def test_what_is_printed(
    indexed: Path, call: Call, command: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(indexed)
    code, out, err = call("--library", indexed / "library", *command.split())
    assert code == 0
    text = f"{out}--- standard error\n{err}".replace(str(indexed), "<root>")
    for pattern, replacement in NORMALISED:
        text = re.sub(pattern, replacement, text)
    snapshot = SNAPSHOTS / f"{request.node.callspec.id}.txt"
    if os.environ.get("LOOKALIKE_UPDATE_SNAPSHOTS"):
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text(encoding="utf-8")
