"""Peers: other ways to search, asked the same queries of the same photos, each where it is installed.

FAISS's flat index and a plain loop search by the library's own descriptors; imagehash and czkawka know copies by a hash
of each photo. The processor time that they take to prepare a photo is measured apart from that of a query.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError, Phrase
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.evaluate import evaluate
from lookalike.evaluation.indexing import IndexedDataset
from lookalike.evaluation.processor_time import processor_seconds
from lookalike.evaluation.scored_runs import ScoredQuery, Scorer, Scores, is_done, scored_run
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.log import log_failure
from lookalike.photos import open_image
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.search.query import crop

logger = logging.getLogger(__name__)

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

DECODED = 1024
"""Longest side at which photos are decoded for imagehash, which makes 32 pixels of it."""

BITS = 64
"""Of both hashes."""

T = TypeVar("T")

Preparation = Generator[Progress, None, Scorer]


def peer_runs(indexed: IndexedDataset, folder: Path) -> Generator[Progress, None, tuple[str, ...]]:
    """Save a run for each peer that is installed, into a folder.

    Returns:
        Which are not installed, and what was skipped, one line each.

    Raises:
        LookalikeError: a run cannot be saved.
    """
    lines: list[str] = []
    ids, vectors = indexed.library.search.descriptors()
    for name, package, prepare in PEERS:
        if importlib.util.find_spec(package) is None:
            lines.append(f"{name}: the package {package} is not installed")
            continue
        path = folder / f"{name}.jsonl"
        if is_done(indexed, path):
            continue
        scorer = yield from prepare(indexed, ids, vectors)
        skipped = yield from scored_run(indexed, ids, scorer, path)
        lines.extend(f"{name}, {line.path}: {line.reason}" for line in skipped)
    return tuple(lines)


def descriptor_run(dataset: Dataset, name: str, folder: Path) -> Generator[Progress, None, tuple[str, ...]]:
    """Save a run of the index alone with another descriptor model, in a library of its own within a folder.

    Args:
        dataset: the data set.
        name: name of the imported model.
        folder: where the run is written, and the library that it is taken in.

    Returns:
        What was skipped, one line each.

    Raises:
        LookalikeError: there is no such model, or the run cannot be saved.
    """
    home = folder / f"library-{file_name(name)}"
    with Library(home) as library:
        library.descriptor.choose(name)
    with Library(home) as library:
        save = folder / f"{file_name(name)}.jsonl"
        report = yield from evaluate(dataset, library, NO_JUDGE, save=save)
    return tuple(f"{name}, {line}" for line in report.skipped)


def file_name(name: str) -> str:
    """The name of a model or a judge as part of a file's name."""
    return "".join(one if one.isalnum() or one in "-." else "_" for one in name)


def _faiss_flat(indexed: IndexedDataset, ids: Ids, vectors: Vectors) -> Preparation:
    """FAISS's IndexFlatIP: every vector is compared, in float32."""
    import faiss

    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)

    def score(given: ScoredQuery) -> Scores:
        found, places = flat.search(given.vector[None], len(ids))
        scores = np.empty(len(ids), np.float32)
        scores[places[0]] = found[0]
        return scores

    yield from ()
    return Scorer("faiss-flat", score, {"bytes": {"descriptor": 4 * vectors.shape[1]}})


def _plain_loop(indexed: IndexedDataset, ids: Ids, vectors: Vectors) -> Preparation:
    """The loop of many a search script for CLIP: one dot product after the other."""
    rows = list(vectors)

    def score(given: ScoredQuery) -> Scores:
        return np.array([float(np.dot(row, given.vector)) for row in rows], np.float32)

    yield from ()
    return Scorer("plain-loop", score, {"bytes": {"descriptor": 4 * vectors.shape[1]}})


def _imagehash(indexed: IndexedDataset, ids: Ids, vectors: Vectors) -> Preparation:
    """The perceptual hash (pHash) of the package imagehash, 64 bits."""
    import imagehash

    def hash_of(path: Path) -> NDArray[np.bool_]:
        bits: NDArray[np.bool_] = imagehash.phash(open_image(path, DECODED)).hash.ravel()
        return bits

    kept, spent = yield from _hashed(indexed, ids, hash_of)
    # A photo that could not be hashed is as far away as any.
    hashes = np.array([kept.get(number, np.zeros(BITS, bool)) for number in ids.tolist()])
    lacking = np.array([number not in kept for number in ids.tolist()])

    def score(given: ScoredQuery) -> Scores:
        image = crop(open_image(given.query.photo, DECODED), given.search.region)
        distances = (hashes != imagehash.phash(image).hash.ravel()).sum(axis=1)
        return np.where(lacking, 0.0, 1 - distances / BITS).astype(np.float32)

    return Scorer("imagehash", score, {"bytes": {"descriptor": BITS // 8}, "preparing": spent})


def _czkawka(indexed: IndexedDataset, ids: Ids, vectors: Vectors) -> Preparation:
    """The hash of czkawka, by its Python binding, 64 bits; it reads the files itself and takes no part of a photo."""
    from czkawka import ImageSimilarity

    finder = ImageSimilarity()
    kept, spent = yield from _hashed(indexed, ids, lambda path: str(finder.hash_image(path)))

    def score(given: ScoredQuery) -> Scores:
        if given.search.region is not None:
            raise LookalikeError("czkawka does not search for a part of a photo.")
        try:
            asked = finder.hash_image(given.query.photo)
        except OSError as error:
            raise LookalikeError("czkawka does not read this photo.") from error
        distances = [
            finder.compare_hashes(asked, kept[number]) if number in kept else BITS for number in ids.tolist()
        ]
        return (1 - np.array(distances, np.float32) / BITS).astype(np.float32)

    return Scorer("czkawka", score, {"bytes": {"descriptor": BITS // 8}, "preparing": spent})


def _hashed(
    indexed: IndexedDataset, ids: Ids, hash_of: Callable[[Path], T]
) -> Generator[Progress, None, tuple[dict[int, T], float]]:
    """The hash of every photo by content id, those left out that cannot be read, and processor ms a photo."""
    meter = ProgressMeter(Stage.INDEXING, total=len(ids))
    kept: dict[int, T] = {}
    used = processor_seconds()
    for number in ids.tolist():
        path = indexed.library.photos.paths([number])[number][0]
        try:
            kept[number] = hash_of(path)
            meter.advance()
        except (LookalikeError, OSError) as error:
            log_failure(logger, f"Hashing {path}", error)
            meter.skip(str(path), str(Phrase("It cannot be hashed.")))
        yield meter.snapshot()
    spent = 1000 * (processor_seconds() - used) / max(len(ids), 1)
    yield meter.end()
    return kept, round(spent, 3)


PEERS = (
    ("faiss-flat", "faiss", _faiss_flat),
    ("plain-loop", "numpy", _plain_loop),
    ("imagehash", "imagehash", _imagehash),
    ("czkawka", "czkawka", _czkawka),
)
"""Name, the package that it needs, and how it prepares for the gallery."""
