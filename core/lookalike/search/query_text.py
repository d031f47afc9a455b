r"""Query text: tells the photo files that a text names from words, for the terminal and the window alike.

A text is a file if it is an existing regular file, or has a photo's suffix or a slash (on Windows also a backslash
or a drive); everything else is words: "St. Moritz", "10.5.2019", "~1950", the name of a folder here. A file is
understood as terminals and file managers give it: quoted, with backslashes before blanks, as a ``file:`` address, with
``~`` for the home folder; and several at once, one a line (``text/uri-list``) or as the words of a shell.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from lookalike.errors import LookalikeError
from lookalike.search.query import Query, Region
from lookalike.user_paths import expanded, path_of_address
from lookalike.words.query_syntax import tokens_in

LONGEST = 1 << 16
"""A text of more letters is words, whatever it says."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:\S", re.IGNORECASE)
_NO_FILES = ("copy", "cut", "x-special/nautilus-clipboard")
"""Lines that GNOME's file manager puts before those of a copied list; a comment there begins with "#"."""

_QUOTES = ("'", '"')


class QueryFileError(LookalikeError):
    """A text names a file to search with, and there is none."""


def queries_of(texts: Sequence[str], region: Region | None = None) -> list[Query]:
    """A query for every photo file that the texts name, and one query of words from all other texts, in their order.

    Args:
        texts: as the user gave them.
        region: the part of the first photo that is meant; None for all of it.

    Raises:
        QueryFileError: a text is meant as a file, and there is none.
    """
    files: list[Path] = []
    words: list[str] = []
    for text in texts:
        named = files_named(text)
        files += named
        if not named and text.strip():
            words.append(text)
    queries = [Query(file=path, region=None if number else region) for number, path in enumerate(files)]
    return [*queries, Query(words=_as_text(" ".join(words)))] if words else queries


def files_named(text: str, windows: bool = os.name == "nt") -> list[Path]:
    """The files that a text names; none where it is words.

    Args:
        text: what was typed, pasted or dropped.
        windows: whether names are those of Windows.

    Raises:
        QueryFileError: it is meant as a file, and there is none.
    """
    if len(text) > LONGEST:
        return []
    found = _existing(text, windows)
    if found is not None:
        return [found]
    if any(token.name for token in tokens_in(text)):
        # "folder:trips/paris" is a filter of words.
        return []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("#") and line not in _NO_FILES]
    if len(lines) > 1:
        if not all(_existing(line, windows) or _meant(line, windows) for line in lines):
            return []
        return [_demand(line, windows) for line in lines]
    words = _shell_words(text, windows)
    if len(words) > 1:
        several = [_existing(word, windows) for word in words]
        if all(several):
            return [path for path in several if path is not None]
    line = lines[0] if lines else ""
    return [_demand(line, windows)] if _existing(line, windows) or _meant(line, windows) else []


def _as_text(words: str) -> str:
    """Words without the bytes that Python hands on undecoded, as it does with UTF-8 in a locale that lacks it."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return words


def _readings(text: str, windows: bool) -> Iterator[str]:
    """The names that a text may stand for, as it is first."""
    yield text
    words = _shell_words(text, windows)
    plain = words[0] if len(words) == 1 else text
    if plain != text:
        yield plain
    address = path_of_address(plain, windows)
    if address is not None:
        yield str(address)


def _shell_words(text: str, windows: bool) -> list[str]:
    """A text taken apart as a shell does, quotes and backslashes resolved; on Windows only one pair of quotes."""
    text = text.strip()
    if windows:
        quoted = len(text) > 2 and text[0] == text[-1] and text[0] in _QUOTES
        return [text[1:-1] if quoted else text]
    with suppress(ValueError):
        return shlex.split(text)
    return [text]


def _existing(text: str, windows: bool) -> Path | None:
    """The regular file that a text names, if there is one."""
    for name in _readings(text, windows):
        for path in (name, expanded(Path(name))):
            # os.path.isfile takes names that no file can have (too long, with a NUL) for what they are: no file.
            if os.path.isfile(path):  # noqa: PTH113
                return Path(path)
    return None


def _meant(text: str, windows: bool) -> str:
    """The file that a text means, there or not; empty where it is words."""
    meant = [name for name in _readings(text, windows) if _has_separator(name, windows) or _has_suffix(name)]
    return meant[-1] if meant else ""


def _has_separator(name: str, windows: bool) -> bool:
    return "/" in name or (windows and ("\\" in name or _DRIVE.match(name) is not None))


def _has_suffix(name: str) -> bool:
    # Imported here since the window can be shown before the decoders are.
    from lookalike.photos import PHOTO_SUFFIXES

    return PurePath(name).suffix.lower() in PHOTO_SUFFIXES


def _demand(text: str, windows: bool) -> Path:
    """The regular file that a text names.

    Raises:
        QueryFileError: there is none.
    """
    found = _existing(text, windows)
    if found is not None:
        return found
    name = _meant(text, windows)
    if _ADDRESS.match(name):
        raise QueryFileError(
            "{address} is not on this computer.", "Save the photo in a folder first.", address=name
        )
    path = expanded(Path(name))
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) in (errno.EACCES, errno.EPERM):
            raise QueryFileError(
                "{path} may not be read.", "Check the permissions of the file and its folder.", path=path
            ) from error
        raise QueryFileError(
            "There is no file {path}.", "Check the name, or connect the drive it is on.", path=path
        ) from error
    if stat.S_ISDIR(mode):
        raise QueryFileError("{path} is a folder.", "Choose a photo in it.", path=path)
    raise QueryFileError("{path} is not a file.", "Choose a photo.", path=path)
