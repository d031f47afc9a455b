"""Ground truth: queries, their positives, and junk that does not count."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import LookalikeError
from lookalike.user_paths import resolved

GALLERY = ("images", "distractors")
"""The folders beside the ground-truth file that make up the gallery."""


@dataclass(frozen=True)
class GroundTruthQuery:
    """One query.

    Attributes:
        image: path of the query photo.
        group: what it shows; figures are averaged per group first.
        kind: the sort of thing ("object", "landmark", ...).
        positives: photos of the same thing, without the query.
        junk: photos that count neither way.
    """

    image: Path
    group: str
    kind: str
    positives: frozenset[Path]
    junk: frozenset[Path]


@dataclass(frozen=True)
class GroundTruth:
    """A data set: its queries and the folders of its gallery."""

    queries: tuple[GroundTruthQuery, ...]
    gallery: tuple[Path, ...]


def read_ground_truth(path: Path) -> GroundTruth:
    """Read a ``ground_truth.json``; paths in it are relative to its folder.

    Raises:
        LookalikeError: the file is missing or not of the format.
    """
    root = resolved(path).parent
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        queries = tuple(
            GroundTruthQuery(
                image=root / query["image"],
                group=query["group"],
                kind=query["kind"],
                positives=frozenset(root / name for name in query["positives"]),
                junk=frozenset(root / name for name in query["junk"]),
            )
            for query in content["queries"]
        )
    except OSError as error:
        raise LookalikeError(
            f"{path} cannot be read ({error.strerror}).", "Choose a ground-truth file."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise LookalikeError(
            f"{path} is not a ground-truth file ({error!r}).",
            "It needs a list 'queries' of objects with image, group, kind, positives and junk.",
        ) from error
    gallery = tuple(root / name for name in GALLERY if (root / name).is_dir())
    return GroundTruth(queries, gallery)
