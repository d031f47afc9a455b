"""Voting with the features of generated photos."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from lookalike.index.inverted import FeatureIndex, InvertedFile
from lookalike.local_features import LocalFeatures, extract
from tests.builders.photo_files import textured_photo

FLAT = 50


@cache
def features(seed: int) -> LocalFeatures:
    if seed == FLAT:
        return extract(Image.new("RGB", (64, 64), "grey"))
    return extract(textured_photo(seed))


@pytest.fixture
def inverted(tmp_path: Path) -> Iterator[InvertedFile]:
    opened = InvertedFile.open(tmp_path / "details")
    opened.add(np.arange(1, 7), [features(seed) for seed in range(1, 7)])
    yield opened
    opened.close()


def test_it_is_a_feature_index(inverted: InvertedFile) -> None:
    index: FeatureIndex = inverted
    assert index.ids().tolist() == [1, 2, 3, 4, 5, 6] and len(index) == 6 and 3 in index and 7 not in index
    assert index.repairs == []


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_part_of_a_photo_that_was_turned_finds_it(inverted: InvertedFile, turn: int) -> None:
    part = textured_photo(3).crop((150, 100, 500, 400)).rotate(turn, expand=True)
    votes = inverted.vote(extract(part), 3)
    assert votes.ids[0] == 3
    assert len(votes.votes) == 1 or votes.votes[0] > 5 * votes.votes[1]
    assert votes.votes.dtype == np.float32 and votes.ids.dtype == np.int64


def test_a_mirrored_query_finds_what_its_mirror_shows(inverted: InvertedFile) -> None:
    mirrored = extract(ImageOps.mirror(textured_photo(4)))
    unlike = inverted.votes_of(mirrored, np.array([4]))[0]
    votes = inverted.vote(mirrored.mirrored(), 6)
    assert votes.ids[0] == 4 and votes.votes[0] > max(20, 7 * unlike)


def test_votes_of_given_photos_are_those_of_the_search(inverted: InvertedFile) -> None:
    found = inverted.vote(features(2), 10)
    assert inverted.votes_of(features(2), found.ids).tolist() == found.votes.tolist()
    asked = inverted.votes_of(features(2), np.array([99, 2, 5, 2]))
    assert asked[0] == 0 and asked[1] == asked[3] == found.votes[0]


def test_only_allowed_photos_are_found_and_wanted_ones_always(inverted: InvertedFile) -> None:
    everything = inverted.vote(features(2), 10)
    allowed = inverted.vote(features(2), 10, np.array([1, 3]))
    assert set(allowed.ids) <= {1, 3}
    assert inverted.vote(features(2), 10, np.zeros(0, np.int64)).ids.tolist() == []
    last = int(everything.ids[-1])
    wanted = inverted.vote(features(2), 1, also=np.array([last]))
    assert wanted.ids.tolist() == sorted({2, last}, key=[2, last].index)


def test_photos_without_features_are_in_it_and_get_no_votes(inverted: InvertedFile) -> None:
    inverted.add(np.array([FLAT]), [features(FLAT)])
    assert FLAT in inverted
    assert FLAT not in inverted.vote(features(1), 10).ids
    assert inverted.vote(features(FLAT), 10).ids.tolist() == []
    assert inverted.votes_of(features(FLAT), np.array([1])).tolist() == [0]


def test_adding_and_removing_twice_changes_nothing(inverted: InvertedFile) -> None:
    before = inverted.vote(features(2), 10)
    inverted.add(np.array([2, 2, 3]), [features(2), features(2), features(3)])
    after = inverted.vote(features(2), 10)
    assert after.ids.tolist() == before.ids.tolist() and after.votes.tolist() == before.votes.tolist()
    inverted.remove(np.array([2, 99]))
    inverted.remove(np.array([2]))
    assert 2 not in inverted and 2 not in inverted.vote(features(2), 10).ids
    inverted.add(np.array([2]), [features(2)])
    assert inverted.vote(features(2), 1).ids.tolist() == [2]


def test_a_closed_one_refuses(inverted: InvertedFile) -> None:
    inverted.close()
    inverted.close()
    with pytest.raises(RuntimeError, match="closed"):
        inverted.vote(features(1), 1)
