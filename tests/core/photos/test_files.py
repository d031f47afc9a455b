"""Reading files: one read, a stable name for the content, and one clear line for whatever goes wrong."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from lookalike.photos import (
    FileBytes,
    FileUnavailableError,
    PhotoError,
    is_online_only,
    is_photo,
    open_image,
    read_file,
)
from tests.builders.photo_files import encoded, smooth_photo


@pytest.mark.parametrize(
    ("name", "photo"),
    [
        ("IMG_1.jpg", True),
        ("IMG_1.JPEG", True),
        ("a.b.HEIC", True),
        ("_DSC1.NEF", True),
        ("ünïcode 北京.png", True),
        (".hidden.jpg", False),
        ("._IMG_1.jpg", False),
        ("notes.txt", False),
        ("jpg", False),
        ("clip.mp4", False),
        ("IMG_1.jpg.part", False),
    ],
)
def test_what_is_taken_for_a_photo(name: str, photo: bool) -> None:
    assert is_photo(Path("some/folder") / name) is photo


def test_content_is_the_hash_of_the_bytes_wherever_they_lie(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(b"same bytes")
    (tmp_path / "two.png").write_bytes(b"same bytes")
    (tmp_path / "three.jpg").write_bytes(b"same byteS")
    one, two, three = (read_file(tmp_path / name) for name in ("one.jpg", "two.png", "three.jpg"))
    assert one.content == two.content != three.content
    assert one.content == hashlib.blake2b(b"same bytes", digest_size=16).hexdigest()
    assert (one.data, one.name) == (b"same bytes", "one.jpg")
    assert FileBytes.of(b"same bytes", "one.jpg") == one


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileUnavailableError, match=r"^gone\.jpg is no longer there\.$"):
        read_file(tmp_path / "gone.jpg")
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(FileUnavailableError, match="no longer there"):
        read_file(tmp_path / "file" / "gone.jpg")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions bind no such user")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.jpg"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(FileUnavailableError, match=r"^secret\.jpg may not be read\. Check"):
        read_file(path)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(PhotoError, match=r"^empty\.jpg is empty\.$"):
        read_file(tmp_path / "empty.jpg")


def test_a_file_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.tif"
    path.write_bytes(bytes(101))
    with pytest.raises(PhotoError, match=r"^big\.tif is too large to be read"):
        read_file(path, limit_bytes=100)
    assert len(read_file(path, limit_bytes=101).data) == 101


def test_a_sparse_giant_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "sparse.tif"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(PhotoError, match="too large to be read"):
        read_file(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipes_sockets_and_folders_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    for name in ("pipe.jpg", "folder.jpg"):
        with pytest.raises(PhotoError, match=f"^{name} is not a file"):
            read_file(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jpg")
        with pytest.raises(PhotoError, match=r"^socket\.jpg "):
            read_file(tmp_path / "socket.jpg")


def test_links_are_followed_and_broken_ones_told(tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(b"x")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "real.jpg")
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "missing.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    assert read_file(tmp_path / "link.jpg").data == b"x"
    for name in ("broken.jpg", "loop.jpg"):
        with pytest.raises(FileUnavailableError, match=f"^{name} "):
            read_file(tmp_path / name)


def test_impossible_names_cost_one_line() -> None:
    with pytest.raises(PhotoError) as caught:
        read_file(Path("a\0b.jpg"))
    assert len(str(caught.value).splitlines()) == 1


def test_names_that_break_lines_or_encodings_are_told_in_one_line(tmp_path: Path) -> None:
    for name in ("two\nlines.jpg", os.fsdecode(b"latin-\xe9.jpg")):
        try:
            (tmp_path / name).write_bytes(b"no photo")
        except (OSError, UnicodeError):
            pytest.skip("the file system refuses such names")
        with pytest.raises(PhotoError) as caught:
            open_image(tmp_path / name, 100)
        assert len(str(caught.value).splitlines()) == 1
        str(caught.value).encode()


@pytest.mark.parametrize(
    ("status", "online_only"),
    [
        ({"st_file_attributes": 0x00400020}, True),
        ({"st_file_attributes": 0x00040020}, True),
        ({"st_file_attributes": 0x20}, False),
        ({"st_flags": 0x40000000}, True),
        ({"st_flags": 0}, False),
        ({}, False),
    ],
)
def test_placeholders_of_cloud_drives_are_known(status: dict[str, int], online_only: bool) -> None:
    assert is_online_only(cast(os.stat_result, SimpleNamespace(**status))) is online_only


def test_open_image_reads_and_decodes(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(smooth_photo((300, 200)), "JPEG"))
    assert open_image(path, 150).size == (150, 100)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux lists open files there")
def test_a_folder_that_is_no_photo_is_closed_again(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    for _ in range(5):
        with pytest.raises(PhotoError, match="is not a file"):
            read_file(tmp_path)
    assert len(os.listdir("/proc/self/fd")) <= len(before)
