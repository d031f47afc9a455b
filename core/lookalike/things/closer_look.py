"""Closer look: the pairs that details and whole photos leave open are compared by their regions, and then by a judge.

Regions tell most. What they leave unsure, the geometric judge is asked: it finds points again from other sides and in
other light than the details by which pairs were verified.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import Judge
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.search.query_photos import QueryPhotos
from lookalike.things.curves import LEAST_OPEN, LEAST_UNSURE, MOST_OPEN, MOST_UNSURE
from lookalike.things.evidence import PairWeights, animals_of, is_proven
from lookalike.things.likeness import Likeness
from lookalike.things.regions import RegionReader

VERSION = 2
"""Raised with every change of what is looked at."""

BATCH = 4
"""Pairs whose regions are compared before progress is told: under half a second, so that a search waits no longer."""


class CloserLook:
    """Looks closer at a library's open pairs. One thread at a time.

    Args:
        catalog: the library's catalog.
        photos: reads photos.
    """

    def __init__(self, catalog: Catalog, photos: QueryPhotos) -> None:
        self._catalog = catalog
        self._things = catalog.things
        self._photos = photos

    def look(self, reader: RegionReader, judge: Judge, settled: bool) -> Generator[Progress, None, None]:
        """Look at all open pairs that were not looked at. May be closed at any yield.

        Args:
            reader: reads the regions of photos.
            judge: the geometric judge.
            settled: whether things were found since pairs changed last, so that all pairs' likeness is known.
        """
        self._things.begin_looks(f"{VERSION} {reader.key} {judge.key}")
        state = f"{self._catalog.verified_pairs.revision()}:{self._things.sampled()}"
        if self._things.looked() == state:
            return
        if len(todo := self._open_pairs()):
            yield from self._compare_regions(todo, reader)
        if len(todo := self._unsure_pairs()):
            yield from self._ask(todo, judge)
        if settled:
            self._things.put_looked(state)

    # Which pairs

    def _open_pairs(self) -> NDArray[np.int64]:
        """The pairs (n, 2) whose regions are to be compared, the most open first."""
        ids, odds = self._between(LEAST_OPEN, MOST_OPEN, compared=False)
        return ids[np.argsort(np.abs(odds), kind="stable")]

    def _unsure_pairs(self) -> NDArray[np.int64]:
        """The pairs (n, 2) that the judge is to be asked about, those of one photo together."""
        return self._between(LEAST_UNSURE, MOST_UNSURE, compared=True)[0]

    def _between(
        self, least: float, most: float, compared: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The pairs (n, 2) that pixels do not prove and whose log-odds (n,) lie between, with these.

        Args:
            least: of their log-odds.
            most: of their log-odds.
            compared: whether their regions were compared. What was judged is left out.
        """
        ids, weights = [np.zeros((0, 2), np.int64)], [np.zeros(0)]
        pair_weights = PairWeights(self._catalog)
        for links in self._things.links():
            odds = pair_weights.of(links)
            chosen = (
                (np.isnan(links.regional) != compared)
                & ~np.isnan(links.excesses)
                & np.isnan(links.judged)
                & ~is_proven(links)
                & (odds > least)
                & (odds < most)
            )
            ids.append(links.ids[chosen])
            weights.append(odds[chosen])
        return np.concatenate(ids), np.concatenate(weights)

    # Regions

    def _compare_regions(
        self, todo: NDArray[np.int64], reader: RegionReader
    ) -> Generator[Progress, None, None]:
        sample = self._things.sample()
        meter = ProgressMeter(Stage.LOOKING_CLOSER, len(np.union1d(todo, sample)))
        yield meter.snapshot()
        seen: set[int] = set()
        lost: set[int] = set()

        def load(ids: Sequence[int]) -> list[int]:
            """Those of some photos whose regions are at hand now; what failed is not tried for each of its pairs."""
            hashes = self._catalog.contents.visible_among([number for number in ids if number not in lost])
            failed = reader.load(hashes)
            lost.update(failed)
            new = set(ids) - seen
            for number in sorted(new & failed.keys()):
                self._note(meter, number, failed[number])
            seen.update(new)
            meter.advance(len(new))
            return [number for number in ids if number in hashes and number not in failed]

        known: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        sets: list[NDArray[np.float32]] = [np.zeros((0, *reader.shape), np.float32)]
        for batch in _batches(sample):
            here = np.array(load(batch.tolist()), np.int64)
            # The descriptor of one may have gone meanwhile.
            with suppress(KeyError):
                sets.append(reader.sets(here))
                known.append(here)
            yield meter.snapshot()
        likeness = Likeness(reader, np.concatenate(known), np.concatenate(sets), animals_of(self._catalog))
        for batch in _batches(todo):
            present = np.isin(batch, load(np.unique(batch).tolist())).all(axis=1)
            pairs = [(one, other) for one, other in batch[present].tolist()]
            with suppress(KeyError):
                self._things.put_regional(pairs, likeness.excesses(pairs).tolist())
            yield meter.snapshot()
        yield meter.end()

    # The judge

    def _ask(self, todo: NDArray[np.int64], judge: Judge) -> Generator[Progress, None, None]:
        meter = ProgressMeter(Stage.LOOKING_CLOSER, len(todo), unit="pairs")
        yield meter.snapshot()
        told: set[int] = set()
        starts = np.flatnonzero(np.diff(todo[:, 0], prepend=-1))
        for pairs in np.split(todo, starts[1:]):
            first, others = int(pairs[0, 0]), pairs[:, 1].tolist()
            for number, reason in self._judge(judge, first, others):
                if number not in told:
                    told.add(number)
                    self._note(meter, number, reason)
            meter.advance(len(others))
            yield meter.snapshot()
        yield meter.end()

    def _judge(
        self, judge: Judge, first: int, others: Iterable[int]
    ) -> Iterator[tuple[int, LookalikeError | str]]:
        """Have a photo judged with others; yields which of them cannot be read, and why."""
        hashes = self._catalog.contents.visible_among([first, *others])
        if first not in hashes:
            return
        there = {hashes[number]: number for number in others if number in hashes}
        found: dict[tuple[int, int], float] = {}
        query = self._photos.candidate(first, hashes[first])
        try:
            for verdict in judge.compare(
                query, (self._photos.candidate(number, content) for content, number in there.items())
            ):
                if verdict.match is not None:
                    found[first, there[verdict.content]] = verdict.logit
                else:
                    yield there[verdict.content], verdict.reason
        except LookalikeError as error:
            yield first, error
        self._things.put_judged(list(found), found.values())

    def _note(self, meter: ProgressMeter, number: int, reason: LookalikeError | str) -> None:
        paths = self._catalog.files.paths([number]).get(number, [])
        meter.note(str(paths[0]) if paths else "", str(reason))


def _batches(numbers: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]
