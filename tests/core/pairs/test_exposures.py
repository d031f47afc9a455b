"""Exposures: two frames of one series are known as such, however far apart, and other frames are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.pairs import PairKind, verification
from lookalike.pairs.exposures import compare_order, may_be_one_frame
from lookalike.pairs.icons import Icon, IconReader
from tests.builders.pair_graph import graph_of_files
from tests.builders.photo_files import textured_photo
from tests.data import evaluation_data

SIZE = (480, 360)
STOPS = 2.0


def exposed(scene: Image.Image, stops: float, seed: int) -> Image.Image:
    """A scene as a camera takes it with so many stops more light, noise and lost highlights included."""
    light = (np.asarray(scene, np.float64) / 255.0) ** 2.2 * 2.0**stops
    noisy = light + np.random.default_rng(seed).normal(0.0, 0.002, light.shape)
    return Image.fromarray((255.0 * noisy.clip(0.0, 1.0) ** (1 / 2.2)).round().astype(np.uint8))


def icon_of(photo: Image.Image) -> Icon:
    grey = np.asarray(photo.convert("L").resize((24, 24), Image.Resampling.BOX), np.float32)
    icon: Icon = (grey - grey.mean()) / grey.std()
    return icon


def test_the_order_of_lights_and_shadows_stays_where_grey_values_do_not() -> None:
    scene = textured_photo(8, SIZE)
    dark, bright = exposed(scene, -STOPS, 1), exposed(scene, STOPS, 2)
    assert may_be_one_frame(icon_of(dark), icon_of(bright))
    agreed = compare_order(np.asarray(dark), np.asarray(bright))
    assert agreed is not None
    assert agreed.share > 0.5
    assert np.abs(agreed.matrix - np.eye(3)).max() < 0.01


def test_other_scenes_have_another_order() -> None:
    one, other = exposed(textured_photo(8, SIZE), -STOPS, 1), exposed(textured_photo(9, SIZE), STOPS, 2)
    assert not may_be_one_frame(icon_of(one), icon_of(other))
    assert compare_order(np.asarray(one), np.asarray(other)) is None


def test_what_has_no_icon_is_no_frame_of_a_series() -> None:
    assert not may_be_one_frame(None, icon_of(textured_photo(8, SIZE)))


def test_far_exposures_of_one_frame_are_a_burst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = textured_photo(8, SIZE)
    for name, stops in (("dark", -STOPS), ("bright", STOPS)):
        exposed(scene, stops, 1).save(tmp_path / f"{name}.jpg", quality=90)
    # Neither details nor grey values, as in a series of more light than this scene can be made to have.
    monkeypatch.setattr(verification, "align", lambda _first, _second: None)
    monkeypatch.setattr(verification, "likely_frames", lambda _first, _second: [])
    graph = graph_of_files(tmp_path, [tmp_path / "dark.jpg", tmp_path / "bright.jpg"])
    pair = graph.updater.verified(*sorted(graph.ids().values()))
    assert pair.kind is PairKind.BURST
    assert pair.original is None
    assert pair.edits == ()
    graph.library.catalog.close()


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [("burst_memorial", "01", "05"), ("burst_memorial", "02", "05"), ("burst_window_room", "01", "06")],
)
def test_the_ends_of_a_real_series_are_a_burst(tmp_path: Path, name: str, one: str, other: str) -> None:
    folder = evaluation_data() / "dev2" / "images" / name
    graph = graph_of_files(tmp_path, [folder / f"{one}.jpg", folder / f"{other}.jpg"])
    assert graph.updater.verified(*sorted(graph.ids().values())).kind is PairKind.BURST
    graph.library.catalog.close()


def test_real_packets_at_one_place_are_no_burst(tmp_path: Path) -> None:
    images = evaluation_data() / "dev" / "images"
    packets = [images / f"gro_{name}" / "01.jpg" for name in ("Bravo-Apple-Juice", "Arla-Standard-Milk")]
    graph = graph_of_files(tmp_path, packets)
    icons = IconReader(graph.library.thumbnails)
    hashes = [graph.library.catalog.contents.one(number).hash for number in graph.ids().values()]
    assert may_be_one_frame(*(icons.of(content) for content in hashes))
    assert graph.updater.verified(*sorted(graph.ids().values())).kind is PairKind.NOTHING
    graph.library.catalog.close()
