"""The page of duplicates: groups, marks and keys on a real library, with a real trash."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup, DuplicatePhoto, Held
from lookalike.duplicates.keep_rules import DEFAULT_RULES, KeepRule
from lookalike.library import Library
from lookalike.pairs import Edit
from lookalike.photos import Annotations, read_sidecar
from lookalike_desktop.compare.difference import difference
from lookalike_desktop.compare.linked_view import LinkedView
from lookalike_desktop.duplicates import words
from lookalike_desktop.duplicates.compare_view import transform_between
from lookalike_desktop.duplicates.duplicates_page import BY_SPACE, DuplicatesPage
from lookalike_desktop.duplicates.keeping_dialog import KeepingDialog
from lookalike_desktop.duplicates.review import GroupReview, carried_over, plan_of
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.viewer.photo_canvas import PhotoCanvas
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo, xmp
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]
Key = Qt.Key


def photo(name: str, number: int, held: Held | None = None, size: int = 100) -> DuplicatePhoto:
    return DuplicatePhoto(Path(f"/album/{name}"), number, f"hash {number}", size, 0, held=held)


def group(
    number: int, *names: str, kind: DuplicateClass = DuplicateClass.EDITED, freed: int = 100
) -> DuplicateGroup:
    photos = tuple(photo(name, 10 * number + at) for at, name in enumerate(names))
    return DuplicateGroup(f"group {number}", kind, (KeepRule.RESOLUTION,), photos, freed)


def test_marks_and_the_plan_that_they_make() -> None:
    held = DuplicateGroup(
        "held",
        DuplicateClass.EDITED,
        (KeepRule.NAME,),
        (photo("a", 1), photo("b", 2), photo("c", 3, Held.PROTECTED)),
        100,
    )
    review = GroupReview(held)
    assert review.going == {Path("/album/b")} and review.bytes == 100
    review.toggle(held.photos[0])
    review.toggle(held.photos[2])
    assert review.going == {Path("/album/b")}
    review.keep_photo(held.photos[1])
    assert review.going == {Path("/album/a")}
    assert plan_of([review]).groups == ()
    review.accepted = True
    (planned,) = plan_of([review]).groups
    assert planned.keep.path == Path("/album/b") and [file.path for file in planned.remove] == [
        Path("/album/a")
    ]
    review.toggle(held.photos[0])
    assert plan_of([review]).groups == ()


def test_marks_outlast_another_reading_as_long_as_the_group_does() -> None:
    first, second = GroupReview(group(1, "a", "b")), GroupReview(group(2, "c", "d"))
    for review in (first, second):
        review.accepted = True
    first.toggle(first.group.photos[1])
    again = carried_over([group(1, "a", "b"), group(2, "c", "d", "e")], [first, second])
    assert [(review.accepted, len(review.going)) for review in again] == [(True, 0), (False, 2)]


def test_everything_has_words() -> None:
    for kind in DuplicateClass:
        assert words.class_text(kind)
    for rule in KeepRule:
        assert words.reason_text(rule) and words.rule_text(rule)
    for edit in Edit:
        assert words.edit_text(edit)
    for held in Held:
        assert words.held_text(held)


def test_a_difference_is_where_the_photos_differ() -> None:
    kept = textured_photo(3, (160, 120))
    changed = kept.copy()
    changed.paste((255, 255, 255), (100, 60, 130, 90))
    # Half the size, and only the right half of it.
    cropped = changed.crop((80, 0, 160, 120)).resize((40, 60))
    shown = np.asarray(difference(kept, cropped, (2, 0, -1, 0, 1, 0, 0, 0, 1)), np.int32)
    redness = shown[..., 0] - shown[..., 1]
    assert shown.shape == (120, 160, 3)
    inside, outside = redness[65:85, 105:125].mean(), redness[10:50, 90:150].mean()
    assert inside > 100 and outside < inside / 2
    # What only the kept photo shows is dark and never red.
    assert redness[:, :70].max() == 0 and shown[:, :70].mean() < shown[10:50, 90:150].mean()
    brighter = Image.fromarray(np.clip(np.asarray(kept, np.int32) + 40, 0, 255).astype(np.uint8))
    assert np.median(np.asarray(difference(kept, brighter, ()), np.int32)[..., 0]) < 128


def test_linked_canvases_show_the_same_place(qtbot: QtBot) -> None:
    first, second = PhotoCanvas(), PhotoCanvas()
    for canvas in (first, second):
        qtbot.addWidget(canvas)
        canvas.resize(200, 200)
    linked = LinkedView(first, second)
    first.show_photo(QImage(), QSize(2000, 2000))
    second.show_photo(QImage(), QSize(500, 1000))
    # The second photo is the right half of the first, at half its resolution.
    linked.set_transform((2, 0, -1, 0, 1, 0, 0, 0, 1))
    first.show_view(1.0, QPointF(0.75, 0.5))
    scale, centre = second.view
    assert scale == pytest.approx(2.0) and (centre.x(), centre.y()) == pytest.approx((0.5, 0.5))
    second.show_view(1.0, QPointF(0.4, 0.6))
    scale, centre = first.view
    assert scale == pytest.approx(0.5) and (centre.x(), centre.y()) == pytest.approx((0.7, 0.6))
    first.fit()
    assert second.view[0] is None


def test_transforms_between_any_two_photos_of_a_group() -> None:
    kept = photo("a", 1)
    half = DuplicatePhoto(Path("/b"), 2, "hash 2", 1, 0, transform=(2, 0, -1, 0, 1, 0, 0, 0, 1))
    quarter = DuplicatePhoto(Path("/c"), 3, "hash 3", 1, 0, transform=(4, 0, -3, 0, 1, 0, 0, 0, 1))
    unknown = DuplicatePhoto(Path("/d"), 4, "hash 4", 1, 0)
    found = DuplicateGroup("id", DuplicateClass.EDITED, (), (kept, half, quarter, unknown), 0)
    assert transform_between(found, kept, half) == pytest.approx(half.transform)
    assert transform_between(found, half, quarter) == pytest.approx((2, 0, -1, 0, 1, 0, 0, 0, 1))
    assert transform_between(found, half, kept) == pytest.approx((0.5, 0, 0.5, 0, 1, 0, 0, 0, 1))
    assert transform_between(found, unknown, kept) == ()


class NoLibrary:
    """Photos that cannot be loaded; the page shows the rest."""

    class photos:  # noqa: N801
        @staticmethod
        def info(content_id: int) -> None:
            return None


@pytest.fixture
def page(qtbot: QtBot, thumbnails: Thumbnails) -> Iterator[DuplicatesPage]:
    page = DuplicatesPage(thumbnails)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    page.setFocus()
    yield page
    page.compare.close_loaders()


@pytest.mark.slow
def test_a_thousand_groups_by_keys(qtbot: QtBot, page: DuplicatesPage) -> None:
    groups = [group(number, "a", "b", "c", freed=number) for number in range(1000)]
    page.show_groups(NoLibrary(), groups)  # type: ignore[arg-type]
    assert page.current is not None and page.current.group.id == "group 0"
    for _ in range(999):
        QTest.keyClick(page, Key.Key_Return)
    assert page.current.group.id == "group 999" and not page.current.accepted
    QTest.keyClick(page, Key.Key_Up)
    assert page.current.group.id == "group 998"
    QTest.keyClick(page, Key.Key_Return)
    assert not page.reviews[998].accepted
    assert sum(review.accepted for review in page.reviews) == 998
    page.order.setCurrentIndex(page.order.findData(BY_SPACE))
    page.order.activated.emit(1)
    assert page.model.reviews[0].group.id == "group 999" and page.current.group.id == "group 998"


def test_keys_for_the_photos_of_a_group(qtbot: QtBot, page: DuplicatesPage) -> None:
    page.show_groups(NoLibrary(), [group(1, "a", "b", "c"), group(2, "d", "e", kind=DuplicateClass.BURST)])  # type: ignore[arg-type]
    review = page.current
    assert review is not None and page.photo is review.group.photos[1]
    QTest.keyClick(page, Key.Key_Space)
    assert review.going == {Path("/album/c")} and page.compare.right.heading.text() == "Stays"
    QTest.keyClick(page, Key.Key_Right)
    assert page.photo is review.group.photos[2]
    assert page.compare.right.heading.text() == "Goes to the trash"
    QTest.keyClick(page, Key.Key_Right)
    assert page.photo is review.group.photos[2]
    QTest.keyClick(page, Key.Key_K)
    assert review.keep is review.group.photos[2] and review.going == {Path("/album/a"), Path("/album/b")}
    QTest.keyClick(page, Key.Key_Left)
    assert page.photo is review.group.photos[1]
    with qtbot.waitSignal(page.distinct_wanted) as said:
        QTest.keyClick(page, Key.Key_N)
    assert said.args == [review.group]
    with qtbot.waitSignal(page.keep_all_wanted):
        QTest.keyClick(page, Key.Key_B)
    page.classes.setCurrentIndex(page.classes.findData(DuplicateClass.BURST))
    page.classes.activated.emit(1)
    assert [shown.group.id for shown in page.model.reviews] == ["group 2"]
    page.classes.setCurrentIndex(page.classes.findData(DuplicateClass.EXACT))
    page.classes.activated.emit(1)
    assert page.current is None and "No duplicates" in page.message.text
    assert page.classes.isVisible()


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A library of three copies, one with words about it, and another photo; the trash is the test's own."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("the trash is freedesktop.org's")
    from send2trash import plat_other

    trash = tmp_path / "data" / "Trash"
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(trash))
    monkeypatch.setattr(plat_other, "get_dev", lambda path: 0)
    album, library = tmp_path / "album", tmp_path / "library"
    album.mkdir()
    textured_photo(1, (96, 72)).save(album / "a.jpg")
    textured_photo(2, (96, 72)).save(album / "other.jpg")
    for name in ("a copy.jpg", "b.jpg"):
        shutil.copy2(album / "a.jpg", album / name)
    (album / "b.jpg.xmp").write_bytes(xmp(Annotations(5)))
    with Library(library) as opened:
        opened.folders.add(album)
        for _ in opened.scan():
            pass
    return album, library


def test_rules_are_put_in_order_and_folders_protected_in_a_dialog(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = KeepingDialog([KeepRule.RESOLUTION, KeepRule.OLDEST, KeepRule.NAME], [Path("/photos/scans")])
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.rule_list.down_button.isEnabled() and not dialog.rule_list.up_button.isEnabled()
    dialog.rule_list.list.setCurrentRow(2)
    dialog.rule_list.up_button.click()
    assert dialog.rule_list.rules == [KeepRule.RESOLUTION, KeepRule.NAME, KeepRule.OLDEST]
    dialog.rule_list.up_button.click()
    assert dialog.rule_list.rules == [KeepRule.NAME, KeepRule.RESOLUTION, KeepRule.OLDEST]
    dialog.rule_list.down_button.click()
    assert dialog.rule_list.rules == [KeepRule.RESOLUTION, KeepRule.NAME, KeepRule.OLDEST]
    dialog.rule_list.usual_button.click()
    assert dialog.rule_list.rules == list(DEFAULT_RULES)
    dialog.folder_list.remove_button.click()
    assert dialog.folder_list.folders == [] and not dialog.folder_list.remove_button.isEnabled()
    for chosen in ("/photos/raw", "/photos/raw", ""):
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, chosen=chosen: chosen)
        dialog.folder_list.add_button.click()
    assert dialog.folder_list.folders == [Path("/photos/raw")]
    dialog.folder_list.add_folder(Path("/photos/scans"))
    dialog.folder_list.list.setCurrentRow(0)
    dialog.folder_list.remove_button.click()
    assert dialog.folder_list.folders == [Path("/photos/scans")]


@pytest.mark.slow
def test_what_to_keep_is_chosen_in_the_window(
    qtbot: QtBot, open_window: OpenWindow, copies: tuple[Path, Path]
) -> None:
    album, library = copies
    window = open_window(library)
    page = window.duplicates_page
    window.search_bar.duplicates_button.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=PATIENCE)
    assert page.reviews[0].keep.path.name == "a.jpg"

    def dialog() -> KeepingDialog | None:
        found = [dialog for dialog in window.findChildren(KeepingDialog) if dialog.isVisible()]
        return found[0] if found else None

    page.rules_button.click()
    qtbot.waitUntil(lambda: dialog() is not None, timeout=PATIENCE)
    shown = dialog()
    assert (
        shown is not None and shown.rule_list.rules == list(DEFAULT_RULES) and shown.folder_list.folders == []
    )
    shown.rule_list.list.setCurrentRow(0)
    shown.rule_list.down_button.click()
    shown.folder_list.add_folder(album)
    shown.accept()
    qtbot.waitUntil(lambda: not page.reviews[0].going, timeout=PATIENCE)
    assert {photo.held for photo in page.reviews[0].group.photos[1:]} == {Held.PROTECTED}
    opened = window.session.library
    assert opened is not None
    assert opened.duplicates.rules[:2] == (KeepRule.ORIGINAL, KeepRule.PROTECTED)
    assert opened.duplicates.protected_folders() == [album]
    page.rules_button.click()
    qtbot.waitUntil(lambda: dialog() is not None, timeout=PATIENCE)
    shown = dialog()
    assert shown is not None and shown.folder_list.folders == [album]
    shown.folder_list.list.setCurrentRow(0)
    shown.folder_list.remove_button.click()
    shown.accept()
    qtbot.waitUntil(lambda: len(page.reviews[0].going) == 2, timeout=PATIENCE)
    assert opened.duplicates.protected_folders() == []


def answer(qtbot: QtBot, window: Window, merge: bool) -> None:
    """Agree to the question that the window asks."""

    def box() -> QMessageBox | None:
        found = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
        return found[0] if found else None

    qtbot.waitUntil(lambda: box() is not None, timeout=PATIENCE)
    shown = box()
    # Two copies, and the XMP file of one of them.
    assert shown is not None and "3 files" in shown.text()
    check = shown.checkBox()
    assert isinstance(check, QCheckBox)
    check.setChecked(merge)
    (button,) = [
        button
        for button in shown.findChildren(QPushButton)
        if shown.buttonRole(button) is QMessageBox.ButtonRole.AcceptRole
    ]
    button.click()


@pytest.mark.slow
def test_cleaning_up_in_the_window(
    qtbot: QtBot, open_window: OpenWindow, copies: tuple[Path, Path], tmp_path: Path
) -> None:
    album, library = copies
    window = open_window(library)
    page = window.duplicates_page
    window.search_bar.duplicates_button.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=PATIENCE)
    assert window.pages.currentWidget() is page and not page.clean_up_button.isEnabled()
    qtbot.waitUntil(lambda: page.compare.right.canvas.pixels_shown > 0, timeout=PATIENCE)
    QTest.keyClick(page, Key.Key_V)
    qtbot.waitUntil(lambda: page.compare.difference_canvas.pixels_shown > 0, timeout=PATIENCE)
    QTest.keyClick(page, Key.Key_Return)
    QTest.keyClick(page, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    answer(qtbot, window, merge=True)
    qtbot.waitUntil(lambda: "in the trash" in window.notice.text, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.model.rowCount() == 0, timeout=PATIENCE)
    left = {path.name for path in album.iterdir()}
    assert left == {"a.jpg", "a.jpg.xmp", "other.jpg"}
    assert read_sidecar(album / "a.jpg.xmp").rating == 5
    qtbot.waitUntil(page.undo_button.isEnabled, timeout=PATIENCE)
    page.undo_button.click()
    qtbot.waitUntil(lambda: "as before" in window.notice.text, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=PATIENCE)
    assert {path.name for path in album.iterdir()} == {
        "a.jpg",
        "a copy.jpg",
        "b.jpg",
        "b.jpg.xmp",
        "other.jpg",
    }
    assert window.undo_stack.redoText() == "the clean-up", "the button and the key are one"
    page.setFocus()
    QTest.keyClick(page, Key.Key_B)
    qtbot.waitUntil(lambda: page.model.rowCount() == 0, timeout=PATIENCE)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=PATIENCE)
    window.undo_stack.redo()
    qtbot.waitUntil(lambda: page.model.rowCount() == 0, timeout=PATIENCE)
    QTest.keyClick(window, Key.Key_Escape)
    assert window.pages.currentWidget() is window.library_page
