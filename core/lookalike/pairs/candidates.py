"""Candidates: the few photos of a library that a photo is worth comparing with.

Those whose descriptors are nearest, those that share details in the same arrangement, whatever the crop, turn or
overlay, and those that share them with the photo's mirror image.
"""

from __future__ import annotations

import numpy as np

from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.index.inverted import FeatureIndex
from lookalike.index.protocol import VectorIndex
from lookalike.local_features import LocalFeatures

NEAREST = 6
"""Photos whose descriptors are nearest, ..."""
LEAST_SIMILARITY = 0.65
"""... of at least this cosine."""

VOTING_FEATURES = 300
"""The strongest features that vote: twice as many take twice as long, and find hardly any copy more
(docs/benchmarks.md, "The pair graph")."""
VOTED = 12
LEAST_VOTES = 6.0
"""Photos with the most votes, and the votes that few pairs of photos get by chance."""

MIRROR_VOTED = 4
LEAST_MIRROR_VOTES = 16.0
MIRROR_FEATURES = 150
"""The strongest features of the mirror image that vote: a mirrored copy shares all of them."""

MOST_ENTRIES = 500_000
"""Entries that are read for `VOTING_FEATURES`, and as many less for fewer: about all of 15,000 photos. Their number
would grow with the library, and the time to join all photos with its square; a part tells nearly as much
(docs/benchmarks.md, "The pair graph")."""
FEWEST_VOTES = 3.0
"""Where only a part is read it takes as much less to be a candidate, but not less than this."""


class CandidateSearch:
    """Finds the candidates of photos in one library.

    Args:
        index: over the descriptors.
        record: the descriptors.
        inverted: has details vote.
    """

    def __init__(self, index: VectorIndex, record: DescriptorRecord, inverted: FeatureIndex) -> None:
        self._index = index
        self._record = record
        self._inverted = inverted

    @property
    def version(self) -> str:
        """Names everything that candidates depend on besides the photos."""
        numbers = (
            *(NEAREST, LEAST_SIMILARITY, VOTING_FEATURES, VOTED, LEAST_VOTES),
            *(MIRROR_FEATURES, MIRROR_VOTED, LEAST_MIRROR_VOTES, MOST_ENTRIES, FEWEST_VOTES),
        )
        return " ".join([self._record.key, self._inverted.key, *map(str, numbers)])

    def of(self, content_id: int, features: LocalFeatures | None) -> set[int]:
        """The candidates of a photo, without itself.

        Args:
            content_id: a photo with a descriptor.
            features: its local features; None where they are not known.
        """
        vector = self._record.vectors(np.array([content_id], np.int64))[0]
        near = self._index.search(vector, NEAREST + 1)
        found = set(near.ids[near.similarities >= LEAST_SIMILARITY].tolist())
        if features is not None:
            found |= voted_for(self._inverted, features)
        return found - {content_id}


def voted_for(inverted: FeatureIndex, features: LocalFeatures) -> set[int]:
    """The photos that share details with a photo or with its mirror image; itself as well, if it is in the library.

    Args:
        inverted: has details vote.
        features: the local features of the photo.
    """
    return _voted(inverted, features.strongest(VOTING_FEATURES), VOTED + 1, LEAST_VOTES) | _voted(
        inverted, features.strongest(MIRROR_FEATURES).mirrored(), MIRROR_VOTED, LEAST_MIRROR_VOTES
    )


def _voted(inverted: FeatureIndex, features: LocalFeatures, limit: int, least: float) -> set[int]:
    most_entries = MOST_ENTRIES * len(features) // VOTING_FEATURES
    votes = inverted.vote(features, limit, most_entries=most_entries)
    bar = max(least * votes.share, FEWEST_VOTES)
    return set(votes.ids[votes.votes >= bar].tolist())
