"""A play of random deeds on real folders, with the library compared to the disk in between.

A hypothesis state machine. What should be in the library is told from the disk by a few lines here that share
nothing with the code they check.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import struct
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from lookalike.watching import follower as follower_module
from lookalike.watching import observer as observer_module
from lookalike.watching import reading as reading_module
from tests.builders.small_library import SmallLibrary

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
FOLDERS = [b"trip", b"Trip", "\u00e9t\u00e9".encode(), b"x", b".dark", b"@eaDir", b"odd.png"]
PATTERNS = ["", "*.jpg", "trip/", "/x/", "*.png\n!keep.png", "# nothing\n\ncaf*"]
EXCLUDES = [[], ["Trip/"], ["a.png", "/x"]]
QUIET = 0.02
SETTLE = 0.05
WAIT_SECONDS = 20.0


def photo(seed: int) -> bytes:
    """A PNG of 4 × 4 pixels; every seed makes another. All have the same length."""
    pixels = hashlib.blake2b(seed.to_bytes(8, "big"), digest_size=48).digest()
    rows = b"".join(b"\0" + pixels[start : start + 12] for start in range(0, 48, 12))

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 0))
        + chunk(b"IEND", b"")
    )


def name_matches(line: str, name: bytes, is_folder: bool, anchored_here: bool) -> bool:
    """Whether one of the few patterns used here names an entry."""
    if line.endswith("/"):
        if not is_folder:
            return False
        line = line[:-1]
    if line.startswith("/"):
        if not anchored_here:
            return False
        line = line[1:]
    text = os.fsdecode(name)
    if line.startswith("*"):
        return text.endswith(line[1:])
    return text.startswith(line[:-1]) if line.endswith("*") else text == line


class FolderPlay(RuleBasedStateMachine):
    """Two watched folders, one that is not, and a library."""

    def __init__(self) -> None:
        super().__init__()
        self._was = (
            observer_module.QUIET_SECONDS,
            follower_module.SETTLE_SECONDS,
            follower_module.TICK_SECONDS,
            reading_module.decode,
        )
        observer_module.QUIET_SECONDS = QUIET
        follower_module.SETTLE_SECONDS = SETTLE
        follower_module.TICK_SECONDS = QUIET
        reading_module.decode = self._decode
        self.base = Path(tempfile.mkdtemp(prefix="play"))
        self.roots = [os.fsencode(self.base / name) for name in ("one", "two")]
        self.outside = os.fsencode(self.base / "outside")
        for folder in (*self.roots, self.outside):
            os.mkdir(folder)
        self.seed = 0
        self.ids: dict[str, int] = {}
        self.decoded_again: list[str] = []
        self.library = self._open()
        for root in self.roots:
            self.library.files.add_folder(Path(os.fsdecode(root)))
            os.mkdir(os.path.join(root, b"trip"))
            for folder in (root, os.path.join(root, b"trip")):
                self.seed += 1
                Path(os.fsdecode(folder), "a.png").write_bytes(photo(self.seed))

    @initialize(follow=st.booleans())
    def begin(self, follow: bool) -> None:
        if follow:
            self.library.follow()
            self._did("begin to follow")

    def _open(self) -> SmallLibrary:
        return SmallLibrary(self.base / "library", reach_seconds=0.1, rescan_seconds=3600)

    def _decode(self, file: Any, longest_side: int) -> Any:
        if self.library.catalog.contents.id_of(file.content) is not None:
            self.decoded_again.append(file.name)
        return self._was[3](file, longest_side)

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

    def _bytes(self, data: st.DataObject) -> bytes:
        kind = data.draw(st.sampled_from(["new", "new", "new", "again", "bad", "empty"]))
        if kind == "bad":
            return photo(self.seed)[:60]
        if kind == "empty":
            return b""
        if kind == "new" or self.seed == 0:
            self.seed += 1
            return photo(self.seed)
        return photo(data.draw(st.integers(1, self.seed)))

    def _may_write(self, path: bytes) -> bool:
        """Links are left alone. So are, while followed, files with a second name: the system tells of changes
        only under the name that was used, and the next scan finds the other."""
        if os.path.islink(path):
            return False
        return not (self.library.following and os.path.isfile(path) and os.stat(path).st_nlink > 1)

    def _did(self, deed: str) -> None:
        DEEDS[deed] += 1

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
    def delete(self, data: st.DataObject) -> None:
        path = self._some(data)
        if path is not None:
            os.unlink(path)
            self._did("delete")

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        path, target = self._some(data), self._target(data, NAMES)
        if path is not None and not os.path.isdir(target):
            os.rename(path, target)
            self._did("move or rename")

    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        one, other = self._some(data), self._some(data)
        if one is not None and other is not None and one != other:
            beside = os.path.join(self.outside, b".swap")
            os.rename(one, beside)
            os.rename(other, one)
            os.rename(beside, other)
            self._did("swap two files")

    @rule(data=st.data(), whole=st.booleans())
    def copy(self, data: st.DataObject, whole: bool) -> None:
        path, target = self._some(data), self._target(data, NAMES)
        if path is not None and not os.path.isdir(target) and not os.path.lexists(target):
            with contextlib.suppress(FileNotFoundError):
                (shutil.copy2 if whole else shutil.copyfile)(path, target, follow_symlinks=False)
                self._did("copy")

    @rule(data=st.data())
    def link(self, data: st.DataObject) -> None:
        path, target = self._some(data, data.draw(st.booleans())), self._target(data, NAMES + FOLDERS)
        if path is not None and not os.path.lexists(target):
            if os.path.isdir(path) or data.draw(st.booleans()):
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
        if path is None or os.path.lexists(target) or (target + b"/").startswith(path + b"/"):
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
        if path is None or not small or os.path.lexists(target) or (target + b"/").startswith(path + b"/"):
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

    def _unplug(self, number: int) -> None:
        root = self.roots[number]
        away = os.path.join(os.fsencode(self.base), b"away%d" % number)
        if os.path.isdir(root):
            os.rename(root, away)
            self._did("take a folder away")
        else:
            os.rename(away, root)
            self._did("bring a folder back")

    # Deeds on the library

    def _exclude(self, number: int) -> None:
        patterns = EXCLUDES[self.seed % len(EXCLUDES)] if number else []
        self.library.catalog.choose("excludes", "\n".join(patterns))
        self._did("exclude")

    def _watch_or_not(self, number: int) -> None:
        path = Path(os.fsdecode(self.roots[number]))
        if not path.is_dir():
            return
        following = self.library.following
        self.library.rest()
        if any(folder.path == path for folder in self.library.files.folders()):
            self.library.remove_folder(path)
            self._did("stop watching a folder")
        else:
            self.library.files.add_folder(path)
            self._did("watch a folder")
        if following:
            self.library.follow()

    def _pause(self, number: int) -> None:
        for folder in self.library.files.folders()[number : number + 1]:
            self.library.files.set_paused(folder, not folder.paused)
            self._did("pause or go on")

    def _restart(self, number: int) -> None:
        following = self.library.following
        self.library.close()
        self.library = self._open()
        if following:
            self.library.follow()
        self._did("restart")

    def _follow_or_rest(self, number: int) -> None:
        if self.library.following:
            self.library.rest()
            self._did("cease to follow")
        else:
            self.library.follow()
            self._did("begin to follow")

    @rule(number=st.integers(0, 1), deed=st.integers(0, 5))
    def do_something_rare(self, number: int, deed: int) -> None:
        deeds = [self._follow_or_rest, self._unplug, self._exclude, self._watch_or_not]
        [*deeds, self._pause, self._restart][deed](number)

    @rule()
    def compare(self) -> None:
        """The library says what the disk says."""
        if self.library.following:
            deadline = time.monotonic() + WAIT_SECONDS
            while (difference := self._difference()) and time.monotonic() < deadline:
                assert not self.library.trouble, self.library.trouble
                time.sleep(QUIET)
        else:
            self.library.scan()
            difference = self._difference()
        assert not difference, difference
        self._check_contents()
        self._did("compare with the disk")

    # What should be

    def _expected(self, root: bytes) -> dict[bytes, str]:
        """What a folder should give: path → hash, or empty for what is no photo."""
        found: dict[bytes, str] = {}
        library_lines = (self.library.catalog.setting("excludes") or "").splitlines()

        def visit(folder: bytes, levels: list[tuple[bytes, list[str]]]) -> None:
            own = os.path.join(folder, b".lookalikeignore")
            if os.path.isfile(own):
                levels = [*levels, (folder, Path(os.fsdecode(own)).read_text().splitlines())]
            for entry in os.scandir(folder):
                is_folder = entry.is_dir(follow_symlinks=False)
                verdict = False
                for base, lines in levels:
                    for line in filter(None, lines):
                        if not line.startswith("#") and name_matches(
                            line.removeprefix("!"), entry.name, is_folder, base == folder
                        ):
                            verdict = not line.startswith("!")
                if verdict or entry.name.startswith(b".") or entry.is_symlink():
                    continue
                if is_folder:
                    if entry.name not in (b"@eaDir", b"@EAdIR"):
                        visit(entry.path, levels)
                elif entry.name.lower().endswith((b".png", b".jpg")):
                    data = Path(os.fsdecode(entry.path)).read_bytes()
                    good = len(data) == len(photo(0))
                    found[entry.path] = hashlib.blake2b(data, digest_size=16).hexdigest() if good else ""

        visit(root, [(root, library_lines)])
        return found

    def _difference(self) -> str:
        files = self.library.files
        for folder in files.folders():
            root = os.fsencode(folder.path)
            if folder.online != os.path.isdir(root) and not folder.paused:
                return f"{root!r}: online {folder.online}"
            if folder.paused or not folder.online:
                continue
            rows = files.known(root)
            contents = self.library.catalog.contents.get(
                [row.content_id for row in rows.values() if row.content_id is not None]
            )
            known = {
                path: contents[row.content_id].hash if row.content_id is not None else ""
                for path, row in rows.items()
            }
            expected = self._expected(root)
            if known != expected:
                only = {path: expected[path] for path in expected if known.get(path) != expected[path]}
                extra = {path: known[path] for path in known if expected.get(path) != known[path]}
                return f"{root!r}: on disk {only}, in the library {extra}"
        shown = sorted(self.library.catalog.contents.shown())
        found = [number for number in self.library.record.ids().tolist() if number in self.library.index]
        if found != shown or len(self.library.index) != len(shown):
            return f"shown {shown}, found by searches {found}"
        return ""

    def _check_contents(self) -> None:
        """Contents keep their number, and with it all that was decided about them; none is decoded twice."""
        assert not self.decoded_again, self.decoded_again
        catalog = self.library.catalog
        ids = catalog.contents.shown()
        for number, row in catalog.contents.get(ids).items():
            assert self.ids.setdefault(row.hash, number) == number

    def _all_back(self) -> None:
        """Everything is there, watched and awake again, so that nothing is spared the last comparison."""
        for number, root in enumerate(self.roots):
            if not os.path.isdir(root):
                self._unplug(number)
        for folder in self.library.files.folders():
            self.library.files.set_paused(folder, False)
        for number, root in enumerate(self.roots):
            if all(os.fsencode(folder.path) != root for folder in self.library.files.folders()):
                self._watch_or_not(number)

    def teardown(self) -> None:
        try:
            self.compare()
            self._all_back()
            self.compare()
        finally:
            self.library.close()
            (
                observer_module.QUIET_SECONDS,
                follower_module.SETTLE_SECONDS,
                follower_module.TICK_SECONDS,
                reading_module.decode,
            ) = self._was
            shutil.rmtree(self.base)
