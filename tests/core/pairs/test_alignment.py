"""Alignment: photos of one thing pass the first look, however they are seen; others cost no more than that look."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PIL import Image

from lookalike.judges.geometry.matching import mutual_matches
from lookalike.local_features import LocalFeatures, extract
from lookalike.pairs import alignment
from lookalike.pairs.alignment import LEAST_AGREEMENT, LEAST_MIRROR_AGREEMENT, MIRROR_TRIED, TRIED, align
from tests.builders.photo_files import textured_photo

SIZE = (640, 480)


def seen(corners: list[list[float]], seed: int = 3) -> LocalFeatures:
    """The features of a photo whose corners lie elsewhere."""
    import cv2

    photo = np.asarray(textured_photo(seed, SIZE))
    width, height = SIZE
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(frame, np.array(corners, np.float32))
    return extract(Image.fromarray(cv2.warpPerspective(photo, matrix, SIZE, flags=cv2.INTER_AREA)))


@pytest.mark.parametrize(
    "corners",
    [
        [[0, 0], [640, 0], [640, 480], [0, 480]],
        [[560, 0], [560, 480], [80, 480], [80, 0]],
        [[-640, -480], [640, -480], [640, 480], [-640, 480]],
        [[0, 0], [200, 20], [210, 170], [-10, 150]],
        [[0, 120], [640, 0], [640, 480], [0, 330]],
        [[100, 0], [540, 0], [640, 480], [0, 480]],
    ],
    ids=["as it is", "turned", "a crop", "small and turned", "from the side", "from below"],
)
def test_a_view_of_the_same_is_aligned(corners: list[list[float]]) -> None:
    one, other = extract(textured_photo(3, SIZE)), seen(corners)
    assert alignment.do_agree(one.strongest(TRIED), other.strongest(TRIED), 4 * LEAST_AGREEMENT)
    found = align(one, other)
    assert found is not None
    assert not found.mirrored
    import cv2

    width, height = SIZE
    middle = found.matrix @ [0.5, 0.5, 1.0]
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(frame, np.array(corners, np.float32))
    expected = matrix @ [width / 2, height / 2, 1.0]
    np.testing.assert_allclose(
        middle[:2] / middle[2], expected[:2] / expected[2] / [width, height], atol=0.01
    )


def test_a_mirror_image_is_aligned() -> None:
    photo = textured_photo(3, SIZE)
    one, other = extract(photo), extract(photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    some, others = one.strongest(MIRROR_TRIED).mirrored(), other.strongest(MIRROR_TRIED)
    assert alignment.do_agree(some, others, 4 * LEAST_MIRROR_AGREEMENT)
    assert not alignment.do_agree(some, others, MIRROR_TRIED)
    found = align(one, other)
    assert found is not None
    assert found.mirrored


def test_what_has_nothing_in_common_is_only_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    matched: list[int] = []
    original = mutual_matches

    def counted(first: LocalFeatures, second: LocalFeatures) -> object:
        matched.append(max(len(first), len(second)))
        return original(first, second)

    monkeypatch.setattr(alignment, "mutual_matches", counted)
    photos = [extract(textured_photo(seed, SIZE)) for seed in range(20, 26)]
    assert min(map(len, photos)) > TRIED
    found = [align(one, other) for one, other in itertools.combinations(photos, 2)]
    # Chance has some agree that much, the more so as these photos are made of the same few shapes.
    assert sum(size > TRIED for size in matched) <= len(found) * 2 / 3
    assert found.count(None) >= len(found) / 3


def test_photos_without_features_are_not_aligned() -> None:
    flat = LocalFeatures.none(SIZE)
    assert align(flat, extract(textured_photo(3, SIZE))) is None
    assert align(flat, flat) is None
