"""Drives that come, go and come back elsewhere: real mounts, in a namespace of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from lookalike.watching.volumes import Mount, find_on_volumes, mount_of, mounted_inside, mounts
from lookalike.watching.volumes import _linux_mounts as linux_mounts

TABLE = rb"""22 27 0:21 / / rw,relatime - ext4 /dev/sda1 rw
31 22 8:17 / /media/me/My\040Photos rw,nosuid shared:5 - vfat /dev/sdb1 rw
32 22 0:44 / /mnt/nas rw - cifs //nas/photos rw
33 22 0:45 /home /home rw - btrfs /dev/sda2 rw
34 22 0:46 / /mnt/ssh rw - fuse.sshfs me@host:/photos rw
35 22 0:47 / /mnt/pool rw - fuse.mergerfs pool rw
"""


def test_the_system_table_of_mounts_is_understood() -> None:
    table = {mount.point: mount for mount in linux_mounts(TABLE)}
    assert table[b"/media/me/My Photos"].kind == "vfat"
    assert not table[b"/media/me/My Photos"].stable_inodes
    assert table[b"/"].stable_inodes
    assert [point for point, mount in table.items() if mount.network] == [b"/mnt/nas", b"/mnt/ssh"]
    assert table[b"/mnt/nas"].name == "cifs://nas/photos"
    assert table[b"/home"].beneath(b"/home/me/photos") == b"home/me/photos"


def test_the_innermost_mount_holds_a_path() -> None:
    table = linux_mounts(TABLE)
    assert [mount_of(path, table) for path in (b"/mnt/nas/2024", b"/mnt/nasty")] == [table[2], table[0]]
    assert mounted_inside(b"/mnt", table).keys() == {b"/mnt/nas", b"/mnt/ssh", b"/mnt/pool"}


def test_this_system_has_a_root() -> None:
    assert mount_of(b"/", mounts()) is not None


def test_a_volume_is_found_where_it_is_mounted_now(tmp_path: Path) -> None:
    photos = tmp_path / "other" / "album"
    photos.mkdir(parents=True)
    point = os.fsencode(tmp_path / "other")
    mounted = [Mount(b"/", "ext4", "uuid:1"), Mount(point, "vfat", "uuid:2")]
    assert find_on_volumes("uuid:2", b"album", [], [], mounted) == os.fsencode(photos)
    assert find_on_volumes("uuid:3", b"album", [], [], mounted) is None
    # The same volume, shown from a folder of it on.
    mounted = [Mount(point, "btrfs", "uuid:2", b"home")]
    assert find_on_volumes("uuid:2", b"home/album", [], [], mounted) == os.fsencode(photos)
    assert find_on_volumes("uuid:2", b"album", [], [], mounted) is None


PRELUDE = """
import json, os, subprocess, sys, time
from pathlib import Path
from lookalike.watching.follow_timing import FollowTiming
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo
from lookalike.ingest import photo_reader

base = Path(sys.argv[1])
decoded = []
decode = photo_reader.decode
photo_reader.decode = lambda file, side: decoded.append(file.name) or decode(file, side)

def sh(*command):
    subprocess.run(command, check=True)

def names(library):
    return sorted(
        os.fsdecode(path)[len(str(base)) + 1:]
        for folder in library.folders.all() for path in library.files.known(os.fsencode(folder.path))
    )

def state(library):
    return [[str(f.path.relative_to(base)), f.online] for f in library.folders.all()]

def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline and not library.trouble, library.trouble
        time.sleep(0.02)

for name in ("store", "usb", "usb1", "library"):
    (base / name).mkdir()

def store(number, name):
    path = base / "store" / name
    path.write_bytes(photo(number))
    os.utime(path, ns=(10**18 + number, 10**18 + number))

for number in range(30):
    store(number, f"{number:02d}.png")

def plug(where):
    # A drive whose files have new numbers with every mount.
    sh("mount", "-t", "tmpfs", "drive", str(base / where))
    sh("cp", "-a", str(base / "store") + "/.", str(base / where))
    # What was written just now proves nothing.
    time.sleep(0.05)

def pull(where):
    sh("umount", "-l", str(base / where))

library = SmallLibrary(base / "library", timing=FollowTiming(locate=0.1))
told = {}
"""


def played(tmp_path: Path, script: str) -> dict[str, Any]:
    """What a script tells that may mount and unmount, alone in a namespace."""
    command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*command, "mount", "-t", "tmpfs", "x", "/mnt"], capture_output=True).returncode:
        pytest.skip("this system lets no test mount")
    program = PRELUDE + textwrap.dedent(script) + "\nlibrary.close()\nprint(json.dumps(told))\n"
    done = subprocess.run(
        [*command, sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.slow
def test_a_pulled_drive_is_offline_and_its_photos_come_back_without_decoding(tmp_path: Path) -> None:
    told = played(
        tmp_path,
        """
        plug("usb")
        library.folders.add(base / "usb")
        library.scan()
        told["indexed"] = len(library.index)
        pull("usb")
        last = library.scan()[-1]
        told["skipped"] = [line.reason for line in last.skipped]
        told["offline"] = [state(library), len(names(library)), len(library.index)]
        # Again and again: an empty mount point stays one.
        library.scan()
        told["still"] = state(library)
        plug("usb")
        library.scan()
        told["back"] = [state(library), len(names(library)), len(decoded)]
        """,
    )
    assert told["indexed"] == 30
    assert "cannot be reached" in told["skipped"][0]
    assert told["offline"] == [[["usb", False]], 30, 30]
    assert told["still"] == [["usb", False]]
    assert told["back"] == [[["usb", True]], 30, 30]


@pytest.mark.slow
def test_a_drive_that_comes_back_under_another_mount_point_takes_its_photos_along(tmp_path: Path) -> None:
    told = played(
        tmp_path,
        """
        plug("usb")
        library.folders.add(base / "usb")
        library.scan()
        sh("mount", "--move", str(base / "usb"), str(base / "usb1"))
        # Another drive now has its place, with other photos.
        sh("mount", "-t", "tmpfs", "other", str(base / "usb"))
        (base / "usb" / "stranger.png").write_bytes(photo(99))
        opened = []
        sys.addaudithook(lambda event, about: event == "open" and ".png" in str(about[0]) and opened.append(1))
        library.scan()
        told["moved"] = [state(library), names(library)[0], len(names(library)), len(opened)]
        # Gone altogether, it is offline: the stranger is not it.
        pull("usb1")
        library.scan()
        told["gone"] = [state(library), len(names(library))]
        """,
    )
    assert told["moved"] == [[["usb1", True]], "usb1/00.png", 30, 0]
    assert told["gone"] == [[["usb1", False]], 30]


@pytest.mark.slow
def test_watching_notices_drives_that_come_and_go(tmp_path: Path) -> None:
    told = played(
        tmp_path,
        """
        (base / "photos").mkdir()
        (base / "photos" / "own.png").write_bytes(photo(500))
        (base / "photos" / "card").mkdir()
        plug("photos/card")
        library.folders.add(base / "photos")
        library.follow()
        wait_for(lambda: len(library.index) == 31)
        pull("photos/card")
        time.sleep(1)
        (base / "photos" / "new.png").write_bytes(photo(501))
        wait_for(lambda: len(library.index) == 32)
        told["card away"] = len(names(library))
        (base / "store" / "00.png").unlink()
        store(502, "fresh.png")
        plug("photos/card")
        wait_for(lambda: "photos/card/fresh.png" in names(library))
        wait_for(lambda: len(library.index) == 32)
        told["card back"] = len(names(library))
        (base / "photos" / "card" / "live.png").write_bytes(photo(503))
        wait_for(lambda: "photos/card/live.png" in names(library))
        told["decoded"] = len(decoded)
        """,
    )
    assert told == {"card away": 32, "card back": 32, "decoded": 34}


@pytest.mark.slow
def test_a_drive_mounted_over_a_watched_empty_folder_is_followed(tmp_path: Path) -> None:
    told = played(
        tmp_path,
        """
        library.folders.add(base / "usb")
        library.follow()
        wait_for(lambda: library.last and library.last.stage == "watching")
        plug("usb")
        wait_for(lambda: len(library.index) == 30)
        (base / "usb" / "live.png").write_bytes(photo(503))
        wait_for(lambda: "usb/live.png" in names(library))
        told["state"] = state(library)
        """,
    )
    assert told == {"state": [["usb", True]]}


@pytest.mark.slow
def test_a_drive_that_is_gone_from_inside_a_folder_is_told_of(tmp_path: Path) -> None:
    told = played(
        tmp_path,
        """
        from lookalike.watching.watched import WatchedFolders
        watched = WatchedFolders(library.catalog)
        (base / "photos" / "card").mkdir(parents=True)
        (base / "photos" / "own.png").write_bytes(photo(500))
        plug("photos/card")
        folder = library.folders.add(base / "photos")
        told["whole"] = [line.path for step in library.scan() for line in step.skipped]
        pull("photos/card")
        told["scan"] = [(line.path, line.reason) for step in library.scan() for line in step.skipped]
        lines = []
        library.heard = lambda step: step.stage == "watching" and lines.append([x.path for x in step.skipped])
        library.follow()
        wait_for(lambda: len(lines) > 3)
        told["follow"] = lines[-1]
        library.rest()
        told["folders"] = [line.path for line in watched.missing_drives(folder)]
        plug("photos/card")
        library.scan()
        told["back"] = [line.path for line in watched.missing_drives(folder)]
        """,
    )
    card = str(tmp_path / "photos" / "card")
    reason = "The drive that was mounted here cannot be reached. What is known of 30 photos on it is kept."
    away = {"scan": [[card, reason]], "follow": [card], "folders": [card]}
    assert told == {"whole": [], **away, "back": []}
