"""Icons: which ways a frame may lie on another, and that thumbnails are read once."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.pairs.alignment import whole_frames
from lookalike.pairs.icons import IconReader, likely_frames
from lookalike.photos import THUMBNAIL_SIDES
from tests.builders.photo_files import textured_photo


class CountingThumbnails(ThumbnailCache):
    """Thumbnails that count how often each was read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reads: Counter[str] = Counter()

    def best(self, content: str) -> bytes | None:
        self.reads[content] += 1
        return super().best(content)

    def add(self, content: str, photo: Image.Image) -> None:
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=85)
        self.put(content, THUMBNAIL_SIDES[0], file.getvalue())


@pytest.fixture
def thumbnails(tmp_path: Path) -> CountingThumbnails:
    return CountingThumbnails(tmp_path / "thumbnails.sqlite")


@pytest.mark.parametrize("number", range(8))
def test_the_way_a_frame_was_laid_is_likely(thumbnails: CountingThumbnails, number: int) -> None:
    photo = textured_photo(7, (256, 256))
    turned = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if number >= 4 else photo
    thumbnails.add("a", photo)
    thumbnails.add("b", turned.rotate(-90 * (number % 4)))
    icons = IconReader(thumbnails)
    found = likely_frames(icons.of("a"), icons.of("b"))
    assert any(np.array_equal(frame.matrix, whole_frames()[number].matrix) for frame in found)
    thumbnails.close()


def test_a_thumbnail_is_decoded_once_and_missing_ones_are_asked_for_again(
    thumbnails: CountingThumbnails,
) -> None:
    icons = IconReader(thumbnails)
    thumbnails.add("a", textured_photo(7, (256, 192)))
    first = icons.of("a")
    assert first is not None
    assert icons.of("a") is first
    assert icons.of("b") is None
    thumbnails.add("b", textured_photo(8, (256, 192)))
    assert icons.of("b") is not None
    assert thumbnails.reads == {"a": 1, "b": 2}
    assert likely_frames(first, None) == []
    thumbnails.close()


def test_a_plain_photo_has_no_icon(thumbnails: CountingThumbnails) -> None:
    thumbnails.add("a", Image.new("RGB", (256, 192), "grey"))
    assert IconReader(thumbnails).of("a") is None
    thumbnails.close()
