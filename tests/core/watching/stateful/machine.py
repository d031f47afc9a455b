"""A play of random deeds on real folders, with the library compared to the disk in between.

A hypothesis state machine. What should be in the library is told from the disk by a few lines here that share
nothing with the code they check.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from lookalike.catalog.pair_scores import PairScore
from lookalike.catalog.visual_tokens import TokenLocation
from lookalike.ingest import photo_reader as reading_module
from tests.core.watching.stateful.actions import FolderDeeds
from tests.core.watching.stateful.oracle import Expected, hash_of
from tests.core.watching.stateful.second_process import BESIDE, QUIET, open_library

EXCLUDES = [[], ["Trip/"], ["a.png", "/x"]]
WAIT_SECONDS = 20.0


class FolderPlay(FolderDeeds):
    """The deeds, and a library."""

    def __init__(self) -> None:
        super().__init__()
        self._was = reading_module.decode
        reading_module.decode = self._decode
        self.kept: dict[str, tuple[PairScore, TokenLocation]] = {}
        self.ids: dict[str, int] = {}
        self.decoded_again: list[str] = []
        self.library = open_library(self.base / "library")
        for root in self.roots:
            self.library.folders.add(Path(os.fsdecode(root)))

    @initialize(how=st.sampled_from(["rest", "rest", "follow", "follow", "follow beside"]))
    def begin(self, how: str) -> None:
        """How the library gets to know: by scans, by following, or by another process that follows."""
        self.how = how
        self._follow()

    @property
    def following(self) -> bool:
        return self.library.following or BESIDE.following

    def _follow(self) -> None:
        if self.how == "follow":
            self.library.follow()
        elif self.how == "follow beside":
            BESIDE.follow(self.base / "library")
        if self.following:
            self._did(f"begin to {self.how}")

    def _rest(self) -> None:
        self.library.rest()
        BESIDE.rest()

    def _decode(self, file: Any, longest_side: int) -> Any:
        # Two processes may meet the same new photo at once.
        if not BESIDE.following and self.library.catalog.contents.id_of(file.content) is not None:
            self.decoded_again.append(file.name)
        return self._was(file, longest_side)

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
        self.library.catalog.settings.excludes = tuple(patterns)
        self._did("exclude")

    def _watch_or_not(self, number: int) -> None:
        path = Path(os.fsdecode(self.roots[number]))
        if not path.is_dir():
            return
        # The other process meets it as it happens.
        following = self.library.following
        self.library.rest()
        if any(folder.path == path for folder in self.library.folders.all()):
            self.library.remove_folder(path)
            self._did("stop watching a folder")
        else:
            self.library.folders.add(path)
            self._did("watch a folder")
        if following:
            self.library.follow()

    def _pause(self, number: int) -> None:
        for folder in self.library.folders.all()[number : number + 1]:
            self.library.folders.set_paused(folder, not folder.paused)
            self._did("pause or go on")

    def _restart(self, number: int) -> None:
        following = self.library.following
        self.library.close()
        self.library = open_library(self.base / "library")
        if following:
            self.library.follow()
        self._did("restart")

    def _follow_or_rest(self, number: int) -> None:
        if self.following:
            self._rest()
            self._did("cease to follow")
        else:
            self.how = "follow" if self.how == "rest" else self.how
            self._follow()

    @rule(number=st.integers(0, 1), deed=st.integers(0, 5))
    def do_something_rare(self, number: int, deed: int) -> None:
        deeds = [self._follow_or_rest, self._unplug, self._exclude, self._watch_or_not]
        [*deeds, self._pause, self._restart][deed](number)

    @rule(draw=st.integers(0, 1000))
    def search(self, draw: int) -> None:
        """Find a photo by its own descriptor, whatever goes on."""
        self.library.look()
        numbers = self.library.record.ids()
        if len(numbers):
            number = numbers[draw % len(numbers)]
            found = self.library.index.search(self.library.record.vectors(number[None])[0], 5)
            assert self.following or found.similarities[0] > 0.99
            self._did("search")

    @rule()
    def scan_beside(self) -> None:
        """Two processes bring the library in line at the same time."""
        if BESIDE.following:
            self.library.scan()
            self._did("scan while another process follows")

    @rule()
    def compare(self) -> None:
        """The library says what the disk says."""
        if self.following:
            deadline = time.monotonic() + WAIT_SECONDS
            while (difference := self._difference()) and time.monotonic() < deadline:
                assert not self.library.trouble, self.library.trouble
                time.sleep(QUIET)
            if BESIDE.following:
                BESIDE.check()
        else:
            self.library.scan()
            difference = self._difference()
        assert not difference, difference
        self._check_contents()
        self._did("compare with the disk")

    # What should be

    def _expected(self) -> Expected:
        """What all watched folders should give; those that are away or paused, what they gave before."""
        library, catalog = self.library, self.library.catalog
        expected = Expected()
        patterns = catalog.settings.excludes
        for folder in library.folders.all():
            root = os.fsencode(folder.path)
            if not folder.paused and folder.online:
                expected.add(root, patterns, lambda data: hash_of(data) in self.kinds)
                continue
            expected.photos |= self._known(root)
            expected.sidecars |= self._known_sidecars(root)
        return expected

    def _known(self, root: bytes) -> dict[bytes, str]:
        """What the library says of the photos in a folder: path → hash, or empty where there is a problem."""
        rows = self.library.files.known(root)
        numbers = [row.content_id for row in rows.values() if row.content_id is not None]
        contents = self.library.catalog.contents.get(numbers)
        return {
            path: "" if row.content_id is None else contents[row.content_id].hash
            for path, row in rows.items()
        }

    def _known_sidecars(self, root: bytes) -> dict[bytes, int | None]:
        rows = self.library.catalog._database.rows("SELECT path, said FROM sidecars")
        inside = {path: said for path, said in rows if path.startswith(os.path.join(root, b""))}
        return {path: json.loads(said)["rating"] if said else None for path, said in inside.items()}

    def _difference(self) -> str:
        self.library.look()
        folders = self.library.folders.all()
        for folder in folders:
            if folder.online != folder.path.is_dir() and not folder.paused:
                return f"{folder.path}: online {folder.online}"
        expected = self._expected()
        photos: dict[bytes, str] = {}
        sidecars: dict[bytes, int | None] = {}
        for folder in folders:
            photos |= self._known(os.fsencode(folder.path))
            sidecars |= self._known_sidecars(os.fsencode(folder.path))
        for found, wanted in ((photos, expected.photos), (sidecars, expected.sidecars)):
            if found != wanted:
                only = {path: wanted[path] for path in wanted if found.get(path, 0) != wanted[path]}
                extra = {path: found[path] for path in found if wanted.get(path, 0) != found[path]}
                return f"on disk {only}, in the library {extra}"
        for table, count in (("files", len(photos)), ("sidecars", len(sidecars))):
            if self.library.catalog._database.rows(f"SELECT count(*) FROM {table}") != [(count,)]:
                return f"there are {table} outside the watched folders"
        return self._difference_of_photos(expected)

    def _difference_of_photos(self, expected: Expected) -> str:
        """Whether what is shown and found are the right photos, with the right ratings."""
        contents = self.library.catalog.contents
        numbers = {held: contents.id_of(held) or 0 for held in {*expected.photos.values()} if held}
        of_kind = {
            kind: {held for held in numbers if self.kinds[held] == kind} for kind in ("raw", "picture")
        }
        leads = expected.leads(of_kind["raw"], {held: numbers[held] for held in of_kind["picture"]})
        wanted = sorted(numbers[held] for held in numbers if held not in leads)
        shown = sorted(contents.visible())
        if shown != wanted:
            return f"shown {shown}, should be {wanted}"
        found = [number for number in self.library.record.ids().tolist() if number in self.library.index]
        if found != shown or len(self.library.index) != len(shown):
            return f"shown {shown}, found by searches {found}"
        said = self.library.catalog.annotations.get(shown)
        for held, number in numbers.items():
            if held in leads:
                continue
            raws = sorted((one for one in leads if leads[one] == held), key=numbers.__getitem__)
            rating = expected.rating([held, *raws])
            if said[number].rating != rating:
                return f"content {number} has rating {said[number].rating}, should be {rating}"
        return ""

    def _check_contents(self) -> None:
        """Contents keep their number, and with it all that was decided about them; none is decoded twice."""
        assert not self.decoded_again, self.decoded_again
        catalog = self.library.catalog
        for number, row in catalog.contents.get(catalog.contents.visible()).items():
            assert self.ids.setdefault(row.hash, number) == number
            if row.hash not in self.kept:
                self.kept[row.hash] = self._keep(row.hash)
        tokens = catalog.visual_tokens.ensure_set("model", 8) if self.kept else 0
        for content, (score, place) in self.kept.items():
            assert catalog.pair_scores.get("judge", "query", [content]) == {content: score}
            assert catalog.visual_tokens.get(tokens, content) == place

    def _keep(self, content: str) -> tuple[PairScore, TokenLocation]:
        """Record a decision on a photo, and tokens of it."""
        rows = self.library.catalog.visual_tokens
        score = PairScore(0.5, len(self.kept))
        self.library.catalog.pair_scores.put("judge", "query", {content: score})
        tokens = rows.ensure_set("model", 8)
        with self.library.catalog.transaction() as db:
            segment = rows.growing(db) or rows.begin_segment(db)
            place = TokenLocation(content, segment.id, 10 * len(self.kept), 10, None, 1, 1.0)
            rows.put(db, tokens, place, 0.1, 0)
        return score, place

    def _all_back(self) -> None:
        """Everything is there, watched and awake again, so that nothing is spared the last comparison."""
        for number, root in enumerate(self.roots):
            if not os.path.isdir(root):
                self._unplug(number)
        for folder in self.library.folders.all():
            self.library.folders.set_paused(folder, False)
        for number, root in enumerate(self.roots):
            if all(os.fsencode(folder.path) != root for folder in self.library.folders.all()):
                self._watch_or_not(number)

    def teardown(self) -> None:
        try:
            self.compare()
            self._all_back()
            self.compare()
        finally:
            BESIDE.rest()
            self.library.close()
            reading_module.decode = self._was
            shutil.rmtree(self.base)
