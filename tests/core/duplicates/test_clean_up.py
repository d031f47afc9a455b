"""Cleaning up: what goes to the real trash and comes back, and what is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.catalog.duplicate_decisions import Decision
from lookalike.duplicates.groups import DuplicateClass
from lookalike.duplicates.plan import CleanUpPlan, groups_as_json, read_plan
from lookalike.errors import LookalikeError
from lookalike.library.duplicate_service import DuplicateService
from lookalike.pairs import Edit, PairKind
from lookalike.photos import Annotations, read_sidecar
from tests.builders.duplicate_library import DuplicateLibrary, age
from tests.builders.jobs import result_of
from tests.builders.photo_files import camera_exif, raw_dng, textured_photo, xmp


def copies(library: DuplicateLibrary, *names: str) -> list[Path]:
    """The first name is a photo, the others are copies of it; scanned."""
    paths = [library.photo(names[0])]
    paths += [library.copy(paths[0], name) for name in names[1:]]
    library.scan()
    return paths


def in_trash(trash: Path) -> set[str]:
    return {path.name for path in (trash / "files").iterdir()} if (trash / "files").is_dir() else set()


def test_copies_go_to_the_trash_and_come_back(library: DuplicateLibrary, trash: Path) -> None:
    original, first, second = copies(library, "a.jpg", "a copy.jpg", "sub/a.jpg")
    data, stamp = original.read_bytes(), first.stat().st_mtime_ns
    report = library.clean_up()
    assert set(report.removed) == {first, second} and not report.refused
    assert report.bytes == 2 * len(data)
    assert library.on_disk() == {"a.jpg"}
    assert in_trash(trash) == {"a copy.jpg", "a.jpg"}
    # The catalog has followed, without a scan.
    assert library.catalog.files.paths([library.content(original)]) == {library.content(original): [original]}
    assert library.groups() == []

    undone = library.undo()
    assert set(undone.restored) == {first, second} and not undone.failed
    assert library.on_disk() == {"a.jpg", "a copy.jpg", "sub/a.jpg"}
    assert first.read_bytes() == second.read_bytes() == data and first.stat().st_mtime_ns == stamp
    assert in_trash(trash) == set() and not any((trash / "info").iterdir())
    assert library.names() == [("exact", ["a.jpg", "sub/a.jpg", "a copy.jpg"])]
    # What the catalog was told is what a scan finds.
    assert library.scan()[-1].skipped == ()
    assert library.names() == [("exact", ["a.jpg", "sub/a.jpg", "a copy.jpg"])]
    with pytest.raises(LookalikeError, match="no clean-up to undo"):
        library.undo()


def test_a_dry_run_tells_the_same_and_changes_nothing(library: DuplicateLibrary, trash: Path) -> None:
    copies(library, "a.jpg", "b.jpg", "c.jpg")
    library.copy(library.album / "a.jpg", "d.jpg").write_bytes(b"other")
    before = library.on_disk()
    dry = library.clean_up(dry_run=True)
    assert library.on_disk() == before and in_trash(trash) == set()
    assert not library.duplicates.can_undo()
    real = library.clean_up()
    assert (dry.removed, dry.bytes) == (real.removed, real.bytes)


def rewrite(path: Path, keep: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def rewrite_unseen(path: Path, keep: Path) -> None:
    """Other bytes of the same size and time, which only reading them tells."""
    status, data = path.stat(), bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def touch(path: Path, keep: Path) -> None:
    os.utime(path)


def delete(path: Path, keep: Path) -> None:
    path.unlink()


def become_symbolic_link(path: Path, keep: Path) -> None:
    path.unlink()
    path.symlink_to(keep)


def become_hard_link(path: Path, keep: Path) -> None:
    path.unlink()
    os.link(keep, path)


def become_folder(path: Path, keep: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (rewrite, "changed since it was compared"),
        (rewrite_unseen, "changed since it was compared"),
        (touch, "changed since it was compared"),
        (delete, "no longer there"),
        (become_symbolic_link, "link to another file"),
        (become_hard_link, "the very file that is kept"),
        (become_folder, "no file any more"),
    ],
)
def test_a_file_that_is_not_what_was_compared_stays(
    library: DuplicateLibrary, trash: Path, change: Callable[[Path, Path], None], words: str
) -> None:
    keep, going, other = copies(library, "a.jpg", "b.jpg", "c.jpg")
    plan = CleanUpPlan.of(library.groups())
    change(going, keep)
    report = library.clean_up(plan)
    ((path, reason),) = [(line.path, line.reason) for line in report.refused]
    assert path == str(going) and words in reason
    assert report.removed == [other]
    assert keep.is_file() and in_trash(trash) == {"c.jpg"}


@pytest.mark.parametrize("change", [rewrite, rewrite_unseen, delete, become_folder])
def test_nothing_goes_when_what_is_kept_is_not_what_it_was(
    library: DuplicateLibrary, trash: Path, change: Callable[[Path, Path], None]
) -> None:
    keep, *others = copies(library, "a.jpg", "b.jpg", "c.jpg")
    plan = CleanUpPlan.of(library.groups())
    change(keep, keep)
    report = library.clean_up(plan)
    assert report.removed == [] and len(report.refused) == 2
    assert all(str(keep) in line.reason for line in report.refused)
    assert all(other.is_file() for other in others) and in_trash(trash) == set()


def test_a_plan_in_a_circle_never_takes_the_last_copy(library: DuplicateLibrary) -> None:
    first, second = copies(library, "a.jpg", "b.jpg")
    (group,) = CleanUpPlan.of(library.groups()).groups
    turned = replace(group, keep=group.remove[0], remove=(group.keep,))
    report = library.clean_up(CleanUpPlan((group, turned)))
    assert report.removed == [second] and first.is_file()
    assert len(report.refused) == 1


def test_what_is_kept_for_edits_is_not_removed_by_the_same_plan(library: DuplicateLibrary) -> None:
    original = library.photo("original.jpg", 1, (80, 60))
    edit, frame = library.photo("edit.jpg", 2), library.photo("frame.jpg", 3, (96, 72))
    library.scan()
    library.pair(original, edit, edits=(Edit.CROP,))
    library.pair(frame, original, PairKind.BURST)
    assert {kind for kind, _ in library.names()} == {"edited", "burst"}
    report = library.clean_up()
    assert report.removed == [edit] and original.is_file() and frame.is_file()
    assert "keeps it for others" in report.refused[0].reason


def test_edits_and_their_copies_go_in_one_plan(library: DuplicateLibrary) -> None:
    original, edit = library.photo("a.jpg", 1, (80, 60)), library.photo("edit.jpg", 2)
    library.copy(edit, "edit copy.jpg")
    library.scan()
    library.pair(original, edit, edits=(Edit.RESIZE,))
    report = library.clean_up()
    assert not report.refused and library.on_disk() == {"a.jpg"}
    assert set(library.undo().restored) == {edit, library.album / "edit copy.jpg"}


def test_nothing_in_a_protected_folder_goes_not_even_by_an_older_plan(library: DuplicateLibrary) -> None:
    _, going = copies(library, "a.jpg", "sub/b.jpg")
    plan = CleanUpPlan.of(library.groups())
    library.duplicates.protect(going.parent)
    report = library.clean_up(plan)
    assert report.removed == [] and "protected folder" in report.refused[0].reason
    assert going.is_file()


def test_what_was_decided_since_the_plan_counts(library: DuplicateLibrary) -> None:
    original, edit = library.photo("a.jpg", 1, (80, 60)), library.photo("b.jpg", 2)
    library.copy(original, "a copy.jpg")
    library.scan()
    library.pair(original, edit)
    groups = library.groups()
    for group in groups:
        library.duplicates.decide(group.hashes, Decision.NOT_DUPLICATES)
    report = library.clean_up(CleanUpPlan.of(groups))
    assert report.removed == [] and len(report.refused) == 3
    assert all("you decided" in line.reason for line in report.refused)


def test_a_plan_made_by_hand_removes_no_stranger(library: DuplicateLibrary) -> None:
    copies(library, "a.jpg", "b.jpg")
    (group,) = CleanUpPlan.of(library.groups()).groups
    stranger = library.photo("stranger.jpg", 5)
    outside = library.album.parent / "outside.jpg"
    outside.write_bytes(stranger.read_bytes())
    library.scan()
    files = tuple(
        replace(group.keep, path=path, hash=None, bytes=None, mtime_ns=None) for path in (stranger, outside)
    )
    for kind in DuplicateClass:
        report = library.clean_up(CleanUpPlan((replace(group, kind=kind, remove=files),)))
        assert report.removed == [] and len(report.refused) == 2
    assert stranger.is_file() and outside.is_file()


def test_a_shot_goes_as_a_whole(library: DuplicateLibrary, trash: Path) -> None:
    image = textured_photo(1, (64, 48))
    for folder in ("one", "two"):
        shot = library.photo(f"{folder}/shot.jpg", 1)
        raw = shot.with_suffix(".dng")
        raw.write_bytes(raw_dng(image))
        age(raw)
        for name in ("shot.xmp", "shot.jpg.xmp"):
            (shot.parent / name).write_bytes(xmp(Annotations(3)))
    library.scan()
    report = library.clean_up()
    assert not report.refused
    assert library.on_disk() == {"one/shot.jpg", "one/shot.dng", "one/shot.xmp", "one/shot.jpg.xmp"}
    assert len(in_trash(trash)) == 4
    library.undo()
    assert len(library.on_disk()) == 8 and in_trash(trash) == set()


def test_a_raw_file_of_which_there_is_no_other_keeps_its_picture(library: DuplicateLibrary) -> None:
    _, going = copies(library, "a.jpg", "b.jpg")
    plan = CleanUpPlan.of(library.groups())
    going.with_suffix(".dng").write_bytes(raw_dng(textured_photo(0, (64, 48))))
    library.scan()
    report = library.clean_up(plan)
    assert report.removed == [] and "raw file" in report.refused[0].reason


def test_an_xmp_file_that_another_photo_needs_stays(library: DuplicateLibrary) -> None:
    keep = library.photo("keep.jpg")
    library.copy(keep, "a.jpg")
    library.photo("a.png", 7)
    (library.album / "a.xmp").write_bytes(xmp(Annotations(2)))
    (library.album / "a.jpg.xmp").write_bytes(xmp(Annotations(2)))
    library.scan()
    (planned,) = CleanUpPlan.of(library.groups()).groups
    assert planned.keep.path != keep
    library.clean_up(CleanUpPlan((replace(planned, keep=planned.remove[0], remove=(planned.keep,)),)))
    assert library.on_disk() == {"keep.jpg", "a.png", "a.xmp"}


def test_words_of_what_goes_come_to_what_is_kept(library: DuplicateLibrary) -> None:
    keep = library.photo("a.jpg", 1, (80, 60))
    gone = library.photo("b.jpg", 2, exif=camera_exif())
    (library.album / "a.xmp").write_bytes(xmp(Annotations(None, "", "", ("sea",))))
    before = (library.album / "a.xmp").read_bytes()
    (library.album / "b.jpg.xmp").write_bytes(xmp(Annotations(4, "Bondi", "", ("Sea", "beach"))))
    data = keep.read_bytes()
    library.scan()
    library.pair(keep, gone, edits=(Edit.RESIZE,))
    report = library.clean_up(merge_metadata=True)
    assert not report.refused and report.written == [library.album / "a.xmp"]
    assert keep.read_bytes() == data
    said = read_sidecar(library.album / "a.xmp")
    assert (said.rating, said.title, said.keywords) == (4, "Bondi", ("sea", "beach"))
    assert b'GPSLatitude="33,51.414000S"' in (library.album / "a.xmp").read_bytes()
    number = library.content(keep)
    annotations = library.catalog.annotations.get([number])[number]
    assert (annotations.rating, set(annotations.keywords)) == (4, {"sea", "beach"})
    library.undo()
    assert (library.album / "a.xmp").read_bytes() == before
    assert library.on_disk() == {"a.jpg", "b.jpg", "a.xmp", "b.jpg.xmp"}
    assert library.catalog.annotations.get([number])[number].rating == 0


@pytest.mark.parametrize(("kept_stars", "written"), [(None, 5), (0, 0), (2, 0)])
def test_stars_given_in_lookalike_come_to_what_is_kept(
    library: DuplicateLibrary, kept_stars: int | None, written: int
) -> None:
    keep = library.photo("a.jpg", 1, (80, 60))
    gone = library.photo("b.jpg", 2)
    (library.album / "b.xmp").write_bytes(xmp(Annotations(3, "", "", ("sea",))))
    library.scan()
    library.pair(keep, gone, edits=(Edit.RESIZE,))
    with library.catalog.unit_of_work() as work:
        work.put_user_rating(library.content(gone), 5)
        work.put_user_rating(library.content(keep), kept_stars)
    plan = CleanUpPlan.of(library.groups())
    (group,) = plan.groups
    library.clean_up(
        CleanUpPlan(
            (
                group
                if group.keep.path == keep
                else replace(group, keep=group.remove[0], remove=(group.keep,)),
            )
        ),
        merge_metadata=True,
    )
    said = read_sidecar(library.album / "a.jpg.xmp")
    assert ((said.rating or 0), said.keywords) == (written, ("sea",))


def test_a_new_xmp_file_goes_again_with_undo(library: DuplicateLibrary) -> None:
    keep, _ = copies(library, "a.jpg", "b.jpg")
    (library.album / "b.xmp").write_bytes(xmp(Annotations(5)))
    library.scan()
    assert library.groups()[0].keep.path == keep
    library.clean_up(merge_metadata=True)
    assert library.on_disk() == {"a.jpg", "a.jpg.xmp"}
    assert read_sidecar(library.album / "a.jpg.xmp").rating == 5
    library.undo()
    assert library.on_disk() == {"a.jpg", "b.jpg", "b.xmp"}


def test_a_broken_xmp_file_of_what_is_kept_keeps_both(library: DuplicateLibrary) -> None:
    copies(library, "a.jpg", "b.jpg")
    (library.album / "a.xmp").write_bytes(b"<!DOCTYPE x><x/>")
    (library.album / "b.xmp").write_bytes(xmp(Annotations(5)))
    library.scan()
    plan = CleanUpPlan.of(library.groups())
    report = library.clean_up(plan, merge_metadata=True)
    assert report.removed == [] and len(report.refused) == 1
    assert library.on_disk() == {"a.jpg", "b.jpg", "a.xmp", "b.xmp"}


def test_copies_become_hard_links_and_files_again(library: DuplicateLibrary, trash: Path) -> None:
    keep, first, second = copies(library, "a.jpg", "b.jpg", "sub/c.jpg")
    report = library.clean_up(link=True)
    assert set(report.linked) == {first, second} and report.bytes == 2 * keep.stat().st_size
    assert keep.stat().st_nlink == 3 and os.path.samefile(keep, second)
    assert in_trash(trash) == set() and library.on_disk() == {"a.jpg", "b.jpg", "sub/c.jpg"}
    assert library.groups() == []
    library.scan()
    assert library.groups() == []
    library.undo()
    assert keep.stat().st_nlink == 1 and first.read_bytes() == keep.read_bytes()
    assert library.names() == [("exact", ["a.jpg", "b.jpg", "sub/c.jpg"])]


def test_only_exact_copies_become_hard_links(library: DuplicateLibrary) -> None:
    original, edit = library.photo("a.jpg", 1, (80, 60)), library.photo("b.jpg", 2)
    library.scan()
    library.pair(original, edit, PairKind.SAME_PIXELS)
    report = library.clean_up(link=True)
    assert report.linked == [] and "exact copy" in report.refused[0].reason


def test_undo_replaces_nothing(library: DuplicateLibrary) -> None:
    _, going = copies(library, "a.jpg", "b.jpg")
    library.clean_up()
    going.write_bytes(b"new")
    report = library.undo()
    assert report.restored == [] and "another file lies there" in report.failed[0].reason
    assert going.read_bytes() == b"new"
    going.unlink()
    assert library.undo().restored == [going]


def test_undo_tells_what_is_no_longer_in_the_trash(library: DuplicateLibrary, trash: Path) -> None:
    _, _, second = copies(library, "a.jpg", "b.jpg", "c.jpg")
    library.clean_up()
    (trash / "files" / "b.jpg").unlink()
    report = library.undo()
    assert report.restored == [second] and "no longer in the trash" in report.failed[0].reason
    assert not library.duplicates.can_undo()


def test_two_clean_ups_do_not_meet(library: DuplicateLibrary) -> None:
    copies(library, "a.jpg", "b.jpg", "c.jpg")
    plan = CleanUpPlan.of(library.groups())
    running = library.duplicates.clean_up(plan)
    next(running)
    other = DuplicateService(library.album.parent / "library" / "clean-ups", library.catalog, library.graph)
    with pytest.raises(LookalikeError, match="Another clean-up"):
        next(other.clean_up(plan))
    assert other.end_interrupted() == []
    running.close()
    assert result_of(other.clean_up(plan)).removed


def test_a_clean_up_that_is_stopped_has_ended_in_good_order(library: DuplicateLibrary) -> None:
    copies(library, "a.jpg", "b.jpg", "c.jpg")
    running = library.duplicates.clean_up(CleanUpPlan.of(library.groups()))
    next(running)
    next(running)
    running.close()
    assert len(library.on_disk()) == 2
    assert library.duplicates.end_interrupted() == []
    library.undo()
    assert len(library.on_disk()) == 3


def test_a_plan_survives_its_file(library: DuplicateLibrary, tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9\xff.jpg")
    copies(library, "a.jpg", odd, "new\nline.jpg")
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"groups": groups_as_json(library.groups())}))
    plan = read_plan(file)
    assert plan == CleanUpPlan.of(library.groups())
    assert not library.clean_up(plan).refused
    assert len(library.on_disk()) == 1
    assert not library.undo().failed and len(library.on_disk()) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON"),
        ("[]", "no list of groups"),
        ('{"groups": [1]}', "no object"),
        ('{"groups": [{"class": "odd"}]}', "class"),
        ('{"groups": [{"class": "exact", "photos": [1]}]}', "list of objects"),
        ('{"groups": [{"class": "exact", "photos": [{"path": ""}], "keep": "/a"}]}', "no path"),
        ('{"groups": [{"class": "exact", "photos": [{"path": "/a\\u0000"}], "keep": "/a"}]}', "no path"),
        ('{"groups": [{"class": "exact", "photos": [{"path": "/a"}], "keep": "/b"}]}', "none of its photos"),
        (
            '{"groups": [{"class": "exact", "photos": [{"path": "/a"}, {"path": "/a"}], "keep": "/a"}]}',
            "twice",
        ),
        (
            '{"groups": [{"class": "exact", "photos": [{"path": "/a", "size": "big"}], "keep": "/a"}]}',
            "whole number",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_told_in_one_line(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)
    with pytest.raises(LookalikeError, match=words) as told:
        read_plan(file)
    assert "\n" not in str(told.value)
