"""Clean-up plan: which photo of each group is kept and which are removed, and its JSON (docs/duplicates.md).

A plan is the JSON that a list of groups is printed as: in each group, all photos go but the one that is kept and those
that are held. Whoever edits it leaves out a photo that is to stay, or names another one to keep. What a photo was when
it was compared stands beside its path, and a photo that is something else by then is not removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup, DuplicatePhoto
from lookalike.errors import LookalikeError
from lookalike.user_paths import absolute


@dataclass(frozen=True)
class PlannedFile:
    """A file in a plan, and what it was when it was compared.

    Attributes:
        path: where it lies.
        hash: hash of its bytes; None where the plan does not say, and then what the catalog says counts.
        bytes: its size, or None.
        mtime_ns: time of its last change, nanoseconds, or None.
    """

    path: Path
    hash: str | None = None
    bytes: int | None = None
    mtime_ns: int | None = None


@dataclass(frozen=True)
class PlannedGroup:
    """What is done about one group.

    Attributes:
        kind: what its photos have in common.
        keep: the file that stays.
        remove: the files that go.
    """

    kind: DuplicateClass
    keep: PlannedFile
    remove: tuple[PlannedFile, ...]


@dataclass(frozen=True)
class CleanUpPlan:
    """What is done about groups of duplicates.

    Attributes:
        groups: the strongest class first.
    """

    groups: tuple[PlannedGroup, ...]

    @classmethod
    def of(cls, groups: Sequence[DuplicateGroup]) -> CleanUpPlan:
        """The plan that keeps what the groups suggest, and removes the rest of what can be removed."""
        planned = []
        for group in groups:
            removed = tuple(_planned(photo) for photo in group.photos[1:] if photo.held is None)
            if removed:
                planned.append(PlannedGroup(group.kind, _planned(group.keep), removed))
        return cls(tuple(planned))


def _planned(photo: DuplicatePhoto) -> PlannedFile:
    return PlannedFile(photo.path, photo.hash, photo.bytes, photo.mtime_ns)


def groups_as_json(groups: Sequence[DuplicateGroup]) -> list[dict[str, Any]]:
    """Groups as they are printed for programs, and as a plan keeps them."""
    return [
        {
            "id": group.id,
            "class": group.kind.value,
            "keep": str(group.keep.path),
            "reasons": [reason.value for reason in group.reasons],
            "bytes": group.bytes,
            "photos": [
                {
                    "path": str(photo.path),
                    "edit": photo.edits[0].value if photo.edits else None,
                    "edits": [edit.value for edit in photo.edits],
                    "overlap": round(photo.overlap, 4),
                    "similarity": round(photo.similarity, 4),
                    "held": photo.held.value if photo.held else None,
                    "hash": photo.hash,
                    "size": photo.bytes,
                    "modified": photo.mtime_ns,
                }
                for photo in group.photos
            ],
        }
        for group in groups
    ]


_Wrong = Callable[[str], LookalikeError]


def read_plan(path: Path) -> CleanUpPlan:
    """The plan in a JSON file.

    Raises:
        LookalikeError: the file cannot be read, or is no plan.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise LookalikeError(
            "The plan {path} cannot be read: {reason}.",
            "Check its name and permissions.",
            path=path,
            reason=error.strerror or error,
        ) from error
    except (ValueError, RecursionError) as error:
        raise _no_plan(path, "it is not JSON") from error
    groups = content.get("groups") if isinstance(content, dict) else None
    if not isinstance(groups, list):
        raise _no_plan(path, "it has no list of groups")
    order = list(DuplicateClass)
    read = [_read_group(path, group, number) for number, group in enumerate(groups, 1)]
    return CleanUpPlan(tuple(sorted(read, key=lambda group: order.index(group.kind))))


def _read_group(path: Path, group: Any, number: int) -> PlannedGroup:
    def wrong(what: str) -> LookalikeError:
        return _no_plan(path, f"in group {number}, {what}")

    if not isinstance(group, dict):
        raise wrong("there is no object")
    try:
        kind = DuplicateClass(str(group.get("class")))
    except ValueError as error:
        raise wrong(f"“class” is none of {', '.join(DuplicateClass)}") from error
    photos = group.get("photos")
    if not isinstance(photos, list) or not all(isinstance(photo, dict) for photo in photos):
        raise wrong("“photos” is no list of objects")
    files = {}
    held = set()
    for photo in photos:
        file = _read_file(photo, wrong)
        if file.path in files:
            raise wrong(f"{file.path} stands twice")
        files[file.path] = file
        if photo.get("held") is not None:
            held.add(file.path)
    keep = _read_path(group.get("keep"), "keep", wrong)
    kept = files.get(keep)
    if kept is None:
        raise wrong("“keep” is none of its photos")
    return PlannedGroup(
        kind, kept, tuple(file for name, file in files.items() if name != keep and name not in held)
    )


def _read_file(photo: dict[str, Any], wrong: _Wrong) -> PlannedFile:
    found = photo.get("hash")
    if found is not None and not isinstance(found, str):
        raise wrong("“hash” is no text")
    numbers = []
    for name in ("size", "modified"):
        value = photo.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise wrong(f"“{name}” is no whole number")
        numbers.append(value)
    return PlannedFile(_read_path(photo.get("path"), "path", wrong), found, *numbers)


def _read_path(value: Any, name: str, wrong: _Wrong) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise wrong(f"“{name}” is no path")
    try:
        os.fsencode(value)
    except UnicodeEncodeError as error:
        raise wrong(f"“{name}” is no path") from error
    return absolute(Path(value))


def _no_plan(path: Path, reason: str) -> LookalikeError:
    return LookalikeError(
        "{path} is no clean-up plan: {reason}.",
        "Have the plan written again, and change only which photos are listed and kept.",
        path=path,
        reason=reason,
    )
