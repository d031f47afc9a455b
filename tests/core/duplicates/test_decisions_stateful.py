"""Random deeds: whatever becomes of the files, decisions hold, groups are never chained, and no photo is lost."""

from __future__ import annotations

import shutil
import tempfile
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from lookalike.catalog.duplicate_decisions import Decision
from lookalike.duplicates.groups import DuplicateClass
from lookalike.duplicates.plan import CleanUpPlan
from lookalike.pairs import PairKind
from tests.builders.duplicate_library import DuplicateLibrary
from tests.builders.tiny_files import photo

PHOTOS = 5
PLACES = [f"{folder}{name}.png" for folder in ("", "trip/", "copies/") for name in "abcd"]


class Decisions(RuleBasedStateMachine):
    """Five photos, each of which may lie at several places; all are edits of one another but for some pairs."""

    places = Bundle("places")

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="decisions"))
        self.library = DuplicateLibrary(self.root)
        self.decided: set[frozenset[str]] = set()
        self.drawer = self.root / "drawer"
        self.drawer.mkdir()
        self.bytes = {photo(seed): seed for seed in range(PHOTOS)}

    @initialize(target=places)
    def begin(self) -> object:
        for seed in range(PHOTOS):
            (self.library.album / PLACES[seed]).parent.mkdir(exist_ok=True)
            (self.library.album / PLACES[seed]).write_bytes(photo(seed))
        self.library.scan()
        for first, second in combinations(range(PHOTOS), 2):
            if (first + second) % 4:
                one, other = (self.library.album / PLACES[seed] for seed in (first, second))
                self.library.pair(one, other, kind=PairKind.EDITED, original_known=False)
        return multiple(*PLACES[:PHOTOS])

    def path(self, place: str) -> Path:
        return self.library.album / place

    @rule(target=places, place=places, new=st.sampled_from(PLACES))
    def copy(self, place: str, new: str) -> object:
        if not self.path(place).is_file() or self.path(new).exists():
            return multiple()
        self.path(new).parent.mkdir(exist_ok=True)
        shutil.copy2(self.path(place), self.path(new))
        self.library.scan()
        return new

    @rule(target=places, place=consumes(places), new=st.sampled_from(PLACES))
    def move(self, place: str, new: str) -> str:
        if not self.path(place).is_file() or self.path(new).exists():
            return place
        self.path(new).parent.mkdir(exist_ok=True)
        self.path(place).rename(self.path(new))
        self.library.scan()
        return new

    @rule(place=places, seed=st.integers(0, PHOTOS - 1))
    def overwrite(self, place: str, seed: int) -> None:
        """Another photo takes the place, under the same name."""
        if self.path(place).is_file():
            self.path(place).write_bytes(photo(seed))
            self.library.scan()

    @rule(place=places)
    def remove(self, place: str) -> None:
        if self.path(place).is_file():
            self.path(place).rename(self.drawer / place.replace("/", "-"))
            self.library.scan()

    @rule(place=places)
    def bring_back(self, place: str) -> None:
        away = self.drawer / place.replace("/", "-")
        if away.is_file() and not self.path(place).exists():
            away.rename(self.path(place))
            self.library.scan()

    @rule(choice=st.integers(0, 20), decision=st.sampled_from(Decision))
    def decide(self, choice: int, decision: Decision) -> None:
        groups = [group for group in self.library.groups() if group.kind is DuplicateClass.EDITED]
        if groups:
            group = groups[choice % len(groups)]
            self.library.duplicates.decide(group.hashes, decision)
            self.decided |= set(map(frozenset, combinations(group.hashes, 2)))

    @rule(choice=st.integers(0, 20))
    def take_back(self, choice: int) -> None:
        pairs = sorted(self.decided, key=sorted)
        if pairs:
            pair = pairs[choice % len(pairs)]
            self.library.duplicates.forget_decision(sorted(pair))
            self.decided.discard(pair)

    @rule(choice=st.integers(0, 20), undone=st.booleans())
    def clean_up(self, choice: int, undone: bool) -> None:
        groups = self.library.groups()
        if not groups:
            return
        before = {path: path.read_bytes() for path in self.library.album.rglob("*.png")}
        group = groups[choice % len(groups)]
        report = self.library.clean_up(CleanUpPlan.of([group]))
        assert not report.refused
        assert group.keep.path.is_file()
        assert set(report.removed) == {photo.path for photo in group.photos[1:] if photo.held is None}
        if undone:
            self.library.undo()
            assert {path: path.read_bytes() for path in self.library.album.rglob("*.png")} == before

    @invariant()
    def decisions_hold_and_nothing_is_chained(self) -> None:
        pairs = {
            frozenset((pair.first, pair.second)): pair
            for pair in self.library.graph.pairs([PairKind.EDITED, PairKind.SAME_PIXELS])
        }
        for group in self.library.groups():
            for other in group.photos[1:]:
                assert frozenset((group.keep.hash, other.hash)) not in self.decided
                if other.content_id != group.keep.content_id:
                    assert frozenset((group.keep.content_id, other.content_id)) in pairs
                assert other.path.read_bytes() in self.bytes

    def teardown(self) -> None:
        self.library.close()
        shutil.rmtree(self.root)


@pytest.mark.slow
def test_decisions_under_moves_and_edits() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Decisions,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
