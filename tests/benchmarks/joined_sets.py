"""Joins data sets with ground truth into one, so that a calibration can be fitted on all of them at once.

    python -m tests.benchmarks.joined_sets OUT SET…

OUT is a new folder; each SET is a folder with a ``ground_truth.json``, ``images`` and, if it has any, ``distractors``.
Photos are copied below ``images/NAME`` and ``distractors/NAME``, NAME being the set's folder, and groups are called
``NAME/group``. The shipped calibration is fitted on dev and dev2 joined so, with
``lookalike evaluate OUT/ground_truth.json --judge none --fit`` and then ``--judge geometry --fit``.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any


def renamed(name: str, path: str) -> str:
    """A path of a set's ground truth in the joined one."""
    top, rest = path.split("/", 1)
    return f"{top}/{name}/{rest}"


def renamed_positive(name: str, positive: str | dict[str, Any]) -> str | dict[str, Any]:
    """A right answer in the joined one: a path, or an object with a path and attributes."""
    if isinstance(positive, str):
        return renamed(name, positive)
    return {**positive, "image": renamed(name, positive["image"])}


def queries_of(folder: Path) -> list[dict[str, Any]]:
    """The queries of a set, as they stand in the joined one."""
    name = folder.name
    content = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    return [
        {
            **query,
            **({"image": renamed(name, query["image"])} if "image" in query else {}),
            **({"name": f"{name}/{query['name']}"} if "name" in query else {}),
            "group": f"{name}/{query['group']}",
            "positives": [renamed_positive(name, one) for one in query["positives"]],
            "junk": [renamed(name, path) for path in query["junk"]],
        }
        for query in content["queries"]
    ]


def main() -> None:
    """Join the sets."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    options = parser.parse_args()
    queries = []
    for folder in options.sets:
        for part in ("images", "distractors"):
            if (folder / part).is_dir():
                shutil.copytree(folder / part, options.out / part / folder.name)
        queries += queries_of(folder)
    (options.out / "ground_truth.json").write_text(json.dumps({"queries": queries}), encoding="utf-8")


if __name__ == "__main__":
    main()
