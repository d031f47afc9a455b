"""The page of things: cards, names, corrections, and the way there from a photo."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lookalike.library import Library
from lookalike.models.store import ModelStore
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.updating import PAIR_VERSION
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from lookalike.things.thing import Thing
from lookalike_desktop.things.thing_text import more_photos, thing_facts
from lookalike_desktop.window import Window
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def grouped(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two things of three photos and one of two, closed. Which photos they are does not matter."""
    folder = tmp_path_factory.mktemp("grouped") / "library"
    shutil.copytree(indexed, folder)
    with Library(folder) as library:
        ids = sorted(library.photos.ids())
        pairs = [
            (one, other)
            for group in (ids[:3], ids[3:6], ids[6:8])
            for one in group
            for other in group
            if one < other
        ]
        library._catalog.verified_pairs.put(
            [
                # As the job itself would, or it would verify them anew.
                row_of_pair(VerifiedPair(one, other, PairKind.SAME_THING, 0.99, 0.0, 0.0), PAIR_VERSION)
                for one, other in pairs
            ]
        )
        # To the model all made-up photos look alike.
        known = [(pair.first, pair.second) for pair in library.pairs.pairs()]
        library._catalog.things.put_excesses(known, [0.05] * len(known))
        for _ in library.things.update():
            pass
        assert [len(thing) for thing in library.things.all()] == [3, 3, 2]
    return folder


@pytest.fixture
def window(grouped: Path, tmp_path: Path, open_window: OpenWindow, qtbot: QtBot) -> Window:
    """A window on the page of things."""
    shutil.copytree(grouped, tmp_path / "library")
    window = open_window(tmp_path / "library")
    window.search_bar.things_button.click()
    qtbot.waitUntil(lambda: len(window.things_page.card_model.ids) == 3, timeout=PATIENCE)
    return window


def things(window: Window) -> list[Thing]:
    assert window.session.library is not None
    return window.session.library.things.all()


def test_cards_show_the_largest_first_with_name_and_count(window: Window, qtbot: QtBot) -> None:
    page = window.things_page
    assert page.isVisible()
    assert [page.card_model.caption(row) for row in range(3)] == [
        ("", "3 photos"),
        ("", "3 photos"),
        ("", "2 photos"),
    ]
    assert page.card_model.accessible_text(0) == "Thing without a name, 3 photos"
    assert page.heading.text() == "Things"
    window.search_bar.things_button.click()
    assert not page.isVisible(), "the button leads back too"


@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed")
def test_the_model_is_asked_where_there_is_one_and_the_user_allows_it(
    window: Window, qtbot: QtBot, own_home: Path, tmp_path: Path
) -> None:
    page, library = window.things_page, window.session.library
    assert library is not None
    assert not page.judge_box.isVisible(), "there is no model"
    put_judge(ModelStore(own_home / "models"), *write_pair(tmp_path, "idefics3", seed=61), name="tiny")
    for _ in range(2):
        window.search_bar.things_button.click()
    qtbot.waitUntil(page.judge_box.isVisible, timeout=PATIENCE)
    assert not page.judge_box.isChecked()
    page.judge_box.click()
    qtbot.waitUntil(lambda: library.pairs.judging, timeout=PATIENCE)
    page.judge_box.click()
    qtbot.waitUntil(lambda: not library.pairs.judging, timeout=PATIENCE)
    page.open(things(window)[0])
    assert not page.judge_box.isVisible(), "it is about all things"


def test_a_name_is_typed_on_the_card(window: Window, qtbot: QtBot) -> None:
    page = window.things_page
    number = things(window)[1].id
    page.cards.select(page.card_model.ids[1])
    qtbot.keyClick(page.cards, Qt.Key.Key_F2)
    assert page.editor.isVisible()
    qtbot.keyClicks(page.editor, "Old  bridge")
    qtbot.keyClick(page.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.card_model.caption(1)[0] == "Old bridge", timeout=PATIENCE)
    assert not page.editor.isVisible()
    assert things(window)[1].id == number
    qtbot.keyClick(page.cards, Qt.Key.Key_F2)
    assert page.editor.text() == "Old bridge"
    qtbot.keyClicks(page.editor, "something else")
    qtbot.keyClick(page.editor, Qt.Key.Key_Escape)
    assert not page.editor.isVisible()
    assert page.isVisible(), "Escape ends the typing, no more"
    assert page.card_model.caption(1)[0] == "Old bridge"


def test_not_this_one_takes_a_photo_out(window: Window, qtbot: QtBot) -> None:
    page = window.things_page
    page.cards.opened.emit(page.card_model.ids[0])
    assert page.thing is not None and len(page.photo_model.ids) == 3
    out = page.photo_model.ids[1]
    page.photos.select(out)
    assert page.apart_button.isEnabled()
    qtbot.keyClick(page.photos, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(page.photo_model.ids) == 2, timeout=PATIENCE)
    qtbot.waitUntil(
        lambda: window.session.library is not None and not window.session.library.things.outdated,
        timeout=PATIENCE,
    )
    assert all(out not in thing.photos for thing in things(window)), "finding anew does not bring it back"
    qtbot.keyClick(page.photos, Qt.Key.Key_Escape)
    assert page.thing is None and page.isVisible()


def test_two_things_become_one(window: Window, qtbot: QtBot) -> None:
    page = window.things_page
    first, second, _ = things(window)
    page.open(second)
    page.name_field.setText("Fountain")
    qtbot.keyClick(page.name_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.thing is not None and page.thing.name == "Fountain", timeout=PATIENCE)
    page.same_button.click()
    assert second.cover not in page.card_model.ids, "it cannot be the same as itself"
    assert "Fountain" in page.facts.text()
    page.cards.opened.emit(first.cover)
    qtbot.waitUntil(lambda: page.thing is not None and len(page.photo_model.ids) == 6, timeout=PATIENCE)
    assert page.name_field.text() == "Fountain"
    assert {len(thing) for thing in things(window)} == {6, 2}


def test_what_was_decided_is_taken_back_and_decided_again(window: Window, qtbot: QtBot) -> None:
    page, stack = window.things_page, window.undo_stack
    first, second, _ = things(window)
    page.renamed.emit(first.id, "Fountain")
    qtbot.waitUntil(lambda: stack.undoText() == "the name", timeout=PATIENCE)
    page.apart_wanted.emit(first.id, first.photos[1])
    qtbot.waitUntil(lambda: stack.count() == 2, timeout=PATIENCE)
    page.join_wanted.emit(first.id, second.id)
    qtbot.waitUntil(lambda: page.thing is not None and len(page.photo_model.ids) == 5, timeout=PATIENCE)

    def state() -> list[tuple[str, int]]:
        return sorted((thing.name, len(thing)) for thing in things(window))

    stack.undo()
    qtbot.waitUntil(lambda: state() == [("", 2), ("", 3), ("Fountain", 2)], timeout=PATIENCE)
    stack.undo()
    qtbot.waitUntil(lambda: state() == [("", 2), ("", 3), ("Fountain", 3)], timeout=PATIENCE)
    stack.undo()
    qtbot.waitUntil(lambda: state() == [("", 2), ("", 3), ("", 3)], timeout=PATIENCE)
    stack.redo()
    qtbot.waitUntil(lambda: state() == [("", 2), ("", 3), ("Fountain", 3)], timeout=PATIENCE)
    stack.redo()
    qtbot.waitUntil(lambda: state() == [("", 2), ("", 3), ("Fountain", 2)], timeout=PATIENCE)


def test_choosing_can_be_left(window: Window, qtbot: QtBot) -> None:
    page = window.things_page
    page.choose_same(things(window)[0])
    assert len(page.card_model.ids) == 2
    qtbot.keyClick(page.cards, Qt.Key.Key_Escape)
    assert page.thing is not None and page.choosing is None
    for _ in range(2):
        qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_a_photo_leads_to_the_others_of_its_thing_and_back(window: Window, qtbot: QtBot) -> None:
    page, viewer = window.things_page, window.viewer
    thing = things(window)[0]
    window.navigator.leave(window.things_page)
    window.navigator.open_photo(thing.photos[0])
    qtbot.waitUntil(lambda: viewer.more_button.isVisible(), timeout=PATIENCE)
    assert viewer.more_button.text() == "2 more photos of this"
    viewer.more_button.click()
    assert page.isVisible() and list(page.photo_model.ids) == list(thing.photos)
    page.photos.opened.emit(thing.photos[1])
    assert viewer.isVisible()
    viewer.step_wanted.emit(1)
    assert viewer.content_id == thing.photos[2], "one goes through the photos of the thing"
    viewer.step_wanted.emit(1)
    assert viewer.content_id == thing.photos[2], "and no further"
    window.navigator.go_back()
    assert page.isVisible() and page.photos.current_id() == thing.photos[2]


def test_menus_offer_what_can_be_done(window: Window, qtbot: QtBot) -> None:
    page = window.things_page
    thing = things(window)[0]
    menu = window.things_controller.build_menu(thing)
    assert [action.text() for action in menu.actions()] == ["Show its photos", "Rename", "Same as another…"]
    menu.actions()[0].trigger()
    assert page.thing == thing
    menu.close()
    menu = window.navigator.build_menu(thing.photos[0])
    assert "Not this one" in [action.text() for action in menu.actions()]
    menu.close()


def test_what_cannot_be_done_is_told(window: Window, qtbot: QtBot) -> None:
    window.things_controller.rename(999, "x")
    qtbot.waitUntil(lambda: "no thing 999" in window.notice.text, timeout=PATIENCE)


def test_without_things_the_page_says_what_would_be_here(
    indexed: Path, tmp_path: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    shutil.copytree(indexed, tmp_path / "library")
    window = open_window(tmp_path / "library")
    window.search_bar.things_button.click()
    assert window.things_page.message.isVisible()
    assert "No things yet" in window.things_page.message.text


def test_a_thing_in_words() -> None:
    thing = Thing(1, "", (1, 2, 3), 1, "2019-05", "2021-01-01", (48.1, 11.5))
    assert thing_facts(thing) == "3 photos · 2019 – 2021 · 48.1000, 11.5000"
    named = replace(thing, place_name="Munich, Germany")
    assert thing_facts(named) == "3 photos · 2019 – 2021 · Munich, Germany"
    assert thing_facts(Thing(1, "x", (1, 2), 1, "2019", "2019-05-01", None)) == "2 photos · 2019"
    assert more_photos(thing) == "2 more photos of this"
    assert more_photos(Thing(1, "Gate", (1, 2), 1, None, None, None)) == "1 more photo of Gate"
