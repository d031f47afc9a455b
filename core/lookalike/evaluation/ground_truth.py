"""Ground truth: queries, their positives, and junk that does not count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lookalike.errors import LookalikeError
from lookalike.search.query import Region
from lookalike.user_paths import resolved

GALLERY = ("images", "distractors")
"""The folders beside the ground-truth file that make up the gallery."""

Attribute = str | float | bool
"""What is known of a query or of a positive beyond its photo, and what figures can be sliced by."""

Attributes = Mapping[str, Attribute]

OWN_FIELDS = frozenset({"image", "group", "kind", "positives", "junk", "name", "words", "region"})
"""The fields of a query in ``ground_truth.json`` that have a meaning; whatever else is plain is an attribute."""


@dataclass(frozen=True)
class GroundTruthQuery:
    """One query.

    Attributes:
        image: path of the query photo; None where the query is words.
        group: what it shows.
        kind: the sort of thing ("object", "landmark", ...).
        positives: photos of the same thing, without the query.
        junk: photos that count neither way.
        name: the query's name within the data set.
        words: what is searched for, in place of a photo; empty for a photo.
        region: the part of the photo that is meant, in shares of the upright photo; None for all of it.
        box: the same in pixels of the photo as it is stored: left, top, right, bottom.
        attributes: what else is known of the query.
        labels: what else is known of positives, such as their "level", "scale" or "clutter".
    """

    image: Path | None
    group: str
    kind: str
    positives: frozenset[Path]
    junk: frozenset[Path]
    name: str = ""
    words: str = ""
    region: Region | None = None
    box: tuple[float, float, float, float] | None = None
    attributes: Attributes = field(default_factory=dict)
    labels: Mapping[Path, Attributes] = field(default_factory=dict)

    @property
    def photo(self) -> Path:
        """The query photo of a query that has one.

        Raises:
            ValueError: it is words.
        """
        if self.image is None:
            raise ValueError(f"{self.name} has no photo")
        return self.image


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
        queries = tuple(_query(root, query) for query in content["queries"])
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


def _query(root: Path, query: Mapping[str, Any]) -> GroundTruthQuery:
    """A query of the file; a positive is a path, or an object with ``image`` and attributes.

    Raises:
        ValueError, KeyError, TypeError: it is not of the format.
    """
    words = query.get("words", "")
    image = root / query["image"] if not words else None
    labels = {
        root / (one if isinstance(one, str) else one["image"]): {} if isinstance(one, str) else _plain(one)
        for one in query["positives"]
    }
    return GroundTruthQuery(
        image=image,
        group=query["group"],
        kind=query["kind"],
        positives=frozenset(labels),
        junk=frozenset(root / name for name in query["junk"]),
        name=query.get("name", ""),
        words=words,
        region=_region(query["region"]) if query.get("region") is not None else None,
        attributes=_plain(query),
        labels={one: attributes for one, attributes in labels.items() if attributes},
    )


def _plain(content: Mapping[str, Any]) -> dict[str, Attribute]:
    return {
        name: value
        for name, value in content.items()
        if name not in OWN_FIELDS and isinstance(value, str | int | float)
    }


def _region(corners: Any) -> Region:
    left, top, right, bottom = (float(share) for share in corners)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(f"region {corners} is not left, top, right, bottom as shares from 0 to 1")
    return left, top, right, bottom
