"""Words to photos without a download: how well labels answer, how sure they are, and what they cost.

    python -m tests.benchmarks.words_search

Gallery: the photos of the development set whose classes are known by their sources: the ImageNet-1k part, groceries,
and photoprism's examples by their names. The words are those of `tests.benchmarks.word_lists`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.photos import decode, read_file
from lookalike.words import classifier
from lookalike.words.classifier import classify
from lookalike.words.files import words_file
from lookalike.words.label_columns import LabelTable
from lookalike.words.label_search import LEAST_CERTAINTY, LEAST_SCORE, LabelSearch
from lookalike.words.labelling import VERSION
from lookalike.words.open_words import OpenWords
from lookalike.words.sentence_encoder import SentenceEncoder
from lookalike.words.synsets import SYNSETS, load_synsets
from tests.benchmarks.translated_words import LANGUAGES, translated
from tests.benchmarks.word_lists import EXAMPLES, GROCERIES, HELD_BACK_WORDS, TEST_WORDS, Words
from tests.data import evaluation_data

BATCH = 4
MANY = 100_000
FIRST = 10

Shown = list[tuple[Path, frozenset[str], str]]
"""Photos, the synsets that they show, and the class that they are by ImageNet, or nothing."""


def labelled_photos(data: Path) -> Iterator[tuple[Path, frozenset[str], str]]:
    """The photos whose classes are known."""
    synsets = json.loads(words_file(SYNSETS).read_text(encoding="utf-8"))["synsets"]

    def ancestors(number: str) -> set[str]:
        return {number}.union(*(ancestors(parent) for parent in synsets[number]["parents"]))

    truth = json.loads((data / "dev" / "ground_truth.json").read_text(encoding="utf-8"))
    for name, source in sorted((truth["sources"] | truth["distractors"]).items()):
        path = Path(source["path"])
        if "imagenet-sample" in source["repo"]:
            yield data / "dev" / name, frozenset(ancestors(path.name[:9])), path.name[:9]
        elif "GroceryStore" in source["repo"]:
            shown = {synset for part in path.parts if part in GROCERIES for synset in GROCERIES[part]}
            yield data / "dev" / name, frozenset(shown), ""
        elif "photoprism" in source["repo"]:
            yield data / "dev" / name, frozenset(EXAMPLES.get(path.stem, ())), ""


def described(photos: Shown) -> NDArray[np.float32]:
    """The photos' descriptors, as fp16 keeps them."""
    describer = EfficientNetDescriber()
    vectors = []
    for start in range(0, len(photos), BATCH):
        batch = [
            describer.prepare(decode(read_file(path), describer.decode_size).image)
            for path, *_ in photos[start : start + BATCH]
        ]
        vectors.append(describer.describe(batch))
    return np.concatenate(vectors).astype(np.float16).astype(np.float32)


def average_precision(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Average precision; photos of equal score are taken in the worst order."""
    order = np.lexsort((right, -scores))
    ranks = np.flatnonzero(right[order])
    return float(((np.arange(len(ranks)) + 1) / (ranks + 1)).mean())


def precision_of_first(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """The share of right photos among the first ten, or among as many as there are right ones."""
    count = min(FIRST, int(right.sum()))
    return float(right[np.lexsort((right, -scores))[:count]].mean())


def by_names(table: LabelTable) -> Callable[[str], NDArray[np.float32]]:
    """Plain matching: the probabilities of the classes whose own names contain the word."""
    names = [f" {name.lower()} " for name in load_synsets().labels]

    def scores(word: str) -> NDArray[np.float32]:
        return table.sums(np.array([f" {word} " in name for name in names], np.float32))

    return scores


def measure(
    title: str,
    words: Words,
    photos: Shown,
    scores_of: Callable[[str], NDArray[np.float32]],
    each: bool = False,
) -> None:
    """Print the figures of some words, by kind and in all."""
    every = []
    for kind, members in words.items():
        rows = []
        for word, synsets in members.items():
            right = np.array([bool(shown.intersection(synsets)) for _, shown, _ in photos])
            if right.any():
                scores = scores_of(word)
                rows.append((average_precision(scores, right), precision_of_first(scores, right), word))
        every += [(*row, kind) for row in rows]
        mean = np.array([row[:2] for row in rows]).mean(axis=0)
        print(f"  {title:18} {kind:18} {len(rows):3} words  mAP {mean[0]:.3f}  P@10 {mean[1]:.3f}")
        if each:
            print("   ", ", ".join(f"{word} {precision:.2f}" for precision, _, word in sorted(rows)))
    known = [row for row in every if row[3] != "out of vocabulary"]
    for name, rows_of in (("in vocabulary", known), ("all", every)):
        mean = np.array([row[:2] for row in rows_of]).mean(axis=0)
        print(f"  {title:18} {name:18} {len(rows_of):3} words  mAP {mean[0]:.3f}  P@10 {mean[1]:.3f}")


def measure_certainty(photos: Shown, table: LabelTable, open_words: OpenWords) -> None:
    """How often what is said as a fact is right, over test and held-back words, in five folds of the words."""
    said: list[tuple[str, float, bool]] = []
    for words in (TEST_WORDS, HELD_BACK_WORDS):
        for members in words.values():
            for word, synsets in members.items():
                meaning = open_words.meaning(word)
                if not meaning.named.any():
                    continue
                certainty = table.sums(meaning.named.astype(np.float32))
                said += [
                    (word, float(sure), bool(shown.intersection(synsets)))
                    for (_, shown, _), sure in zip(photos, certainty, strict=True)
                    if sure > 0.1
                ]
    for least in (0.3, 0.4, LEAST_CERTAINTY, 0.6, 0.7, 0.8, 0.9):
        right = [is_right for _, sure, is_right in said if sure >= least]
        print(f"  certain from {least:.1f}: {np.mean(right):.3f} right of {len(right)}")
    for low in np.arange(0.1, 1.0, 0.1):
        cell = [(sure, is_right) for _, sure, is_right in said if low <= sure < low + 0.1]
        if cell:
            sure, right_share = np.array(cell, np.float64).mean(axis=0)
            print(f"  said {sure:.2f}  right {right_share:.2f}  {len(cell)}")


def measure_classes(photos: Shown, vectors: NDArray[np.float32]) -> None:
    """How often the classes are right by the descriptor, and the likelihood at several temperatures."""
    content = json.loads(words_file(SYNSETS).read_text(encoding="utf-8"))["classes"]
    rows = [row for row, (_, _, name) in enumerate(photos) if name]
    right = np.array([content.index(photos[row][2]) for row in rows])
    found = classify(vectors[rows])
    print(
        f"  classes of {len(rows)} ImageNet photos: first right {(found.classes[:, 0] == right).mean():.3f}, "
        f"among five {(found.classes[:, :5] == right[:, None]).any(axis=1).mean():.3f}"
    )
    first = found.probabilities[:, 0]
    print(f"  mean probability of the first {first.mean():.3f}")
    kept = classifier.TEMPERATURE
    for temperature in (0.5, 0.6, 0.7, 0.8, 1.0):
        classifier.TEMPERATURE = temperature
        found = classify(vectors[rows])
        hit = found.classes == right[:, None]
        likely = np.where(hit.any(axis=1), (found.probabilities * hit).sum(axis=1), 1e-3)
        print(
            f"  temperature {temperature}: loss {-np.log(likely).mean():.3f}, mean probability of the first "
            f"{found.probabilities[:, 0].mean():.3f}"
        )
    classifier.TEMPERATURE = kept


def measure_cost(vectors: NDArray[np.float32], photos: Shown) -> None:
    """Processor time of labels beside describing, and of queries among many photos."""
    describer = EfficientNetDescriber()
    prepared = [describer.prepare(decode(read_file(photos[row][0]), 640).image) for row in range(32)]
    describer.describe(prepared[:BATCH])
    began = time.process_time()
    for start in range(0, 32, BATCH):
        describer.describe(prepared[start : start + BATCH])
    describing = (time.process_time() - began) / 32
    began = time.process_time()
    for start in range(0, 32, BATCH):
        classify(vectors[start : start + BATCH])
    labelling = (time.process_time() - began) / 32
    print(
        f"  describing {1e3 * describing:.1f} ms, labels {1e3 * labelling:.2f} ms a photo: {labelling / describing:.1%}"
    )
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(Path(folder) / "catalog.sqlite")
        with catalog.transaction() as db:
            for number in range(MANY):
                row = ContentRow(f"{number:x}", 1, 1, 1, "JPEG")
                db.execute(
                    "INSERT INTO contents (hash, bytes, width, height, format) VALUES (?, 1, 1, 1, 'JPEG')",
                    (row.hash,),
                )
        found = classify(vectors[rng.integers(0, len(vectors), MANY)])
        began = time.perf_counter()
        catalog.labels.put(range(1, MANY + 1), found.classes, found.probabilities, VERSION)
        print(f"  recording labels of {MANY:,} photos {time.perf_counter() - began:.1f} s")
        size = catalog._database.rows("SELECT sum(length(labels)) FROM labels")[0][0] / MANY
        print(f"  labels {size:.0f} bytes a photo")
        search = LabelSearch(catalog)
        allowed = np.arange(1, MANY + 1, dtype=np.int64)
        began = time.perf_counter()
        search.search(["dog"], "dog", 200, allowed)
        print(f"  first query {1e3 * (time.perf_counter() - began):.0f} ms")
        times = []
        for word in [word for members in TEST_WORDS.values() for word in members]:
            began = time.perf_counter()
            search.search([word], word, 200, allowed)
            times.append(time.perf_counter() - began)
        print(
            f"  a query among {MANY:,} photos: p50 {1e3 * np.median(times):.1f} ms, "
            f"p95 {1e3 * np.quantile(times, 0.95):.1f} ms"
        )
        search.close()
        catalog.close()


def main() -> int:
    """Print all figures."""
    photos = list(labelled_photos(evaluation_data()))
    vectors = described(photos)
    found = classify(vectors)
    table = LabelTable(np.arange(len(photos)), found.classes, found.probabilities)
    encoder = SentenceEncoder()
    open_words = OpenWords(encoder)

    def scores_of(word: str) -> NDArray[np.float32]:
        meaning = open_words.meaning(word)
        scores = table.sums(meaning.weights)
        return np.where((scores >= LEAST_SCORE) & meaning.is_known, scores, 0)

    print(f"{len(photos)} photos")
    for name, words in (("test", TEST_WORDS), ("held back", HELD_BACK_WORDS)):
        print(name)
        measure("labels", words, photos, scores_of, each="-v" in sys.argv)
        measure("names of labels", words, photos, by_names(table))
    for language in LANGUAGES:
        # As of a user who speaks it, and of one who speaks English.
        for spoken in (language, ""):
            open_words.language = spoken
            for name, words in zip(("test", "held back"), translated(language), strict=True):
                print(f"{name}, {language}{'' if spoken else ', by who speaks English'}")
                measure("labels", words, photos, scores_of, each="-v" in sys.argv)
    open_words.language = ""
    print("certainty")
    measure_certainty(photos, table, open_words)
    print("classes")
    measure_classes(photos, vectors)
    encoder.close()
    print("cost")
    measure_cost(vectors, photos)
    return 0


if __name__ == "__main__":
    sys.exit(main())
