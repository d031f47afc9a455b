"""Random deeds on files and folders: what people and their programs do, and some things that they should not."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.builders.tiny_files import photo, picture, rated, raw
from tests.core.watching.stateful.oracle import hash_of, read

DEEDS: Counter[str] = Counter()
"""What was done so far, over all plays of this process."""

NAMES = [
    b"a.png",
    b"A.png",
    b"b.PNG",
    b"keep.png",
    "caf\u00e9.png".encode(),
    "cafe\u0301.png".encode(),
    b"caf\xe9\xff.png",
    "\u5199\u771f 1.png".encode(),
    b"new\nline.png",
    b"notes.txt",
    b".hidden.png",
    b"raw.jpg",
    b"100%_[x].jpg",
]
SHOTS = [b"a", b"raw", b"RAW", "caf\u00e9".encode(), "cafe\u0301".encode()]
SIDECARS = [
    b"a.xmp",
    b"A.PNG.xmp",
    b"b.XMP",
    b"raw.xmp",
    b"raw.jpg.xmp",
    b"RAW.dng.xmp",
    "caf\u00e9.xmp".encode(),
    b"100%_[x].xmp",
    b".hidden.xmp",
]
FOLDERS = [b"trip", b"Trip", "\u00e9t\u00e9".encode(), b"x", b".dark", b"@eaDir", b"odd.png"]
PATTERNS = ["", "*.jpg", "trip/", "/x/", "*.png\n!keep.png", "# nothing\n\ncaf*"]


class FolderDeeds(RuleBasedStateMachine):
    """Two folders that are watched, and one that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="play"))
        self.roots = [os.fsencode(self.base / name) for name in ("one", "two")]
        self.outside = os.fsencode(self.base / "outside")
        for folder in (*self.roots, self.outside):
            os.mkdir(folder)
        self.seed = 0
        self.kinds: dict[str, str] = {}
        self.looked_like: defaultdict[tuple[int, ...], dict[str, set[bytes]]] = defaultdict(dict)
        for root in self.roots:
            os.mkdir(os.path.join(root, b"trip"))
            for folder in (root, os.path.join(root, b"trip")):
                Path(os.fsdecode(folder), "a.png").write_bytes(self._photo())

    @property
    def following(self) -> bool:
        raise NotImplementedError

    # Picking

    def _places(self) -> list[bytes]:
        found = []
        for root in (*self.roots, self.outside):
            for folder, folders, _ in os.walk(root):
                found.append(folder)
                folders.sort()
        return found

    def _pick(self, data: st.DataObject, items: list[bytes]) -> bytes:
        return items[data.draw(st.integers(0, len(items) - 1))]

    def _folder(self, data: st.DataObject) -> bytes:
        return self._pick(data, self._places() or [self.outside])

    def _all(self, want_folders: bool) -> list[bytes]:
        found = []
        for root in (*self.roots, self.outside):
            for folder, folders, names in os.walk(root):
                found += [os.path.join(folder, name) for name in sorted(folders if want_folders else names)]
                folders.sort()
        return [path for path in found if want_folders or os.path.basename(path) != b".lookalikeignore"]

    def _some(self, data: st.DataObject, want_folders: bool = False) -> bytes | None:
        found = self._all(want_folders)
        return self._pick(data, found) if found else None

    def _target(self, data: st.DataObject, names: list[bytes]) -> bytes:
        folder = self._folder(data)
        # Trees copied into themselves would soon have no names that the system takes.
        while folder.count(b"/") - self.outside.count(b"/") > 3:
            folder = os.path.dirname(folder)
        return os.path.join(folder, self._pick(data, names))

    def _target_for(self, data: st.DataObject, path: bytes) -> bytes:
        """Where a file may go; a raw file keeps its suffix, by which it is told from other TIFFs."""
        target = self._target(data, NAMES + SIDECARS)
        return os.path.splitext(target)[0] + b".dng" if _is_raw(path) else target

    def _photo(self) -> bytes:
        self.seed += 1
        return self._known_as("photo", photo(self.seed))

    def _known_as(self, kind: str, data: bytes) -> bytes:
        self.kinds[hash_of(data)] = kind
        return data

    def _bytes(self, data: st.DataObject) -> bytes:
        kind = data.draw(st.sampled_from(["new", "new", "new", "again", "bad", "empty"]))
        if kind == "bad":
            return photo(self.seed)[:60]
        if kind == "empty":
            return b""
        if kind == "new" or self.seed == 0:
            return self._photo()
        return photo(data.draw(st.integers(1, self.seed)))

    def _may_write(self, path: bytes) -> bool:
        """Links are left alone. So are, while followed, files with a second name: the system tells of changes
        only under the name that was used, and the next scan finds the other."""
        if os.path.islink(path):
            return False
        return not (self.following and os.path.isfile(path) and os.stat(path).st_nlink > 1)

    def _did(self, deed: str) -> None:
        DEEDS[deed] += 1
        for path in self._all(False):
            if os.path.isfile(path) and not os.path.islink(path):
                self._note(path)

    def _note(self, path: bytes) -> None:
        """Note what a file looks like, and date it anew if nothing tells it from another file's new place.

        It then has the number, size and time that other bytes had under another name: it was written to, given back
        its time, and renamed, or its number was another's of the same size and time.
        """
        held = hash_of(read(path))
        looks = self.looked_like[_identity(path)]
        if any(other != held and names - {path} for other, names in looks.items()):
            os.utime(path)
            DEEDS["date a file anew that no system tells from another"] += 1
            looks = self.looked_like[_identity(path)]
        looks.setdefault(held, set()).add(path)

    # Deeds on files

    @rule(data=st.data())
    def create(self, data: st.DataObject) -> None:
        path = self._target(data, NAMES)
        if not os.path.isdir(path) and self._may_write(path):
            Path(os.fsdecode(path)).write_bytes(self._bytes(data))
            self._did("create or modify")

    @rule(data=st.data())
    def modify(self, data: st.DataObject) -> None:
        path = self._some(data)
        if path is not None and self._may_write(path):
            Path(os.fsdecode(path)).write_bytes(self._bytes(data))
            self._did("modify")

    @rule(data=st.data())
    def write_in_two_parts(self, data: st.DataObject) -> None:
        path = self._target(data, NAMES)
        if not os.path.isdir(path) and self._may_write(path):
            content = self._bytes(data)
            with open(path, "wb") as file:
                file.write(content[: len(content) // 2])
                file.flush()
                time.sleep(data.draw(st.sampled_from([0, 0.01, 0.06])))
                file.write(content[len(content) // 2 :])
            self._did("write slowly")

    @rule(data=st.data(), keep_time=st.booleans())
    def replace(self, data: st.DataObject, keep_time: bool) -> None:
        """As editors save: a new file is renamed over the old one; some even keep its time."""
        path = self._some(data)
        if path is not None and self._may_write(path):
            facts = os.stat(path)
            beside = os.path.join(os.path.dirname(path), b".saving.tmp")
            Path(os.fsdecode(beside)).write_bytes(self._bytes(data))
            if keep_time:
                os.utime(beside, ns=(facts.st_atime_ns, facts.st_mtime_ns))
            os.rename(beside, path)
            self._did("replace by rename")

    @rule(data=st.data())
    def date(self, data: st.DataObject) -> None:
        path = self._some(data)
        if path is not None and self._may_write(path):
            when = data.draw(st.sampled_from([0, 1_500_000_000_000_000_000, 4_000_000_000_000_000_001]))
            os.utime(path, ns=(when, when))
            self._did("set a file's date")

    @rule(data=st.data())
    def modify_unseen(self, data: st.DataObject) -> None:
        """Bytes of the same length, written in place, and the time of last change set back."""
        path = self._some(data)
        if path is not None and self._may_write(path):
            facts = os.stat(path)
            sizes: dict[int, Callable[[], bytes]] = {
                len(photo(0)): self._photo,
                len(rated(1)): lambda: rated(data.draw(st.integers(1, 5))),
            }
            if facts.st_size in sizes:
                with open(path, "r+b") as file:
                    file.write(sizes[facts.st_size]())
                os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
                self._did("modify and set the time back")

    @rule(data=st.data(), rights=st.sampled_from([0o600, 0o644]))
    def change_rights(self, data: st.DataObject, rights: int) -> None:
        path = self._some(data)
        if path is not None and not os.path.islink(path):
            os.chmod(path, rights)
            self._did("change a file's rights")

    @rule(data=st.data(), which=st.sampled_from(["both", "both", "raw", "picture"]), seed=st.integers(1, 4))
    def write_shot(self, data: st.DataObject, which: str, seed: int) -> None:
        """A raw file, its picture, or both."""
        stem = self._target(data, SHOTS)
        for kind, suffix, make in (("raw", b".dng", raw), ("picture", b".jpg", picture)):
            if (
                which in (kind, "both")
                and self._may_write(stem + suffix)
                and not os.path.isdir(stem + suffix)
            ):
                Path(os.fsdecode(stem + suffix)).write_bytes(self._known_as(kind, make(seed)))
                self._did(f"write a {kind}")

    @rule(data=st.data(), rating=st.integers(0, 5))
    def write_sidecar(self, data: st.DataObject, rating: int) -> None:
        path = self._target(data, SIDECARS)
        if not os.path.isdir(path) and self._may_write(path):
            Path(os.fsdecode(path)).write_bytes(rated(rating) if rating else b"<x:xmpmeta")
            self._did("write an XMP file")

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        path = self._some(data)
        if path is not None:
            os.unlink(path)
            self._did("delete")

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        path = self._some(data)
        target = self._target_for(data, path or b"")
        if path is not None and not os.path.isdir(target):
            os.rename(path, target)
            self._did("move or rename")

    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        one, other = self._some(data), self._some(data)
        if one is not None and other is not None and one != other and _is_raw(one) == _is_raw(other):
            beside = os.path.join(self.outside, b".swap")
            os.rename(one, beside)
            os.rename(other, one)
            os.rename(beside, other)
            self._did("swap two files")

    @rule(data=st.data(), whole=st.booleans())
    def copy(self, data: st.DataObject, whole: bool) -> None:
        path = self._some(data)
        target = self._target_for(data, path or b"")
        if path is not None and not os.path.isdir(target) and not os.path.lexists(target):
            with contextlib.suppress(FileNotFoundError):
                (shutil.copy2 if whole else shutil.copyfile)(path, target, follow_symlinks=False)
                self._did("copy")

    @rule(data=st.data())
    def link(self, data: st.DataObject) -> None:
        path = self._some(data, data.draw(st.booleans()))
        symbolic = path is not None and (os.path.isdir(path) or data.draw(st.booleans()))
        target = self._target(data, NAMES + FOLDERS) if symbolic else self._target_for(data, path or b"")
        if path is not None and not os.path.lexists(target):
            if symbolic:
                os.symlink(path, target)
                self._did("symbolic link")
            else:
                os.link(path, target, follow_symlinks=False)
                self._did("hard link")

    @rule(data=st.data())
    def change_case(self, data: st.DataObject) -> None:
        path = self._some(data, data.draw(st.booleans()))
        if path is not None:
            folder, name = os.path.split(path)
            if not os.path.lexists(os.path.join(folder, name.swapcase())):
                os.rename(path, os.path.join(folder, name.swapcase()))
                self._did("rename by case")

    # Deeds on folders

    @rule(data=st.data())
    def make_folder(self, data: st.DataObject) -> None:
        path = self._target(data, FOLDERS)
        if not os.path.lexists(path):
            os.mkdir(path)
            self._did("make a folder")

    @rule(data=st.data())
    def move_folder(self, data: st.DataObject) -> None:
        path, target = self._some(data, True), self._target(data, FOLDERS)
        if path is None or os.path.lexists(target) or _inside(target, path):
            return
        os.rename(path, target)
        self._did("move or rename a tree")

    @rule(data=st.data())
    def delete_folder(self, data: st.DataObject) -> None:
        path = self._some(data, True)
        if path is not None:
            if os.path.islink(path):
                os.unlink(path)
            else:
                shutil.rmtree(path)
            self._did("delete a tree")

    @rule(data=st.data())
    def copy_folder(self, data: st.DataObject) -> None:
        path, target = self._some(data, True), self._target(data, FOLDERS)
        small = path is not None and sum(len(names) for _, _, names in os.walk(path)) < 20
        if path is None or not small or os.path.lexists(target) or _inside(target, path):
            return
        shutil.copytree(os.fsdecode(path), os.fsdecode(target), symlinks=True)
        self._did("copy a tree")

    @rule(data=st.data(), patterns=st.sampled_from(PATTERNS))
    def write_ignore_file(self, data: st.DataObject, patterns: str) -> None:
        path = os.path.join(self._folder(data), b".lookalikeignore")
        if not patterns and os.path.exists(path):
            os.unlink(path)
        else:
            Path(os.fsdecode(path)).write_text(patterns)
        self._did("edit an ignore file")


def _inside(path: bytes, folder: bytes) -> bool:
    """Whether a path lies in a folder, be it by links."""
    return (os.path.realpath(path) + b"/").startswith(os.path.realpath(folder) + b"/")


def _is_raw(path: bytes) -> bool:
    return path.lower().endswith(b".dng")


def _identity(path: bytes) -> tuple[int, ...]:
    facts = os.stat(path)
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
