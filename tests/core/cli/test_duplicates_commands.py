"""The commands for duplicates, on real files with a real trash, in a process of their own."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders.photo_files import textured_photo
from tests.core.cli.real_command import one_line, tell

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the trash is freedesktop.org's"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("duplicates").resolve()
    (root / "album" / "sub").mkdir(parents=True)
    for number in range(2):
        textured_photo(number, (96, 72)).save(root / "album" / f"{number}.jpg")
    shutil.copy2(root / "album" / "0.jpg", root / "album" / "0 copy.jpg")
    shutil.copy2(root / "album" / "0.jpg", root / "album" / "sub" / "0.jpg")
    return root


def test_from_the_list_to_the_trash_and_back(root: Path, own_home: Path) -> None:
    album = root / "album"
    environment: dict[str, Any] = {"HOME": str(root / "home"), "XDG_DATA_HOME": str(root / "data")}
    (root / "home").mkdir()

    def run(*arguments: object) -> tuple[int, str, str]:
        return tell("--library", root / "library", *arguments, **environment)

    assert run("add", album)[0] == 0
    code, out, _ = run("duplicates", "--json")
    found = json.loads(out)
    assert code == 0 and found["seconds"] >= 0
    (group,) = found["groups"]
    assert (group["class"], group["keep"]) == ("exact", str(album / "0.jpg"))
    assert group["reasons"] == ["name"] and group["bytes"] == 2 * (album / "0.jpg").stat().st_size
    assert {photo["path"] for photo in group["photos"]} == {
        str(album / name) for name in ("0.jpg", "0 copy.jpg", "sub/0.jpg")
    }
    assert all(
        (photo["overlap"], photo["similarity"], photo["edit"]) == (1, 1, None) for photo in group["photos"]
    )
    # What is printed is a plan.
    plan = root / "plan.json"
    plan.write_text(out)
    code, out, _ = run("duplicates", "apply", plan, "--dry-run", "--json")
    assert code == 0 and len(json.loads(out)["removed"]) == 2 and (album / "0 copy.jpg").is_file()

    assert run("duplicates", "protect", album / "sub")[:2] == (0, f"{album / 'sub'}\n")
    code, out, err = run("duplicates", "apply", plan)
    assert code == 1 and "1 file moved to the trash" in out
    assert f"not removed: {album / 'sub' / '0.jpg'}: it lies in a protected folder" in err
    assert not (album / "0 copy.jpg").exists() and (album / "sub" / "0.jpg").is_file()
    code, out, _ = run("duplicates", "undo")
    assert code == 0 and "1 file is as before." in out and (album / "0 copy.jpg").is_file()
    one_line(run("duplicates", "undo"), 1, "There is no clean-up to undo.")
    assert run("duplicates", "protect", album / "sub", "--off", "--json")[:2] == (0, '{"protected": []}\n')
    one_line(run("duplicates", "protect", album / "sub", "--off"), 1, "is not a protected folder")

    written = root / "written.json"
    code, out, _ = run("duplicates", "--class", "exact", "--rule", "oldest", "--plan", written)
    assert code == 0 and "exact, 3 photos" in out and "1 group" in out
    code, out, _ = run("duplicates", "apply", written, "--link", "--merge-metadata")
    assert code == 0 and "2 copies are now hard links" in out
    assert (album / "0.jpg").stat().st_nlink == 3
    assert run("duplicates")[1] == "There are no duplicates.\n"
    assert run("duplicates", "undo", "--json")[0] == 0
    assert (album / "0.jpg").stat().st_nlink == 1

    assert run("duplicates", "decide", "keep-both", album / "0.jpg")[:2] == (0, "Remembered.\n")
    assert json.loads(run("duplicates", "--json")[1])["groups"] == []
    assert run("duplicates", "decide", "forget", album / "0.jpg")[:2] == (0, "Forgotten.\n")
    assert len(json.loads(run("duplicates", "--json")[1])["groups"]) == 1
    one_line(run("duplicates", "decide", "keep-both", album / "none.jpg"), 1, "not among the photos")
    assert json.loads(run("duplicates", "rules", "rating", "--json")[1])["rules"][0] == "rating"
    one_line(run("duplicates", "apply", root / "nothing.json"), 1, "cannot be read")
    assert run("duplicates", "--class", "odd")[0] == 2
