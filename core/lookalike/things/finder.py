"""Finding things: the pair graph of a library, its clusters, and the things that they are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.things import ThingRow
from lookalike.pairs.verified_pair import COPIES
from lookalike.photos import THUMBNAIL_SIDE
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.things.clustering import cluster, distinct
from lookalike.things.constraints import constraints_of
from lookalike.things.cover import CANDIDATES, best_cover, sharpness
from lookalike.things.curves import are_supported
from lookalike.things.evidence import PairWeights, animals_of, is_proven
from lookalike.things.identities import KnownThing, identify
from lookalike.things.likeness import SAMPLE, Likeness
from lookalike.things.likeness import VERSION as LIKENESS_VERSION
from lookalike.things.regions import WholePhotos

logger = logging.getLogger(__name__)

VERSION = 6
"""Raised with every change of what is found, so that a library's things are found anew."""

MANY = 4
"""So many photos that agree with one another are a thing without a supported pair too. Fewer may be two trains, or two
flowers: of the things of photos that have none, these were nearly all (docs/benchmarks.md, "Things and places").
"""

BATCH = 2000
"""Pairs whose descriptors are compared at once."""


@dataclass(frozen=True)
class _Graph:
    """The weighted pairs of a library.

    Attributes:
        ids: content ids, int64 (n, 2).
        weights: log-odds that both show the same thing, float64 (n,).
        copies: whether both show one exposure, bool (n,).
        supported: whether details support a pair, bool (n,).
    """

    ids: NDArray[np.int64]
    weights: NDArray[np.float64]
    copies: NDArray[np.bool_]
    supported: NDArray[np.bool_]


class ThingFinder:
    """Finds the things of a library and records them. One thread at a time.

    Args:
        catalog: the library's catalog.
        thumbnails: have a small print of most photos.
        record: gives the descriptors by which likeness is known; None where those in use were not measured for it.
    """

    def __init__(
        self, catalog: Catalog, thumbnails: ThumbnailCache, record: Callable[[], DescriptorRecord | None]
    ) -> None:
        self._catalog = catalog
        self._things = catalog.things
        self._thumbnails = thumbnails
        self._record = record

    def outdated(self) -> bool:
        """Whether pairs, what is known of them, or decisions have changed since things were found last."""
        return self._things.found() != self._state()

    def find(self) -> Generator[Progress, None, None]:
        """Find the things anew where pairs or decisions have changed. May be closed at any yield."""
        record = self._record()
        if record is not None:
            yield from self._measure_excesses(record)
        state, decision = self._state(), self._things.latest_decision()
        if self._things.found() == state:
            return
        meter = ProgressMeter(Stage.FINDING_THINGS, None)
        yield meter.snapshot()
        graph = self._graph()
        yield meter.snapshot()
        found = []
        for number, members in enumerate(self._clusters(graph)):
            found.append(members)
            if number % 500 == 0:
                yield meter.snapshot()
        # What the user decided meanwhile is shown already, and would be undone until things are found anew.
        if self._things.latest_decision() == decision:
            self._put(graph, found, state)
        yield meter.end()

    def _state(self) -> str:
        """Names everything that things are found by."""
        pairs, looks = self._catalog.verified_pairs.revision(), self._things.looks()
        return f"{VERSION}:{pairs}:{self._things.latest_decision()}:{self._things.sampled()}:{looks}"

    # Likeness

    def _measure_excesses(self, record: DescriptorRecord) -> Generator[Progress, None, None]:
        """Compare the descriptors of all pairs for which that has not been done."""
        described = record.ids()
        if not len(described):
            return
        key, _, before = self._things.sampled().rpartition(":")
        current = f"{LIKENESS_VERSION} {record.key}"
        # Drawn anew when the library has doubled: in between, what is known of a pair stays.
        if key != current or len(described) > 2 * int(before):
            self._things.put_sample(self._drawn(described), f"{current}:{len(described)}")
        there = set(described.tolist())
        sample = np.array([number for number in self._things.sample().tolist() if number in there], np.int64)
        whole, likeness = WholePhotos(record), None
        after = (0, 0)
        meter = ProgressMeter(Stage.FINDING_THINGS, self._catalog.verified_pairs.count(), unit="pairs")
        worked = False
        while pairs := self._things.pairs_without_excess(BATCH, after):
            after = pairs[-1]
            known = [pair for pair in pairs if pair[0] in there and pair[1] in there]
            if known:
                likeness = likeness or Likeness(whole, sample, whole.sets(sample), animals_of(self._catalog))
                self._things.put_excesses(known, likeness.excesses(known).tolist())
                meter.advance(len(known))
                worked = True
                yield meter.snapshot()
        if worked:
            yield meter.end()

    def _drawn(self, described: NDArray[np.int64]) -> list[int]:
        """A sample of the photos: those with the lowest hashes, whatever the order in which they were added.

        Of copies one is enough: many edits of one photo would look like many photos that are alike.
        """
        hashes = self._things.hashes_of(described.tolist())
        for pair in self._catalog.verified_pairs.all(sorted(COPIES)):
            if pair.first in hashes and pair.second in hashes:
                del hashes[max(pair.first, pair.second, key=hashes.__getitem__)]
        return sorted(hashes, key=lambda number: hashes[number])[:SAMPLE]

    # Clusters

    def _graph(self) -> _Graph:
        ids, weights = [np.zeros((0, 2), np.int64)], [np.zeros(0)]
        copies, supported = [np.zeros(0, np.bool_)], [np.zeros(0, np.bool_)]
        pair_weights = PairWeights(self._catalog)
        for links in self._things.links():
            ids.append(links.ids)
            copies.append(np.isin(links.kinds, [kind.value for kind in COPIES]))
            supported.append(is_proven(links) | are_supported(links.matches, links.judged))
            weights.append(pair_weights.of(links))
        return _Graph(
            np.concatenate(ids), np.concatenate(weights), np.concatenate(copies), np.concatenate(supported)
        )

    def _clusters(self, graph: _Graph) -> Iterator[list[int]]:
        """The clusters that are things: two of their photos are no copies, and their details or their number say so."""
        constraints = constraints_of(self._things.decisions())
        hashes = [content for group in constraints.together for content in group]
        ids = self._things.ids_of([*hashes, *(content for pair in constraints.apart for content in pair)])
        # A group is known by any of its photos that is there.
        standing: dict[str, int] = dict(ids)
        together = []
        for group in constraints.together:
            present = [ids[content] for content in group if content in ids]
            together.append(present)
            standing.update((content, min(present)) for content in group if present)
        apart = [
            (standing[one], standing[other])
            for one, other in constraints.apart
            if one in standing and other in standing
        ]
        copies, supported = _by_first(graph.ids[graph.copies]), _by_first(graph.ids[graph.supported])
        joined = {number for group in together if len(group) > 1 for number in group}
        for members in cluster(graph.ids[:, 0], graph.ids[:, 1], graph.weights, together, apart):
            inside = set(members)
            is_known = (
                len(members) >= MANY
                or not joined.isdisjoint(inside)
                or any(other in inside for number in members for _, other in supported.get(number, ()))
            )
            same = (pair for number in members for pair in copies.get(number, ()))
            if is_known and distinct(members, same) > 1:
                yield members

    # Recording

    def _put(self, graph: _Graph, found: Sequence[list[int]], state: str) -> None:
        visible = self._things.visible()
        hashes = self._things.hashes_of(visible.tolist())
        present = set(hashes.values())
        # A photo that went meanwhile is left out.
        groups = [frozenset(hashes[number] for number in members if number in hashes) for members in found]
        rows = {row.id: row for row in self._things.rows()}
        members = self._things.members()
        known = {
            row.id: KnownThing(row.name, frozenset(members.get(row.id, ())), row.shown)
            for row in rows.values()
        }
        identified = identify(known, groups, present)
        covers = self._covers(graph, found, hashes)
        kept: dict[int, tuple[ThingRow, frozenset[str]]] = {}
        new = []
        for position, group in enumerate(groups):
            number, name = identified.ids[position], identified.names[position]
            if number is None:
                new.append((name, covers(position), group))
                continue
            # Photos that are away come back to their thing.
            photos = group | (known[number].photos - present)
            unchanged = photos == known[number].photos and rows[number].cover in group
            row = ThingRow(number, name, rows[number].cover if unchanged else covers(position), True)
            if row != rows[number] or not unchanged:
                kept[number] = row, photos
        for number in identified.waiting:
            if rows[number].shown:
                kept[number] = rows[number]._replace(shown=False), known[number].photos
        self._things.replace(kept, new, identified.gone, state)

    def _covers(
        self, graph: _Graph, found: Sequence[list[int]], hashes: Mapping[int, str]
    ) -> Callable[[int], str]:
        """Chooses the cover of a cluster, by its number."""
        agreement: dict[int, float] = {}
        where = {number: position for position, members in enumerate(found) for number in members}
        shown = 1.0 / (1.0 + np.exp(-graph.weights))
        for (one, other), share in zip(graph.ids.tolist(), shown.tolist(), strict=True):
            if (position := where.get(one)) is not None and position == where.get(other):
                agreement[one] = agreement.get(one, 0.0) + share
                agreement[other] = agreement.get(other, 0.0) + share

        def cover(position: int) -> str:
            members = [number for number in found[position] if number in hashes]
            most = max((agreement.get(number, 0.0) for number in members), default=0.0) or 1.0
            centrality = {number: agreement.get(number, 0.0) / most for number in members}
            candidates = sorted(members, key=lambda number: (-centrality[number], number))[:CANDIDATES]
            facts = self._catalog.contents.get(candidates)
            prints = {number: self._thumbnails.get(hashes[number], THUMBNAIL_SIDE) for number in candidates}
            return hashes[
                best_cover(
                    candidates,
                    centrality,
                    {number: row.width * row.height for number, row in facts.items()},
                    {number: sharpness(blob) for number, blob in prints.items() if blob is not None},
                )
            ]

        return cover


def _by_first(pairs: NDArray[np.int64]) -> dict[int, list[tuple[int, int]]]:
    """Pairs of ids (n, 2) by the first of each."""
    found: dict[int, list[tuple[int, int]]] = {}
    for one, other in pairs.tolist():
        found.setdefault(one, []).append((one, other))
    return found
