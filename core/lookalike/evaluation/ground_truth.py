"""Ground truth: queries, their positives, and junk that does not count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lookalike.errors import LookalikeError, Phrase
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
            _MalformedError: it is words.
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
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        queries = tuple(_query(root, number, query) for number, query in enumerate(_queries(content), 1))
    except OSError as error:
        raise LookalikeError(
            "{path} cannot be read ({reason}).",
            "Choose a ground-truth file.",
            path=path,
            reason=error.strerror or Phrase("it is no file"),
        ) from error
    except UnicodeDecodeError as error:
        raise _no_ground_truth(path, Phrase("it is no text")) from error
    except json.JSONDecodeError as error:
        raise _no_ground_truth(path, Phrase("line {line} is no JSON", line=error.lineno)) from error
    except RecursionError as error:
        raise _no_ground_truth(path, Phrase("it is nested too deeply")) from error
    except _MalformedError as error:
        raise _no_ground_truth(path, error.message_phrase) from error
    gallery = tuple(root / name for name in GALLERY if (root / name).is_dir())
    return GroundTruth(queries, gallery)


class _MalformedError(LookalikeError):
    """What is wrong with a ground-truth file, in words for the user."""


def _no_ground_truth(path: Path, reason: Phrase) -> LookalikeError:
    return LookalikeError(
        "{path} is not a ground-truth file: {reason}.",
        "It needs a list 'queries' of objects with image, group, kind, positives and junk.",
        path=path,
        reason=reason,
    )


def _queries(content: Any) -> list[Any]:
    """The queries of a file's content.

    Raises:
        _MalformedError: there is no list of them.
    """
    if not isinstance(content, dict) or "queries" not in content:
        raise _MalformedError("it has no list 'queries'")
    queries = content["queries"]
    if not isinstance(queries, list):
        raise _MalformedError("'queries' is no list")
    return queries


def _query(root: Path, number: int, query: Any) -> GroundTruthQuery:
    """A query of the file; a positive is a path, or an object with ``image`` and attributes.

    Args:
        root: the folder that paths are relative to.
        number: the query's place in the file, from 1.
        query: what the file says of it.

    Raises:
        _MalformedError: it is not of the format.
    """
    which = Phrase("query {number}", number=number)
    if not isinstance(query, dict):
        raise _MalformedError("{which} is no object", which=which)
    words = _text(query, "words", which, "")
    image = None if words else root / _text(query, "image", which)
    labels: dict[Path, dict[str, Attribute]] = {}
    for one in _list(query, "positives", which):
        labelled = one if isinstance(one, dict) else {"image": one}
        labels[root / _text(labelled, "image", Phrase("a positive of {which}", which=which))] = _plain(
            labelled
        )
    of_junk = Phrase("junk of {which}", which=which)
    junk = [_text({"image": one}, "image", of_junk) for one in _list(query, "junk", which)]
    region = query.get("region")
    return GroundTruthQuery(
        image=image,
        group=_text(query, "group", which),
        kind=_text(query, "kind", which),
        positives=frozenset(labels),
        junk=frozenset(root / name for name in junk),
        name=_text(query, "name", which, ""),
        words=words,
        region=None if region is None else _region(region, which),
        attributes=_plain(query),
        labels={one: attributes for one, attributes in labels.items() if attributes},
    )


def _text(content: Mapping[str, Any], name: str, which: Phrase, default: str | None = None) -> str:
    """A field that is text; a number is taken for its digits.

    Raises:
        _MalformedError: it is missing, and has no default, or is no text.
    """
    value = content.get(name)
    value = default if value is None else value
    if value is None:
        raise _MalformedError("{which} has no '{name}'", which=which, name=name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _MalformedError("'{name}' of {which} is no text", name=name, which=which)
    return value


def _list(content: Mapping[str, Any], name: str, which: Phrase) -> list[Any]:
    """A field that is a list.

    Raises:
        _MalformedError: it is missing, or no list.
    """
    if name not in content:
        raise _MalformedError("{which} has no '{name}'", which=which, name=name)
    value = content[name]
    if not isinstance(value, list):
        raise _MalformedError("'{name}' of {which} is no list", name=name, which=which)
    return value


def _plain(content: Mapping[str, Any]) -> dict[str, Attribute]:
    return {
        name: value
        for name, value in content.items()
        if name not in OWN_FIELDS and isinstance(value, str | int | float)
    }


def _region(corners: Any, which: Phrase) -> Region:
    wrong = _MalformedError(
        "'region' of {which} is not left, top, right, bottom as shares from 0 to 1", which=which
    )
    if not isinstance(corners, list) or len(corners) != 4:
        raise wrong
    if not all(isinstance(share, int | float) for share in corners):
        raise wrong
    left, top, right, bottom = map(float, corners)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise wrong
    return left, top, right, bottom
