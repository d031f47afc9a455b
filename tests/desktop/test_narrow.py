"""The window where there is little room, and the way of the Tab key through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from lookalike.catalog.filters import Filters
from lookalike.progress import Progress, Skipped, Stage
from lookalike_desktop.activity.skipped_lines import skipped_lines
from lookalike_desktop.models.token_preparation_controller import PreparationProgress, State
from lookalike_desktop.qt.theme import set_dark
from lookalike_desktop.search.queries import photo_request
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]


def overlaps(window: Window) -> list[tuple[str, str]]:
    """Pairs of parts of the bar and the chips that cover one another, and parts outside the window."""
    parts = [
        part
        for place in (window.search_bar, window.filter_bar)
        for part in place.children()
        if isinstance(part, QWidget) and part.isVisible()
    ]
    where = {part: part.rect().translated(part.mapTo(window, part.rect().topLeft())) for part in parts}
    found = [
        (one.accessibleName(), other.accessibleName())
        for place, one in enumerate(parts)
        for other in parts[:place]
        if where[one].intersects(where[other])
    ]
    outside = [part for part in parts if not window.rect().contains(where[part])]
    return found + [(part.accessibleName(), "outside") for part in outside]


@pytest.mark.slow
@pytest.mark.parametrize("width", [800, 1366])
def test_the_longest_words_fit_beside_the_folders(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, album: Path, width: int
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(
        lambda: bool(window.library_page.model.ids) and window.folders_panel.isVisible(), timeout=PATIENCE
    )
    window.search.start(
        photo_request(window.library_page.model.ids[0], "A very long name of a photo that was chosen.jpeg")
    )
    judges = ["none", "geometry", "Qwen2.5-VL-72B-Instruct-abliterated-Q4_K_M"]
    window.search_bar.show_judges(judges, judges[-1])
    window.search_bar.show_modes(["object", "landmark", "artwork", "edit"], "edit")
    window.filter_bar.use(
        Filters(folders=(album,), cameras=("A camera",), rating=3, keywords=("a rather long keyword " * 4,))
    )
    window.resize(width, 600)
    for page in (
        window.library_page,
        window.results_page,
        window.viewer,
        window.models_page,
        window.duplicates_page,
    ):
        window.pages.setCurrentWidget(page)
        QApplication.processEvents()
        QApplication.processEvents()
        assert window.width() == width
        assert overlaps(window) == []
    progress = Progress(Stage.PREPARING, 12_345, 100_000, 3.0, 29_000.0)
    window.token_line.show_preparation(PreparationProgress(State.RUNNING, progress))
    QApplication.processEvents()
    assert window.width() == width
    words = window.token_line.findChild(QLabel)
    assert isinstance(words, QLabel)
    assert words.height() < 3 * words.fontMetrics().height()
    below = window.search_bar.judge.y() > window.search_bar.field.geometry().bottom()
    assert below == (width == 800), "two lines only where one is too narrow"
    # A model's long complaint takes lines, not width.
    ranking = window.results_page.model.ranking
    if ranking is not None:
        window.results_page.model.apply(replace(ranking, notes=("It broke down. " * 30,)))
        window.results_page.run.finished.emit()
        QApplication.processEvents()
    assert window.width() == width


def test_tab_goes_through_the_folders_in_their_order(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.folders_panel.rows) == 1, timeout=PATIENCE)
    (row,) = window.folders_panel.rows.values()
    order: list[QWidget] = []
    part = window.folders_panel.pause_button.nextInFocusChain()
    while part is not None and part is not window.folders_panel.pause_button:
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisibleTo(window):
            order.append(part)
        part = part.nextInFocusChain()
    assert order[:4] == [row, *row.buttons, window.folders_panel.add_button]
    for stop in order:
        words = stop.text() if isinstance(stop, QAbstractButton) else ""
        assert stop.accessibleName() or words, type(stop)


def test_what_was_told_of_a_folder_is_not_among_the_skipped_files(
    open_window: OpenWindow, indexed: Path
) -> None:
    library = open_window(indexed).session.library
    assert library is not None
    folders = library.folders.all()
    told = [Skipped(str(folders[0].path), "It cannot be reached."), Skipped("/a.jpg", "It is broken.")]
    assert skipped_lines([], told, folders) == [("/a.jpg", "It is broken.")]


def test_every_icon_follows_the_colours(qapp: QApplication, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)

    def levels() -> dict[QAbstractButton, int]:
        found = {}
        for button in window.findChildren(QAbstractButton):
            # Qt draws its own arrow of a menu bar that is too long.
            if not button.icon().isNull() and button.objectName() != "qt_menubar_ext_button":
                image = button.icon().pixmap(20, 20).toImage()
                colours = [
                    image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())
                ]
                drawn = [colour.lightness() for colour in colours if colour.alpha() > 200]
                if drawn:
                    found[button] = sum(drawn) // len(drawn)
        return found

    light = levels()
    set_dark(qapp, True)
    try:
        dark = levels()
    finally:
        set_dark(qapp, False)
    assert len(light) > 10
    for button, level in light.items():
        assert dark[button] > level + 60, button.accessibleName() or button.text()
