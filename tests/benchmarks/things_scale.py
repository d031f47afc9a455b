"""Finding things at 10,000 and 100,000 photos: the first time, and after one more photo.

    python -m tests.benchmarks.things_scale --photos 100000

Photos are made up: names in a catalog, synthetic descriptors that lie as those of photos do, groups of the sizes of
things, and ten candidates a photo, of which those of its group match.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.library.thing_service import ThingService
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from tests.builders.vectors import Archive

DIMENSION = 1280
CANDIDATES = 10
BATCH = 2000
ALONE = 0.6
"""Share of photos that are of no thing."""


def fill(catalog: Catalog, folder: Path, photos: int) -> list[int]:
    """Add photos with descriptors; their content ids."""
    watched = catalog.folders.add(folder)
    record = catalog.descriptors("synthetic", DIMENSION)
    archive = Archive(DIMENSION)
    ids: list[int] = []
    for start in range(0, photos, BATCH):
        vectors = archive.take(min(BATCH, photos - start))
        with catalog.unit_of_work() as work:
            for offset, vector in enumerate(vectors):
                name = f"{start + offset:032x}"
                number = work.put_content(ContentRow(name, 1, 4000, 3000, "JPEG"))
                work.put_descriptor(record, number, vector)
                work.put_file(watched, FileStat(bytes(folder / name), 1, 1, 1, 1), number)
                ids.append(number)
    return ids


def relate(catalog: Catalog, ids: list[int], rng: np.random.Generator) -> None:
    """Put pairs: photos that follow one another are of one thing, the other candidates are of none."""
    count, position = len(ids), 0
    pairs: dict[tuple[int, int], VerifiedPair] = {}
    while position < count:
        size = 1 if rng.random() < ALONE else 2 + int(rng.lognormal(0.8, 0.8))
        group = range(position, min(position + size, count))
        for one in group:
            same = rng.permutation(group)[:CANDIDATES]
            others = rng.integers(0, count, CANDIDATES - len(same))
            for other in [*same, *others]:
                if other == one:
                    continue
                ends = sorted((ids[one], ids[int(other)]))
                match = float(rng.beta(4, 1) if other in group else rng.beta(1, 30))
                kind = PairKind.SAME_THING if match > 0.5 else PairKind.NOTHING
                pairs[ends[0], ends[1]] = VerifiedPair(ends[0], ends[1], kind, match, 0.0, 0.0)
        position += size
        if len(pairs) > 50_000 or position >= count:
            catalog.verified_pairs.put([row_of_pair(pair, "") for pair in pairs.values()])
            pairs.clear()


def find(things: ThingService) -> str:
    """How long finding things takes."""
    began, processor = time.perf_counter(), time.process_time()
    for _ in things.update():
        pass
    return f"{time.perf_counter() - began:.1f} s ({time.process_time() - processor:.1f} s of processor time)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=10_000)
    photos = parser.parse_args().photos
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "photos").mkdir()
        catalog = Catalog(folder / "catalog.sqlite")
        thumbnails = ThumbnailCache(folder / "thumbnails.sqlite")
        record = catalog.descriptors("synthetic", DIMENSION)
        things = ThingService(catalog, thumbnails, lambda: record)
        ids = fill(catalog, folder / "photos", photos)
        relate(catalog, ids, np.random.default_rng(0))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        first = find(things)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        new = VerifiedPair(ids[0], ids[-1], PairKind.SAME_THING, 0.9, 0.0, 0.0)
        catalog.verified_pairs.put([row_of_pair(new, "")])
        again = find(things)
        print(f"{photos} photos, {catalog.verified_pairs.count()} pairs, {len(things.all())} things")
        print(f"first {first}, after one more pair {again}, memory +{(after - before) / 1024:.0f} MB")
        thumbnails.close()
        catalog.close()


if __name__ == "__main__":
    main()
