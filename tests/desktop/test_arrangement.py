"""Orders and headings of the library, and what they are called."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QLocale

from lookalike.catalog.photo_columns import PhotoColumns
from lookalike_desktop.library.arrangement import Arrangement, Grouping, Order, SortField, arrange
from lookalike_desktop.library.library_model import LibraryModel
from lookalike_desktop.library.section_text import day_text, stars_text
from lookalike_desktop.qt.thumbnails import Thumbnails

DAYS = [20240102, 20240101, 20231231, 20231200, 20220000, 0, 0]
COLUMNS = PhotoColumns(
    ids=np.array([11, 15, 12, 13, 14, 17, 16], np.int64),
    days=np.array(DAYS, np.int32),
    sizes=np.array([5, 9, 1, 5, 7, 2, 3], np.int64),
    widths=np.array([3, 2, 1, 1, 1, 1, 0], np.int32),
    heights=np.array([2, 3, 1, 1, 1, 1, 0], np.int32),
    ratings=np.array([0, 5, 0, 3, -1, 5, 0], np.int8),
)


def arranged(field: SortField, descending: bool = True, grouping: Grouping = Grouping.NONE) -> Arrangement:
    names = np.array([3, 2, 1, 0, 4, 6, 5]) if field is SortField.NAME else None
    return arrange(COLUMNS, Order(field, descending, grouping), names)


@pytest.mark.parametrize(
    ("field", "descending", "ids"),
    [
        (SortField.TAKEN, True, [11, 15, 12, 13, 14, 17, 16]),
        (SortField.TAKEN, False, [14, 13, 12, 15, 11, 17, 16]),
        (SortField.ADDED, True, [17, 16, 15, 14, 13, 12, 11]),
        (SortField.ADDED, False, [11, 12, 13, 14, 15, 16, 17]),
        (SortField.NAME, False, [13, 12, 15, 11, 14, 16, 17]),
        (SortField.NAME, True, [17, 16, 14, 11, 15, 12, 13]),
        (SortField.SIZE, True, [15, 14, 11, 13, 16, 17, 12]),
        (SortField.RATING, True, [15, 17, 13, 11, 12, 16, 14]),
    ],
)
def test_photos_without_a_date_are_last_and_equals_stay_the_newest_first(
    field: SortField, descending: bool, ids: list[int]
) -> None:
    found = arranged(field, descending)
    assert found.listed == found.ids.tolist() == ids
    assert [found.row(number) for number in ids] == list(range(7))
    assert found.row(99) == found.row(0) == -1


@pytest.mark.parametrize(
    ("field", "grouping", "codes", "counts"),
    [
        (
            SortField.TAKEN,
            Grouping.DAY,
            [20240102, 20240101, 20231231, 20231200, 20220000, 0],
            [1, 1, 1, 1, 1, 2],
        ),
        (SortField.TAKEN, Grouping.MONTH, [20240100, 20231200, 20220000, 0], [2, 2, 1, 2]),
        (SortField.TAKEN, Grouping.NONE, [0], [7]),
        (SortField.RATING, Grouping.DAY, [5, 3, 0, -1], [2, 1, 3, 1]),
        (SortField.SIZE, Grouping.DAY, [0], [7]),
    ],
)
def test_sections_begin_where_the_heading_changes(
    field: SortField, grouping: Grouping, codes: list[int], counts: list[int]
) -> None:
    found = arranged(field, grouping=grouping)
    assert (found.codes.tolist(), found.counts.tolist()) == (codes, counts)
    assert found.headed == (len(codes) > 1)


def test_no_photos_have_no_sections() -> None:
    none = np.zeros(0, np.int64)
    found = arrange(PhotoColumns(none, none, none, none, none, none), Order())  # type: ignore[arg-type]
    assert (found.listed, len(found.counts), found.row(1)) == ([], 0, -1)


@pytest.mark.parametrize(
    ("sort", "grouping", "order"),
    [
        ("-size", "day", Order(SortField.SIZE, True, Grouping.DAY)),
        ("name", "none", Order(SortField.NAME, False, Grouping.NONE)),
        ("", "", Order()),
        ("colour", "week", Order()),
    ],
)
def test_orders_are_kept_as_words(sort: str, grouping: str, order: Order) -> None:
    assert Order.read(sort, grouping) == order
    assert Order.read(order.sort, order.grouping) == order


def test_headings_say_as_much_as_is_known(qapp: object) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    try:
        assert day_text(20190718) == "Thursday 18 July 2019" or day_text(20190718) == "Thursday, 18 July 2019"
        assert [day_text(code) for code in (20190700, 20190000, 0)] == ["July 2019", "2019", "No date"]
    finally:
        QLocale.setDefault(before)
    assert [stars_text(stars) for stars in (3, 0, -1)] == ["★★★", "No stars", "Rejected"]


def test_the_model_tells_screen_readers_the_date_and_the_stars(thumbnails: Thumbnails) -> None:
    model = LibraryModel(thumbnails)
    model.show(arranged(SortField.RATING))
    assert model.accessible_text(0).startswith("Photo 1 of 7, ")
    assert "2024" in model.accessible_text(0) and model.accessible_text(0).endswith("5 stars")
    assert model.accessible_text(6) == "Photo 7 of 7, 2022"
    assert model.aspects().tolist() == pytest.approx([2 / 3, 1, 1, 1.5, 1, 0, 1])


def test_other_stars_are_drawn_where_the_photos_stay(thumbnails: Thumbnails) -> None:
    model = LibraryModel(thumbnails)
    model.show(arranged(SortField.TAKEN))
    changed: list[object] = []
    model.dataChanged.connect(lambda *_: changed.append(1))
    model.show(arranged(SortField.TAKEN, grouping=Grouping.DAY))
    assert not changed
    ratings = COLUMNS.ratings.copy()
    ratings[0] = 4
    columns = PhotoColumns(COLUMNS.ids, COLUMNS.days, COLUMNS.sizes, COLUMNS.widths, COLUMNS.heights, ratings)
    model.show(arrange(columns, Order()))
    assert changed and model.stars(0) == 4
