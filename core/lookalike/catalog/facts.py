"""Full-text index of what is known of photos: keywords, texts, names of files and folders, camera, lens and place.

SQLite's FTS5 ranks by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009). What it is given is
taken apart by `lookalike.terms` beforehand, and its plainest tokenizer, ``ascii``, only splits at the blanks: to that
one every letter beyond ASCII is a letter.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.sql import chunks, placeholders
from lookalike.terms import pieces_of, terms_of, tokens_of

LONGEST_RUN = 4
"""Words of a query that may be one place's name: "Frankfurt am Main"."""

MAX_WORDS = 20
MAX_LETTERS = 100
"""Of one word of a query; no name of a file is that long."""

MANY = 20_000
"""Photos beyond which a word, such as the "IMG" of a camera's names, tells none of them from the others."""

MARK = "\N{POSITION INDICATOR}"
"""Begins a token that stands for a place; nobody can type one, as it is no letter."""


@dataclass(frozen=True)
class FactTexts:
    """The texts that a photo is found by, as people read them.

    Attributes:
        keyword: its keywords.
        title: its title.
        description: its description.
        name: names of its files, without suffixes.
        folder: names of the folders that these lie in, from the watched one downwards.
        camera: make and model.
        lens: its name.
        place: names of the place where it was taken, and the place's token.
    """

    keyword: Sequence[str] = ()
    title: Sequence[str] = ()
    description: Sequence[str] = ()
    name: Sequence[str] = ()
    folder: Sequence[str] = ()
    camera: Sequence[str] = ()
    lens: Sequence[str] = ()
    place: Sequence[str] = ()


COLUMNS = tuple(field.name for field in fields(FactTexts))
_WEIGHTS = {
    "keyword": 8,
    "title": 5,
    "place": 4,
    "description": 3,
    "name": 3,
    "folder": 2,
    "camera": 2,
    "lens": 1,
}
"""What a word is worth by where it stands: what somebody chose to say of a photo before what a file happens to be
called, and that before what all photos of a camera have in common."""

BEST_FIRST = tuple(sorted(COLUMNS, key=lambda column: -_WEIGHTS[column]))

_BM25 = f"bm25(facts, {', '.join(str(_WEIGHTS[column]) for column in COLUMNS)})"


@dataclass(frozen=True)
class Wanted:
    """What a photo has to have: one of some phrases, or the token of a place.

    Attributes:
        phrases: each a list of tokens that stand side by side.
        prefix: whether the last token of a phrase may be the beginning of one.
        marks: tokens of places that the words are a name of.
        column: where it has to stand; empty for anywhere.
    """

    phrases: tuple[tuple[str, ...], ...]
    prefix: bool = True
    marks: tuple[str, ...] = ()
    column: str = ""

    @property
    def expression(self) -> str:
        """In the syntax of FTS5."""
        some = [f'"{" ".join(phrase)}"{" *" if self.prefix else ""}' for phrase in self.phrases]
        words = " AND ".join(some)
        if self.column:
            words = f"{{{self.column}}} : ({words})"
        return f"(({words}) OR {' OR '.join(_quoted(self.marks))})" if self.marks else f"({words})"

    def is_in(self, text: str) -> bool:
        """Whether a column with this text has all of it."""
        spaced = f" {text} "
        for pattern in self._patterns:
            if pattern not in spaced:
                return MARK in text and not self._set_of_marks.isdisjoint(text.split())
        return True

    @cached_property
    def _patterns(self) -> list[str]:
        ends = "" if self.prefix else " "
        return [f" {' '.join(phrase)}{ends}" for phrase in self.phrases]

    @cached_property
    def _set_of_marks(self) -> frozenset[str]:
        return frozenset(self.marks)

    def split(self) -> list[Wanted]:
        """Each phrase by itself."""
        return [Wanted((phrase,), self.prefix, self.marks, self.column) for phrase in self.phrases]


class FactTable:
    """The full-text index, a row a photo. Any thread may use it."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._terms: tuple[int, list[str]] = (-1, [])

    def put(self, db: Database, content_id: int, facts: FactTexts | None) -> None:
        """Record the facts of a photo, None for one that is not found; within the caller's transaction."""
        before = db.execute(
            f"SELECT {', '.join(COLUMNS)} FROM facts WHERE rowid = ?", (content_id,)
        ).fetchone()
        after = None
        if facts is not None:
            after = tuple(
                " ".join(token for text in getattr(facts, column) for token in _tokens(text))
                for column in COLUMNS
            )
        if before == after:
            return
        if before is not None:
            db.execute("DELETE FROM facts WHERE rowid = ?", (content_id,))
        if after is not None:
            db.execute(
                f"INSERT INTO facts (rowid, {', '.join(COLUMNS)}) VALUES ({placeholders(len(after) + 1)})",
                (content_id, *after),
            )

    def wanted(self, words: Sequence[str], column: str = "") -> list[Wanted]:
        """What words of a query ask for.

        Args:
            words: each one word, or several as a phrase.
            column: where they have to stand; empty for anywhere.
        """
        groups: list[tuple[list[str], bool]] = []
        for word in words[:MAX_WORDS]:
            terms = [term[:MAX_LETTERS] for term in terms_of(word)]
            if terms:
                groups.append((terms, " " in word.strip()))
        names = self._marks_of(groups) if column in ("", "place") else {}
        found: list[Wanted] = []
        at = 0
        while at < len(groups):
            for length in range(min(LONGEST_RUN, len(groups) - at), 0, -1):
                run = groups[at : at + length]
                terms = [term for group, _ in run for term in group]
                marks = names.get(" ".join(terms), ())
                if length == 1 or marks:
                    quoted = length == 1 and run[0][1]
                    pieces = [tuple(pieces_of(term)) for term in terms]
                    phrases = (
                        (tuple(piece for term in pieces for piece in term),) if quoted else tuple(pieces)
                    )
                    found.append(Wanted(phrases, not quoted, tuple(marks), column))
                    at += length
                    break
        return found

    def _marks_of(self, groups: Sequence[tuple[list[str], bool]]) -> Mapping[str, list[str]]:
        """The tokens of places that runs of words are names of."""
        runs = {
            " ".join(term for group, _ in groups[start:end] for term in group)
            for start in range(len(groups))
            for end in range(start + 1, min(start + LONGEST_RUN, len(groups)) + 1)
        }
        found: dict[str, list[str]] = {}
        for chunk in chunks(sorted(runs)):
            for name, mark in self._database.rows(
                f"SELECT name, mark FROM place_names WHERE name IN ({placeholders(len(chunk))}) ORDER BY mark",
                chunk,
            ):
                found.setdefault(name, []).append(mark)
        return found

    def ids(self, wanted: Sequence[Wanted]) -> NDArray[np.int64]:
        """The ids of the photos that have all of it, ascending."""
        if not wanted:
            return np.zeros(0, np.int64)
        expression = " AND ".join(one.expression for one in wanted)
        # As one text: rows of Python objects would take four times as long where many photos have the words.
        ((joined,),) = self._database.rows(
            "SELECT group_concat(rowid) FROM facts WHERE facts MATCH ?", (expression,)
        )
        return np.sort(np.fromstring(joined or "", np.int64, sep=","))

    def ranked(
        self, wanted: Sequence[Wanted], allowed_ids: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The photos that have all of it, best first, those added last first where they are as good.

        Args:
            wanted: what is looked for.
            allowed_ids: the only ids that may be found, ascending; None for all.

        Returns:
            Ids (n,) and their BM25, higher is better, (n,); zeros where so many have it that it says nothing.
        """
        if not wanted:
            return np.zeros(0, np.int64), np.zeros(0)
        expression = " AND ".join(one.expression for one in wanted)
        ids = self.ids(wanted)
        if allowed_ids is not None:
            ids = ids[np.isin(ids, allowed_ids, assume_unique=True)]
        if len(ids) < 2 or len(ids) > MANY:
            return ids[::-1], np.zeros(len(ids))
        rows = self._database.rows(
            f"SELECT rowid, {_BM25} FROM facts WHERE facts MATCH ? ORDER BY rowid", (expression,)
        )
        found = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        scores = -np.fromiter((row[1] for row in rows), np.float64, len(rows))
        kept = np.isin(found, ids, assume_unique=True)
        ids, scores = found[kept], scores[kept]
        order = np.lexsort((-ids, -scores))
        return ids[order], scores[order]

    def columns(self, content_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """The tokens of photos, by column."""
        found = {}
        for chunk in chunks(content_ids):
            for row in self._database.rows(
                f"SELECT rowid, {', '.join(COLUMNS)} FROM facts WHERE rowid IN ({placeholders(len(chunk))})",
                chunk,
            ):
                found[row[0]] = dict(zip(COLUMNS, row[1:], strict=True))
        return found

    def terms(self) -> list[str]:
        """Every word that some photo has, and every name of its places; without numbers."""
        with self._lock:
            # Tells of every commit of another connection, and all writing goes through another one.
            version = self._database.rows("PRAGMA data_version")[0][0]
            if version != self._terms[0]:
                rows = self._database.rows(
                    f"SELECT term FROM fact_terms WHERE term NOT GLOB '*[0-9{MARK}]*' "
                    "UNION SELECT name FROM place_names"
                )
                self._terms = version, [row[0] for row in rows]
            return self._terms[1]

    def problems(self, visible: str) -> str:
        """SQL for the ids of contents that are found and should not be, or should and are not.

        Args:
            visible: SQL condition for contents that should be.
        """
        return (
            f"SELECT rowid FROM facts WHERE rowid NOT IN (SELECT id FROM contents WHERE {visible}) "
            f"UNION SELECT id FROM contents WHERE {visible} AND id NOT IN (SELECT rowid FROM facts)"
        )


def _quoted(tokens: Iterable[str]) -> list[str]:
    return [f'"{token}"' for token in tokens]


def _tokens(text: str) -> Collection[str]:
    return [text] if text.startswith(MARK) else tokens_of(text)


def names_of(paths: Iterable[tuple[bytes, bytes]]) -> tuple[list[str], list[str]]:
    """The names of files without their suffixes, and of the folders that they lie in, without duplicates.

    Args:
        paths: each file, with the watched folder that it is in.
    """
    names: dict[str, None] = {}
    folders: dict[str, None] = {}
    for path, watched in paths:
        folder, name = os.path.split(os.fsdecode(path))
        names[os.path.splitext(name)[0]] = None  # noqa: PTH122
        below = os.path.relpath(folder, os.path.dirname(os.fsdecode(watched)))  # noqa: PTH120
        folders.update((part, None) for part in reversed(PurePath(below).parts) if part not in (".", ".."))
    return list(names), list(folders)
