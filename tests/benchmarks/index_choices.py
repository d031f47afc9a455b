"""Why the index compresses, re-scores and seals as it does: the choices side by side, in one run.

    python -m tests.benchmarks.index_choices --photos 10000 --dimension 1280

Compares the index (fp16 vectors on disk) with exact search over a float32 matrix in memory and with codes of 8 bits a
component, on synthetic descriptors; then times adding and opening.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index import FaissIndex
from lookalike.index.segment import single_threaded_faiss
from tests.builders.vectors import SqliteRecord, descriptors

QUERIES = 50
DEPTHS = (1, 10, 100)


def milliseconds(work: Callable[..., object], *arguments: object) -> float:
    begin = time.perf_counter()
    work(*arguments)
    return 1000 * (time.perf_counter() - begin)


def compare_searches(vectors: NDArray[np.float32], index: FaissIndex, queries: NDArray[np.float32]) -> None:
    faiss = single_threaded_faiss()
    codes = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    codes.train(vectors)
    codes.add(vectors)
    rounded = vectors.astype(np.float16).astype(np.float32)

    def exact(query: NDArray[np.float32]) -> NDArray[np.int64]:
        similarities = rounded @ query
        best = np.argpartition(-similarities, 100)[:100]
        return best[np.argsort(-similarities[best])] + 1

    truth = [exact(query) for query in queries]
    print("| search, top 100 | p50 ms | p90 ms | recall@1 | @10 | @100 |\n|-|-|-|-|-|-|")
    searches: dict[str, Callable[[NDArray[np.float32]], NDArray[np.int64]]] = {
        "exact, float32 in memory": exact,
        "8 bits": lambda query: codes.search(query[np.newaxis], 100)[1][0] + 1,
        "index": lambda query: index.search(query, 100).ids,
    }
    for name, search in searches.items():
        taken = [milliseconds(search, query) for query in queries]
        found = [search(query) for query in queries]
        recall = [
            np.mean([np.isin(one[:k], other[:k]).mean() for one, other in zip(truth, found, strict=True)])
            for k in DEPTHS
        ]
        figures = " | ".join(f"{figure:.4f}" for figure in recall)
        print(f"| {name} | {np.percentile(taken, 50):.1f} | {np.percentile(taken, 90):.1f} | {figures} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=10000)
    parser.add_argument("--dimension", type=int, default=1280)
    arguments = parser.parse_args()
    photos, dimension = arguments.photos, arguments.dimension
    vectors = descriptors(photos, dimension)
    rng = np.random.default_rng(1)
    queries = vectors[rng.choice(photos, QUERIES, replace=False)]
    queries = queries + 0.01 * rng.standard_normal(queries.shape).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)

    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "index"
        record = SqliteRecord(Path(home) / "record.db", dimension)
        index = FaissIndex.open(folder, "benchmark", dimension, record)
        adding = 0.0
        for start in range(0, photos, 1000):
            ids = np.arange(start + 1, min(start + 1000, photos) + 1)
            record.put(ids, vectors[ids - 1])
            adding += milliseconds(index.add, ids, vectors[ids - 1])
        adding += milliseconds(index.flush)
        compare_searches(vectors, index, queries)

        size = sum(path.stat().st_size for path in folder.iterdir())
        print(
            f"\nadding in batches of 1,000: {1000 * photos / adding:,.0f} photos/s; {size / photos:.0f} bytes a photo"
        )
        more = descriptors(200, dimension, seed=7)
        singly = []
        for row in range(200):
            ids = np.array([photos + 1 + row])
            record.put(ids, more[row : row + 1])
            singly.append(milliseconds(index.add, ids, more[row : row + 1]))
        print(f"adding one photo: p50 {np.percentile(singly, 50):.2f} ms, worst {max(singly):.2f} ms")
        index.close()

        begin = time.perf_counter()
        index = FaissIndex.open(folder, "benchmark", dimension, record)
        print(f"opening intact files: {1000 * (time.perf_counter() - begin):.0f} ms")
        index.close()
        for path in folder.glob("segment-*"):
            path.unlink()
        begin = time.perf_counter()
        index = FaissIndex.open(folder, "benchmark", dimension, record)
        print(f"opening with every segment lost: {1000 * (time.perf_counter() - begin):.0f} ms")
        index.close()
        record.close()


if __name__ == "__main__":
    main()
