"""The curves by which things are found: fitted on ground truth, and the things that they give on groups held out.

    python -m tests.benchmarks.thing_curves --on LIBRARY TRUTH [TRUTH ...] [--on ...] [--lower 0.5] [--pets 0.2]

LIBRARY is a library that has scanned the folders of the ground truths, and whose pairs are verified. All its pairs are
looked at closer, not the open ones alone, and that stays: take a copy. Where several libraries hold one group, it is of
the first.

Of the pairs with a photo of a group, those of one set and kind weigh together as the root of their number: objects are
many. Each fold's pairs are weighed by curves that were fitted on the pairs of other groups, and of these weights things
are made as in the program: regions count where whole photos leave a pair open, and the judge where these leave it
unsure. What is added where details and the judge agree is not fitted.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.things import Links
from lookalike.library import Library
from lookalike.pairs.verified_pair import COPIES
from lookalike.things import closer_look, finder
from lookalike.things.curves import (
    CERTAIN,
    LEAST_EXCESS,
    LEAST_OPEN,
    LEAST_UNSURE,
    MOST_EXCESS,
    MOST_OPEN,
    MOST_UNSURE,
    Curve,
    are_supported,
    confirmations,
    geometry_of,
    verdicts_of,
)
from lookalike.things.evidence import animals_of, is_proven
from tests.benchmarks.things import Photo, b_cubed, mixtures, read_truth

FOLDS = 5
SHRINKAGE = 0.5
LIMITLESS: dict[str, Any] = {
    "LEAST_OPEN": -99.0,
    "MOST_OPEN": 99.0,
    "LEAST_UNSURE": -99.0,
    "MOST_UNSURE": 99.0,
}

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """The pairs of one library.

    Attributes:
        links: what is known of them.
        columns: the terms of the three curves, each (n, terms).
        right: whether both photos are of one group, bool (n,).
        shares: what each counts in a fit, 0 where neither photo is of a group (n,).
        folds: int (n,).
        paths: the photos of the library.
        truths: of the library, by the names of their sets.
    """

    links: Links
    columns: tuple[Floats, Floats, Floats]
    right: Booleans
    shares: Floats
    folds: NDArray[np.int64]
    paths: dict[int, Path]
    truths: dict[str, dict[Path, Photo]]


def look_at_all(library: Library) -> None:
    """Have all pairs of a library compared by their regions and judged."""
    for _ in library.things.update():
        pass
    # What was looked at before within the program's limits is not all of it.
    library._catalog.things.put_looked("")
    with mock.patch.multiple(closer_look, **LIMITLESS):
        for _ in library.closer_looks.make():
            pass


def read_pairs(library: Library, truths: dict[str, dict[Path, Photo]]) -> Pairs:
    """What is known of the pairs of a library that was looked at whole."""
    parts = list(library._catalog.things.links())
    links = Links(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Links.__dataclass_fields__)
    )
    ids = np.unique(links.ids).tolist()
    paths = {number: found[0].resolve() for number, found in library.photos.paths(ids).items()}
    known = {
        number: (name, truth[path])
        for number, path in paths.items()
        for name, truth in truths.items()
        if path in truth
    }
    sides = [(known.get(one), known.get(other)) for one, other in links.ids.tolist()]
    animals = np.asarray(np.isin(links.ids, animals_of(library._catalog)).all(axis=1), np.float64)
    of_group = np.array([one is not None or other is not None for one, other in sides]) & ~is_proven(links)
    sorts = [f"{one[0]} {one[1].kind}" if (one := a or b) else "" for a, b in sides]
    counts = Counter(sort for sort, wanted in zip(sorts, of_group.tolist(), strict=True) if wanted)
    shares = np.array([counts[sort] ** -0.5 if sort in counts else 0.0 for sort in sorts]) * of_group
    groups = [one[1].group if (one := a or b) else str(number) for number, (a, b) in enumerate(sides)]
    return Pairs(
        links,
        columns_of(links, animals),
        np.array([a is not None and b is not None and a[1].group == b[1].group for a, b in sides]),
        shares / shares[of_group].mean(),
        np.array([zlib.crc32(group.encode()) % FOLDS for group in groups]),
        paths,
        truths,
    )


def columns_of(links: Links, animals: Floats) -> tuple[Floats, Floats, Floats]:
    """The terms of the curves in the order of `Curve`'s attributes."""
    geometry, judged = geometry_of(links.matches), verdicts_of(np.nan_to_num(links.judged), animals > 0.0)
    ones = np.ones(len(geometry))
    whole, regions = (
        np.column_stack([ones, geometry, np.nan_to_num(excess).clip(LEAST_EXCESS, MOST_EXCESS), animals])
        for excess in (links.excesses, links.regional)
    )
    return whole, regions, np.column_stack([regions, judged])


def fit(terms: Floats, right: Booleans, shares: Floats) -> Floats:
    """The logistic curve of some pairs, by Newton's method."""
    shrinkage = np.append(0.0, np.full(terms.shape[1] - 1, SHRINKAGE)) * terms.std(axis=0) ** 2
    curve = np.zeros(terms.shape[1])
    for _ in range(50):
        odds = 1.0 / (1.0 + np.exp(-(terms @ curve).clip(-30.0, 30.0)))
        slope = terms.T @ (shares * (odds - right)) + shrinkage * curve
        bend = (terms * (shares * odds * (1.0 - odds))[:, None]).T @ terms
        curve = curve - np.linalg.solve(bend + np.diag(shrinkage), slope)
    return curve


def fitted(sets: list[Pairs], number: int, held_out: int | None) -> Floats:
    """Curve `number` of the pairs that are not of a fold."""
    chosen = [(pairs, (pairs.shares > 0.0) & (pairs.folds != held_out)) for pairs in sets]
    return fit(
        np.concatenate([pairs.columns[number][those] for pairs, those in chosen]),
        np.concatenate([pairs.right[those] for pairs, those in chosen]),
        np.concatenate([pairs.shares[those] for pairs, those in chosen]),
    )


def things_of(library: Library, pairs: Pairs, weights: Floats, judged: Floats) -> list[set[Path]]:
    """What the program makes of the pairs of a library when they have these weights."""
    links = pairs.links
    supported = is_proven(links) | are_supported(links.matches, judged)
    copies = np.isin(links.kinds, [kind.value for kind in COPIES])
    graph = finder._Graph(links.ids, weights, copies, supported)
    return [
        {pairs.paths[number] for number in members} for members in library.things._finder._clusters(graph)
    ]


def weigh(pairs: Pairs, scores: list[Floats]) -> tuple[Floats, Floats]:
    """The weights (n,) of pairs, each by the curve for what the program would know of it, and the verdicts it knows."""
    whole, regional, closest = scores
    opened = (whole > LEAST_OPEN) & (whole < MOST_OPEN) & ~np.isnan(pairs.links.regional)
    asked = opened & (regional > LEAST_UNSURE) & (regional < MOST_UNSURE) & ~np.isnan(pairs.links.judged)
    closest = closest + confirmations(pairs.links.matches, pairs.links.judged)
    weights = np.where(asked, closest, np.where(opened, regional, whole)).clip(-CERTAIN, CERTAIN)
    return np.where(is_proven(pairs.links), CERTAIN, weights), np.where(asked, pairs.links.judged, np.nan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", type=Path, nargs="+", action="append", required=True)
    parser.add_argument("--lower", type=float, default=0.5, help="log-odds taken from the last curve")
    parser.add_argument("--pets", type=float, default=0.2, help="log-odds added to cats and dogs")
    chosen = parser.parse_args()
    libraries = [Library(folder) for folder, *_ in chosen.on]
    sets: list[Pairs] = []
    for library, (_, *files) in zip(libraries, chosen.on, strict=True):
        there = set().union(*(pairs.truths for pairs in sets))
        look_at_all(library)
        truths = {file.parent.name: read_truth(file) for file in files if file.parent.name not in there}
        sets.append(read_pairs(library, truths))
    for number, name in enumerate(("WHOLE", "REGIONS", "JUDGED")):
        curve = Curve(*fitted(sets, number, None).round(2).tolist())
        print(f"{name} = {curve}, before anything is added")
    for library, pairs in zip(libraries, sets, strict=True):
        scores = [np.zeros(len(pairs.right)) for _ in range(3)]
        for fold in range(FOLDS):
            there_now = pairs.folds == fold
            for number, columns in enumerate(pairs.columns):
                scores[number][there_now] = (columns @ fitted(sets, number, fold))[there_now]
        scores = [score + chosen.pets * pairs.columns[0][:, 3] for score in scores]
        scores[2] -= chosen.lower
        things = things_of(library, pairs, *weigh(pairs, scores))
        for name, truth in pairs.truths.items():
            print(f"\n{name}, held out: {mixtures(truth, things)} mixtures\n")
            print("| kind | photos | precision | recall |\n|-|-|-|-|")
            for kind, (precision, recall, count) in b_cubed(truth, things).items():
                print(f"| {kind} | {count} | {precision:.3f} | {recall:.3f} |")
    for library in libraries:
        library.close()


if __name__ == "__main__":
    main()
