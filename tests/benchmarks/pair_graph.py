"""The pair graph: how many edits it finds and names, what it takes for a copy, and what a pair and a new photo cost.

    python -m tests.benchmarks.pair_graph edits --home /a/roomy/folder [--sample 3]
    python -m tests.benchmarks.pair_graph candidates --home /a/roomy/folder --photos 10000 100000
    python -m tests.benchmarks.pair_graph related --home /a/roomy/folder

`edits` indexes the evaluation sets ``dev`` with ``neardup``, ``neardup_real`` and ``dev2`` into a library in
``--home``. Of every pair of an edit with its original it says whether it is a candidate, and what verification makes of
it; so of the pairs of bursts, and of different views of one thing. With ``--sample`` only so many of a kind.

`related` searches with the edits that are least like their originals, and counts what the graph knows to show the same
and the index does not put among the first candidates. The library's pairs must be verified.

`candidates` has features of real photos vote in inverted files of so many photos, made as in `details_scale`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from lookalike.index.inverted import InvertedFile
from lookalike.index.inverted.entries import Entries
from lookalike.index.inverted.vocabulary import shipped_vocabulary
from lookalike.library import Library
from lookalike.pairs.candidates import voted_for
from lookalike.pairs.verified_pair import COPIES, PairKind, VerifiedPair
from lookalike.progress import Stage
from lookalike.search.nearest import nearest_photos
from lookalike.search.query import Query
from lookalike.search.related import LEAST_MATCH, with_related
from tests.benchmarks.details_scale import build, real_features
from tests.data import evaluation_data

COPY, BURST, VIEW = "copy", "burst", "view"
REAL_EDITS = "real edits"
QUERIES = 60

HARD_EDITS = ("hflip", "rotate_90", "crop_50", "screenshot")

Labelled = tuple[Path, Path, str, str]
"""Two files, what they are to each other, and the name of the edit or group."""


def labelled(data: Path) -> Iterator[Labelled]:
    """The pairs of which it is known what they are."""
    dev = data / "dev"
    for edit in json.loads((dev / "neardup" / "neardup.json").read_text())["edits"]:
        if edit["edit"] != "exact_copy":
            yield dev / edit["file"], dev / edit["original"], COPY, edit["edit"]
    real = json.loads((data / "neardup_real" / "labels.json").read_text())["files"]
    for one, other in itertools.combinations(real, 2):
        yield data / "neardup_real" / one, data / "neardup_real" / other, COPY, REAL_EDITS
    for folder in (dev, data / "dev2"):
        groups = json.loads((folder / "ground_truth.json").read_text())["groups"]
        for name, group in groups.items():
            kind = BURST if group.get("burst") else VIEW
            for one, other in itertools.combinations(group["images"], 2):
                yield folder / one, folder / other, kind, name


def opened(home: Path, data: Path) -> Library:
    """The library of all sets, indexed; its pair graph is left as it is."""
    library = Library(home / "library")
    known = {folder.path for folder in library.folders.all()}
    for part in ("dev/images", "dev/distractors", "dev/neardup", "neardup_real", "dev2/images"):
        if data / part not in known:
            library.folders.add(data / part)
    with closing(library.scan()) as steps:
        for progress in steps:
            if progress.stage in (Stage.JOINING, Stage.COMPARING):
                break
    return library


def measure_edits(home: Path, sample: int | None) -> None:
    """Print what becomes of the labelled pairs."""
    data = evaluation_data()
    with opened(home, data) as library:
        ids = library.photos.ids_by_path()
        chosen: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for one, other, kind, name in labelled(data):
            if ids[one] != ids[other]:
                chosen[name if kind == COPY else kind].append((ids[one], ids[other], kind))
        random = np.random.default_rng(0)
        if sample is not None:
            for name, pairs in chosen.items():
                count = sample if name not in (BURST, VIEW) else 20 * sample
                chosen[name] = [pairs[place] for place in random.permutation(len(pairs))[:count]]
        seconds: list[float] = []
        total: Counter[bool] = Counter()
        for name, pairs in sorted(chosen.items()):
            outcome: Counter[str] = Counter()
            named: Counter[str] = Counter()
            originals: Counter[str] = Counter()
            candidates = 0
            for first, second, _ in pairs:
                candidates += library.pairs.are_candidates(first, second)
                begun = time.process_time()
                found = library.pairs.verify(first, second)
                seconds.append(time.process_time() - begun)
                outcome[found.kind.value] += 1
                named[_words(found)] += 1
                if found.kind is PairKind.EDITED:
                    # An edit stands before its original; of real edits none is known.
                    originals[_told(found, second)] += name != REAL_EDITS
            if name not in (BURST, VIEW):
                total.update(_is_copy(outcome))
            print(
                f"{name:16} {len(pairs):4} pairs, {candidates} candidates: {dict(outcome)} {dict(named)}"
                f" original {dict(+originals)}",
                flush=True,
            )
        print(f"copies found: {total[True]} of {total.total()}")
        print(f"processor ms a pair: {1000 * statistics.fmean(seconds):.0f}")


def _is_copy(outcome: Counter[str]) -> Counter[bool]:
    copies = sum(outcome[kind.value] for kind in COPIES)
    return Counter({True: copies, False: outcome.total() - copies})


def _told(pair: VerifiedPair, original: int) -> str:
    return "open" if pair.original is None else "right" if pair.original == original else "wrong"


def _words(pair: VerifiedPair) -> str:
    return "+".join(pair.edits) if pair.kind is PairKind.EDITED else "-"


def measure_related(home: Path) -> None:
    """Print how many photos join the candidates of a search because the graph knows them, and what that takes."""
    with opened(home, evaluation_data()) as library:
        hard = [
            number
            for path, number in library.photos.ids_by_path().items()
            if any(edit in path.stem for edit in HARD_EDITS)
        ]
        search = library._engines.current.vector_search
        rows = library._catalog.verified_pairs
        score = library.search.fusion(library.judges.get("geometry")).index_score
        for head in (30, 100):
            known, behind, queries, taken = 0, 0, 0, []
            for number in hard:
                query = Query(content_id=number)
                encoded = search.encode(query, details=True)
                found = nearest_photos(search._searched, encoded, score, 200)
                began = time.perf_counter()
                related = rows.related(number, LEAST_MATCH)
                with_related(found, related, search._descriptors, encoded, score, head)
                taken.append(1000 * (time.perf_counter() - began))
                missing = set(related).difference(found.ids[:head].tolist())
                known, behind, queries = known + len(related), behind + len(missing), queries + bool(missing)
            print(
                f"first {head}: {len(hard)} searches, {known} related photos, {behind} of them not among the "
                f"first, in {queries} searches; {statistics.median(taken):.1f} ms"
            )


def measure_candidates(home: Path, sizes: list[int]) -> None:
    """Print what the votes for one new photo cost."""
    features = real_features(home)
    chosen = np.linspace(0, len(features) - 1, QUERIES).astype(int).tolist()
    vocabulary = shipped_vocabulary()
    for photos in sizes:
        folder = home / f"details-{photos}"
        build(folder, photos, Entries.of(np.arange(len(features)), features, vocabulary))
        inverted = InvertedFile.open(folder)
        spent, wall, counts = [], [], []
        for turn, number in itertools.product(range(2), chosen):
            begun, used = time.perf_counter(), time.process_time()
            found = voted_for(inverted, features[number])
            if turn:
                wall.append(time.perf_counter() - begun)
                spent.append(time.process_time() - used)
                counts.append(len(found - {number}))
        inverted.close()
        print(
            f"{photos} photos: {1000 * statistics.fmean(spent):.0f} ms of processor, p50 "
            f"{1000 * statistics.median(wall):.0f} ms, {statistics.fmean(counts):.1f} candidates a photo",
            flush=True,
        )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["edits", "candidates", "related"])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--photos", type=int, nargs="+", default=[10_000, 100_000])
    asked = parser.parse_args()
    if asked.what == "edits":
        measure_edits(asked.home, asked.sample)
    elif asked.what == "related":
        measure_related(asked.home)
    else:
        measure_candidates(asked.home, asked.photos)


if __name__ == "__main__":
    main()
