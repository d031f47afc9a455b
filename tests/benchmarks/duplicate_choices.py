"""From which cosine on two photos are near-identical: the pairs of a data set with edited copies, by kind of edit.

    python -m tests.benchmarks.duplicate_choices [--library FOLDER]

The photos lie in the data's ``dev`` set, the edits and what they were made of in ``neardup/neardup.json``. Any two
photos that are no edits of one original count as different, although some show one scene from one place. With
``--library`` the indexed photos are kept for the next time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from lookalike.evaluation.evaluate import content_ids
from lookalike.library import Library
from tests.data import evaluation_data

THRESHOLDS = (0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", type=Path)
    options = parser.parse_args()
    data = evaluation_data() / "dev"
    edits = json.loads((data / "neardup" / "neardup.json").read_text())["edits"]
    with (
        tempfile.TemporaryDirectory() as scratch,
        Library(options.library or Path(scratch)) as library,
    ):
        for name in ("images", "distractors", "neardup"):
            library.add_folder(data / name)
        for _ in library.scan():
            pass
        places = content_ids(library)
        ids = np.unique(np.array(list(places.values()), np.int64))
        vectors = library._engines.current.record.vectors(ids)
    rows = {number: row for row, number in enumerate(ids.tolist())}
    row_of = {path: rows[number] for path, number in places.items()}
    original = np.arange(len(ids))
    families: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for edit in edits:
        one, other = row_of[data / edit["original"]], row_of[data / edit["file"]]
        if one != other:
            original[other] = one
            families[edit["family"]].append((one, other))
    cosines = vectors @ vectors.T
    different = cosines[(original[:, np.newaxis] != original) & (np.tri(len(ids), k=-1) > 0)]
    print(f"{len(ids)} photos; found of the pairs of an original and its edit, and pairs of different photos")
    print(f"{'cosine':28}" + "".join(f"{threshold:>8}" for threshold in THRESHOLDS))
    for family, pairs in sorted(families.items()):
        mine = np.array([cosines[pair] for pair in pairs])
        print(f"{family:22}{len(mine):6}" + "".join(f"{(mine >= t).mean():8.3f}" for t in THRESHOLDS))
    print(f"{'different':28}" + "".join(f"{np.count_nonzero(different >= t):8}" for t in THRESHOLDS))


if __name__ == "__main__":
    main()
