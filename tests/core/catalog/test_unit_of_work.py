from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.unit_of_work import CatalogChange


def test_every_subscriber_hears_of_what_is_committed(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    heard: list[CatalogChange] = []

    def fail(change: CatalogChange) -> None:
        raise RuntimeError("an index that cannot be read")

    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        folder = catalog.folders.add(tmp_path / "photos")
        unsubscribe = catalog.subscribe(fail)
        catalog.subscribe(heard.append)
        with pytest.raises(RuntimeError, match="cannot be read"), catalog.unit_of_work() as work:
            number = work.put_content(ContentRow("aa", 1, 1, 1, "JPEG"))
            work.put_file(folder, FileStat(b"%b/a.jpg" % bytes(tmp_path / "photos"), 1, 1, 1, 1), number)
        assert [change.content_ids for change in heard] == [{number}]
        assert catalog.contents.visible() == [number], "it is committed all the same"
        unsubscribe()
        catalog.remove_folder(folder)
        assert heard[-1].content_ids == {number}


def test_nobody_hears_of_what_is_not_committed(tmp_path: Path) -> None:
    heard: list[CatalogChange] = []
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        catalog.subscribe(heard.append)
        with pytest.raises(ZeroDivisionError), catalog.unit_of_work() as work:
            work.put_content(ContentRow("aa", 1, 1, 1, "JPEG"))
            raise ZeroDivisionError
        assert heard == []
        assert catalog.contents.id_of("aa") is None
