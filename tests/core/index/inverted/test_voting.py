"""Words, signatures, places and matches, beside what FAISS and a known change of a photo say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.index.inverted import voting
from lookalike.index.inverted.entries import MAX_ENTRIES, Entries, Places
from lookalike.index.inverted.segment import InvertedSegment, encode_segment
from lookalike.index.inverted.snapshot import LiveSegment, Snapshot
from lookalike.index.inverted.vocabulary import CELLS, WORDS_OF_CELL, Vocabulary, shipped_vocabulary
from lookalike.local_features import LocalFeatures, extract
from tests.builders.local_features import made_features
from tests.builders.photo_files import textured_photo


def snapshot(*photos: LocalFeatures) -> Snapshot:
    entries = Entries.of(np.arange(len(photos)), photos, shipped_vocabulary())
    return Snapshot(shipped_vocabulary(), (LiveSegment(InvertedSegment(encode_segment(entries))),))


def moved(features: LocalFeatures, turn: float, scale: float, across: float, down: float) -> LocalFeatures:
    """The features of a photo that was turned (clockwise, about its corner), enlarged and shifted, in pixels."""
    angle = np.deg2rad(turn)
    x, y = features.positions.T
    points = np.stack(
        [
            scale * (np.cos(angle) * x - np.sin(angle) * y) + across,
            scale * (np.sin(angle) * x + np.cos(angle) * y) + down,
        ],
        axis=1,
    )
    kept = np.flatnonzero(((points >= 0) & (points <= 640)).all(axis=1))
    return LocalFeatures(
        (640, 640),
        (points[kept] / 640).astype(np.float32),
        features.descriptors[kept],
        (features.scales[kept] * scale).astype(np.float32),
        ((features.angles[kept] + turn) % 360).astype(np.float32),
    )


def test_words_are_nearly_always_the_nearest() -> None:
    import faiss

    vocabulary = shipped_vocabulary()
    assert len(vocabulary) == CELLS * WORDS_OF_CELL
    descriptors = extract(textured_photo(1)).descriptors
    flat: Any = faiss.IndexFlatL2(128)
    flat.add(vocabulary.words.astype(np.float32))
    truth = flat.search(descriptors.astype(np.float32), 3)[1]
    words = vocabulary.assign(descriptors, 3)
    assert (words[:, 0] == truth[:, 0]).mean() > 0.9
    assert words.shape == truth.shape and words.dtype == np.int64
    assert vocabulary.assign(descriptors[:0], 3).shape == (0, 3)


def test_signatures_are_near_for_near_descriptors() -> None:
    vocabulary = shipped_vocabulary()
    features = extract(textured_photo(1))
    noisy = (
        features.descriptors.astype(int) + np.random.default_rng(0).integers(-4, 5, (len(features), 128))
    ).clip(0, 255)
    words = vocabulary.assign(features.descriptors, 1)
    own = vocabulary.signatures(features.descriptors, words)
    near = vocabulary.signatures(noisy.astype(np.uint8), words)
    assert np.median(np.bitwise_count(own ^ near)) < 12
    others = np.bitwise_count(own ^ np.roll(own, 1, axis=0))
    assert 24 < np.median(others) < 40


def test_the_key_names_the_content() -> None:
    shipped = shipped_vocabulary()
    again = Vocabulary(shipped.cells, shipped.words, shipped.rotation, shipped.counts)
    other = Vocabulary(shipped.cells, shipped.words, shipped.rotation, shipped.counts + np.uint32(1))
    assert shipped.key == again.key != other.key


@given(
    x=st.floats(0, 640),
    y=st.floats(0, 640),
    octaves=st.floats(0.1, 7.9),
    angle=st.floats(0, 360, exclude_max=True),
)
def test_a_place_comes_back_to_within_its_steps(x: float, y: float, octaves: float, angle: float) -> None:
    place = Places(*(np.array([value], np.float32) for value in (x, y, octaves, angle)))
    back = Places.unpack(place.pack())
    assert abs(float(back.x[0]) - x) < 1.3 and abs(float(back.y[0]) - y) < 1.3
    assert abs(float(back.octaves[0]) - octaves) < 0.02
    assert abs((float(back.angles[0]) - angle + 180) % 360 - 180) < 0.75


@pytest.mark.parametrize("short_list", [0, 10**9])
def test_matches_are_those_of_faiss(short_list: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import faiss

    monkeypatch.setattr(voting, "SHORT_LIST", short_list)
    monkeypatch.setattr(voting, "BUFFERED_ENTRIES", 50)
    photos = [extract(textured_photo(seed)) for seed in range(1, 4)]
    gallery = snapshot(*photos)
    (live,) = gallery.segments
    segment = live.segment
    ballot = gallery.ballot(photos[1])
    found = voting.match(segment, ballot, keep_mapped=True)
    expected = set()
    for line, (word, signature) in enumerate(zip(ballot.words, ballot.signatures, strict=True)):
        entries = np.arange(segment.starts[word], segment.starts[word + 1], dtype=np.int64)
        flat: Any = faiss.IndexBinaryFlat(64)
        flat.add(segment.signatures(entries, np.full(len(entries), word)).view(np.uint8).reshape(-1, 8))
        _, distances, rows = flat.range_search(
            np.array([[signature]]).view(np.uint8), voting.MAX_DISTANCE + 1
        )
        expected |= {(line, int(entries[row]), int(d)) for row, d in zip(rows, distances, strict=True)}
    assert (
        set(zip(found.lines.tolist(), found.entries.tolist(), found.distances.tolist(), strict=True))
        == expected
    )
    assert len(found.lines) == len(expected) > 100


@pytest.mark.parametrize(
    ("turn", "scale", "across", "down"),
    [(0, 1, 0, 0), (90, 1, 480, 0), (33, 0.7, 250, 10), (180, 0.5, 400, 300), (-70, 1.3, 0, 500)],
)
def test_one_arrangement_counts_whatever_the_change(
    turn: float, scale: float, across: float, down: float
) -> None:
    photo = extract(textured_photo(1))
    other = moved(photo, turn, scale, across, down)
    shuffled = replace(other, points=np.random.default_rng(0).permutation(other.points))
    assert len(other) > 60
    gallery = snapshot(other, shuffled)
    whole, scattered = gallery.votes_of(photo, np.array([0, 1]))
    # Half of what an undisturbed copy gets, at least; without an arrangement next to nothing.
    assert whole > 0.5 * snapshot(other).votes_of(other, np.array([0]))[0]
    assert scattered < 0.2 * whole


def test_a_repeated_pattern_does_not_vote_many_times() -> None:
    photo = made_features(1, 40)
    pattern = LocalFeatures(
        (640, 480),
        np.random.default_rng(2).random((400, 2), np.float32),
        np.repeat(photo.descriptors[:2], 200, axis=0),
        np.full(400, 8, np.float32),
        np.zeros(400, np.float32),
    )
    whole, repeated = snapshot(photo, pattern).votes_of(photo, np.array([0, 1]))
    assert whole > 10 * repeated


def test_one_place_of_a_photo_counts_once() -> None:
    photo = made_features(1, 40)
    first = np.zeros(40, np.int64)
    # All at one place of the photo, in a frame where nothing else tells them apart.
    one_place = replace(
        photo, points=photo.points[first], scales=photo.scales[first], angles=photo.angles[first]
    )
    # The same with one feature elsewhere, on which the others now agree with it.
    points = one_place.points.copy()
    points[1] = (points[0] + 0.5) % 1
    two_places = replace(one_place, points=points)
    assert snapshot(one_place).votes_of(one_place, np.array([0]))[0] == 0
    two, all_places = (
        snapshot(features).votes_of(features, np.array([0]))[0] for features in (two_places, photo)
    )
    assert 0 < two < 0.15 * all_places


def test_only_the_strongest_features_are_kept() -> None:
    gallery = snapshot(made_features(1, 1000), made_features(2, 3))
    assert gallery.segments[0].segment.counts.tolist() == [MAX_ENTRIES, 3]


def test_what_everything_has_does_not_vote() -> None:
    # One wall in every photo, and in one of them a thing of its own.
    wall, thing = made_features(1, 20), made_features(2, 20)
    both = LocalFeatures(
        wall.size,
        np.concatenate([wall.points, thing.points]),
        np.concatenate([wall.descriptors, thing.descriptors]),
        np.concatenate([wall.scales, thing.scales]),
        np.concatenate([wall.angles, thing.angles]),
    )
    gallery = snapshot(*([wall] * 2000), both)
    votes = gallery.vote(both, 5, None, None)
    assert votes.ids[0] == 2000
    assert votes.votes[0] > 5 * (votes.votes[1] if len(votes.votes) > 1 else 0)
    assert len(gallery.ballot(wall).words) < len(gallery.ballot(thing).words)


def test_of_a_limited_vote_the_rarest_words_are_read() -> None:
    photos = [made_features(number, 200) for number in range(30)]
    gallery = snapshot(*photos)
    lengths = gallery.segments[0].segment.lengths
    whole = gallery.ballot(photos[7])
    read = int(lengths[whole.words].sum())
    assert gallery.ballot(photos[7], read).words.tolist() == whole.words.tolist()
    part = gallery.ballot(photos[7], read // 2)
    left = lengths[np.setdiff1d(whole.words, part.words)]
    assert 0 < int(lengths[part.words].sum()) <= read // 2
    assert lengths[part.words].max() <= left[left > 0].min()
    assert part.words.tolist() == sorted(part.words.tolist())
    filled = whole.weights[lengths[whole.words] > 0]
    assert part.share == pytest.approx(part.weights.sum() / filled.sum())


def test_a_limited_vote_counts_by_its_share() -> None:
    gallery = snapshot(*(made_features(number, 200) for number in range(30)))
    query = made_features(7, 200)
    whole, part = gallery.vote(query, 5, None, None), gallery.vote(query, 5, None, None, most_entries=100)
    assert whole.share == 1 and 0 < part.share < 0.7
    assert part.ids[0] == whole.ids[0] == 7
    assert part.votes[0] < 0.8 * whole.votes[0]
    nothing = gallery.vote(query, 5, None, None, most_entries=0)
    assert nothing.ids.tolist() == [] and nothing.share == 0
