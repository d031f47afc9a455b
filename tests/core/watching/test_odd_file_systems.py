"""File systems with numbers beyond the ordinary, and folders that the system refuses to talk about."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.catalog.file_stat import signed
from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from tests.builders.fuse_mount import NUMBER
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo
from tests.core.watching.test_volumes import played

YEAR_2300 = 10_413_792_000 * 10**9

fuse = pytest.mark.skipif(
    not os.access("/dev/fuse", os.R_OK | os.W_OK), reason="no user-space file systems here"
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path / "library")
    yield library
    library.close()


def known(library: SmallLibrary, album: Path) -> list[str]:
    return sorted(os.path.basename(os.fsdecode(path)) for path in library.files.known(os.fsencode(album)))


def test_numbers_that_fit_are_kept_and_others_are_folded() -> None:
    assert [signed(number) for number in (0, 1, -1, 2**63 - 1)] == [0, 1, -1, 2**63 - 1]
    assert [signed(2**63), signed(2**64 - 1), signed(2**127 + 5)] == [-(2**63), -1, 5]


def test_a_photo_dated_beyond_2262_is_taken_in_with_the_others_and_stays_unchanged(
    library: SmallLibrary, tmp_path: Path
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        (album / name).write_bytes(photo(number))
        os.utime(album / name, ns=(0, 10**18 + 1))
    os.utime(album / "b.png", ns=(0, YEAR_2300))
    if (album / "b.png").stat().st_mtime_ns != YEAR_2300:
        pytest.skip("this file system keeps no such time")
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.folders.add(album)
    assert library.scan()[-1].skipped == ()
    assert len(library.index) == 3
    assert library.scan()[-1].stage == "looking"
    (album / "b.png").rename(album / "d.png")
    library.scan()
    assert known(library, album) == ["a.png", "c.png", "d.png"]


@pytest.mark.slow
@fuse
def test_a_file_system_whose_file_numbers_use_all_64_bits(tmp_path: Path) -> None:
    told = played(
        tmp_path,
        """
        from tests.builders.fuse_mount import FuseMount

        FuseMount(base / "usb", photo(1))
        told["number"] = (base / "usb" / "p" / "a.png").stat().st_ino
        library.folders.add(base / "usb")
        told["skipped"] = [line.reason for line in library.scan()[-1].skipped]
        told["known"] = names(library)
        library.scan()
        told["decoded"] = len(decoded)
        """,
    )
    assert told == {"number": NUMBER, "skipped": [], "known": ["usb/p/a.png"], "decoded": 1}


@pytest.mark.slow
@fuse
def test_a_folder_whose_server_is_lost_is_offline_and_the_others_go_on(tmp_path: Path) -> None:
    told = played(
        tmp_path,
        """
        from tests.builders.fuse_mount import FuseMount

        (base / "photos").mkdir()
        mount = FuseMount(base / "usb", photo(1))
        for name in ("usb/p", "photos"):
            library.folders.add(base / name)
        library.scan()
        mount.lose()
        (base / "photos" / "b.png").write_bytes(photo(2))
        progress = library.scan()
        told["skipped"] = [line.path for step in progress for line in step.skipped]
        told["state"] = sorted(state(library))
        told["known"] = names(library)
        """,
    )
    assert told["skipped"] == [str(tmp_path / "usb" / "p")]
    assert told["state"] == [["photos", True], ["usb/p", False]]
    assert told["known"] == ["photos/b.png", "usb/p/a.png"]


DENIED = """
import sys
from pathlib import Path
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

base = Path(sys.argv[1])
for name in ("drive/photos", "others"):
    (base / name).mkdir(parents=True)
(base / "drive" / "photos" / "a.png").write_bytes(photo(1))
library = SmallLibrary(base / "library")
for name in ("drive/photos", "others"):
    library.folders.add(base / name)
library.scan()
(base / "drive").chmod(0)
(base / "others" / "b.png").write_bytes(photo(2))
progress = library.scan()
(base / "drive").chmod(0o700)
print([line.path for step in progress for line in step.skipped])
print([folder.online for folder in library.folders.all()], len(library.index))
library.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv is Linux's")
def test_a_folder_in_one_that_may_not_be_entered_is_offline_and_the_others_go_on() -> None:
    # Not in pytest's own folder, which only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        command = [sys.executable, "-c", DENIED, name]
        if os.geteuid() == 0:
            # Permissions do not bind the superuser.
            command = ["setpriv", "--reuid=65534", "--clear-groups", *command]
            os.chown(base, 65534, 65534)
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str([str(base / "drive" / "photos")]), "[False, True] 2"]
