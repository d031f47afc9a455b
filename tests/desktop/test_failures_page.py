"""The page of a saved evaluation's worst queries: what it shows, and how one comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from lookalike.evaluation.answers import Answer, Positive, RankedImage
from lookalike.evaluation.failures import ShownPhoto, Standing
from lookalike_desktop.evaluation.pictures import COLOURS, FRAME, framed
from lookalike_desktop.window import Window
from tests.builders.photo_files import encoded, textured_photo
from tests.core.evaluation.rankings import placed
from tests.core.evaluation.test_runs import HEAD, save
from tests.desktop.conftest import PATIENCE

EVIL = "<b>bold</b> & co"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A run with a failed query, one of words, one whose photos are gone, and a good one."""
    root = tmp_path / "set"
    root.mkdir()
    whole = textured_photo(3, (320, 240))
    whole.save(root / "query.jpg", quality=95)
    whole.rotate(6).save(root / "right.jpg", quality=95)
    textured_photo(4, (320, 240)).save(root / "wrong.jpg", quality=95)
    ranked = tuple(RankedImage(name, 0.5, 0.25, 0.4) for name in ("wrong.jpg", "right.jpg"))
    failed = Answer(
        EVIL, "g", "object", "query.jpg", "", None, {}, (Positive("right.jpg", 2),), (), 2, ranked
    )
    words = replace(failed, query="words", image=None, words=EVIL)
    gone = replace(failed, query="gone", image="nowhere.jpg", results=ranked[:1])
    path = tmp_path / "run.jsonl"
    save(path, failed, words, gone, placed([1], query="good"), head=replace(HEAD, root=str(root)))
    return path


def texts(window: Window) -> list[str]:
    return [label.text() for label in window.failures_page.findChildren(QLabel) if label.text()]


@pytest.mark.slow
def test_the_worst_queries_are_shown_and_left(
    open_window: Callable[..., Window], saved: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(saved), ""))
    window.navigator.toggle(window.models_page)
    window.models_page.evaluation_button.click()
    page = window.failures_page
    assert window.pages.currentWidget() is page
    qtbot.waitUntil(lambda: len(page.sections) == 4, timeout=PATIENCE)
    shown = texts(window)
    assert "own: 40 photos, judge none, 2026-01-01. The worst by mAP." in shown
    assert EVIL in shown, "names are shown as they are"
    assert "1, wrong: similarity 0.500, match 25.0%, score 0.400\nwrong.jpg" in shown
    assert any(text.startswith("The best right photo: ") for text in shown)
    assert any("nowhere.jpg" in text for text in shown)
    first = page.sections[0]
    assert sum(not label.pixmap().isNull() for label in first.findChildren(QLabel)) == 7
    window.navigator.go_back()
    assert window.pages.currentWidget() is window.library_page


@pytest.mark.slow
def test_what_is_no_run_is_told(open_window: Callable[..., Window], tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window()
    other = tmp_path / "other.jsonl"
    other.write_text("no run")
    window.failures.open(other)
    qtbot.waitUntil(lambda: "is not a saved run" in window.failures_page.status.text(), timeout=PATIENCE)


@pytest.mark.slow
def test_another_run_takes_the_place_of_one_that_is_read(
    open_window: Callable[..., Window], saved: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window()
    second = tmp_path / "second.jsonl"
    save(second, placed([2], query="only"), head=replace(HEAD, date="2026-02-02T00:00:00+00:00"))
    window.failures.open(saved)
    window.failures.open(second)
    page = window.failures_page
    qtbot.waitUntil(lambda: len(page.sections) == 1, timeout=PATIENCE)
    assert "2026-02-02" in page.status.text()
    # Closing the window ends what is read.
    window.failures.open(saved)


def test_a_picture_in_its_frame_with_a_point() -> None:
    content = encoded(textured_photo(3, (200, 100)), "JPEG")
    picture = framed(ShownPhoto("a", content, points=((0.5, 0.5),)), Standing.RIGHT)
    assert (picture.width(), picture.height()) == (200 + 2 * FRAME, 100 + 2 * FRAME)
    assert picture.pixelColor(0, 0) == QColor(COLOURS[Standing.RIGHT])
    plain = framed(ShownPhoto("a", content), Standing.RIGHT)
    assert picture.pixelColor(FRAME + 104, FRAME + 50) != plain.pixelColor(FRAME + 104, FRAME + 50)
    assert picture.pixelColor(FRAME + 10, FRAME + 10) == plain.pixelColor(FRAME + 10, FRAME + 10)
