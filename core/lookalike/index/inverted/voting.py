"""Voting: which photos have the query's features, and in the same arrangement.

Each query feature looks into the lists of its nearest words. Entries whose signatures are within `MAX_DISTANCE` bits
vote for their photos (Hamming embedding, Jégou et al., ECCV 2008), the more the nearer they are and the rarer the word.
For the photos with the most votes, matches that agree in rotation, scale and place of the query are counted together
(a Hough transform over similarity transforms, as in Lowe, IJCV 2004): the fullest cell is the photo's vote. One place
of a photo counts once in it: SIFT finds several features of different directions or scales at a place, and two of them
would agree by themselves.

How the constants were chosen: docs/benchmarks.md, Finding by details.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lookalike.index.inverted.entries import Places
from lookalike.index.inverted.segment import InvertedSegment
from lookalike.index.inverted.vocabulary import SIGNATURE_BITS, Vocabulary
from lookalike.local_features import LocalFeatures
from lookalike.local_features.features import FRAME_SIDE

MAX_QUERY_FEATURES = 600
"""The strongest features of a query that vote."""

WORDS_OF_FEATURE = 3
"""Lists that a query feature looks into (multiple assignment): its nearest words."""

MAX_DISTANCE = 22
"""Entries whose signatures differ in more bits do not vote."""

DISTANCE_SPREAD = 0.12
"""Standard deviation of the Gaussian over the share of differing bits that weighs a match."""

RELEASED_LISTS = 256
"""After so many lists of a large file the system may drop what was read from this process's memory. It maps 64 kB or
more around each place that is read: of a million photos a query would otherwise map several gigabytes."""

SHORT_LIST = 100
"""Lists that are shorter on average are scanned all at once."""

BUFFERED_ENTRIES = 1 << 16
"""Entries of longer lists that are compared at a time: half a megabyte, which stays in a processor's cache."""

PLACE_BITS = 21
"""Bits for the place of a match among those of one segment that are sorted."""

MIN_MATCHES = 2
"""Matches in a cell of the Hough transform at fewer places are no arrangement."""

SAME_PLACE = 4.0
"""Features whose positions are equal in steps of so many pixels of the frame are at one place."""
PLACES_ACROSS = 256
"""More steps than the frame has."""

ROTATION_STEP = 40.0
"""Width of its cells in degrees, ..."""
PLACE_STEP = 0.25 * FRAME_SIDE
"""... of the query's centre in the photo, times the change of scale, and one octave of scale."""
MAX_OCTAVES = 3

USUAL_WEIGHT = 0.25
"""What the Gaussian makes of a match that is usual where photos show the same thing: such a one counts 1."""

_DISTANCE_WEIGHTS = (
    np.exp(-((np.arange(SIGNATURE_BITS + 1) / SIGNATURE_BITS) ** 2) / (2 * DISTANCE_SPREAD**2)) / USUAL_WEIGHT
).astype(np.float32)


@dataclass(frozen=True)
class Ballot:
    """A query's features as they vote: one line for each word of each feature, in the order of the words.

    Attributes:
        features: the feature of each line, int64 (n,).
        words: int64 (n,), ascending.
        signatures: uint64 (n,).
        weights: of the words, float32 (n,), above 0.
        places: of the features (not of the lines).
        centre: (x, y) of the query's middle in its frame.
        share: how much of the weight of all lines with entries is left, 0 to 1; 1 where all of them vote.
    """

    features: NDArray[np.int64]
    words: NDArray[np.int64]
    signatures: NDArray[np.uint64]
    weights: NDArray[np.float32]
    places: Places
    centre: tuple[float, float]
    share: float = 1.0

    @classmethod
    def of(
        cls,
        query: LocalFeatures,
        vocabulary: Vocabulary,
        weigh: Callable[[NDArray[np.int64]], NDArray[np.float32]],
    ) -> Ballot:
        """Make a query's ballot.

        Args:
            query: its features, strongest first.
            vocabulary: the words.
            weigh: gives words their weights, 0 for one that does not vote.
        """
        count = min(len(query), MAX_QUERY_FEATURES)
        descriptors = query.descriptors[:count]
        words = vocabulary.assign(descriptors, WORDS_OF_FEATURE)
        signatures = vocabulary.signatures(descriptors, words).ravel()
        features = np.repeat(np.arange(count), WORDS_OF_FEATURE)
        weights = weigh(words.ravel())
        lines = np.flatnonzero(weights > 0)
        lines = lines[np.argsort(words.ravel()[lines], kind="stable")]
        scale = FRAME_SIDE / max(query.size)
        return cls(
            features[lines],
            words.ravel()[lines],
            signatures[lines],
            weights[lines],
            Places.of(query),
            (query.size[0] * scale / 2, query.size[1] * scale / 2),
        )

    def within(self, lengths: NDArray[np.int64], most_entries: int) -> Ballot:
        """Only the lines with the shortest lists, as many as together read no more than so many entries.

        An entry of a rare word tells more than one of a common word.

        Args:
            lengths: of the lines' lists, int64 (n,).
            most_entries: how many entries may be read.
        """
        if lengths.sum() <= most_entries:
            return self
        # What an empty list would count tells nothing.
        filled = np.flatnonzero(lengths)
        order = filled[np.argsort(lengths[filled], kind="stable")]
        lines = np.sort(order[np.cumsum(lengths[order]) <= most_entries])
        weights = self.weights[lines]
        return replace(
            self,
            features=self.features[lines],
            words=self.words[lines],
            signatures=self.signatures[lines],
            weights=weights,
            share=float(weights.sum() / self.weights[filled].sum()),
        )


@dataclass(frozen=True)
class Matches:
    """Entries of one segment that are near a line of the ballot.

    Attributes:
        lines: of the ballot, int64 (n,).
        entries: of the segment, int64 (n,).
        distances: bits that differ, uint8 (n,).
        rows: photos, as places in the segment's ids, uint16 (n,).
        weights: float32 (n,).
    """

    lines: NDArray[np.int64]
    entries: NDArray[np.int64]
    distances: NDArray[np.uint8]
    rows: NDArray[np.uint16]
    weights: NDArray[np.float32]

    def take(self, chosen: NDArray[np.intp]) -> Matches:
        """Some of them, in the order given."""
        return Matches(
            self.lines[chosen],
            self.entries[chosen],
            self.distances[chosen],
            self.rows[chosen],
            self.weights[chosen],
        )

    def of_photos(self, chosen: NDArray[np.bool_]) -> Matches:
        """Only those of some photos; `chosen` is a mask over the segment's photos."""
        return self.take(np.flatnonzero(chosen[self.rows]))


def match(segment: InvertedSegment, ballot: Ballot, keep_mapped: bool) -> Matches:
    """Find the entries of a segment that are near the ballot's features, in the order of its lines.

    Args:
        segment: the entries.
        ballot: the query.
        keep_mapped: whether what is read of the segment stays mapped, for the next query.
    """
    first = segment.starts[ballot.words].astype(np.int64)
    lengths = segment.starts[ballot.words + 1].astype(np.int64) - first
    total = int(lengths.sum())
    if total <= SHORT_LIST * len(lengths):
        lines, entries, distances, rows = _scan_together(segment, ballot, first, lengths)
    else:
        lines, entries, distances, rows = _scan_lists(segment, ballot, first, lengths, keep_mapped)
    if not keep_mapped:
        segment.release_pages()
    return Matches(lines, entries, distances, rows, _DISTANCE_WEIGHTS[distances] * ballot.weights[lines])


def _rows(
    segment: InvertedSegment, entries: NDArray[np.int64], words: NDArray[np.int64]
) -> NDArray[np.uint16]:
    """The photos of entries, none past the last: a flaw on the disk that is not noticed yet must not break a query."""
    return np.minimum(segment.rows(entries, words), np.uint16(max(0, len(segment.ids) - 1)))


Scanned = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint16]]
"""Lines, entries, distances and rows, as in `Matches`."""


def _scan_together(
    segment: InvertedSegment, ballot: Ballot, first: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Scanned:
    """All lists at once, which takes longer an entry and no time a list."""
    lines = np.repeat(np.arange(len(lengths)), lengths)
    entries = np.arange(len(lines)) + np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
    found = segment.signatures(entries, ballot.words[lines])
    distances = np.bitwise_count(found ^ ballot.signatures[lines])
    near = np.flatnonzero(distances <= MAX_DISTANCE)
    lines, entries, distances = lines[near], entries[near], distances[near]
    return lines, entries, distances, _rows(segment, entries, ballot.words[lines])


def _scan_lists(
    segment: InvertedSegment,
    ballot: Ballot,
    first: NDArray[np.int64],
    lengths: NDArray[np.int64],
    keep_mapped: bool,
) -> Scanned:
    """List by list, where they lie, many into one buffer: a call of numpy takes as long as a thousand entries."""
    ends = np.cumsum(lengths)
    batches = np.searchsorted(
        ends, np.arange(BUFFERED_ENTRIES, ends[-1] + BUFFERED_ENTRIES, BUFFERED_ENTRIES)
    )
    bounds = np.unique(np.concatenate([[0], np.minimum(batches + 1, len(lengths))])).tolist()
    buffer = np.empty(max(int(np.diff(np.append(0, ends)[bounds]).max()), 1), np.uint64)
    lists = list(zip(segment.lists(ballot.words), ballot.signatures, strict=True))
    found: list[Scanned] = []
    unreleased = 0
    for begin, end in pairwise(bounds):
        filled = 0
        for signatures, signature in lists[begin:end]:
            length = len(signatures)
            np.bitwise_xor(signatures, signature, buffer[filled : filled + length])
            filled += length
        distances = np.bitwise_count(buffer[:filled])
        near = np.flatnonzero(distances <= MAX_DISTANCE)
        starts = ends[begin:end] - lengths[begin:end] - (ends[begin] - lengths[begin])
        counts = np.diff(np.searchsorted(near, np.append(starts, filled)))
        lines = np.repeat(np.arange(begin, end), counts)
        entries = near + (first[begin:end] - starts)[lines - begin]
        found.append((lines, entries, distances[near], _rows(segment, entries, ballot.words[lines])))
        unreleased += end - begin
        if unreleased > RELEASED_LISTS and not keep_mapped:
            unreleased = 0
            segment.release_pages()
    lines, entries, nearness, rows = (np.concatenate(column) for column in zip(*found, strict=True))
    return lines, entries, nearness, rows


def hough_votes(segment: InvertedSegment, ballot: Ballot, matches: Matches) -> NDArray[np.float32]:
    """The votes of a segment's photos, float32 (photos,): of matches, those in the fullest cell."""
    votes = np.zeros(len(segment.ids), np.float32)
    matches = _best_of_each_feature(ballot, matches)
    # The heaviest first, so that those are kept of which one may count.
    matches = matches.take(np.argsort(-matches.weights, kind="stable"))
    if not len(matches.lines):
        return votes
    query, photo = ballot.places, Places.unpack(segment.places(matches.entries, ballot.words[matches.lines]))
    features = ballot.features[matches.lines]
    turn = (photo.angles - query.angles[features]) % 360
    octaves = photo.octaves - query.octaves[features]
    scale, angle = np.exp2(octaves), np.deg2rad(turn)
    across, down = ballot.centre[0] - query.x[features], ballot.centre[1] - query.y[features]
    centre_x = photo.x + scale * (np.cos(angle) * across - np.sin(angle) * down)
    centre_y = photo.y + scale * (np.sin(angle) * across + np.cos(angle) * down)
    step = np.float32(PLACE_STEP) * np.exp2(np.floor(octaves).clip(-MAX_OCTAVES, MAX_OCTAVES))
    turns = round(360 / ROTATION_STEP)
    places = (_place_numbers(query.x[features], query.y[features]), _place_numbers(photo.x, photo.y))
    # Two grids, the second shifted by half a cell, so that no arrangement is cut apart in both.
    for shift in (0.0, 0.5):
        columns = (
            np.floor(turn / ROTATION_STEP + shift).astype(np.int64) % turns,
            (np.floor(octaves + shift).astype(np.int64) + 16).clip(0, 31),
            (np.floor(centre_x / step + shift).astype(np.int64) + 128).clip(0, 255),
            (np.floor(centre_y / step + shift).astype(np.int64) + 128).clip(0, 255),
        )
        cells = matches.rows.astype(np.int64)
        for column, size in zip(columns, (turns, 32, 256, 256), strict=True):
            cells = cells * size + column
        cells, order = _sorted(cells)
        for numbers in places:
            cells, order = _with_company(cells, order)
            cells, order = _once_a_place(cells, order, numbers)
        cells, order = _with_company(cells, order)
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        if len(starts):
            rows = matches.rows[order]
            np.maximum.at(votes, rows[starts], np.add.reduceat(matches.weights[order], starts))
    return votes


def _place_numbers(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.int64]:
    """A number for each place, the same for positions at one place."""
    step = np.float32(SAME_PLACE)
    return np.round(x / step).astype(np.int64) * PLACES_ACROSS + np.round(y / step).astype(np.int64)


def _with_company(
    cells: NDArray[np.int64], order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Only the cells (ascending) that have `MIN_MATCHES` or more, and what lies in them."""
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    counts = np.diff(starts, append=len(cells))
    kept = np.repeat(counts >= MIN_MATCHES, counts)
    return cells[kept], order[kept]


def _once_a_place(
    cells: NDArray[np.int64], order: NDArray[np.int64], places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first match of each place in each cell.

    Args:
        cells: ascending, (n,).
        order: the match that each stands for, the heaviest of a cell first, (n,).
        places: the numbers of all matches' places.
    """
    number = np.cumsum(np.diff(cells, prepend=-1) > 0)
    keys, found = _sorted(number * PLACES_ACROSS**2 + places[order])
    kept = np.sort(found[np.flatnonzero(np.diff(keys, prepend=-1))])
    return cells[kept], order[kept]


def _best_of_each_feature(ballot: Ballot, matches: Matches) -> Matches:
    """The nearest match of each feature with each photo: a repeated pattern does not vote many times (burstiness)."""
    pairs = matches.rows.astype(np.int64) * MAX_QUERY_FEATURES + ballot.features[matches.lines]
    keys, order = _sorted(pairs * (SIGNATURE_BITS + 1) + matches.distances)
    return matches.take(order[np.flatnonzero(np.diff(keys // (SIGNATURE_BITS + 1), prepend=-1))])


def _sorted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sort keys below 2**42, and say where they were; equal ones stay in their order.

    Many times faster than a stable argsort, as numpy sorts numbers that carry their places by vector instructions.
    """
    packed = (keys << PLACE_BITS) | np.arange(len(keys))
    packed.sort()
    return packed >> PLACE_BITS, packed & ((1 << PLACE_BITS) - 1)
