"""Excludes: what is left out of watched folders, that is hidden files, other programs' caches, and the user's patterns.

Patterns are written in the syntax of ``.gitignore``, in files called ``.lookalikeignore`` (which apply to the folder
they lie in) and in the library's own list (which applies to every watched folder). A folder below a watched one that
holds Android's ``.nomedia`` file is left out too.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.errors import Phrase
from lookalike.path_bytes import child_prefix, join
from lookalike.photos.encodings import decode_text
from lookalike.progress import Skipped

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = b".lookalikeignore"
NO_MEDIA_FILE = b".nomedia"
"""Android's mark of a folder whose pictures are not photos: stickers, covers, an app's own pictures."""

NO_MEDIA_REASON = str(Phrase("It holds a .nomedia file, so it is left out with the folders in it."))

IGNORE_FILE_BYTES = 1 << 20
"""Longer files are not taken for ignore files."""

CACHE_FOLDERS = frozenset(
    (
        b"#recycle",
        b"#snapshot",
        b"$recycle.bin",
        b"@eadir",
        b"@recycle",
        b"__macosx",
        b"lost+found",
        b"system volume information",
    )
)
"""Trash, snapshots and thumbnails that systems and storage devices keep among photos; lower case."""

CACHE_SUFFIXES = (b".lrdata",)
"""Folders of previews, by the end of their names; lower case."""

APPLE_LIBRARY = b".photoslibrary"
APPLE_DERIVATIVES = frozenset((b"database", b"external", b"internal", b"private", b"resources", b"scopes"))
"""What an Apple Photos library holds besides the originals."""


def is_left_out(parent: bytes, name: bytes) -> bool:
    """Whether a folder of this name is always left out, because it is hidden or another program's cache."""
    if name.startswith(b"."):
        return True
    lower = name.lower()
    if lower in CACHE_FOLDERS or lower.endswith(CACHE_SUFFIXES):
        return True
    return lower in APPLE_DERIVATIVES and parent.lower().endswith(APPLE_LIBRARY)


@dataclass(frozen=True)
class Rules:
    """The patterns in force in one folder, the folder's own last.

    Attributes:
        levels: for each ignore file the length of its folder's path with the separator, and its patterns.
    """

    levels: tuple[tuple[int, GitIgnoreSpec], ...] = ()

    def exclude(self, path: bytes, is_folder: bool) -> bool:
        """Whether a file or folder is left out; the deepest ignore file that names it decides."""
        for start, patterns in reversed(self.levels):
            name = os.fsdecode(path[start:]).replace(os.sep, "/")
            verdict = patterns.check_file(name + "/" if is_folder else name).include
            if verdict is not None:
                return verdict
        return False

    def within(self, folder: bytes, patterns: GitIgnoreSpec | None) -> Rules:
        """The rules in force in a folder below; `patterns` are that folder's own, or None."""
        if patterns is None:
            return self
        return Rules((*self.levels, (len(child_prefix(folder)), patterns)))


class Excludes:
    """What is left out of the library's folders.

    Args:
        patterns: lines that apply to every watched folder, as in a ``.gitignore`` at its top.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self.patterns = tuple(patterns)
        self._spec = compile_patterns(patterns)[0]

    def rules(self, top: bytes, folder: bytes, problems: list[Skipped]) -> Rules | None:
        """The rules in force in a folder.

        Args:
            top: the watched folder.
            folder: the watched folder itself, or one below it.
            problems: gets a line for each ignore file that cannot be used, and for a folder that is left out by a
                ``.nomedia`` file. One in the watched folder itself does not count: that was chosen by its name.

        Returns:
            None where the folder itself is left out.
        """
        rules = Rules().within(top, self._spec).within(top, read_patterns(top, problems))
        current = top
        for name in os.path.relpath(folder, top).split(os.fsencode(os.sep)):
            if name == b".":
                continue
            parent, current = current, join(current, name)
            if is_left_out(parent, name) or rules.exclude(current, True):
                return None
            if os.path.lexists(join(current, NO_MEDIA_FILE)):
                problems.append(Skipped(os.fsdecode(current), NO_MEDIA_REASON))
                return None
            rules = rules.within(current, read_patterns(current, problems))
        return rules


def read_patterns(folder: bytes, problems: list[Skipped]) -> GitIgnoreSpec | None:
    """The patterns of a folder's own ignore file, or None."""
    path = join(folder, IGNORE_FILE)
    try:
        # Opening a named pipe of this name must not block.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            # `fdopen` leaves the descriptor open where it turns out to be a folder's.
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return None
                data = file.read(IGNORE_FILE_BYTES + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        problems.append(
            Skipped(os.fsdecode(path), str(Phrase("It cannot be read ({reason}).", reason=error.strerror)))
        )
        return None
    if len(data) > IGNORE_FILE_BYTES:
        problems.append(Skipped(os.fsdecode(path), str(Phrase("It is too long for a list of patterns."))))
        return None
    lines = _lines(data)
    if any("\0" in line for line in lines):
        problems.append(
            Skipped(os.fsdecode(path), str(Phrase("It is not a text, so it leaves nothing out.")))
        )
        return None
    spec, invalid = compile_patterns(lines)
    problems.extend(
        Skipped(os.fsdecode(path), str(Phrase("“{line}” is not a pattern.", line=line))) for line in invalid
    )
    return spec


def _lines(data: bytes) -> list[str]:
    """The lines of an ignore file in UTF-8, in UTF-16 as Windows' editors write it, or in Windows-1252 or Latin-1."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").splitlines()
    for encoding, high_bytes in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if high_bytes.count(0) > len(high_bytes) // 2:
            return data.decode(encoding, "replace").splitlines()
    lines: list[str] = []
    for raw in data.removeprefix(codecs.BOM_UTF8).splitlines():
        text = decode_text(raw)
        lines.append(text)
        # What is not UTF-8 is written in an older encoding, or means a name of just these bytes, which Linux allows.
        exact = raw.decode("utf-8", "surrogateescape")
        if exact != text:
            lines.append(exact)
    return lines


def compile_patterns(lines: Sequence[str]) -> tuple[GitIgnoreSpec | None, list[str]]:
    """Compile patterns.

    Returns:
        The patterns, None where there are none; and the lines that are not patterns.
    """
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return None, []
    from pathspec import GitIgnoreSpec

    valid, invalid = [], []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            invalid.append(line)
        else:
            # "folder/**" means what is in the folder, but pathspec applies it to the folder itself too.
            valid.append(line.rstrip() + "/*" if line.rstrip().endswith("/**") else line)
    return (GitIgnoreSpec.from_lines(valid) if valid else None), invalid
