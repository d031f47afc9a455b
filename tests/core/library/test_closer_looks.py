"""Closer looks in a whole library, with the real descriptor and the real judge, on photos of things at home."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lookalike import app_paths
from lookalike.descriptors import precision
from lookalike.descriptors.embedded_network import Precision
from lookalike.descriptors.precision import SelfCheck, Trial
from lookalike.library import Library
from lookalike.library.closer_looks import BackgroundLooks
from lookalike.progress import Stage
from tests.benchmarks.things import b_cubed, read_truth
from tests.builders.jobs import result_of
from tests.data import evaluation_data

GROUPS = ("parking_backstreet", "cottage_front", "highchair", "red_coffeemaker")
STRANGERS = 24


class Album:
    """Photos of some groups of ``dev2``, and some of ``dev`` that show nothing of theirs, copied to one folder."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder = folder
        folder.mkdir()
        dev, dev2 = (json.loads((data / name / "ground_truth.json").read_text()) for name in ("dev", "dev2"))
        chosen = [data / "dev2" / name for group in GROUPS for name in dev2["groups"][group]["images"]]
        strangers = sorted(dev["distractors"])
        chosen += [data / "dev" / name for name in strangers[:: len(strangers) // STRANGERS]]
        self._originals: dict[Path, Path] = {}
        for number, path in enumerate(chosen):
            copied = Path(shutil.copy(path, folder / f"{number}{path.suffix}"))
            self._originals[copied] = path.resolve()
        self._truth = {
            path: photo
            for path, photo in read_truth(data / "dev2" / "ground_truth.json").items()
            if photo.group in GROUPS
        }

    def quality(self, library: Library) -> tuple[float, float]:
        """B-cubed precision and recall of the groups."""
        things = library.things.all()
        paths = library.photos.paths([number for thing in things for number in thing.photos])
        found = [
            {self._originals[path] for number in thing.photos for path in paths[number]} for thing in things
        ]
        precision, recall, _ = b_cubed(self._truth, found)["all"]
        return precision, recall


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path / "album", evaluation_data())


@pytest.fixture
def exact_descriptors() -> Iterator[None]:
    """Have photos described by float32: of few photos another arithmetic may find one more or less."""
    precision._keep(SelfCheck(Precision.FLOAT32, (Trial(Precision.FLOAT32, 1.0, 1.0),)))
    yield
    # It is no finding, so that other tests do not take it for one.
    app_paths.self_check().unlink()


@pytest.fixture
def library(tmp_path: Path, album: Album, exact_descriptors: None) -> Iterator[Library]:
    """The photos, and the things that are found of them without a closer look."""
    with Library(tmp_path / "library") as library:
        library.folders.add(album.folder)
        for job in (library.scan(), library.pairs.update(), library.things.update()):
            result_of(job)
        yield library


@pytest.mark.slow
def test_things_are_found_whose_details_do_not_tell(library: Library, album: Album) -> None:
    before = album.quality(library)
    work = library.closer_looks.make()
    assert next(work).stage is Stage.LOOKING_CLOSER
    work.close()
    steps = list(library.closer_looks.make())
    assert {step.stage for step in steps} == {Stage.LOOKING_CLOSER}
    assert steps[-1].ended and not steps[-1].skipped
    assert library.things.outdated
    result_of(library.things.update())
    after = album.quality(library)
    assert after[1] > before[1] + 0.1
    assert after[0] > 0.95
    assert list(library.closer_looks.make()) == [], "nothing is looked at twice"
    links = list(library._catalog.things.links())
    assert any((~np.isnan(some.judged)).any() for some in links)
    background = BackgroundLooks(library.closer_looks)
    assert background.step() is None
    background.close()


@pytest.mark.slow
def test_a_look_ends_when_it_is_told_to(library: Library) -> None:
    steps = list(library.closer_looks.make(lambda: True))
    assert len(steps) == 1, "after the step at hand"
    assert library._catalog.things.looked() == ""
