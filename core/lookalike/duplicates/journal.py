"""Clean-up journal: what a clean-up is about to do and what it has done, on the disk before and after each step.

A file of lines of JSON for each clean-up. A *unit* is what belongs together, a photo with its raw file and its XMP
files, and stands in the journal with all its steps before the first of them is done. So after a kill at any moment,
what was done can be told from what was not, and a unit that was begun can be ended.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from lookalike.durable import sync_folder
from lookalike.errors import Phrase, os_errors

_SUFFIX = ".jsonl"


class Action(StrEnum):
    """What a step does to a file. The values are kept in the journal."""

    TRASH = "trash"
    """Move it to the trash."""
    LINK = "link"
    """Replace it by a hard link to the photo that is kept."""
    WRITE = "write"
    """Write the XMP file of the photo that is kept."""


@dataclass(frozen=True)
class Step:
    """One change of one file.

    Attributes:
        action: what is done.
        path: the file.
        size: its size in bytes before; -1 where there was none.
        mtime_ns: time of its last change before, nanoseconds.
        inode: its device and inode before.
        hash: hash of its bytes: before, or after where it is written.
        before: hash of an XMP file's bytes before it is written; empty where there was none.
    """

    action: Action
    path: bytes
    size: int
    mtime_ns: int
    inode: tuple[int, int]
    hash: str = ""
    before: str = ""


@dataclass
class Unit:
    """Steps that belong together, and how far they are.

    Attributes:
        number: its place in the clean-up.
        keep: the photo that is kept.
        content: hash of the photo that goes.
        steps: in the order in which they are done.
        done: steps that are done, and where the file is now in the trash; None where that is unknown.
        undone: steps that were undone.
        cancelled: whether it was found that none of it was to be done.
    """

    number: int
    keep: bytes
    content: str
    steps: tuple[Step, ...]
    done: dict[int, bytes | None] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    cancelled: bool = False

    @property
    def open(self) -> bool:
        """Whether it was begun and neither ended nor given up."""
        return not self.cancelled and len(self.done) < len(self.steps)


@dataclass
class CleanUpRecord:
    """What a journal tells of one clean-up.

    Attributes:
        path: the journal.
        started: when it began, ISO 8601.
        total: how many files it was to remove.
        units: what it did.
        finished: whether it came to its end.
        undone: whether it was undone.
    """

    path: Path
    started: str
    total: int = 0
    units: list[Unit] = field(default_factory=list)
    finished: bool = False
    undone: bool = False


class CleanUpJournal:
    """The journal of one clean-up. Every line is on the disk when the call that writes it returns.

    Args:
        path: the file; made when absent.

    Raises:
        LookalikeError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _writing(path):
            self._file = path.open("ab")
            # What a kill cut off stays a line of its own, which is passed over.
            if self._file.tell():
                self._file.write(b"\n")
            sync_folder(path.parent)

    @classmethod
    def begin(cls, folder: Path, total: int) -> CleanUpJournal:
        """Begin the journal of a new clean-up in a folder."""
        now = datetime.now().astimezone()
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        journal = cls(folder / f"{now:%Y%m%d-%H%M%S-%f}{_SUFFIX}")
        journal._append({"kind": "run", "started": now.isoformat(timespec="seconds"), "total": total})
        return journal

    def begin_unit(self, unit: Unit) -> None:
        """Note what is about to be done."""
        self._append(
            {
                "kind": "unit",
                "number": unit.number,
                "keep": os.fsdecode(unit.keep),
                "content": unit.content,
                "steps": [{**asdict(step), "path": os.fsdecode(step.path)} for step in unit.steps],
            }
        )

    def end_step(self, unit: Unit, at: int, place: bytes | None) -> None:
        """Note that a step is done, and where the file is in the trash."""
        unit.done[at] = place
        where = None if place is None else os.fsdecode(place)
        self._append({"kind": "done", "number": unit.number, "step": at, "where": where})

    def cancel(self, unit: Unit) -> None:
        """Note that the steps of a unit that are not done will not be."""
        unit.cancelled = True
        self._append({"kind": "cancelled", "number": unit.number})

    def undo_step(self, unit: Unit, at: int) -> None:
        """Note that a step was undone."""
        unit.undone.add(at)
        self._append({"kind": "undone", "number": unit.number, "step": at})

    def end(self) -> None:
        """Note that the clean-up has come to its end."""
        self._append({"kind": "end"})

    def end_undo(self) -> None:
        """Note that the clean-up was undone."""
        self._append({"kind": "undo"})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, entry: dict[str, Any]) -> None:
        with _writing(self.path):
            self._file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def read_journals(folder: Path) -> list[CleanUpRecord]:
    """What the journals in a folder tell, the oldest first."""
    if not folder.is_dir():
        return []
    paths = sorted(path for path in folder.iterdir() if path.name.endswith(_SUFFIX))
    return [record for path in paths if (record := _read(path)) is not None]


def _read(path: Path) -> CleanUpRecord | None:
    record: CleanUpRecord | None = None
    for entry in _entries(path):
        if entry["kind"] == "run":
            record = CleanUpRecord(path, entry["started"], entry["total"])
        elif record is None:
            continue
        elif entry["kind"] == "unit":
            steps = tuple(_step(step) for step in entry["steps"])
            record.units.append(Unit(entry["number"], os.fsencode(entry["keep"]), entry["content"], steps))
        elif entry["kind"] == "end":
            record.finished = True
        elif entry["kind"] == "undo":
            record.undone = True
        else:
            unit = record.units[entry["number"]]
            if entry["kind"] == "done":
                where = entry["where"]
                unit.done[entry["step"]] = None if where is None else os.fsencode(where)
            elif entry["kind"] == "cancelled":
                unit.cancelled = True
            else:
                unit.undone.add(entry["step"])
    return record


def _step(entry: dict[str, Any]) -> Step:
    return Step(
        Action(entry["action"]),
        os.fsencode(entry["path"]),
        entry["size"],
        entry["mtime_ns"],
        (entry["inode"][0], entry["inode"][1]),
        entry["hash"],
        entry["before"],
    )


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                # A kill in the middle of a line: what it was to say had not begun.
                continue
            if isinstance(entry, dict):
                yield entry


def _writing(path: Path) -> Any:
    return os_errors(
        Phrase("The journal {path} cannot be written", path=path),
        "Check the permissions of the library's folder.",
    )
