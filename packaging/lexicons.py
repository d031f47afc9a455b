"""Makes the lexicons: words of other languages for what the labels know.

Usage: python packaging/lexicons.py WORDNET OMW [--check]

WORDNET is as in ``packaging/labels.py``. OMW is a folder with the files ``wns/wikt/wn-wikt-*.tab`` and
``wns/*/wn-data-*.tab`` of https://github.com/omwn/omw-data at f75be19ec590da12a7a5665e361690b5badb7a25: for each
language what the Open Multilingual Wordnet took from Wiktionary (Francis Bond and Ryan Foster, "Linking and Extending
an Open Multilingual Wordnet", ACL 2013), and for some a wordnet of their own, words by the numbers of WordNet 3.0.

Writes ``lexicon-LANGUAGE.txt.gz`` to ``resources/words``: a line for each word that means what some label is called, or
a kind of it, with those English words, the most usual meaning first; where it is a meaning that labels have, its place
in ``synsets.json`` follows after a colon. ``lexicon_LANGUAGE.tsv`` beside this file, where there is one, adds what is
lacking: the name of a label or of what labels are kinds of, and words for it. It was written by going through those
without a word. ``label-names-LANGUAGE.json`` has the names of labels and of their kinds for the window. With
``--check`` it only says whether these sources give the files that are there.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from checksums import checksum, write_checksums
from labels import OUTPUT, PERSON, SENSES, class_ids, defined_as, nearest_kinds
from wordnet import Senses, Synset, nouns, senses

from lookalike.words.label_names import LANGUAGES as NAMED
from lookalike.words.label_names import label_names_file
from lookalike.words.lexicons import LANGUAGES, folded, lexicon_name
from lookalike.words.synsets import kinds_of_nouns, load_synsets, synset_numbers

CODES = {
    "ar": "arb", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "es": "spa",
    "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun", "it": "ita", "ja": "jpn", "ko": "kor",
    "nb": "nob", "nl": "nld", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sh": "hbs", "sl": "slv",
    "sv": "swe", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "cmn",
}  # fmt: skip
"""How the files name the languages: those of which Wiktionary gives 3,500 nouns or more."""

OWN_CODES = {"sh": "hrv"}
"""Where the own wordnet has the code of another language."""

OWN_WORDNETS = frozenset({"ar", "bg", "ca", "it", "nl", "pt", "sh", "sl", "sv"})
"""Languages whose own wordnet is to be had and may be passed on as Wiktionary may, under a Creative Commons licence."""


def lexicon_file(
    language: str, tabs: Sequence[Path], wordnet: dict[str, Synset], meanings: dict[str, Senses]
) -> bytes:
    """The content of a language's lexicon."""
    places = {number: place for place, number in enumerate(synset_numbers())}
    labelled = {number: wordnet[number] for number in places}
    found: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for number, text in _nouns(tabs):
        word = folded(text)
        if not word or number not in wordnet:
            continue
        known = _name(number, wordnet, meanings, labelled)
        if known is not None:
            rank, name = known
            found[word].add((rank, f"{name}:{places[number]}" if number in places else name))
    for word, name in _added(language):
        found[folded(word)].update((0, f"{name}:{place}") for place in load_synsets().synsets_of_name[name])
    lines = ["\t".join([word, *_in_order(names)]) for word, names in sorted(found.items())]
    return gzip.compress(("\n".join(["", *lines, ""])).encode(), mtime=0)


def label_names(language: str, tabs: Sequence[Path], lexicon: bytes) -> bytes:
    """The content of a language's names of labels and their kinds: our own word, or what means the label foremost."""
    meanings = {
        word: names
        for word, *names in (line.split("\t") for line in gzip.decompress(lexicon).decode().splitlines())
    }
    synsets = load_synsets()
    places = {number: place for place, number in enumerate(synset_numbers())}
    labels = dict(zip(class_ids(), synsets.labels, strict=True))
    for number, place in places.items():
        if number not in labels and synsets.name_of(place) not in synsets.labels:
            labels[number] = synsets.name_of(place)
    found: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for number, text in _nouns(tabs):
        if number in labels:
            meant = meanings[folded(text)]
            ranks = [rank for rank, name in enumerate(meant) if name.endswith(f":{places[number]}")]
            found[labels[number]].append((min(ranks, default=SENSES), len(meant), text))
    names = {label: min(words, key=lambda word: word[:2])[2] for label, words in found.items()}
    by_word = {label.lower(): label for label in labels.values()}
    for word, name in reversed(list(_added(language))):
        if name in by_word:
            names[by_word[name]] = word
    return (json.dumps(dict(sorted(names.items())), ensure_ascii=False, indent=0) + "\n").encode()


def _nouns(tabs: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The numbers of WordNet's nouns, and words for them."""
    for line in (line for tab in tabs for line in tab.read_text(encoding="utf-8").splitlines()):
        fields = line.split("\t")
        if line.startswith("#") or len(fields) < 3:
            continue
        offset, _, part = fields[0].partition("-")
        if part == "n" and fields[1].endswith("lemma"):
            yield f"n{offset}", fields[2].replace("_", " ").strip()


def _added(language: str) -> Iterator[tuple[str, str]]:
    """Words of our own, and the names of labels that they are for."""
    path = Path(__file__).with_name(f"lexicon_{language}.tsv")
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        name, words = line.split("\t")
        yield from ((word.strip(), name.lower()) for word in words.split(","))


def _name(
    number: str, wordnet: dict[str, Synset], meanings: dict[str, Senses], labelled: dict[str, Synset]
) -> tuple[int, str] | None:
    """A word that the labels know for a meaning, and how usual that meaning of it is, the most usual 0."""
    named, kinds = load_synsets().synsets_of_name, kinds_of_nouns()
    words = [name.lower() for name in wordnet[number].names]
    ranks = {word: meanings[word].meanings.index(number) for word in words}
    if number in labelled:
        # It is meant by itself, however seldom the English word means it.
        return next((ranks[word], word) for word in words if word in named)
    if not (nearest_kinds(number, labelled, wordnet) or defined_as(number, labelled, wordnet)) - {PERSON}:
        # The English word is known for another meaning.
        return None
    return next(((ranks[word], word) for word in words if word in kinds and ranks[word] < SENSES), None)


def _in_order(names: set[tuple[int, str]]) -> list[str]:
    return list(dict.fromkeys(name for _, name in sorted(names)))[:SENSES]


def main() -> int:
    """Make the files, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("omw", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wordnet, meanings = nouns(options.wordnet), senses(options.wordnet)
    files = {}
    for language in LANGUAGES:
        code = CODES[language]
        tabs = [options.omw / f"wn-wikt-{code}.tab"]
        if language in OWN_WORDNETS:
            tabs.append(options.omw / f"wn-data-{OWN_CODES.get(language, code)}.tab")
        made = files[lexicon_name(language)] = lexicon_file(language, tabs, wordnet, meanings)
        if language in NAMED:
            files[label_names_file(language)] = label_names(language, tabs, made)
    if not options.check:
        for name, content in files.items():
            (OUTPUT / name).write_bytes(content)
        write_checksums(OUTPUT)
    wrong = [name for name, made in files.items() if checksum(made) != checksum((OUTPUT / name).read_bytes())]
    for name in wrong:
        print(f"{name}: the sources give another")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
