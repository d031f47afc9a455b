"""Snapshot of an inverted file: its segments at one moment; queries run on it while others add, remove and merge."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import IndexFile
from lookalike.index.inverted.protocol import Votes
from lookalike.index.inverted.segment import InvertedSegment
from lookalike.index.inverted.vocabulary import Vocabulary
from lookalike.index.inverted.voting import Ballot, Matches, hough_votes, match
from lookalike.index.query_threads import run_shared
from lookalike.index.vector_source import positions
from lookalike.local_features import LocalFeatures

VERIFIED_PHOTOS = 2000
"""The photos with the most votes whose arrangement is looked at."""

PRIOR_ENTRIES = 500_000
"""What the words of the training photos count for in a word's rarity, in entries: as much as some 800 photos."""

STOP_SHARE = 0.001
"""A word with a larger share of all entries is in everything, and does not vote."""

KEPT_MAPPED_BYTES = 1 << 30
"""A file of at most so many bytes, some 130,000 photos, stays mapped once it was read; the system takes the memory back
when others need it. To map it anew takes a query as long as all else."""

FEWEST_ENTRIES = 16
"""Photos with fewer entries are not given more weight than those with so many."""


@dataclass(frozen=True, eq=False)
class LiveSegment:
    """A segment and which of its photos are live; the others are tombstones.

    Attributes:
        segment: the entries.
        file: where the segment lies, or None while it is in memory only.
        live: per photo whether it may be found, or None for all; never changed in place.
    """

    segment: InvertedSegment
    file: IndexFile | None = None
    live: NDArray[np.bool_] | None = None

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids that may be found, ascending."""
        return self.segment.ids if self.live is None else self.segment.ids[self.live]

    @cached_property
    def live_photos(self) -> int:
        """How many may be found."""
        return len(self.segment.ids) if self.live is None else int(np.count_nonzero(self.live))

    def contains(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per id whether it is live here."""
        places, there = positions(self.segment.ids, ids)
        return there if self.live is None else there & self.live[places]

    def with_live(self, live: NDArray[np.bool_]) -> LiveSegment:
        """The same segment with other photos live."""
        return LiveSegment(self.segment, self.file, None if live.all() else live)

    def without(self, ids: NDArray[np.int64]) -> LiveSegment:
        """The same segment with some ids (ascending) dead; itself when it has none of them."""
        live = np.ones(len(self.segment.ids), np.bool_) if self.live is None else self.live
        dead = self.segment.mask(ids) & live
        return self.with_live(live & ~dead) if dead.any() else self

    def revive(self, ids: NDArray[np.int64]) -> LiveSegment:
        """The same segment with its dead photos of some ids (ascending) live again; itself when it has none."""
        if self.live is None:
            return self
        back = self.segment.mask(ids) & ~self.live
        return self.with_live(self.live | back) if back.any() else self


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Segments, oldest first; the last ones may be in memory only. An id is live in at most one of them.

    Attributes:
        vocabulary: the words.
        segments: immutable.
    """

    vocabulary: Vocabulary
    segments: tuple[LiveSegment, ...] = ()

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """All ids that may be found, ascending."""
        if not self.segments:
            return np.zeros(0, np.int64)
        return np.sort(np.concatenate([segment.ids for segment in self.segments]))

    @cached_property
    def _keeps_mapped(self) -> bool:
        return sum(segment.segment.content.nbytes for segment in self.segments) <= KEPT_MAPPED_BYTES

    @property
    def tail(self) -> tuple[LiveSegment, ...]:
        """The segments that are in memory only."""
        return tuple(segment for segment in self.segments if segment.file is None)

    @property
    def tail_photos(self) -> int:
        """How many photos are live in memory only."""
        return sum(segment.live_photos for segment in self.tail)

    def without(self, ids: NDArray[np.int64]) -> Snapshot:
        """The snapshot with some ids (ascending) dead."""
        return replace(self, segments=tuple(segment.without(ids) for segment in self.segments))

    def revived(self, ids: NDArray[np.int64]) -> Snapshot:
        """The snapshot with its dead photos of some ids (ascending) live again, each in one segment."""
        segments = list(self.segments)
        ids = ids[~self.contains(ids)]
        for place, segment in enumerate(segments):
            if len(ids) and segment.live is not None:
                segments[place] = segment.revive(ids)
                ids = ids[~segments[place].contains(ids)]
        return replace(self, segments=tuple(segments))

    def contains(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per id whether it may be found."""
        found = np.zeros(len(ids), np.bool_)
        for segment in self.segments:
            found |= segment.contains(ids)
        return found

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        """How many entries each word has, int64 (words,)."""
        lengths = np.zeros(len(self.vocabulary), np.int64)
        for segment in self.segments:
            lengths += segment.segment.lengths
        return lengths

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        """The share of each word in all entries: those of the file and, as a prior, those of the training photos."""
        counts = self.vocabulary.counts.astype(np.float64) + 0.5
        counts *= PRIOR_ENTRIES / counts.sum()
        counts += self._lengths
        shares: NDArray[np.float64] = counts / counts.sum()
        return shares

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        """What a match of each word counts: its rarity (idf) squared, 1 for an average word, 0 for a stop word."""
        shares = self._shares
        weights = (np.log(shares) / math.log(1 / len(shares))) ** 2
        weights[shares > STOP_SHARE] = 0
        return weights.astype(np.float32)

    def ballot(self, query: LocalFeatures, most_entries: int | None = None) -> Ballot:
        """A query's ballot, which reads at most so many entries."""
        ballot = Ballot.of(query, self.vocabulary, lambda words: self._weights[words])
        return ballot if most_entries is None else ballot.within(self._lengths[ballot.words], most_entries)

    def vote(
        self,
        query: LocalFeatures,
        limit: int,
        allowed_ids: NDArray[np.int64] | None,
        also: NDArray[np.int64] | None,
        most_entries: int | None = None,
    ) -> Votes:
        """See `FeatureIndex.vote`."""
        ballot = self.ballot(query, most_entries)
        matches = self._match(ballot)
        allowed = [self._allowed(segment, allowed_ids) for segment in self.segments]
        scores = [
            _scores(segment.segment, found) * mask
            for segment, found, mask in zip(self.segments, matches, allowed, strict=True)
        ]
        bar = _bar(scores, max(VERIFIED_PHOTOS, limit))
        chosen = [score > bar for score in scores]
        wanted = [
            mask & segment.segment.mask(also) if also is not None else np.zeros(len(mask), np.bool_)
            for segment, mask in zip(self.segments, allowed, strict=True)
        ]
        votes = self._verify(
            ballot, matches, [one | other for one, other in zip(chosen, wanted, strict=True)]
        )
        if not votes:
            return Votes(np.zeros(0, np.int64), np.zeros(0, np.float32), ballot.share)
        ids = np.concatenate([segment.segment.ids for segment in self.segments])
        counts, extra = np.concatenate(votes), np.concatenate(wanted)
        order = np.lexsort((ids, -counts))
        order = order[counts[order] > 0]
        order = order[extra[order] | (np.cumsum(~extra[order]) <= limit)]
        return Votes(ids[order], counts[order], ballot.share)

    def votes_of(self, query: LocalFeatures, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `FeatureIndex.votes_of`."""
        wanted = np.unique(ids)
        ballot = self.ballot(query)
        chosen = [self._allowed(segment, wanted) for segment in self.segments]
        found = np.zeros(len(wanted), np.float32)
        votes = self._verify(ballot, self._match(ballot), chosen)
        for segment, counts, mask in zip(self.segments, votes, chosen, strict=True):
            found[positions(wanted, segment.segment.ids[mask])[0]] = counts[mask]
        return found[positions(wanted, ids)[0]]

    def _allowed(self, segment: LiveSegment, allowed_ids: NDArray[np.int64] | None) -> NDArray[np.bool_]:
        mask = np.ones(len(segment.segment.ids), np.bool_) if segment.live is None else segment.live
        return mask if allowed_ids is None else mask & segment.segment.mask(allowed_ids)

    def _match(self, ballot: Ballot) -> list[Matches]:
        keep = self._keeps_mapped
        return run_shared([partial(match, segment.segment, ballot, keep) for segment in self.segments])

    def _verify(
        self, ballot: Ballot, matches: list[Matches], chosen: list[NDArray[np.bool_]]
    ) -> list[NDArray[np.float32]]:
        def verify(segment: LiveSegment, found: Matches, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
            votes = hough_votes(segment.segment, ballot, found.of_photos(mask))
            if not self._keeps_mapped:
                segment.segment.release_pages()
            return votes

        return run_shared([partial(verify, *one) for one in zip(self.segments, matches, chosen, strict=True)])


def _scores(segment: InvertedSegment, matches: Matches) -> NDArray[np.float64]:
    """Votes without regard to arrangement, against what photos with as many entries get by chance."""
    votes = np.bincount(matches.rows, matches.weights, len(segment.ids))
    scores: NDArray[np.float64] = votes / np.sqrt(np.maximum(segment.counts, FEWEST_ENTRIES))
    return scores


def _bar(scores: list[NDArray[np.float64]], count: int) -> float:
    """The score that only `count` photos, or as many as have any, are above."""
    together = np.concatenate([score[score > 0] for score in scores]) if scores else np.zeros(0)
    if len(together) <= count:
        return 0.0
    return float(np.partition(together, -count - 1)[-count - 1])
