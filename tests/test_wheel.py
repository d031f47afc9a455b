"""The wheel carries the whole program, with the files it ships."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.data import REPOSITORY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's contents, built from this checkout without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
    ]
    done = subprocess.run(
        [*command, str(REPOSITORY)], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(folder.glob("lookalike-*.whl"))) as wheel:
        wheel.extractall(folder / "contents")
    return folder / "contents"


def test_every_module_and_resource_is_inside(unpacked: Path) -> None:
    for root, inside in (
        (REPOSITORY / "core" / "lookalike", "lookalike"),
        (REPOSITORY / "desktop" / "lookalike_desktop", "lookalike_desktop"),
        (REPOSITORY / "resources", "lookalike/resources"),
    ):
        shipped = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"]
        assert shipped
        missing = [path for path in shipped if not (unpacked / inside / path.relative_to(root)).is_file()]
        assert missing == []


def test_an_installed_program_finds_its_resources(unpacked: Path, tmp_path: Path) -> None:
    script = "from lookalike.resources import resource; print(resource('sample_album.toml'))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == unpacked / "lookalike" / "resources" / "sample_album.toml"


def test_both_programs_are_declared(unpacked: Path) -> None:
    declared = next(unpacked.glob("lookalike-*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    assert "lookalike = lookalike.cli:main" in declared
    assert "lookalike-app = lookalike_desktop.main:main" in declared


def test_both_packages_are_marked_as_typed(unpacked: Path) -> None:
    assert (unpacked / "lookalike" / "py.typed").is_file()
    assert (unpacked / "lookalike_desktop" / "py.typed").is_file()


def test_the_licence_and_the_notices_are_inside(unpacked: Path) -> None:
    folder = next(unpacked.glob("lookalike-*.dist-info"))
    for name in ("LICENSE", "NOTICE", "THIRD_PARTY_NOTICES.md"):
        assert (folder / "licenses" / name).read_bytes() == (REPOSITORY / name).read_bytes()
    assert "License-Expression: Apache-2.0" in (folder / "METADATA").read_text(encoding="utf-8").splitlines()
