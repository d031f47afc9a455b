"""Ways to make one ranked list of what is known of photos and of what they look like.

``python -m tests.benchmarks.words_fusion PHOTOS WORDS.json --home DIR`` indexes a folder of photos into a library in
DIR, unless it is there. WORDS.json names for each word the photos that show it, by their paths in the folder. What is
known is drawn: a share of the right photos has the word as a keyword or in its name, half of each, and for each of
these some other photo has it in its name by chance. Printed are mAP and the precision of the first ten over the
words, means of three draws.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.library import Library
from lookalike.search.word_search import fused
from lookalike.words.label_search import LabelSearch
from lookalike.words.source import WordHit
from tests.builders.inside import catalog_of

DRAWS = 3
KNOWN = ((0.0, 0.0), (0.1, 0.0), (0.3, 0.1), (0.3, 0.5), (0.6, 0.2))
"""Shares of right photos that have the word, and misleading names for each of them."""

KEYWORD, NAME = 0.95, 0.6
"""What a keyword and a name are worth as probabilities, for the mixture."""

Fuse = Callable[[Mapping[int, float], Sequence[WordHit]], list[int]]


def by_ranks(weight: float, sure_first: bool) -> Fuse:
    """Reciprocal rank fusion; `weight` is that of what is known."""

    def fuse(known: Mapping[int, float], hits: Sequence[WordHit]) -> list[int]:
        order = [number for number, _ in fused([(weight, [*known]), (1.0, [hit.content_id for hit in hits])])]
        return with_sure_first(order, known, hits) if sure_first else order

    return fuse


def by_mixture(sure_first: bool) -> Fuse:
    """The probability that the word or the looks are right (noisy or)."""

    def fuse(known: Mapping[int, float], hits: Sequence[WordHit]) -> list[int]:
        wrong = {number: 1 - worth for number, worth in known.items()}
        for hit in hits:
            wrong[hit.content_id] = wrong.get(hit.content_id, 1.0) * (1 - min(hit.score, 1.0))
        order = sorted(wrong, key=lambda number: wrong[number])
        return with_sure_first(order, known, hits) if sure_first else order

    return fuse


def with_sure_first(order: list[int], known: Mapping[int, float], hits: Sequence[WordHit]) -> list[int]:
    """What is known or certain before the others."""
    sure = {*known, *(hit.content_id for hit in hits if hit.reason.certain)}
    return sorted(order, key=lambda number: number not in sure)


WAYS: dict[str, Fuse] = {
    "looks alone": lambda known, hits: [hit.content_id for hit in hits],
    "known first": lambda known, hits: [*dict.fromkeys([*known, *(hit.content_id for hit in hits)])],
    "ranks 1:1": by_ranks(1.0, sure_first=False),
    "ranks 2:1": by_ranks(2.0, sure_first=False),
    "ranks 1:1, sure first": by_ranks(1.0, sure_first=True),
    "mixture": by_mixture(sure_first=False),
    "mixture, sure first": by_mixture(sure_first=True),
}


def measures(order: Sequence[int], right: set[int]) -> tuple[float, float]:
    """Average precision, and the precision of the first ten."""
    ranks = [rank for rank, number in enumerate(order, start=1) if number in right]
    precision = sum(found / rank for found, rank in enumerate(ranks, start=1)) / len(right)
    return precision, sum(rank <= 10 for rank in ranks) / min(10, len(right))


def draw(
    rng: np.random.Generator, everything: NDArray[np.int64], right: set[int], share: float, misled: float
) -> dict[int, float]:
    """Photos that have the word, the most telling first."""
    having = [number for number in sorted(right) if rng.random() < share]
    known = {number: KEYWORD if rng.random() < 0.5 else NAME for number in having}
    others = np.setdiff1d(everything, np.array(sorted(right)))
    chosen = rng.choice(others, round(misled * len(having)), replace=False)
    known.update((int(number), NAME) for number in chosen)
    shuffled = rng.permutation(sorted(known)).tolist()
    return {number: known[number] for number in sorted(shuffled, key=lambda number: -known[number])}


def main() -> None:
    """Index, ask, fuse."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("words", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    with Library(options.home) as library:
        if not len(library):
            library.folders.add(options.photos)
            for _ in library.scan():
                pass
        ids = library.photos.ids_by_path()
        labels = LabelSearch(catalog_of(library))
        asked = {}
        for word, paths in json.loads(options.words.read_text(encoding="utf-8")).items():
            right = {ids[options.photos / path] for path in paths if options.photos / path in ids}
            if len(right) > 1:
                asked[word] = right, labels.search([word], word, len(ids), None)
        labels.close()
    everything = np.array(sorted(set(ids.values())), np.int64)
    print(f"{len(everything):,} photos, {len(asked)} words")
    for share, misled in KNOWN:
        print(f"{share:.0%} have the word, {misled:.0%} more by chance")
        for name, fuse in WAYS.items():
            rng = np.random.default_rng(1)
            values = [
                measures(fuse(draw(rng, everything, right, share, misled), hits), right)
                for _ in range(DRAWS)
                for right, hits in asked.values()
            ]
            precision, first_ten = np.mean(values, axis=0)
            print(f"  {name:22} mAP {precision:.3f}   P@10 {first_ten:.3f}")


if __name__ == "__main__":
    main()
