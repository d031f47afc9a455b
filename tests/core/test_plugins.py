"""Plug-ins: the example is installed, its judge and descriptor evaluated; broken ones cost a line each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer, plugin_spec
from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.models.errors import ModelError
from tests.builders.photo_files import textured_photo
from tests.core.evaluation.test_evaluate import write_set
from tests.data import REPOSITORY

EXAMPLE = REPOSITORY / "docs" / "plugin_example"


def plug_in(folder: Path, module: str, entry_points: str) -> Path:
    """A package with entry points, as an installer leaves it."""
    info = folder / "plugged_in-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged-in\nVersion: 1\n")
    (info / "entry_points.txt").write_text(entry_points)
    (folder / "plugged_in.py").write_text(module)
    return folder


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = plug_in(
        tmp_path / "site",
        "something = 1\n\ndef fails():\n    raise RuntimeError('no network')\n",
        "[lookalike.judges]\ngone = plugged_in:Nothing\nodd = plugged_in:something\nnowhere = not_there:x\n"
        "[lookalike.descriptors]\nabsent = plugged_in:Nothing\n",
    )
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "plugged_in", raising=False)


@pytest.mark.usefixtures("broken")
def test_broken_ones_cost_a_line_each(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        assert library.judges.names()[:2] == ["none", "geometry"]
        told = [str(error) for error in library.judges.missing()]
        for name, why in (("gone", "Nothing"), ("odd", "is no kind of judge"), ("nowhere", "not_there")):
            (line,) = [one for one in told if f"The plug-in {name} " in one]
            assert why in line
            assert len(line.splitlines()) == 1
        assert library.judges.get("geometry") is not None
        with pytest.raises(LookalikeError, match="plug-in absent"):
            library.descriptor.choose("absent")


def test_a_descriptor_that_no_package_adds() -> None:
    assert plugin_spec("mean-colour-of-nobody") is None
    with pytest.raises(ModelError, match="no descriptor back end called"):
        open_describer(DescriberSpec("mean-colour-of-nobody"))


@pytest.mark.slow
def test_the_example_is_installed_and_evaluated(tmp_path: Path, own_home: Path) -> None:
    site = tmp_path / "site"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    done = subprocess.run(
        [*command, "--target", str(site), str(EXAMPLE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    things = {
        f"t{n}": [textured_photo(n, (200, 150)), textured_photo(n, (200, 150)).rotate(3)] for n in range(3)
    }
    truth = write_set(tmp_path / "set", things, 3)
    save = tmp_path / "run.jsonl"
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    arguments = ["evaluate", str(truth), "--descriptor", "mean-colour", "--judge", "histogram", "--top", "9"]
    done = subprocess.run(
        [sys.executable, "-m", "lookalike", *arguments, "--save", str(save), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
        env=os.environ | {"LOOKALIKE_HOME": str(own_home), "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["judge"], figures["descriptor"]) == ("histogram", "example-mean-colour-1")
    assert figures["queries"] == 3
    assert figures["R@10"] == 1
    answers = [json.loads(line) for line in save.read_text().splitlines()[1:]]
    assert all(0 <= match <= 1 for answer in answers for _, _, match, _ in answer["results"])
