"""The pages of activity and of storage, on real libraries that index, skip and free."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lookalike.progress import Progress, Skipped, Stage
from lookalike_desktop.activity.skipped_lines import skipped_lines
from lookalike_desktop.models.token_preparation_controller import PreparationProgress, State
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE, watching

OpenWindow = Callable[..., Window]


@pytest.fixture
def window(album: Path, tmp_path: Path, open_window: OpenWindow, qtbot: QtBot) -> Window:
    """A window that watches a folder with a file that is no photo."""
    shutil.copytree(album, tmp_path / "photos")
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"not a photo")
    window = open_window(tmp_path / "library", (tmp_path / "photos",))
    qtbot.waitUntil(watching(window), timeout=PATIENCE)
    return window


@pytest.mark.slow
def test_skipped_files_stand_with_their_reason_and_are_tried_again(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    page = window.activity_page
    window.folders_panel.skipped_button.click()
    assert page.isVisible()
    qtbot.waitUntil(lambda: page.tree.topLevelItemCount() == 1, timeout=PATIENCE)
    item = page.tree.topLevelItem(0)
    assert item is not None and item.text(0).endswith("broken.jpg") and item.text(1)
    library = window.session.library
    assert library is not None
    with library._catalog.transaction() as db:
        db.execute("UPDATE files SET problem = 'for a passing reason' WHERE problem IS NOT NULL")
    page.again_button.click()

    def read_again() -> bool:
        shown = page.tree.topLevelItem(0)
        return shown is not None and shown.text(1) == item_reason and "passing" not in str(library.status())

    item_reason = item.text(1)
    qtbot.waitUntil(read_again, timeout=PATIENCE)


@pytest.mark.slow
def test_following_is_paused_and_goes_on(window: Window, qtbot: QtBot) -> None:
    page = window.activity_page
    window.navigator.toggle(page)
    qtbot.waitUntil(lambda: page.folders.words == "Watching for changes", timeout=PATIENCE)
    assert page.folders.button.text() == "Pause"
    qtbot.keyClick(page.folders.button, Qt.Key.Key_Space)
    assert window.session.paused and page.folders.button.text() == "Go on"
    qtbot.keyClick(page.folders.button, Qt.Key.Key_Space)
    assert not window.session.paused


@pytest.mark.slow
def test_cards_say_how_far_each_job_is(window: Window) -> None:
    page = window.activity_page
    window.navigator.toggle(page)
    progress = Progress(Stage.COMPARING, 120, 400, 17.0, 240.0, unit="pairs")
    page.show_activity(Activity(None, progress, 0, ()))
    assert page.folders.words == "Comparing pairs: 120 of 400 · 17 pairs/s · 4 min left"
    assert (page.folders.bar.value(), page.folders.bar.maximum()) == (120, 400)
    assert not page.tokens.isVisible() and not page.models.isVisible()
    page.show_preparation(PreparationProgress(State.HELD, Progress(Stage.PREPARING, 3, 10, 0.0, None)))
    assert page.tokens.isVisible() and "3 of 10" in page.tokens.words and "paused" in page.tokens.words
    held: list[bool] = []
    page.hold_wanted.connect(held.append)
    page.tokens.button.click()
    assert held == [False]
    page.show_model_job("Tiny", Progress(Stage.DOWNLOADING, 5_000_000, 10_000_000, 0.0, None, unit="bytes"))
    assert page.models.isVisible() and page.models.words.startswith("Tiny: 5")
    page.show_model_job("")
    assert not page.models.isVisible()


@pytest.mark.slow
def test_space_is_freed_and_limits_hold(window: Window, qtbot: QtBot) -> None:
    page, library = window.storage_page, window.session.library
    assert library is not None
    window.navigator.toggle(page)

    def freeable() -> list[str]:
        return [name for name, row in page.rows.items() if row.free_button.isVisible()]

    # Qt shows what joins a visible layout by an event of its own, after the rows are there.
    qtbot.waitUntil(lambda: freeable() == ["features", "thumbnails", "tokens"], timeout=PATIENCE)
    assert len(page.rows) == 7
    with qtbot.waitSignal(window.storage.reported, timeout=PATIENCE) as told:
        page.rows["thumbnails"].free_button.click()
        assert not page.rows["features"].free_button.isEnabled()
    assert told.args is not None and "free again" in told.args[0]
    assert page.rows["features"].free_button.isEnabled()
    page.rows["thumbnails"].limit.setValue(1.5)
    qtbot.waitUntil(
        lambda: (
            {use.part.value: use.limit for use in library.storage.usage()}["thumbnails"] == 1.5 * (1 << 30)
        ),
        timeout=PATIENCE,
    )


def test_lines_of_the_catalog_and_of_the_job_are_one_list() -> None:
    told = [Skipped("/b.jpg", "now"), Skipped("/a.jpg", "newer")]
    assert skipped_lines([(Path("/a.jpg"), "older")], told) == [("/a.jpg", "newer"), ("/b.jpg", "now")]
