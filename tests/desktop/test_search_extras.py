"""Recent searches, what the user says of results, what the line means, and the offer of a model."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QToolTip
from pytestqt.qtbot import QtBot

from lookalike.library import Library
from lookalike.library.recent_searches import MOST
from lookalike.models.advice import Machine
from lookalike_desktop.search.queries import file_request
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE, original

OpenWindow = Callable[..., Window]


def ready(qtbot: QtBot, open_window: OpenWindow, library: Path) -> Window:
    window = open_window(library)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    return window


def ended(window: Window) -> Callable[[], bool]:
    def ask() -> bool:
        ranking = window.results_page.model.ranking
        return not window.results_page.run.running and ranking is not None and ranking.final

    return ask


@pytest.fixture
def own_library(indexed: Path, tmp_path: Path) -> Path:
    """A copy of the library, which a test may change."""
    return shutil.copytree(indexed, tmp_path / "own library")


@pytest.mark.slow
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_recent_searches_are_offered_in_the_empty_field(
    qtbot: QtBot, open_window: OpenWindow, own_library: Path, tmp_path: Path
) -> None:
    window = ready(qtbot, open_window, own_library)
    window.activateWindow()
    field, recent = window.search_bar.field, window.search.recent
    path = tmp_path / "original.png"
    original().save(path)
    for text in ("a red barn", str(path), "boats"):
        field.setFocus()
        field.setText(text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(ended(window), timeout=PATIENCE)
    window.search.end()
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: bool(recent.shown), timeout=PATIENCE)
    assert recent.shown[:3] == ["boats", str(path), "a red barn"]
    # A file is searched with again.
    qtbot.keyClick(recent.popup, Qt.Key.Key_Down)
    qtbot.keyClick(recent.popup, Qt.Key.Key_Down)
    qtbot.keyClick(recent.popup, Qt.Key.Key_Return)
    assert window.search.request is not None
    assert window.search.request.label == "original.png"
    qtbot.waitUntil(ended(window), timeout=PATIENCE)
    window.search.end()
    # Typing hides them, and with them off none are kept.
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(recent.shown), timeout=PATIENCE)
    assert recent.shown[:2] == [str(path), "boats"]
    recent.take(recent.shown.index("Forget them, and keep no searches"))
    library = window.session.library
    assert library is not None
    qtbot.waitUntil(lambda: not library.recent_searches.kept, timeout=PATIENCE)
    field.setText("boats")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(ended(window), timeout=PATIENCE)
    window.search.end()
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: bool(recent.shown), timeout=PATIENCE)
    assert recent.shown == ["Keep recent searches from now on"]


def test_only_the_latest_searches_are_kept(indexed: Path, tmp_path: Path) -> None:
    own = shutil.copytree(indexed, tmp_path / "library")
    with Library(own) as library:
        recent = library.recent_searches
        for number in range(MOST + 5):
            recent.add(f"search {number}")
        recent.add("search 20")
        recent.add("  ")
        assert recent.all()[:2] == ["search 20", f"search {MOST + 4}"]
        assert len(recent.all()) == MOST
    with Library(own) as library:
        assert len(library.recent_searches.all()) == MOST
        library.recent_searches.clear()
        assert library.recent_searches.all() == []


def verdict(window: Window, content_id: int, words: str) -> QAction:
    menu = window.navigator.build_menu(content_id)
    return next(action for action in menu.actions() if action.text() == words)


@pytest.mark.slow
def test_what_the_user_says_of_results_is_heeded_remembered_and_undone(
    qtbot: QtBot, open_window: OpenWindow, own_library: Path, tmp_path: Path
) -> None:
    window = ready(qtbot, open_window, own_library)
    path = tmp_path / "original.png"
    original().save(path)
    window.search.start(file_request(path))
    qtbot.waitUntil(ended(window), timeout=PATIENCE)
    model = window.results_page.model
    copy, last, other = model.ids[0], model.ids[-1], model.ids[3]
    assert model.same == 1
    verdict(window, last, "This is the same").trigger()
    verdict(window, copy, "This is not the same").trigger()
    assert list(model.ids[:1]) == [last]
    assert model.ids[-1] == copy
    assert model.same == 1
    assert window.results_page.status == "1 the same, 8 similar"
    assert verdict(window, last, "This is the same").isChecked()
    window.undo_stack.undo()
    assert window.results_page.said(copy) is None
    window.undo_stack.redo()
    assert window.results_page.said(copy) is False
    # On the page of the comparison the same is said by keys.
    window.navigator.why_wanted.emit(other)
    page = window.compare_page
    qtbot.waitUntil(lambda: "comparing" not in page.judges, timeout=PATIENCE)
    qtbot.keyClick(page.pair.left, Qt.Key.Key_Y)
    assert page.same_button.isChecked()
    assert model.same == 2
    qtbot.keyClick(page.pair.left, Qt.Key.Key_N)
    assert (page.same_button.isChecked(), page.different_button.isChecked()) == (False, True)
    qtbot.keyClick(page.pair.left, Qt.Key.Key_N)
    assert window.results_page.said(other) is None
    # The same query, later.
    window.search.end()
    window.search.start(file_request(path))
    qtbot.waitUntil(ended(window), timeout=PATIENCE)
    assert (model.ids[0], model.ids[-1], model.same) == (last, copy, 1)
    # More like this: searched for as well, and remembered.
    verdict(window, other, "More like this").trigger()
    qtbot.waitUntil(ended(window), timeout=PATIENCE)
    assert other not in model.ids
    window.undo_stack.undo()


@pytest.mark.slow
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_line_is_explained_where_the_pointer_rests_on_it(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, tmp_path: Path
) -> None:
    window = ready(qtbot, open_window, indexed)
    path = tmp_path / "original.png"
    original().save(path)
    window.search.start(file_request(path))
    qtbot.waitUntil(ended(window), timeout=PATIENCE)
    grid = window.results_page.grid
    first_similar = grid.visualRect(window.results_page.model.index(1))

    def rest(place: QPoint) -> str:
        QToolTip.hideText()
        qtbot.waitUntil(lambda: not QToolTip.isVisible())
        event = QHelpEvent(QHelpEvent.Type.ToolTip, place, grid.viewport().mapToGlobal(place))
        QApplication.sendEvent(grid.viewport(), event)
        return QToolTip.text() if QToolTip.isVisible() else ""

    assert "more likely than not" in rest(QPoint(200, first_similar.top() - 20))
    assert "more likely than not" not in rest(first_similar.center())
    QToolTip.hideText()


@pytest.fixture
def strong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer on which models run, whatever this one is."""
    from lookalike.judges.registry import JudgeRegistry
    from lookalike.models import advice

    monkeypatch.setattr(advice, "this_machine", lambda: Machine(16_000_000_000, 8))
    monkeypatch.setattr(JudgeRegistry, "missing", lambda self: [])


@pytest.mark.slow
def test_a_model_is_offered_until_the_user_declines(
    qtbot: QtBot, open_window: OpenWindow, own_library: Path, strong: None
) -> None:
    window = ready(qtbot, open_window, own_library)
    offer = window.model_offer
    qtbot.waitUntil(offer.isVisible, timeout=PATIENCE)
    words = offer.words.text()
    for part in (" to download", "Licence: ", "GB of memory", "pair"):
        assert part in words
    offer.download_button.click()
    (box,) = window.findChildren(QMessageBox)
    assert "Licence" in box.informativeText()
    box.button(QMessageBox.StandardButton.Cancel).click()
    # It stands above the photos only.
    window.navigator.select_photo(window.library_page.model.ids[0])
    assert not offer.isVisible()
    window.navigator.leave_photo()
    assert offer.isVisible()
    offer.decline_button.click()
    assert not offer.isVisible()
    library = window.session.library
    assert library is not None
    qtbot.waitUntil(lambda: library.model_offer.get() is None, timeout=PATIENCE)
    window.close()
    again = ready(qtbot, open_window, own_library)
    done: list[None] = []
    again.session.tasks.run(lambda: None, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    assert not again.model_offer.isVisible()
