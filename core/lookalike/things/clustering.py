"""Clustering of the pair graph by average linkage: one bridge does not join what has nothing else in common.

Every photo begins alone, and the two clusters whose pairs agree most on average are merged, until none are left that
agree (Sokal and Michener's average linkage, 1958). A pair's weight is the log-odds that both show the same thing, so
the average of many weights above 0 is evidence, and a verified "nothing" is a veto that is outvoted only by many.

The graph compares a photo with its nearest candidates. That a pair is missing speaks against it, unless the candidates
of both photos are mostly right: then better ones stood in its way. So a missing pair counts as the weaker of both
photos' lower quartile does, and of large clusters only so many pairs are expected as `SUPPORT` says.

Deterministic, whatever the order of the pairs. What is not connected does not influence each other.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

MISSING = -3.0
"""The least weight of a pair that was not compared (docs/benchmarks.md, "Things")."""

QUARTILE = 0.25

CROWDED = 8
"""With fewer pairs than this, no candidate stood in the way of a better one."""

SUPPORT = 4
"""How many pairs of each photo of the smaller cluster are expected between two clusters: of a thing with a hundred
photos most pairs are not compared."""


def cluster(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    weights: NDArray[np.float64],
    together: Iterable[Collection[int]] = (),
    apart: Iterable[tuple[int, int]] = (),
) -> Iterator[list[int]]:
    """Divide photos into clusters.

    Args:
        first: content ids (n,) of one side of each pair; a pair occurs once.
        second: those of the other side (n,).
        weights: log-odds (n,) that both show the same thing.
        together: groups of ids that are one cluster in any case; no id is in two of them.
        apart: pairs of ids that are never in one cluster. Where a group of `together` contradicts one, the group wins.

    Yields:
        The ids of each cluster of at least two, ascending; the clusters by their lowest id within each connected part.
    """
    groups = [sorted(group) for group in together if group]
    ids = np.unique(np.concatenate([first, second, np.array([i for g in groups for i in g], np.int64)]))
    node = np.arange(len(ids))
    for group in groups:
        members = np.searchsorted(ids, group)
        node[members] = members.min()
    ends = node[np.searchsorted(ids, first)], node[np.searchsorted(ids, second)]
    sides = np.sort(np.column_stack(ends), axis=1)
    known, inverse = np.unique(sides[sides[:, 0] != sides[:, 1]], axis=0, return_inverse=True)
    inner = sides[:, 0] != sides[:, 1]
    missing = _missing(ends, weights, len(ids))
    sums = np.bincount(inverse.ravel(), weights[inner], len(known))
    counts = np.bincount(inverse.ravel(), minlength=len(known))
    part = _connected(len(ids), known[sums > 0])
    # Between parts nothing attracts, so nothing there matters.
    within = part[known[:, 0]] == part[known[:, 1]]
    known, sums, counts = known[within], sums[within], counts[within]
    order = np.argsort(part[known[:, 0]], kind="stable")
    known, sums, counts = known[order], sums[order], counts[order]
    forbidden = _forbidden(ids, node, apart)
    sizes = np.bincount(node, minlength=len(ids))
    members_of: dict[int, list[int]] = {}
    for position, root in enumerate(node.tolist()):
        members_of.setdefault(root, []).append(int(ids[position]))
    starts = np.flatnonzero(np.diff(part[known[:, 0]], prepend=-1))
    linked: set[int] = set()
    for start, end in zip(starts, [*starts[1:], len(known)], strict=True):
        merging = _Merging(known[start:end], sums[start:end], counts[start:end], sizes, missing, forbidden)
        linked.update(merging.merged)
        merging.run()
        for roots in sorted(merging.merged.values()):
            found = sorted(number for root in roots for number in members_of[root])
            if len(found) > 1:
                yield found
    for root, members in members_of.items():
        if root not in linked and len(members) > 1:
            yield members


def _connected(count: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lowest node of each node's connected part, int64 (count,)."""
    label = np.arange(count)
    while len(edges):
        lowest = label.copy()
        np.minimum.at(lowest, edges[:, 0], label[edges[:, 1]])
        np.minimum.at(lowest, edges[:, 1], label[edges[:, 0]])
        # Pointer jumping: a chain is halved in each round.
        lowest = lowest[lowest]
        if np.array_equal(lowest, label):
            break
        label = lowest
    return label


def _missing(
    ends: tuple[NDArray[np.int64], NDArray[np.int64]], weights: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """What a pair of each node (count,) counts that was not compared: the lower quartile of those that were."""
    nodes, values = np.concatenate(ends), np.concatenate([weights, weights])
    order = np.lexsort((values, nodes))
    nodes, values = nodes[order], values[order]
    starts = np.flatnonzero(np.diff(nodes, prepend=-1))
    pairs = np.diff(starts, append=len(nodes))
    lower = np.full(count, MISSING)
    starts, pairs = starts[pairs >= CROWDED], pairs[pairs >= CROWDED]
    lower[nodes[starts]] = values[starts + (QUARTILE * (pairs - 1)).astype(np.int64)]
    return lower.clip(MISSING, 0.0)


def _forbidden(
    ids: NDArray[np.int64], node: NDArray[np.int64], apart: Iterable[tuple[int, int]]
) -> dict[int, set[int]]:
    """For each node those that it may not be merged with."""
    forbidden: dict[int, set[int]] = {}
    number = {int(content): int(root) for content, root in zip(ids, node, strict=True)}
    for one, other in apart:
        ends = number.get(one), number.get(other)
        if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
            forbidden.setdefault(ends[0], set()).add(ends[1])
            forbidden.setdefault(ends[1], set()).add(ends[0])
    return forbidden


class _Merging:
    """The merging of one connected part.

    Attributes:
        merged: by the surviving node of each cluster, the nodes that are in it.
    """

    def __init__(
        self,
        pairs: NDArray[np.int64],
        sums: NDArray[np.float64],
        counts: NDArray[np.int64],
        sizes: NDArray[np.int64],
        missing: NDArray[np.float64],
        forbidden: dict[int, set[int]],
    ) -> None:
        self._sums: dict[int, dict[int, tuple[float, int]]] = {}
        for (one, other), total, count in zip(pairs.tolist(), sums.tolist(), counts.tolist(), strict=True):
            self._sums.setdefault(one, {})[other] = total, count
            self._sums.setdefault(other, {})[one] = total, count
        self.merged = {number: [number] for number in sorted(self._sums)}
        self._sizes = {number: int(sizes[number]) for number in self.merged}
        self._missing = {number: float(missing[number]) for number in self.merged}
        self._forbidden = {
            number: forbidden[number] & self.merged.keys() for number in self.merged if number in forbidden
        }
        self._state = dict.fromkeys(self.merged, 0)
        self._heap: list[tuple[float, int, int, int, int]] = []

    def run(self) -> None:
        """Merge until no two clusters agree."""
        self._offer((one, other) for one, near in self._sums.items() for other in near if one < other)
        while self._heap:
            _, one, other, state, other_state = heapq.heappop(self._heap)
            if self._state.get(one) == state and self._state.get(other) == other_state:
                self._merge(one, other)

    def _offer(self, pairs: Iterable[tuple[int, int]]) -> None:
        for one, other in pairs:
            one, other = min(one, other), max(one, other)
            agreement = self._agreement(one, other)
            if agreement > 0.0 and other not in self._forbidden.get(one, ()):
                # The lowest ids first where two agree alike, so that the outcome does not hang on the order.
                heapq.heappush(self._heap, (-agreement, one, other, self._state[one], self._state[other]))

    def _agreement(self, one: int, other: int) -> float:
        total, count = self._sums[one][other]
        sizes = self._sizes[one], self._sizes[other]
        expected = max(min(sizes[0] * sizes[1], SUPPORT * min(sizes)), count)
        return (total + min(self._missing[one], self._missing[other]) * (expected - count)) / expected

    def _merge(self, kept: int, gone: int) -> None:
        self.merged[kept] += self.merged.pop(gone)
        sizes = self._sizes[kept], self._sizes.pop(gone)
        shares = self._missing[kept] * sizes[0] + self._missing.pop(gone) * sizes[1]
        self._sizes[kept], self._missing[kept] = sum(sizes), shares / sum(sizes)
        self._state[kept] += 1
        del self._state[gone]
        near = self._sums[kept]
        del near[gone]
        for other, (total, count) in self._sums.pop(gone).items():
            if other == kept:
                continue
            before = near.get(other, (0.0, 0))
            near[other] = self._sums[other][kept] = before[0] + total, before[1] + count
            del self._sums[other][gone]
        for other in self._forbidden.pop(gone, set()):
            self._forbidden[other].discard(gone)
            self._forbidden[other].add(kept)
            self._forbidden.setdefault(kept, set()).add(other)
        self._offer((kept, other) for other in near)


def distinct(members: Sequence[int], copies: Iterable[tuple[int, int]]) -> int:
    """How many photos are left of some where copies count once.

    Args:
        members: content ids.
        copies: pairs of content ids that show one exposure.
    """
    root = {number: number for number in members}

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    for one, other in copies:
        if one in root and other in root:
            root[find(one)] = find(other)
    return sum(number == above for number, above in root.items())
