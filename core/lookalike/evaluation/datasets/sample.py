"""A sample of a data set: one photo query each of some of its groups, over the same gallery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.ground_truth import GroundTruthQuery


class QuerySample(Dataset):
    """The first photo query each of some groups, spread evenly over the groups in the order of the data set.

    A saved run of a sample can be gone on with on a larger one, or on all queries.

    Args:
        dataset: the data set.
        groups: how many groups; None for all photo queries of all groups.
    """

    def __init__(self, dataset: Dataset, groups: int | None) -> None:
        self._dataset = dataset
        self.name = dataset.name
        self.root = dataset.root
        self.folders = dataset.folders
        self.measures = dataset.measures
        self.depth = dataset.depth
        firsts: dict[str, str] = {}
        every: list[str] = []
        for query in dataset.queries():
            if query.image is not None:
                every.append(query.name)
                firsts.setdefault(query.group, query.name)
        names = list(firsts.values())
        count = len(names) if groups is None else min(groups, len(names))
        chosen = [names[place * len(names) // count] for place in range(count)]
        self._names = frozenset(every if groups is None else chosen)

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The queries of the sample."""
        return (query for query in self._dataset.queries() if query.name in self._names)

    def outside(self) -> Iterator[Path]:
        """Photos that are not searched in."""
        return self._dataset.outside()

    def count(self) -> int:
        """How many queries there are."""
        return len(self._names)
