"""Names and decisions under moves, removal, return, growth and re-clustering, in any order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lookalike.pairs.verified_pair import PairKind
from tests.builders.pair_graphs import PairedPhotos

SUBJECTS, SHOTS = "abcd", "0123456"
NAMES = st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(SHOTS)).map("".join)


class Collection(RuleBasedStateMachine):
    """A user who names and corrects things, and a collection that changes meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.photos = PairedPhotos(self.folder)
        self.where: dict[str, str] = {}
        self.moves = 0
        self.apart: set[frozenset[str]] = set()
        self.names: dict[str, str] = {}

    @initialize()
    def begin(self) -> None:
        for subject in "ab":
            for shot in "012":
                self.bring(subject + shot)
        self.photos.find()

    @rule(name=NAMES)
    def bring(self, name: str) -> None:
        """A photo comes, or comes back. Each is compared with all that are there."""
        if name in self.where:
            return
        self.where[name] = name
        self.photos.put(name)
        for other, place in self.where.items():
            if other != name:
                same = other[0] == name[0]
                self.photos.relate(
                    name, place, 0.98 if same else 0.01, PairKind.SAME_THING if same else PairKind.NOTHING
                )

    @precondition(lambda self: len(self.where) > 3)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.where)))
        self.photos.remove(self.where.pop(name))

    @precondition(lambda self: self.where)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.where)))
        self.moves += 1
        place = f"moved {self.moves}"
        self.photos.move(self.where[name], place)
        self.where[name] = place

    @rule()
    def find(self) -> None:
        """What alone makes up a thing afterwards keeps its number and its name."""
        before = self.photos.things.all()
        self.photos.find()
        for now in self.photos.things.all():
            parts = [thing for thing in before if set(thing.photos) & set(now.photos)]
            if len(parts) == 1 and set(parts[0].photos) <= set(now.photos):
                assert (now.id, now.name) == (parts[0].id, parts[0].name)

    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        """The user says "these two are one"; that goes before what was said until now."""
        things = self.photos.things.all()
        if len(things) < 2:
            return
        one, other = data.draw(st.permutations(things))[:2]
        both = self.said(*one.photos, *other.photos)
        kept = self.photos.things.join([one.id, other.id])
        self.apart = {pair for pair in self.apart if not pair <= both}
        self.photos.find()
        assert self.said(*self.photos.things.get(kept).photos) >= both

    @rule(data=st.data())
    def call(self, data: st.DataObject) -> None:
        """The user names a thing."""
        things = self.photos.things.all()
        if things:
            thing = data.draw(st.sampled_from(things))
            self.photos.things.rename(thing.id, f"name {thing.id}")

    @rule(data=st.data())
    def take_out(self, data: st.DataObject) -> None:
        """The user says "not this one"."""
        things = [thing for thing in self.photos.things.all() if len(thing) > 2]
        if things:
            thing = data.draw(st.sampled_from(things))
            photo = data.draw(st.sampled_from(thing.photos))
            (name,) = self.said(photo)
            self.photos.things.apart(thing.id, [photo])
            for other in self.said(*thing.photos) - {name}:
                self.apart.add(frozenset((name, other)))

    def said(self, *numbers: int) -> set[str]:
        places = {place: name for name, place in self.where.items()}
        return {places[place] for place in self.photos.names(numbers)}

    @invariant()
    def what_is_apart_stays_apart(self) -> None:
        for thing in self.photos.things.all():
            members = self.said(*thing.photos)
            assert not any(pair <= members for pair in self.apart), (members, self.apart)

    @invariant()
    def a_photo_is_of_one_thing_and_a_number_has_one_name(self) -> None:
        things = self.photos.things.all()
        everyone = [number for thing in things for number in thing.photos]
        assert len(everyone) == len(set(everyone))
        assert all(len(thing) > 1 and thing.cover in thing.photos for thing in things)
        assert {thing.name for thing in things} <= {"", *(f"name {number}" for number in range(1000))}

    @rule()
    def finding_again_changes_nothing(self) -> None:
        self.photos.find()
        before = self.photos.things.all()
        self.photos.catalog.things.put_sample([], f"anew {self.moves}")
        self.moves += 1
        self.photos.find()
        assert self.photos.things.all() == before

    def teardown(self) -> None:
        self.photos.close()
        shutil.rmtree(self.folder)


@pytest.mark.slow
def test_what_the_user_decided_lasts_in_any_order() -> None:
    run_state_machine_as_test(
        Collection,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
