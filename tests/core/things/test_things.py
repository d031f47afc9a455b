"""Things of a library: found, named, put right by the user, and the same things afterwards."""

from __future__ import annotations

import pytest

from lookalike.errors import LookalikeError
from lookalike.library.thing_service import BackgroundThings, ThingGoneError
from lookalike.pairs.verified_pair import PairKind
from tests.builders.pair_graphs import PairedPhotos


def fill(photos: PairedPhotos, *groups: str) -> None:
    for group in groups:
        for name in group:
            photos.put(name)
        photos.relate_all(group)


def test_things_are_found_largest_first_with_what_is_known_of_them(photos: PairedPhotos) -> None:
    photos.put("a", "2019-05-01T10:00:00", (48.1, 11.5))
    photos.put("b", "2021", (48.14, 11.52))
    photos.put("c", None, (60.0, 10.0))
    photos.relate_all("abc")
    fill(photos, "xy")
    assert photos.find() == [{"a", "b", "c"}, {"x", "y"}]
    large, small = photos.things.all()
    assert (large.first, large.last) == ("2019-05-01T10:00:00", "2021")
    assert (large.place, large.place_name) == ((48.14, 11.52), "Munich, Germany")
    assert photos.catalog.contents.get([large.photos[0]])[large.photos[0]].taken_at == "2021", "newest first"
    assert large.cover in large.photos
    assert (small.first, small.place, small.place_name, small.name) == (None, None, "", "")
    assert photos.things.of(photos.number("a")) == large
    assert photos.things.get(small.id) == small
    photos.put("alone")
    assert photos.things.of(photos.number("alone")) is None


def test_a_thing_has_two_photos_that_are_not_copies(photos: PairedPhotos) -> None:
    for name in "abcdef":
        photos.put(name)
    photos.relate("a", "b", 0.99, PairKind.EDITED)
    photos.relate("c", "d", 0.99, PairKind.BURST)
    assert photos.find() == [{"c", "d"}], "exposures of one moment are no copies"
    photos.relate("a", "e", 0.99)
    assert photos.find() == [{"a", "b", "e"}, {"c", "d"}], "a copy comes along with what it is a copy of"


def test_nothing_is_done_again_while_nothing_changes(photos: PairedPhotos) -> None:
    assert photos.things.outdated
    fill(photos, "ab")
    photos.find()
    assert not photos.things.outdated
    assert list(photos.things.update()) == []
    photos.put("c")
    photos.relate("b", "c", 0.9)
    assert photos.things.outdated


def test_two_photos_of_one_sort_are_no_thing_without_a_detail_in_common(photos: PairedPhotos) -> None:
    def look_alike(names: str) -> None:
        for position, one in enumerate(names):
            for other in names[position + 1 :]:
                photos.relate(one, other, 0.05, PairKind.NOTHING)
                ends = sorted((photos.number(one), photos.number(other)))
                photos.catalog.things.put_excesses([(ends[0], ends[1])], [0.45])

    for name in "abcwxyz":
        photos.put(name)
    look_alike("abc")
    assert photos.find() == []
    photos.relate("a", "b", 0.6)
    assert photos.find() == [{"a", "b", "c"}], "a pair with details in common brings others along"
    look_alike("wxyz")
    assert photos.find() == [{"w", "x", "y", "z"}, {"a", "b", "c"}], "and many are a thing too"


def test_things_are_found_in_the_background_once_there_is_something_new(photos: PairedPhotos) -> None:
    fill(photos, "abc")
    background = BackgroundThings(photos.things)
    steps = 0
    while background.step() is not None:
        steps += 1
    assert steps and [photos.names(thing.photos) for thing in photos.things.all()] == [{"a", "b", "c"}]
    photos.put("d")
    photos.relate_all("abcd")
    assert background.step() is None, "not at once again"
    background.close()


def test_a_decision_while_things_are_found_is_not_undone(photos: PairedPhotos) -> None:
    fill(photos, "abc")
    photos.find()
    photos.relate("a", "b", 0.97)
    under_way = photos.things.update()
    next(under_way)
    photos.things.apart(photos.thing_with("a"), [photos.number("c")])
    assert list(photos.things.update()) == [], "one at a time"
    for _ in under_way:
        pass
    assert [photos.names(thing.photos) for thing in photos.things.all()] == [{"a", "b"}]
    assert photos.find() == [{"a", "b"}]


def test_a_name_stays_while_a_thing_grows_moves_and_loses_photos(photos: PairedPhotos) -> None:
    fill(photos, "abc")
    photos.find()
    number = photos.thing_with("a")
    photos.things.rename(number, "  The  fountain ")
    photos.put("d")
    photos.relate_all("abcd")
    photos.move("a", "z")
    photos.remove("b")
    assert photos.find() == [{"c", "d", "z"}]
    assert photos.thing_with("z") == number
    assert photos.things.get(number).name == "The fountain"
    assert [name for name, _ in photos.things.values()] == ["The fountain"]


def test_a_thing_comes_back_with_its_photos(photos: PairedPhotos) -> None:
    fill(photos, "abc", "xyz")
    photos.find()
    named, other = photos.thing_with("a"), photos.thing_with("x")
    photos.things.rename(named, "tower")
    for name in "abcxyz":
        photos.remove(name)
    assert photos.find() == []
    with pytest.raises(ThingGoneError):
        photos.things.get(named)
    assert photos.things.values() == []
    for name in "abcxyz":
        photos.put(name)
    photos.find()
    assert (photos.thing_with("a"), photos.thing_with("x")) == (named, other)
    assert photos.things.get(named).name == "tower"


def test_the_larger_part_keeps_number_and_name(photos: PairedPhotos) -> None:
    fill(photos, "abcde")
    photos.find()
    number = photos.thing_with("a")
    photos.things.rename(number, "square")
    for one in "ab":
        for other in "cde":
            photos.relate(one, other, 0.001, PairKind.NOTHING)
    assert photos.find() == [{"c", "d", "e"}, {"a", "b"}]
    assert photos.thing_with("c") == number
    assert photos.things.get(photos.thing_with("a")).name == ""
    photos.relate_all("abcde")
    assert photos.find() == [{"a", "b", "c", "d", "e"}]
    assert photos.things.get(number).name == "square"


def test_a_name_is_not_lost_where_a_larger_thing_takes_the_photos(photos: PairedPhotos) -> None:
    fill(photos, "abcd", "xy")
    photos.find()
    large, small = photos.thing_with("a"), photos.thing_with("x")
    photos.things.rename(small, "gate")
    photos.relate_all("abcdxy")
    photos.find()
    assert photos.things.get(large).name == "gate"


def test_not_this_one_lasts(photos: PairedPhotos) -> None:
    fill(photos, "abcd")
    photos.find()
    number = photos.thing_with("a")
    photos.things.apart(number, [photos.number("d")])
    assert photos.names(photos.things.get(number).photos) == {"a", "b", "c"}, "at once"
    assert photos.find() == [{"a", "b", "c"}]
    photos.remove("d")
    photos.find()
    photos.put("d")
    photos.put("e")
    photos.relate_all("abcde")
    assert photos.find() in ([{"a", "b", "c", "e"}], [{"a", "b", "c"}, {"d", "e"}])
    assert photos.thing_with("a") == number


def test_these_two_are_one_lasts(photos: PairedPhotos) -> None:
    fill(photos, "abc", "xy")
    photos.find()
    large, small = photos.thing_with("a"), photos.thing_with("x")
    photos.things.rename(small, "house")
    assert photos.things.join([small, large]) == large
    assert photos.names(photos.things.get(large).photos) == set("abcxy"), "at once"
    assert photos.things.get(large).name == "house"
    assert photos.find() == [set("abcxy")]
    for name in "abc":
        photos.remove(name)
    photos.find()
    for name in "abc":
        photos.put(name)
    assert photos.find() == [set("abcxy")]
    assert photos.thing_with("y") == large


def test_what_was_taken_apart_or_joined_is_taken_back(photos: PairedPhotos) -> None:
    fill(photos, "abc", "xy")
    photos.find()
    large, small = photos.thing_with("a"), photos.thing_with("x")
    photos.things.rename(small, "house")
    first = photos.things.before([small])
    photos.things.apart(small, [photos.number("y")])
    assert photos.find() == [set("abc")]
    photos.things.restore(first)
    assert photos.names(photos.things.get(small).photos) == {"x", "y"}, "at once"
    second = photos.things.before([large, small])
    photos.things.join([large, small])
    photos.find()
    photos.things.restore(second)
    assert sorted(photos.find(), key=len) == [{"x", "y"}, set("abc")]
    assert (photos.thing_with("a"), photos.thing_with("x")) == (large, small)
    assert photos.things.get(small).name == "house"


def test_taking_back_leaves_what_was_decided_on_other_photos(photos: PairedPhotos) -> None:
    fill(photos, "abc", "xyz")
    photos.find()
    before = photos.things.before([photos.thing_with("a")])
    photos.things.apart(photos.thing_with("a"), [photos.number("c")])
    photos.things.apart(photos.thing_with("x"), [photos.number("z")])
    photos.things.restore(before)
    assert sorted(photos.find(), key=len) == [{"x", "y"}, {"a", "b", "c"}]


def test_the_later_decision_goes_before_the_earlier(photos: PairedPhotos) -> None:
    fill(photos, "abc", "xy")
    photos.find()
    joined = photos.things.join([photos.thing_with("a"), photos.thing_with("x")])
    photos.find()
    photos.things.apart(joined, [photos.number("x")])
    assert photos.find() == [{"a", "b", "c", "y"}]
    photos.put("z")
    photos.relate("x", "z", 0.99)
    photos.find()
    photos.things.join([photos.thing_with("a"), photos.thing_with("x")])
    assert photos.find() == [set("abcxyz")]


def test_photos_are_found_by_the_name_of_their_thing(photos: PairedPhotos) -> None:
    fill(photos, "abc", "xy")
    photos.find()
    number = photos.thing_with("a")
    photos.things.rename(number, "Brunnen am Markt")
    everyone = sorted(photos.number(name) for name in "abc")

    def matching(text: str) -> list[int] | None:
        found = photos.things.matching(text)
        return None if found is None else found.tolist()

    assert matching("brunnen") == matching("MARKT") == matching(f"#{number}") == everyone
    assert matching("fountain") is None
    assert matching("  ") is None


def test_what_cannot_be_done_is_told(photos: PairedPhotos) -> None:
    fill(photos, "ab")
    photos.put("c")
    photos.find()
    number = photos.thing_with("a")
    with pytest.raises(ThingGoneError, match="no thing 99"):
        photos.things.rename(99, "x")
    with pytest.raises(LookalikeError, match="not one of thing"):
        photos.things.apart(number, [photos.number("c")])
    with pytest.raises(LookalikeError, match="longer than"):
        photos.things.rename(number, "x" * 201)
    with pytest.raises(ThingGoneError):
        photos.things.join([number, 99])
