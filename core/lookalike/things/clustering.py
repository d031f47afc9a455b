"""Clustering of the pair graph by average linkage: one bridge does not join what has nothing else in common.

Every photo begins alone, and the two clusters whose pairs agree most on average are merged, until none are left that
agree (Sokal and Michener's average linkage, 1958). A pair's weight is the log-odds that both show the same thing, so
the average of many weights above 0 is evidence. That two photos have nothing in common speaks against a thing, but two
sides of a car have nothing in common either: no pair counts less than `LEAST`.

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

LEAST = -2.0
"""The least weight of a pair, compared or not (docs/benchmarks.md, "Things and places")."""

QUARTILE = 0.25

ROUNDS = 10
MARGIN = 1e-9
"""A node moves only for more than rounding errors."""

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
    weights = weights.clip(min=LEAST)
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
    for start, end in zip(starts, np.append(starts[1:], len(known)), strict=False):
        connected = _Part(known[start:end], sums[start:end], counts[start:end], sizes, missing, forbidden)
        linked.update(connected.clusters)
        connected.merge()
        connected.refine()
        for roots in sorted(sorted(nodes) for nodes in connected.clusters.values()):
            found = sorted(number for root in roots for number in members_of[root])
            if len(found) > 1:
                yield found
    for root, group in members_of.items():
        if root not in linked and len(group) > 1:
            yield group


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
    lower = np.full(count, LEAST)
    starts, pairs = starts[pairs >= CROWDED], pairs[pairs >= CROWDED]
    lower[nodes[starts]] = values[starts + (QUARTILE * (pairs - 1)).astype(np.int64)]
    return lower.clip(LEAST, 0.0)


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


class _Part:
    """One connected part: its nodes, and the clusters that they are merged into.

    Attributes:
        clusters: the nodes of each cluster, by a number.
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
        self._pairs: dict[int, dict[int, tuple[float, int]]] = {}
        for (one, other), total, count in zip(pairs.tolist(), sums.tolist(), counts.tolist(), strict=True):
            self._pairs.setdefault(one, {})[other] = total, count
            self._pairs.setdefault(other, {})[one] = total, count
        self._node_sizes = {number: int(sizes[number]) for number in self._pairs}
        self._node_missing = {number: float(missing[number]) for number in self._pairs}
        self._forbidden = {number: forbidden[number] for number in self._pairs if number in forbidden}
        self.clusters = {number: [number] for number in self._pairs}
        self._sizes = dict(self._node_sizes)
        self._missing = dict(self._node_missing)

    def merge(self) -> None:
        """Merge the two clusters that agree most, until no two agree."""
        links = {number: dict(near) for number, near in self._pairs.items()}
        apart = {number: others & links.keys() for number, others in self._forbidden.items()}
        states = dict.fromkeys(links, 0)
        heap: list[tuple[float, int, int, int, int]] = []

        def offer(pairs: Iterable[tuple[int, int]]) -> None:
            for pair in pairs:
                one, other = min(pair), max(pair)
                agreement = self._agreement(one, other, *links[one][other])
                if agreement > 0.0 and other not in apart.get(one, ()):
                    # The lowest ids first where two agree alike, so that the outcome does not hang on the order.
                    heapq.heappush(heap, (-agreement, one, other, states[one], states[other]))

        offer((one, other) for one, near in links.items() for other in near if one < other)
        while heap:
            _, kept, gone, state, other_state = heapq.heappop(heap)
            if states.get(kept) != state or states.get(gone) != other_state:
                continue
            self._unite(kept, gone)
            states[kept] += 1
            del states[gone]
            near = links[kept]
            del near[gone]
            for other, (total, count) in links.pop(gone).items():
                if other != kept:
                    before = near.get(other, (0.0, 0))
                    near[other] = links[other][kept] = before[0] + total, before[1] + count
                    del links[other][gone]
            for other in apart.pop(gone, set()):
                apart[other].discard(gone)
                apart[other].add(kept)
                apart.setdefault(kept, set()).add(other)
            offer((kept, other) for other in near)

    def refine(self) -> None:
        """Move single nodes to the cluster that they have most in common with, or out, until none moves.

        The first merges know of one pair only, and a bridge may be the strongest pair of all.
        """
        home = {number: root for root, members in self.clusters.items() for number in members}
        for _ in range(ROUNDS):
            moved = False
            for number in sorted(home):
                near: dict[int, tuple[float, int]] = {}
                for other, (total, count) in self._pairs[number].items():
                    before = near.get(home[other], (0.0, 0))
                    near[home[other]] = before[0] + total, before[1] + count
                here = home[number]
                gains = {root: self._gain(number, root, root == here, *found) for root, found in near.items()}
                gains.setdefault(here, 0.0)
                gains[-1 - number] = 0.0
                best = max(sorted(gains), key=lambda root: gains[root])
                if gains[best] > gains[here] + MARGIN and not self._is_barred(number, best):
                    self._move(number, here, best)
                    home[number] = best
                    moved = True
            if not moved:
                return

    def _agreement(self, one: int, other: int, total: float, count: int) -> float:
        """The mean weight of the pairs between two clusters, those included that are missing."""
        sizes = self._sizes[one], self._sizes[other]
        expected = _expected(*sizes, count)
        return (total + min(self._missing[one], self._missing[other]) * (expected - count)) / expected

    def _gain(self, number: int, root: int, is_home: bool, total: float, count: int) -> float:
        """The summed weight of the pairs between a node and the rest of a cluster."""
        size = self._node_sizes[number]
        rest = self._sizes[root] - size if is_home else self._sizes[root]
        missing = _expected(size, rest, count) - count
        return total + min(self._node_missing[number], self._missing[root]) * missing

    def _is_barred(self, number: int, root: int) -> bool:
        return not self._forbidden.get(number, set()).isdisjoint(self.clusters.get(root, ()))

    def _unite(self, kept: int, gone: int) -> None:
        sizes = self._sizes[kept], self._sizes.pop(gone)
        shares = self._missing[kept] * sizes[0] + self._missing.pop(gone) * sizes[1]
        self._sizes[kept], self._missing[kept] = sum(sizes), shares / sum(sizes)
        self.clusters[kept] += self.clusters.pop(gone)

    def _move(self, number: int, here: int, there: int) -> None:
        size = self._node_sizes[number]
        self.clusters[here].remove(number)
        self._sizes[here] -= size
        self.clusters.setdefault(there, []).append(number)
        self._sizes[there] = self._sizes.get(there, 0) + size
        self._missing.setdefault(there, self._node_missing[number])


def _expected(one: int, other: int, count: int) -> int:
    """How many pairs are expected between two clusters of these sizes, `count` of which are known."""
    return max(min(one * other, SUPPORT * min(one, other)), count)


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
