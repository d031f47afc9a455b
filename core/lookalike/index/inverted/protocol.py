"""Inverted file of local features, as its callers see it: which photos share details with a query, and how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.local_features import LocalFeatures


@dataclass(frozen=True)
class Votes:
    """Photos that a query's features voted for.

    Attributes:
        ids: content ids, int64 (n,).
        votes: float32 (n,), above 0, descending; equal ones by id.
        share: how much of the query voted, 0 to 1: less than all of it where the entries that are read were limited.
            Photos get about as much less.
    """

    ids: NDArray[np.int64]
    votes: NDArray[np.float32]
    share: float = 1.0


class FeatureIndex(Protocol):
    """Finds photos by their local features. Any thread may call anything.

    It is no durable record: whoever keeps it adds the photos that `ids` lacks, from kept features or from pixels.

    Attributes:
        key: names everything that the entries depend on; a folder of another key is made anew.
    """

    key: str

    @property
    def repairs(self) -> list[str]:
        """What was found damaged since the opening, one line each; the photos concerned are not in `ids`."""
        ...

    def ids(self) -> NDArray[np.int64]:
        """The photos that are in it, those without any feature as well, ascending, int64 (n,)."""
        ...

    def __contains__(self, content_id: int) -> bool:
        """Whether a photo is in it."""
        ...

    def contains(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of some photos is in it, bool (len(ids),)."""
        ...

    def __len__(self) -> int:
        """How many photos are in it."""
        ...

    def add(self, ids: NDArray[np.int64], features: Sequence[LocalFeatures]) -> None:
        """Make photos findable at once; ids that are in it already stay as they are.

        Args:
            ids: content ids, int64 (n,).
            features: of each; the strongest of them are kept.
        """
        ...

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Make photos unfindable at once; ids that are not in it are passed over."""
        ...

    def vote(
        self,
        query: LocalFeatures,
        limit: int,
        allowed_ids: NDArray[np.int64] | None = None,
        also: NDArray[np.int64] | None = None,
        most_entries: int | None = None,
    ) -> Votes:
        """Let the query's features vote for photos whose features lie in the same arrangement.

        For a mirrored query pass ``query.mirrored()``.

        Args:
            query: features of a photo or of a region, of the library or not.
            limit: how many photos at most, the best ones.
            allowed_ids: only these may be found, ascending; None for all.
            also: photos whose votes are wanted however few they are, ascending, beside the `limit` best.
            most_entries: how many entries are read at most, those of the rarest words; None for all. A vote then takes
                hardly longer in a larger library, and only a `share` of the query votes.

        Returns:
            The photos that got votes.
        """
        ...

    def votes_of(self, query: LocalFeatures, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The votes for given photos, float32 (len(ids),); 0 for those that get none or are not in it."""
        ...

    def sync(self) -> None:
        """Take in what another process has written since."""
        ...

    def flush(self) -> None:
        """Write what is in memory only; after this, a killed process loses nothing of it."""
        ...

    def close(self) -> None:
        """Flush, and let another process write the folder. Safe to call twice."""
        ...
