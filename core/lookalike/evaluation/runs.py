"""Saved runs: JSON lines, a head with what was run and one line for each answer, which a later run goes on from.

A killed run leaves a last line that may be torn; it is taken off when the run goes on, and passed over by readers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path
from typing import Any

from lookalike.errors import LookalikeError, Phrase, os_errors
from lookalike.evaluation.answers import Answer, answer_from_json, answer_to_json

VERSION = 1

FORMAT = "lookalike run"

WRITABLE = "Choose a file that can be written."

OTHER_FILE = "Choose another file, or delete this one."


@dataclass(frozen=True)
class RunHead:
    """What was run.

    Attributes:
        dataset: name of the data set.
        root: its folder.
        conditions: everything that the answers depend on: judge, descriptor, weights ...
        gallery: photos that were searched in.
        date: when it began, ISO 8601.
        program: version of the program.
        facts: what else is known of it, and need not be the same when it goes on: bytes a photo takes ...
    """

    dataset: str
    root: str
    conditions: Mapping[str, Any]
    gallery: int
    date: str
    program: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class SavedRun:
    """A run's file, open for adding answers. Close it at the end.

    Args:
        path: the file; where there is one already, its answers are kept and the run goes on.
        head: what is run.

    Raises:
        LookalikeError: the file cannot be written, is no saved run, or is one under other conditions.
    """

    def __init__(self, path: Path, head: RunHead) -> None:
        self.path = path
        with os_errors(Phrase("The run cannot be saved to {path}", path=path), WRITABLE):
            exists = path.exists() and path.stat().st_size > 0
        if exists:
            _check_same(path, read_head(path), head)
        with os_errors(Phrase("The run cannot be saved to {path}", path=path), WRITABLE):
            path.parent.mkdir(parents=True, exist_ok=True)
            if exists:
                _drop_torn_line(path)
            self._file: BufferedWriter = path.open("ab")
        if not exists:
            self._write({"format": FORMAT, "version": VERSION, **vars(head)})

    def add(self, answer: Answer) -> None:
        """Write an answer; it is handed to the system at once, so that a killed run keeps it."""
        self._write(answer_to_json(answer))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, content: Mapping[str, Any]) -> None:
        line = json.dumps(content, separators=(",", ":"), allow_nan=False)
        with os_errors(Phrase("The run cannot be saved to {path}", path=self.path), WRITABLE):
            self._file.write(line.encode() + b"\n")
            self._file.flush()


def read_head(path: Path) -> RunHead:
    """What a saved run says of itself.

    Raises:
        LookalikeError: it cannot be read, or is no saved run.
    """
    with (
        os_errors(Phrase("{path} cannot be read", path=path), "Choose a saved run."),
        path.open("rb") as file,
    ):
        line = file.readline()
    try:
        content = json.loads(line)
        if content.pop("format") != FORMAT or content.pop("version") != VERSION:
            raise ValueError("another format")
        return RunHead(**content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LookalikeError(
            "{path} is not a saved run.", "`--save` of an evaluation writes one.", path=path
        ) from error


def read_answers(path: Path) -> Iterator[Answer]:
    """The answers of a saved run, one by one.

    Raises:
        LookalikeError: it cannot be read, or a line is broken.
    """
    with (
        os_errors(Phrase("{path} cannot be read", path=path), "Choose a saved run."),
        path.open("rb") as file,
    ):
        for number, line in enumerate(file, 1):
            if number == 1 or not line.endswith(b"\n"):
                continue
            try:
                answer = answer_from_json(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise LookalikeError(
                    "Line {number} of {path} is broken.",
                    "Run the evaluation again.",
                    number=number,
                    path=path,
                ) from error
            yield answer


def _check_same(path: Path, old: RunHead, new: RunHead) -> None:
    """Refuse to mix answers that were got in different ways."""
    before = {"data set": old.dataset, "folder": old.root, "photos": old.gallery, **old.conditions}
    now = {"data set": new.dataset, "folder": new.root, "photos": new.gallery, **new.conditions}
    for name in (*now, *before):
        if before.get(name) != now.get(name):
            raise LookalikeError(
                "{path} holds a run under other conditions: {name} was {before} and is {now}.",
                OTHER_FILE,
                path=path,
                name=name.replace("_", " "),
                before=before.get(name, "not given"),
                now=now.get(name, "not given"),
            )


def _drop_torn_line(path: Path) -> None:
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        end = size
        while end > 0:
            start = max(0, end - (1 << 16))
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start
