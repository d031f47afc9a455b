"""Synsets: the meanings that labels stand for, from WordNet 3.0, each with its names and what it is a kind of.

The classes of the embedded network are ImageNet-1k's, which are synsets; so are all that they are kinds of, e.g.
"golden retriever", "dog", "mammal". ``packaging/labels.py`` made the file.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.words.files import words_file

SYNSETS, NOUNS, MEANINGS = "synsets.json", "nouns.txt.gz", "meanings.npz"

CLASSES = 1000


@dataclass(frozen=True)
class Synsets:
    """The classes, and all that they are kinds of.

    Attributes:
        labels: the name of each class.
        names: all names of synsets; one that several share stands once.
        definitions: of each synset, its first name and what it is.
        synsets_of_name: the numbers of the synsets that have a name, by the name in lower case.
        name_numbers: the number of a name, for each pair of a synset and one of its names.
        name_starts: where each synset's pairs begin in `name_numbers`.
        kinds: whether a class is a synset or a kind of it, bool (`CLASSES`, synsets).
        sizes: how many classes are kinds of each synset, (synsets,).
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    definitions: tuple[str, ...]
    synsets_of_name: dict[str, tuple[int, ...]]
    name_numbers: NDArray[np.intp]
    name_starts: NDArray[np.intp]
    kinds: NDArray[np.bool_]
    sizes: NDArray[np.intp]

    def name_of(self, place: int) -> str:
        """The first name of a synset."""
        return self.definitions[place].partition(":")[0]


def synset_numbers() -> list[str]:
    """WordNet's numbers of the synsets, each at its place.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return list(json.loads(words_file(SYNSETS).read_text(encoding="utf-8"))["synsets"])


@functools.cache
def load_synsets() -> Synsets:
    """The synsets; read once.

    Raises:
        ModelError: the file is missing or damaged.
    """
    content = json.loads(words_file(SYNSETS).read_text(encoding="utf-8"))
    rows: dict[str, dict[str, list[str]]] = content["synsets"]
    numbers = {wnid: number for number, wnid in enumerate(rows)}
    names = sorted({name for row in rows.values() for name in row["names"]})
    number_of_name = {name: number for number, name in enumerate(names)}
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for wnid, row in rows.items():
        for name in row["names"]:
            by_name[name.lower()].append(numbers[wnid])
    kinds = np.zeros((CLASSES, len(rows)), np.bool_)
    for position, wnid in enumerate(content["classes"]):
        ahead = [wnid]
        while ahead:
            one = ahead.pop()
            kinds[position, numbers[one]] = True
            ahead += rows[one]["parents"]
    counts = [len(row["names"]) for row in rows.values()]
    return Synsets(
        labels=tuple(rows[wnid]["names"][0] for wnid in content["classes"]),
        names=tuple(names),
        definitions=tuple(f"{row['names'][0]}: {row['definition']}" for row in rows.values()),
        synsets_of_name={name: tuple(found) for name, found in by_name.items()},
        name_numbers=np.array([number_of_name[name] for row in rows.values() for name in row["names"]]),
        name_starts=np.concatenate([[0], np.cumsum(counts)[:-1]]),
        kinds=kinds,
        sizes=kinds.sum(axis=0),
    )


@functools.cache
def kinds_of_nouns() -> dict[str, tuple[int, ...]]:
    """The synsets that words are a kind of which are no names of synsets themselves, e.g. of "giraffe".

    Raises:
        ModelError: the file is missing or damaged.
    """
    lines = gzip.decompress(words_file(NOUNS).read_bytes()).decode().splitlines()
    split = (line.split("\t") for line in lines)
    return {word: tuple(map(int, numbers)) for word, *numbers in split}
