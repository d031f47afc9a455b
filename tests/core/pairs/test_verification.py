"""Verification: what costs much is done only for pairs that may come to something."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.pairs import PairKind, copies, verification
from lookalike.pairs.agreement import compare_pixels, wide_difference
from lookalike.pairs.alignment import Matrix, whole_frames
from lookalike.pairs.photo_pixels import PhotoPixels
from lookalike.pairs.verification import CHANCE_MATCH, GLANCED_CORRELATION, match_of
from tests.builders.pair_graph import SmallPairGraph, graph_of_files
from tests.builders.photo_files import textured_photo
from tests.data import evaluation_data

SIZE = (480, 360)


def graph_of(folder: Path, photos: dict[str, Image.Image]) -> SmallPairGraph:
    for name, photo in photos.items():
        photo.save(folder / name, quality=85)
    return graph_of_files(folder, [folder / name for name in photos])


def test_a_file_that_can_be_made_of_the_other_needs_no_other_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    textured_photo(5, SIZE).save(tmp_path / "first.jpg", quality=85)
    with Image.open(tmp_path / "first.jpg") as opened:
        original = opened.convert("RGB")
    turned = original.transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "turned.jpg", quality=85)
    graph = graph_of_files(tmp_path, [tmp_path / "first.jpg", tmp_path / "turned.jpg"])

    def refuse(*_arguments: object) -> None:
        raise AssertionError("compression need not explain it")

    monkeypatch.setattr(verification, "unexplained", refuse)
    ids = graph.ids()
    pair = graph.updater.verified(ids["first.jpg"], ids["turned.jpg"])
    assert pair.kind is PairKind.EDITED
    assert pair.original == ids["first.jpg"]
    graph.library.catalog.close()


def test_photos_that_agree_by_chance_alone_have_the_match_of_chance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert match_of(None) == CHANCE_MATCH
    monkeypatch.setattr(verification, "align", lambda _first, _second: None)
    graph = graph_of(tmp_path, {f"{seed}.jpg": textured_photo(seed, SIZE) for seed in (30, 31)})
    pair = graph.updater.verified(*sorted(graph.ids().values()))
    assert pair.kind is PairKind.NOTHING
    assert pair.match == CHANCE_MATCH
    graph.library.catalog.close()


def test_pixels_that_do_not_correlate_are_not_compared() -> None:
    one, other = (np.asarray(textured_photo(seed, SIZE)) for seed in (30, 31))
    (frame, *_) = whole_frames()
    assert compare_pixels(one, other, frame) is None
    darker = (one * 0.7).astype(np.uint8)
    agreed = compare_pixels(one, darker, frame)
    assert agreed is not None
    assert agreed.correlation > GLANCED_CORRELATION
    assert agreed.tone_change == pytest.approx(0.3 * float(np.median(one)), rel=0.3)


def test_a_wide_difference_is_that_of_the_whole_picture() -> None:
    one = np.asarray(textured_photo(30, SIZE).convert("L"), np.float32)
    noise = np.random.default_rng(0).normal(0.0, 10.0, one.shape).astype(np.float32)
    inside = np.zeros(one.shape, np.bool_)
    inside[40:300, 60:400] = True
    found = wide_difference(one, one + 5.0 + noise, inside)
    assert np.median(found) == pytest.approx(5.0, abs=0.2)
    assert len(found) == pytest.approx(inside.sum() / 16, rel=0.05)
    assert len(wide_difference(one, one, np.zeros(one.shape, np.bool_))) == 0


def test_the_same_alignment_is_not_tried_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scene = np.asarray(textured_photo(11, SIZE), np.float64)
    generator = np.random.default_rng(0)
    shots = [
        Image.fromarray((scene + generator.normal(0.0, 6.0, scene.shape)).clip(0, 255).astype(np.uint8))
        for _ in range(2)
    ]
    graph = graph_of(tmp_path, {f"{number}.jpg": shot for number, shot in enumerate(shots)})
    tried: list[bytes] = []
    original = copies._unexplained

    def counted(first: PhotoPixels, second: PhotoPixels, matrix: Matrix) -> object:
        tried.append(matrix.tobytes())
        return original(first, second, matrix)

    monkeypatch.setattr(copies, "_unexplained", counted)
    assert graph.updater.verified(*sorted(graph.ids().values())).kind is PairKind.BURST
    assert tried
    assert len(tried) == len(set(tried))
    graph.library.catalog.close()


@pytest.mark.parametrize("made", ["blur-a-little", "sharpen-a-little", "sharpen-a-lot"])
def test_a_real_photo_made_a_little_sharper_or_softer_is_a_copy(tmp_path: Path, made: str) -> None:
    folder = evaluation_data() / "neardup_real"
    graph = graph_of_files(tmp_path, [folder / "aaa-orig.jpg", folder / f"{made}.jpg"])
    assert graph.updater.verified(*sorted(graph.ids().values())).kind is PairKind.EDITED
    graph.library.catalog.close()


def test_real_shots_in_the_same_light_are_no_copies(tmp_path: Path) -> None:
    folder = evaluation_data() / "dev2" / "images" / "burst_livingroom"
    graph = graph_of_files(tmp_path, [folder / f"{number}.jpg" for number in ("02", "03", "04")])
    for pair in itertools.combinations(sorted(graph.ids().values()), 2):
        assert graph.updater.verified(*pair).kind is PairKind.BURST
    graph.library.catalog.close()
