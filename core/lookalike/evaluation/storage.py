"""Storage of photos at several sizes: what searches are worth with less of each photo.

Queries stay as they are; only what is stored of the gallery's photos is made smaller, and made whole again for the
comparison, as the asymmetric distance of Jégou et al., "Product quantization for nearest neighbor search" (2011), does.
Quantisers are trained on the very photos that they are measured on, as a user's would be.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.evaluate import evaluate
from lookalike.evaluation.indexing import IndexedDataset
from lookalike.evaluation.scored_runs import ScoredQuery, Scorer, Scores, is_done, scored_run
from lookalike.index.inverted import InvertedFile
from lookalike.library import Library
from lookalike.local_features import LocalFeatures
from lookalike.progress import Progress
from lookalike.search.query import Query
from lookalike.search.settings import SearchSettings

Vectors = NDArray[np.float32]

PQ_DIVISORS = (8, 16, 32, 64)
"""Numbers of a descriptor that one byte of product quantisation stands for."""

CENTROIDS = 256
"""Of a code of one byte; a quantiser needs at least as many photos."""

FEATURES = (0, 50, 100, 200, 400, 600)
"""Local features that are stored of a photo, at most."""

TOKEN_FORMS = ("fp16", "pq8", "pq16")
"""Ways to keep visual tokens; each can be made of the one before without looking at the photos again."""

ENTRY_BYTES = 14
"""Of a local feature, see `entries` in `lookalike.index.inverted`."""

BATCH = 256
"""Photos whose features are read at a time."""

SEED = 0


def storage_runs(indexed: IndexedDataset, folder: Path) -> Generator[Progress, None, tuple[str, ...]]:
    """Save a run for each way to store descriptors and details, into a folder.

    Returns:
        What was skipped and why, one line each.

    Raises:
        LookalikeError: a run cannot be saved.
    """
    skipped: list[str] = []
    ids, vectors = indexed.library.search.descriptors()
    for name, size, stored in stored_descriptors(vectors):
        path = folder / f"{name}.jsonl"
        if is_done(indexed, path):
            continue
        scorer = Scorer(name, partial(_cosines, stored), {"bytes": {"descriptor": size}})
        lines = yield from scored_run(indexed, ids, scorer, path)
        skipped.extend(f"{line.path}: {line.reason}" for line in lines)
    if not indexed.library.search.fusion(None).index_score.weight:
        return tuple(skipped)
    for count in FEATURES:
        path = folder / f"details-{count}.jsonl"
        if is_done(indexed, path):
            continue
        with tempfile.TemporaryDirectory(prefix="lookalike-storage-") as home:
            inverted = InvertedFile.open(Path(home))
            try:
                entries = fill(inverted, indexed.library, ids, count)
                scorer = details_scorer(indexed.library, inverted, ids, vectors, count, entries / len(ids))
                lines = yield from scored_run(indexed, ids, scorer, path, details=True)
            finally:
                inverted.close()
        skipped.extend(f"{line.path}: {line.reason}" for line in lines)
    return tuple(dict.fromkeys(skipped))


def _cosines(stored: Vectors, given: ScoredQuery) -> Scores:
    cosines: Scores = stored @ given.vector
    return cosines


def stored_descriptors(vectors: Vectors) -> Iterator[tuple[str, int, Vectors]]:
    """The descriptors as each way of storing gives them back: name, bytes a photo, and float32 (photos, dimension).

    Product quantisation needs as many photos as a code has centroids; with fewer it is left out.

    Args:
        vectors: unit vectors, float32 (photos, dimension).
    """
    dimension = vectors.shape[1]
    yield "descriptor-fp32", 4 * dimension, vectors
    yield "descriptor-fp16", 2 * dimension, vectors.astype(np.float16).astype(np.float32)
    import faiss

    scalar = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    yield "descriptor-int8", dimension, _given_back(scalar, vectors)
    for divisor in PQ_DIVISORS:
        if len(vectors) < CENTROIDS or dimension % divisor:
            continue
        quantiser = faiss.IndexPQ(dimension, dimension // divisor, 8, faiss.METRIC_INNER_PRODUCT)
        # FAISS warns below 39 photos a centroid; a small library has no more.
        quantiser.pq.cp.min_points_per_centroid = 1
        quantiser.pq.cp.seed = SEED
        yield f"descriptor-pq{divisor}", dimension // divisor, _given_back(quantiser, vectors)


def _given_back(index: Any, vectors: Vectors) -> Vectors:
    """What an index of FAISS keeps of some vectors."""
    index.train(vectors)
    index.add(vectors)
    kept: Vectors = index.reconstruct_n(0, len(vectors))
    return kept


def fill(inverted: InvertedFile, library: Library, ids: NDArray[np.int64], count: int) -> int:
    """Add the strongest `count` local features of each photo to an inverted file; returns how many there are."""
    entries = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        features = [strongest(features_of(library, number), count) for number in batch.tolist()]
        entries += sum(map(len, features))
        inverted.add(batch, features)
    return entries


def features_of(library: Library, content_id: int) -> LocalFeatures:
    """The local features of a photo of the library; none where they cannot be had."""
    found = library.search.encode(Query(content_id=content_id), details=True).features[0]
    return LocalFeatures.none((1, 1)) if found is None else found


def strongest(features: LocalFeatures, count: int) -> LocalFeatures:
    """The strongest features of a photo, at most `count`."""
    return LocalFeatures(
        features.size,
        features.points[:count],
        features.descriptors[:count],
        features.scales[:count],
        features.angles[:count],
    )


def details_scorer(
    library: Library,
    inverted: InvertedFile,
    ids: NDArray[np.int64],
    vectors: Vectors,
    count: int,
    mean: float,
) -> Scorer:
    """Scores by whole descriptors and the votes of an inverted file.

    Args:
        library: has the weight of the votes.
        inverted: the inverted file.
        ids: content ids (photos,).
        vectors: descriptors (photos, dimension).
        count: features stored of a photo, at most.
        mean: how many that makes on average.
    """
    index_score = library.search.fusion(None).index_score

    def score(given: ScoredQuery) -> Scores:
        cosines = vectors @ given.vector
        if given.features is None:
            return index_score(cosines, np.full(len(ids), np.nan, np.float32))
        return index_score(cosines, inverted.votes_of(given.features, ids))

    size = {"descriptor": 2 * vectors.shape[1], "details": round(ENTRY_BYTES * mean, 1)}
    return Scorer(f"details-{count}", score, {"bytes": size, "features": count})


def token_runs(
    dataset: Dataset, library: Library, judge: str, folder: Path
) -> Generator[Progress, None, tuple[str, ...]]:
    """Save a run of a multimodal judge for each way to keep visual tokens, which are made of all photos first.

    The library is left with the last of these ways.

    Args:
        dataset: the data set, indexed into the library.
        library: the library.
        judge: name of the judge.
        folder: where the runs are written.

    Returns:
        What was skipped and why, one line each.

    Raises:
        LookalikeError: the judge cannot work, or a run cannot be saved.
    """
    skipped: list[str] = []
    for form in TOKEN_FORMS:
        library.tokens.choose(compression=form)
        yield from library.tokens.make(judge)
        status = library.tokens.status(judge)
        if status.uncompressed:
            skipped.append(f"tokens-{form}: there are too few photos to train a codebook on")
            continue
        facts = {"bytes": {"tokens": round(status.bytes_per_photo or 0, 1)}}
        path = folder / f"tokens-{form}.jsonl"
        report = yield from evaluate(
            dataset, library, judge, SearchSettings(alone=True), save=path, facts=facts
        )
        skipped.extend(report.skipped)
    return tuple(dict.fromkeys(skipped))
