"""Groups of duplicates: their classes, their best photo with its reasons, and what the user decided."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from lookalike.catalog.duplicate_decisions import Decision
from lookalike.duplicates.groups import DuplicateClass, Held
from lookalike.duplicates.keep_rules import KeepRule
from lookalike.errors import LookalikeError
from lookalike.pairs import Edit, PairKind
from tests.builders.duplicate_library import DuplicateLibrary, age
from tests.builders.photo_files import camera_exif, raw_dng, textured_photo


def test_exact_copies_are_one_group_wherever_they_lie(library: DuplicateLibrary) -> None:
    original = library.photo("a.jpg")
    library.copy(original, "deep/down/a.jpg")
    library.copy(original, "a (1).jpg")
    library.photo("other.jpg", 1)
    library.scan()
    (group,) = library.groups()
    assert group.kind is DuplicateClass.EXACT
    assert group.keep.path == original
    assert group.reasons == (KeepRule.NAME,)
    assert group.bytes == 2 * original.stat().st_size
    assert {photo.path.name for photo in group.photos} == {"a.jpg", "a (1).jpg"}


def test_an_edited_group_has_the_original_first_and_never_chains(library: DuplicateLibrary) -> None:
    original = library.photo("original.jpg", 1, (80, 60))
    crop, small, far = (
        library.photo(f"{name}.jpg", seed) for seed, name in enumerate(("crop", "small", "far"), 2)
    )
    library.scan()
    library.pair(original, crop, edits=(Edit.CROP, Edit.RECOMPRESS))
    library.pair(original, small, edits=(Edit.RESIZE,))
    # It agrees with the crop only, so it must not come into the group of the original.
    library.pair(crop, far, edits=(Edit.CROP,))
    groups = library.groups()
    by_best = {group.keep.path.name: {photo.path.name for photo in group.photos[1:]} for group in groups}
    assert by_best == {"original.jpg": {"crop.jpg", "small.jpg"}, "crop.jpg": {"far.jpg"}}
    (first,) = [group for group in groups if group.keep.path == original]
    assert KeepRule.ORIGINAL in first.reasons and KeepRule.RESOLUTION in first.reasons
    edits = {photo.path.name: photo.edits for photo in first.photos}
    assert edits["crop.jpg"] == (Edit.CROP, Edit.RECOMPRESS)
    assert edits["original.jpg"] == ()


def test_every_photo_of_a_group_has_a_pair_with_its_best(library: DuplicateLibrary) -> None:
    paths = [library.photo(f"{number:02}.jpg", number) for number in range(12)]
    library.scan()
    # A ring and a few chords: whatever is best, no group may reach farther than its neighbours.
    edges = [(at, (at + 1) % 12) for at in range(12)] + [(0, 5), (3, 9), (4, 11)]
    for first, second in edges:
        library.pair(paths[first], paths[second], original_known=False)
    joined = {frozenset((paths[first], paths[second])) for first, second in edges}
    covered = set()
    for group in library.groups():
        for photo in group.photos[1:]:
            assert frozenset((group.keep.path, photo.path)) in joined
            covered.add(photo.path)
        covered.add(group.keep.path)
    assert covered == set(paths)
    again = [(group.id, group.photos) for group in library.groups()]
    assert again == [(group.id, group.photos) for group in library.groups()]


def test_copies_of_members_stand_in_the_group_of_the_edit_too(library: DuplicateLibrary) -> None:
    original = library.photo("a.jpg", 1, (80, 60))
    edit = library.photo("edit.jpg", 2)
    library.copy(original, "sub/a copy.jpg")
    library.copy(edit, "sub/edit.jpg")
    library.scan()
    library.pair(original, edit, edits=(Edit.RESIZE,))
    names = library.names()
    assert ("exact", ["a.jpg", "sub/a copy.jpg"]) in names
    assert ("exact", ["edit.jpg", "sub/edit.jpg"]) in names
    (edited,) = [photos for kind, photos in names if kind == "edited"]
    assert edited[0] == "a.jpg" and set(edited) == {"a.jpg", "sub/a copy.jpg", "edit.jpg", "sub/edit.jpg"}


def test_a_burst_is_a_class_of_its_own_and_other_pairs_are_no_duplicates(library: DuplicateLibrary) -> None:
    first, second, view = (library.photo(f"{name}.jpg", seed) for seed, name in enumerate("abc"))
    library.scan()
    library.pair(first, second, PairKind.BURST)
    library.pair(first, view, PairKind.SAME_THING)
    library.pair(second, view, PairKind.NOTHING)
    assert [(kind, set(photos)) for kind, photos in library.names()] == [("burst", {"a.jpg", "b.jpg"})]


def test_two_copies_of_one_photo_are_no_burst(library: DuplicateLibrary) -> None:
    original = library.photo("a.jpg", 1, (80, 60))
    first, second = library.photo("b.jpg", 2), library.photo("c.jpg", 3)
    library.scan()
    library.pair(original, first)
    library.pair(original, second, PairKind.SAME_PIXELS)
    library.pair(first, second, PairKind.BURST)
    assert {kind for kind, _ in library.names()} == {"same-pixels", "edited"}


@pytest.mark.parametrize(
    ("rule", "better", "worse"),
    [
        (KeepRule.RESOLUTION, {"size": (96, 72)}, {"size": (48, 36)}),
        (KeepRule.COMPRESSION, {"quality": 98}, {"quality": 20}),
        (KeepRule.EXIF, {"exif": camera_exif()}, {}),
    ],
)
def test_a_rule_decides_and_is_the_reason(
    library: DuplicateLibrary, rule: KeepRule, better: dict[str, object], worse: dict[str, object]
) -> None:
    loser = library.photo("a.jpg", 1, **worse)  # type: ignore[arg-type]
    winner = library.photo("z.jpg", 1, **better)  # type: ignore[arg-type]
    library.scan()
    library.pair(loser, winner, PairKind.SAME_PIXELS)
    (group,) = library.duplicates.groups(rules=(rule, *(other for other in KeepRule if other is not rule)))
    assert group.keep.path == winner
    assert rule in group.reasons


def test_formats_ratings_and_age_decide_too(library: DuplicateLibrary) -> None:
    jpeg, png = library.photo("a.jpg", 1), library.photo("z.png", 1)
    jpeg.with_name("a.jpg.xmp").write_bytes(
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
    )
    os.utime(png, ns=(10**18, 10**18))
    library.scan()
    library.pair(jpeg, png, PairKind.SAME_PIXELS)
    for rule, winner in ((KeepRule.FORMAT, png), (KeepRule.RATING, jpeg), (KeepRule.OLDEST, png)):
        (group,) = library.duplicates.groups(rules=(rule,))
        assert (group.keep.path, group.reasons) == (winner, (rule,))


def test_a_lossless_file_of_a_lossy_ones_pixels_was_made_from_it(library: DuplicateLibrary) -> None:
    jpeg, png = library.photo("z.jpg", 1), library.album / "a.png"
    Image.open(jpeg).save(png)
    library.scan()
    library.pair(png, jpeg, PairKind.SAME_PIXELS)
    (group,) = library.groups()
    assert group.keep.path == jpeg and KeepRule.ORIGINAL in group.reasons


def test_of_edits_without_an_original_the_one_in_their_middle_is_kept(library: DuplicateLibrary) -> None:
    marked = library.photo("a.jpg", 1, quality=98)
    original = library.photo("m.jpg", 1, quality=80)
    mirrored = library.photo("z.jpg", 1, quality=60)
    library.scan()
    library.pair(original, marked, edits=(Edit.OVERLAY,), original_known=False)
    library.pair(original, mirrored, edits=(Edit.MIRROR, Edit.RECOMPRESS), original_known=False)
    library.pair(marked, mirrored, edits=(Edit.MIRROR, Edit.OVERLAY), original_known=False)
    (group,) = library.groups()
    assert group.keep.path == original
    assert KeepRule.CENTRAL in group.reasons and KeepRule.ORIGINAL not in group.reasons


def test_a_copy_of_the_original_does_not_make_it_less_of_one(library: DuplicateLibrary) -> None:
    original, edit = library.photo("a.jpg", 1), library.photo("b.jpg", 1, quality=40)
    (library.album / "copy.jpg").write_bytes(original.read_bytes())
    library.scan()
    library.pair(original, edit)
    group = next(group for group in library.groups() if group.kind is DuplicateClass.EDITED)
    assert group.keep.path == original and KeepRule.ORIGINAL in group.reasons


def test_the_users_order_of_rules_is_kept(library: DuplicateLibrary) -> None:
    library.duplicates.set_rules(["rating", "format"])
    assert library.duplicates.rules[:3] == (KeepRule.RATING, KeepRule.FORMAT, KeepRule.PROTECTED)
    assert set(library.duplicates.rules) == set(KeepRule)
    with pytest.raises(LookalikeError, match="no rule called weight"):
        library.duplicates.set_rules(["weight"])


def test_a_protected_folder_is_kept_and_holds(library: DuplicateLibrary) -> None:
    original = library.photo("a.jpg")
    library.copy(original, "keep/z copy.jpg")
    library.copy(original, "keep/y copy.jpg")
    library.scan()
    library.duplicates.protect(library.album / "keep")
    (group,) = library.groups()
    assert group.keep.path == library.album / "keep" / "y copy.jpg"
    assert KeepRule.PROTECTED in group.reasons
    assert {photo.path.name: photo.held for photo in group.photos[1:]} == {
        "a.jpg": None,
        "z copy.jpg": Held.PROTECTED,
    }
    library.duplicates.unprotect(library.album / "keep")
    assert library.duplicates.protected_folders() == []
    library.duplicates.protect_only([library.album, library.album / "keep"])
    library.duplicates.protect_only([library.album])
    assert library.duplicates.protected_folders() == [library.album]
    with pytest.raises(LookalikeError, match="gone is not a folder"):
        library.duplicates.protect_only([library.album / "gone"])
    assert library.duplicates.protected_folders() == [library.album]


def test_hard_links_take_no_space(library: DuplicateLibrary) -> None:
    original = library.photo("a.jpg")
    os.link(original, library.album / "b.jpg")
    library.scan()
    assert library.groups() == []
    library.copy(original, "c.jpg")
    library.scan()
    (group,) = library.groups()
    # Whichever of the two names is not kept is held, and what can go is one file.
    assert group.bytes == original.stat().st_size
    assert sorted(str(photo.held) for photo in group.photos[1:]) == ["None", "linked"]


def test_a_drive_that_is_away_is_neither_kept_nor_counted(library: DuplicateLibrary, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    library.folders.add(drive)
    original = library.photo("z copy.jpg")
    (drive / "a.jpg").write_bytes(original.read_bytes())
    library.scan()
    drive.rename(tmp_path / "pulled")
    library.scan()
    (group,) = library.groups()
    assert group.keep.path == original
    assert (group.bytes, group.photos[1].held) == (0, Held.OFFLINE)


def test_a_picture_with_its_raw_file_is_kept_and_held(library: DuplicateLibrary) -> None:
    image = textured_photo(1, (64, 48))
    (library.album / "shot.dng").write_bytes(raw_dng(image))
    shot = library.photo("shot.jpg", 1)
    twin = library.copy(shot, "a.jpg")
    age(library.album / "shot.dng")
    library.scan()
    (group,) = library.groups()
    assert group.keep.path == shot and KeepRule.RAW in group.reasons
    (group,) = library.duplicates.groups(rules=(KeepRule.NAME,))
    assert group.keep.path == twin
    assert group.photos[1].held is Held.RAW


def test_decisions_hold_for_ever(library: DuplicateLibrary) -> None:
    original, edit = library.photo("a.jpg", 1, (80, 60)), library.photo("b.jpg", 2)
    third = library.photo("c.jpg", 3)
    library.scan()
    for other in (edit, third):
        library.pair(original, other)
    (group,) = library.groups()
    hashes = {photo.path.name: photo.hash for photo in group.photos}
    library.duplicates.decide([hashes["a.jpg"], hashes["b.jpg"]], Decision.NOT_DUPLICATES)
    assert library.names() == [("edited", ["a.jpg", "c.jpg"])]
    # Moved, removed, and back again.
    moved = library.album / "new" / "b.jpg"
    moved.parent.mkdir()
    edit.rename(moved)
    library.scan()
    assert library.names() == [("edited", ["a.jpg", "c.jpg"])]
    kept = moved.read_bytes()
    moved.unlink()
    library.scan()
    moved.write_bytes(kept)
    library.scan()
    assert library.names() == [("edited", ["a.jpg", "c.jpg"])]
    library.duplicates.forget_decision([hashes["b.jpg"], hashes["a.jpg"]])
    assert {name for _, names in library.names() for name in names} == {"a.jpg", "c.jpg", "new/b.jpg"}


def test_all_copies_are_kept_until_there_is_another_one(library: DuplicateLibrary) -> None:
    original = library.photo("a.jpg")
    library.copy(original, "b.jpg")
    library.scan()
    (group,) = library.groups()
    library.duplicates.decide(group.hashes, Decision.KEEP_BOTH)
    assert library.groups() == []
    library.copy(original, "c.jpg")
    library.scan()
    assert library.names() == [("exact", ["a.jpg", "b.jpg", "c.jpg"])]


def test_the_transform_leads_from_the_kept_photo(library: DuplicateLibrary) -> None:
    small = library.photo("a.jpg", 1)
    library.scan()
    large = library.photo("b.jpg", 2, (80, 60))
    library.scan()
    library.pair(large, small)
    (row,) = library.catalog.verified_pairs.all()
    # From the first photo, which is not kept, to the second: half its width, from a quarter on.
    assert row.first == library.content(small)
    library.catalog.verified_pairs.put([row._replace(transform="0.5 0 0.25 0 0.5 0.25 0 0 1")])
    (group,) = library.groups()
    assert group.keep.path == large
    assert group.photos[1].transform == pytest.approx((2, 0, -0.5, 0, 2, -0.5, 0, 0, 1))


def test_two_copies_of_the_same_two_photos_are_copies(library: DuplicateLibrary) -> None:
    paths = [library.photo(f"{name}.jpg", seed) for seed, name in enumerate("abcd")]
    library.scan()
    for one, other in ((0, 1), (0, 2), (3, 1), (3, 2)):
        library.pair(paths[one], paths[other], original_known=False)
    library.pair(paths[0], paths[3], PairKind.BURST)
    found = {frozenset((kind, *names)) for kind, names in library.names()}
    assert any({"a.jpg", "d.jpg"} <= group for group in found)
    assert not any("burst" in group for group in found)
