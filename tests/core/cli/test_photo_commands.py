"""What is done with single photos in the terminal, stars and the trash: the real command and a real trash."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lookalike.cli.main import run
from tests.builders.photo_files import textured_photo
from tests.core.cli.conftest import Call
from tests.core.cli.real_command import COMMAND, Told, one_line, tell

FREEDESKTOP = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the trash is freedesktop.org's")


@pytest.fixture
def indexed(tmp_path: Path) -> Path:
    """The folder of an album of three photos, the first in two files, and their library."""
    root = tmp_path.resolve()
    (root / "album" / "sub").mkdir(parents=True)
    for number in range(3):
        textured_photo(number, (96, 72)).save(root / "album" / f"{number}.jpg")
    shutil.copy2(root / "album" / "0.jpg", root / "album" / "sub" / "copy.jpg")
    assert run(["--library", str(root / "library"), "add", str(root / "album")]) == 0
    return root


def test_stars_are_given_and_taken_back(indexed: Path, call: Call) -> None:
    library, photo = ("--library", indexed / "library"), indexed / "album" / "1.jpg"
    before = photo.read_bytes()
    code, out, _ = call(*library, "rate", "4", photo, indexed / "album" / "2.jpg")
    assert (code, out) == (0, "2 photos: 4 stars.\n")
    assert call(*library, "photos", "--rating", "4")[1].count("\n") == 2
    code, out, _ = call(*library, "rate", "rejected", photo, "--json")
    assert json.loads(out) == [{"path": str(photo), "rating": -1}]
    assert call(*library, "photos", "--rating", "4")[1] == f"{indexed / 'album' / '2.jpg'}\n"
    code, out, _ = call(*library, "rate", "forget", photo, "--json")
    assert json.loads(out) == [{"path": str(photo), "rating": 0}]
    assert photo.read_bytes() == before
    one_line(call(*library, "rate", "3", indexed / "album" / "none.jpg"), 1, "is not a photo of this library")
    assert call(*library, "rate", "6", photo)[0] == 2


@FREEDESKTOP
@pytest.mark.slow
def test_every_copy_goes_to_the_trash_and_comes_back(indexed: Path, tmp_path: Path) -> None:
    album, copy = indexed / "album", indexed / "album" / "sub" / "copy.jpg"
    photos = {path.relative_to(album) for path in album.rglob("*.jpg")}

    def trash(*arguments: object) -> Told:
        return tell(
            "--library",
            indexed / "library",
            "trash",
            *arguments,
            HOME=str(tmp_path),
            XDG_DATA_HOME=str(tmp_path / "data"),
        )

    code, out, _ = trash(copy, "--dry-run")
    assert (code, out) == (0, "1 photo in 2 files would go to the trash. Nothing was changed.\n")
    assert json.loads(trash(copy, "--dry-run", "--json")[1])["files"] == 2
    # Nobody can be asked here.
    assert trash(copy)[0] == 2 and copy.is_file()
    code, out, _ = trash(copy, album / "0.jpg", "--yes")
    assert (code, out) == (0, "2 files moved to the trash. `lookalike trash --undo` puts them back.\n")
    assert not copy.exists() and not (album / "0.jpg").exists()
    code, out, _ = trash(album / "1.jpg", "--yes", "--json")
    assert json.loads(out) == {"photos": 1, "removed": [str(album / "1.jpg")], "refused": []}
    one_line(trash(copy, "--yes"), 1, "is not a photo of this library")

    assert trash("--undo")[:2] == (0, "1 file is as before.\n")
    code, out, _ = trash("--undo", "--json")
    assert set(json.loads(out)["restored"]) == {str(copy), str(album / "0.jpg")}
    assert {path.relative_to(album) for path in album.rglob("*.jpg")} == photos
    one_line(trash("--undo"), 1, "There is nothing to put back.")
    assert trash()[0] == trash("--undo", copy)[0] == trash("--undo", "--dry-run")[0] == 2

    changed = album / "2.jpg"
    changed.write_bytes(changed.read_bytes() + b"x")
    code, out, err = trash(changed, "--yes")
    assert code == 1 and f"not moved: {changed}: it has changed" in err and changed.is_file()
    assert out == "0 files moved to the trash.\n"


@FREEDESKTOP
@pytest.mark.slow
@pytest.mark.parametrize("answer", ["n", "y"])
def test_in_a_terminal_it_asks(indexed: Path, tmp_path: Path, answer: str) -> None:
    photo = indexed / "album" / "1.jpg"
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "--library", str(indexed / "library"), "trash", str(photo)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")},
    ) as process:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        out, err = process.communicate(timeout=120)
    os.close(ours)
    assert "1 photo in 1 file. Move to the trash?" in err
    assert photo.exists() == (answer == "n")
    if answer == "y":
        assert "1 file moved to the trash" in out
    else:
        assert process.returncode == 1 and not out and "Nothing was moved." in err
