"""The geometric judge on generated photos whose true geometry is known, and on some real ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from lookalike.caches.content_cache import ContentCache
from lookalike.errors import LookalikeError
from lookalike.judges.geometry import GeometricJudge, lighterglue, xfeat
from lookalike.judges.geometry.evidence import WEIGHTS, logit_of, mirror_logit, weigh
from lookalike.judges.geometry.photo_features import PhotoFeatures
from lookalike.judges.geometry.xfeat import XFeatFeatures
from lookalike.judges.protocol import Judge, JudgePhoto, Verdict
from lookalike.local_features import DETECTOR, KIND, LocalFeatures
from tests.builders.photo_files import textured_photo

LIKELY, UNLIKELY = 0.7, 0.3

# From the original's pixels (640 × 480) to the photo taken from another place: turned, smaller, in perspective.
VIEW = np.array([[0.74, -0.21, 130.0], [0.17, 0.66, 20.0], [1.5e-4, -2.0e-4, 1.0]])

CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "itself": lambda image: image,
    "turned left": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "half as large": lambda image: image.resize(
        (image.width // 2, image.height // 2), Image.Resampling.LANCZOS
    ),
    "mirrored": ImageOps.mirror,
    "flipped": ImageOps.flip,
    "cropped": lambda image: image.crop((200, 150, 520, 390)),
    "darker": lambda image: image.point(lambda value: int(value * 0.6)),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "another view": lambda image: seen_from_elsewhere(image),
}


def seen_from_elsewhere(image: Image.Image) -> Image.Image:
    back = np.linalg.inv(VIEW)
    numbers = tuple((back / back[2, 2]).ravel()[:8])
    return image.transform((640, 480), Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC)


@cache
def texture(seed: int) -> Image.Image:
    return textured_photo(seed)


def photo(image: Image.Image, content: str = "") -> JudgePhoto:
    return JudgePhoto(content, lambda side: image)


def unreadable(content: str) -> JudgePhoto:
    def load(side: int) -> Image.Image:
        raise LookalikeError(f"{content}.jpg is damaged.")

    return JudgePhoto(content, load)


def match(first: Image.Image, second: Image.Image) -> float:
    (verdict,) = GeometricJudge().compare(photo(first), [photo(second)])
    assert verdict.match is not None
    return verdict.match


class Counting:
    """A photo that counts how often its pixels are asked for."""

    def __init__(self, seed: int) -> None:
        self.loads = 0
        self.photo = JudgePhoto(f"content{seed}", self._load)
        self._seed = seed

    def _load(self, side: int) -> Image.Image:
        self.loads += 1
        return texture(self._seed)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ContentCache]:
    store = ContentCache(tmp_path / "cache.db")
    yield store
    store.close()


def test_it_is_a_judge() -> None:
    judge: Judge = GeometricJudge()
    assert judge.name == "geometry"
    assert DETECTOR in judge.key


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_photo_still_matches(change: str) -> None:
    assert match(texture(1), CHANGES[change](texture(1))) > LIKELY


@pytest.mark.slow
def test_different_photos_do_not_match() -> None:
    others = [photo(texture(seed), str(seed)) for seed in range(2, 8)]
    verdicts = list(GeometricJudge().compare(photo(texture(1)), others))
    assert [verdict.content for verdict in verdicts] == [other.content for other in others]
    assert all(verdict.match is not None and verdict.match < UNLIKELY for verdict in verdicts)


@pytest.mark.slow
def test_a_changed_photo_beats_every_other_one() -> None:
    changed = {name: change(texture(1)) for name, change in CHANGES.items()}
    candidates = [photo(image, name) for name, image in changed.items()]
    candidates += [photo(texture(seed), f"other {seed}") for seed in range(2, 8)]
    verdicts = list(GeometricJudge().compare(photo(texture(1)), candidates))
    ranked = [verdict.content for verdict in sorted(verdicts, key=lambda verdict: -verdict.logit)]
    assert set(ranked[: len(CHANGES)]) == set(CHANGES)


def true_place(points: NDArray[np.float64]) -> NDArray[np.float64]:
    moved = np.c_[points * [640, 480], np.ones(len(points))] @ VIEW.T
    projected: NDArray[np.float64] = moved[:, :2] / moved[:, 2:] / [640, 480]
    return projected


def test_explained_points_follow_the_true_geometry() -> None:
    explanation = GeometricJudge().explain(photo(texture(1)), photo(seen_from_elsewhere(texture(1)), "view"))
    query, candidate = np.array(explanation.query_points), np.array(explanation.candidate_points)
    assert explanation.verdict.content == "view"
    assert len(query) == len(candidate) >= 50
    assert query.min() >= 0 and query.max() <= 1 and candidate.min() >= 0 and candidate.max() <= 1
    pixels_off = np.linalg.norm((true_place(query) - candidate) * [640, 480], axis=1)
    assert np.median(pixels_off) < 1.5
    assert np.quantile(pixels_off, 0.95) < 8


def test_explained_points_of_a_mirrored_photo_lie_mirrored() -> None:
    explanation = GeometricJudge().explain(photo(texture(1)), photo(ImageOps.mirror(texture(1))))
    query, candidate = np.array(explanation.query_points), np.array(explanation.candidate_points)
    assert "mirrored" in explanation.summary
    off = np.abs(np.c_[1 - query[:, 0], query[:, 1]] - candidate).max(axis=1)
    assert np.quantile(off, 0.95) < 0.02


def test_nothing_in_common_is_said_plainly() -> None:
    explanation = GeometricJudge().explain(photo(texture(1)), photo(Image.new("RGB", (64, 64), "grey")))
    assert explanation.query_points == explanation.candidate_points == []
    assert explanation.summary == "No details of the two photos match."


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (7, 3), (640, 1), (1, 640), (4000, 40), (300, 200)])
def test_photos_without_features_are_improbable_and_no_error(size: tuple[int, int]) -> None:
    flat = Image.new("RGB", size, (90, 120, 40))
    assert 0 <= match(texture(1), flat) < UNLIKELY
    assert 0 <= match(flat, texture(1)) < UNLIKELY
    assert 0 <= match(flat, flat) < UNLIKELY


def test_a_very_wide_photo_matches_its_own_part() -> None:
    wide = Image.new("RGB", (1920, 480))
    for number in range(3):
        wide.paste(texture(20 + number), (640 * number, 0))
    assert match(wide.crop((700, 0, 1200, 480)), wide) > LIKELY


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "I;16"])
def test_every_pixel_mode_is_taken(mode: str) -> None:
    image = texture(1).convert("L").convert(mode) if mode == "I;16" else texture(1).convert(mode)
    assert 0 <= match(image, image) <= 1


def test_a_larger_photo_than_asked_for_is_brought_to_size() -> None:
    large = texture(1).resize((1920, 1440), Image.Resampling.LANCZOS)
    assert match(large, texture(1)) > LIKELY


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_noise_is_no_match_and_every_probability_lies_in_0_to_1(first: int, second: int, seed: int) -> None:
    random = np.random.default_rng(seed)

    def noise(count: int) -> PhotoFeatures:
        rows = random.integers(0, 60, (count, 128), dtype=np.uint8)
        scales, angles = random.random((2, count), np.float32) + np.float32(1.0)
        size, points = (640, 480), random.random((count, 2), np.float32)
        directions = random.normal(size=(count, xfeat.DESCRIPTOR_LENGTH))
        directions *= 127 / np.linalg.norm(directions, axis=1, keepdims=True)
        return PhotoFeatures(
            LocalFeatures(size, points, rows, scales, angles),
            XFeatFeatures(size, points, np.round(directions).astype(np.int8)),
        )

    query, other = noise(first), noise(second)
    assert 0 <= weigh(query, other).match < UNLIKELY
    assert 0 <= weigh(query, query).match <= 1


def test_more_evidence_is_never_less_probable() -> None:
    for number in range(len(WEIGHTS)):
        amounts = [[3.0] * number + [amount] + [3.0] * (len(WEIGHTS) - number - 1) for amount in range(500)]
        logits = [logit_of(tuple(row)) for row in amounts]
        assert logits == sorted(logits)
    mirrored = [mirror_logit(amount) for amount in np.linspace(0, 700, 200)]
    assert mirrored == sorted(mirrored)


def test_an_unreadable_candidate_has_a_reason_and_the_work_goes_on() -> None:
    candidates = [photo(texture(1), "a"), unreadable("broken"), photo(texture(2), "b")]
    verdicts = list(GeometricJudge().compare(photo(texture(1)), candidates))
    assert verdicts[1] == Verdict("broken", None, reason="broken.jpg is damaged.")
    assert verdicts[0].match is not None and verdicts[2].match is not None


def test_an_unreadable_query_is_an_error() -> None:
    with pytest.raises(LookalikeError, match=r"query\.jpg"):
        list(GeometricJudge().compare(unreadable("query"), [photo(texture(1))]))
    with pytest.raises(LookalikeError, match=r"query\.jpg"):
        GeometricJudge().explain(unreadable("query"), photo(texture(1)))


@pytest.mark.slow
def test_features_are_found_once(store: ContentCache) -> None:
    photos = [Counting(seed) for seed in range(1, 5)]
    first = list(GeometricJudge(store).compare(photos[0].photo, [one.photo for one in photos[1:]]))
    again = list(GeometricJudge(store).compare(photos[0].photo, [one.photo for one in photos[1:]]))
    GeometricJudge(store).explain(photos[0].photo, photos[1].photo)
    assert [one.loads for one in photos] == [1, 1, 1, 1]
    assert again == first


def test_a_damaged_cache_entry_is_made_again(store: ContentCache) -> None:
    store.put(KIND, "content1", b"rubbish")
    store.put(xfeat.KIND, "content1", b"rubbish")
    query = Counting(1)
    assert len(list(GeometricJudge(store).compare(query.photo, [Counting(2).photo]))) == 1
    assert query.loads == 1
    kept = store.get(KIND, "content1")
    assert kept is not None and LocalFeatures.from_bytes(kept) is not None
    learned = store.get(xfeat.KIND, "content1")
    assert learned is not None and XFeatFeatures.from_bytes(learned) is not None


def test_a_query_without_a_name_leaves_no_trace(store: ContentCache) -> None:
    list(GeometricJudge(store).compare(photo(texture(1)), [photo(texture(2), "b")]))
    assert store.get(KIND, "") is None
    assert store.get(xfeat.KIND, "") is None
    assert store.get(KIND, "b") is not None


@pytest.mark.slow
def test_cancelling_ends_it_between_candidates() -> None:
    seen: list[Verdict] = []
    verdicts = GeometricJudge().compare(
        photo(texture(1)), (photo(texture(2), str(number)) for number in range(1000)), lambda: len(seen) >= 3
    )
    for verdict in verdicts:
        seen.append(verdict)
    assert [verdict.content for verdict in seen] == ["0", "1", "2"]


def test_cancelled_from_the_start_reads_nothing() -> None:
    query = Counting(1)
    assert list(GeometricJudge().compare(query.photo, [Counting(2).photo], lambda: True)) == []
    assert query.loads == 0


def test_closing_early_leaves_no_threads_and_takes_few_candidates() -> None:
    before = threading.active_count()
    taken = []

    def candidates() -> Iterator[JudgePhoto]:
        for number in range(1000):
            taken.append(number)
            yield photo(texture(2), str(number))

    verdicts = GeometricJudge().compare(photo(texture(1)), candidates())
    next(verdicts)
    assert isinstance(verdicts, Generator)
    verdicts.close()
    assert threading.active_count() == before
    assert len(taken) <= 10


@pytest.mark.slow
def test_networks_are_released_once_they_are_idle_and_loaded_again() -> None:
    judge = GeometricJudge(idle_seconds=0.0)
    networks = (lighterglue.network, xfeat.network)
    (before,) = judge.compare(photo(texture(1)), [photo(texture(2))])
    assert judge._idle is not None
    judge._idle.join()
    assert not any(network.loaded for network in networks)
    patient = GeometricJudge(idle_seconds=3600.0)
    assert list(patient.compare(photo(texture(1)), [photo(texture(2))])) == [before]
    assert all(network.loaded for network in networks)
    patient.close()
    assert not any(network.loaded for network in networks)


@pytest.mark.slow
def test_the_caller_may_stop_on_an_error_of_its_own() -> None:
    before = threading.active_count()

    def candidates() -> Iterator[JudgePhoto]:
        yield photo(texture(2), "b")
        raise RuntimeError("the list broke")

    with pytest.raises(RuntimeError, match="the list broke"):
        list(GeometricJudge().compare(photo(texture(1)), candidates()))
    assert threading.active_count() == before


@pytest.mark.slow
@pytest.mark.data
def test_real_pairs_beat_wrong_ones(data: Path, store: ContentCache) -> None:
    root = data / "dev"
    truth = json.loads((root / "ground_truth.json").read_text(encoding="utf-8"))
    queries = [query for query in truth["queries"] if query["primary"]][:40:5]
    judge = GeometricJudge(store)

    def real(name: str) -> JudgePhoto:
        return JudgePhoto(name, lambda side: ImageOps.exif_transpose(Image.open(root / name)).convert("RGB"))

    wins, pairs = 0, 0
    for number, query in enumerate(queries):
        right = query["positives"][:2]
        wrong = [other["image"] for other in queries if other["group"] != query["group"]][number % 3 :: 4]
        verdicts = list(judge.compare(real(query["image"]), [real(name) for name in right + wrong]))
        for good in verdicts[: len(right)]:
            for bad in verdicts[len(right) :]:
                pairs += 1
                wins += good.logit > bad.logit
    assert pairs >= 20
    assert wins / pairs > 0.8
