"""Reader of WordNet 3.0's nouns (Princeton University), in the files of the Debian package ``wordnet-base``.

The format is described in WordNet's manual page ``wndb(5)``. ImageNet names its classes by WordNet 3.0's offsets, so
other versions will not do; the packages nltk and wn download theirs, and read far more than is needed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Synset:
    """A meaning.

    Attributes:
        names: the words for it, the most usual first.
        definition: what it is, without examples.
        parents: the synsets that it is a kind of, by `wnid`.
    """

    names: tuple[str, ...]
    definition: str
    parents: tuple[str, ...]


def nouns(folder: Path) -> dict[str, Synset]:
    """All meanings of nouns, by their `wnid` (e.g. "n02084071").

    Args:
        folder: holds ``data.noun``.
    """
    found = {}
    for line in (folder / "data.noun").read_text(encoding="latin-1").splitlines():
        if line.startswith(" "):
            # The licence.
            continue
        fields, _, gloss = line.partition("|")
        offset, _, _, count, *rest = fields.split()
        words = 2 * int(count, 16)
        names = tuple(name.replace("_", " ") for name in rest[:words:2])
        found[f"n{offset}"] = Synset(names, gloss.split(";")[0].strip(), tuple(_parents(rest[words + 1 :])))
    return found


@dataclass(frozen=True)
class Senses:
    """What a word means.

    Attributes:
        meanings: by `wnid`, the most usual first.
        usual: how many of them, from the first, occurred in WordNet's tagged texts.
    """

    meanings: tuple[str, ...]
    usual: int


def senses(folder: Path) -> dict[str, Senses]:
    """The meanings of every word in lower case.

    Args:
        folder: holds ``index.noun``.
    """
    found = {}
    for line in (folder / "index.noun").read_text(encoding="latin-1").splitlines():
        if line.startswith(" "):
            continue
        word, _, count, *rest = line.split()
        offsets = rest[-int(count) :]
        found[word.replace("_", " ")] = Senses(
            tuple(f"n{offset}" for offset in offsets), int(rest[-int(count) - 1])
        )
    return found


def _parents(pointers: list[str]) -> Iterator[str]:
    for place in range(0, len(pointers) - 3, 4):
        symbol, offset = pointers[place : place + 2]
        if symbol in ("@", "@i"):
            yield f"n{offset}"
