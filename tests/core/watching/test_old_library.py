"""A library of an older version comes to have words, companions and what people wrote into its photos."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from PIL import Image
from sqlite_utils import Database

from lookalike.catalog import annotations as annotations_module
from lookalike.catalog.annotations import AnnotationTable
from lookalike.catalog.filters import Filters
from lookalike.catalog.migrations import catalog_migrations
from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.ingest import photo_reader as reading_module
from lookalike.library import Library
from lookalike.photos import Annotations
from tests.builders.inside import catalog_of, having
from tests.builders.photo_files import encoded, raw_dng, textured_photo, write_album, xmp, xmp_with

SIZE = (160, 120)
LONG_AGO = 1_600_000_000_000_000_001


def scan(library: Library) -> None:
    for _ in library.scan():
        pass


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """What the first version left of three plain photos, one with keywords, and a raw file with its picture."""
    album = tmp_path / "album"
    write_album(album, 3, seed=4, size=SIZE)
    said = xmp(Annotations(3, "", "", ("sunset",)))
    (album / "tagged.jpg").write_bytes(encoded(textured_photo(77, SIZE), "JPEG", xmp=said))
    (album / "shot.dng").write_bytes(raw_dng(textured_photo(50, SIZE)))
    (album / "shot.jpg").write_bytes(encoded(textured_photo(50, SIZE), "JPEG"))
    for path in album.iterdir():
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    with Library(tmp_path / "new") as library:
        library.folders.add(album)
        scan(library)
    (tmp_path / "old").mkdir()
    db = Database(tmp_path / "old" / "catalog.sqlite")
    catalog_migrations.apply(db, stop_before="m0005_ratings_titles_keywords")
    db.attach("new", tmp_path / "new" / "catalog.sqlite")
    for table in ("contents", "folders", "files", "describers", "descriptors"):
        columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
        db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    db.conn.commit()
    db.close()
    return tmp_path / "old"


@pytest.mark.slow
def test_an_old_library_has_words_and_pairs_at_once_and_ratings_after_a_scan(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotations_module, "CATCH_UP", 2)
    refresh = AnnotationTable.refresh
    done = []

    def dies(
        self: AnnotationTable, db: Database, shots: Iterable[bytes], content_ids: Sequence[int]
    ) -> set[int]:
        done.append(content_ids)
        if len(done) == 2:
            raise KeyboardInterrupt
        return refresh(self, db, shots, content_ids)

    with monkeypatch.context() as patch:
        patch.setattr(AnnotationTable, "refresh", dies)
        with pytest.raises(KeyboardInterrupt):
            Library(old)
    monkeypatch.setattr(EfficientNetDescriber, "prepare", lambda *_: pytest.fail("described again"))
    with Library(old) as library:
        assert len(library.photos.ids()) == len(library) == 5
        assert len(having(library, "photo")) == 3
        assert library.photos.filter_choices().keywords == ()
        work = library.scan()
        next(work)
        work.close()
        scan(library)
        (tagged,) = library.photos.ids(Filters(keywords=("sunset",)))
        assert library.photos.ids(Filters(rating=3)) == [tagged]
        assert having(library, "sunset") == [tagged]
        assert len(library.photos.ids()) == len(library) == 5
        monkeypatch.setattr(reading_module, "read_file", None)
        scan(library)
        assert library.status().problems == ()


def test_metadata_are_read_once_more_without_describing_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    exif = Image.Exif()
    exif[0x010E], exif[0x0110] = "A pier", "Acme"
    exif.get_ifd(0x8769)[0x9003] = "1965:00:00 00:00:00"
    (album / "a.jpg").write_bytes(encoded(textured_photo(1, SIZE), "JPEG", exif=exif.tobytes()))
    (album / "b.jpg").write_bytes(encoded(textured_photo(2, SIZE), "JPEG"))
    (album / "b.xmp").write_bytes(xmp_with("<photoshop:DateCreated>1966-07</photoshop:DateCreated>"))
    for path in album.iterdir():
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        scan(library)
    # As the version before left it: with what it read, and that all was read.
    db = Database(tmp_path / "library" / "catalog.sqlite")
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0016_metadata_read_again'")
    db.conn.execute("UPDATE contents SET embedded = NULL, title = NULL, camera = NULL, taken_at = NULL")
    db.conn.execute("UPDATE contents SET taken_at = '2020-01-01T00:00:00' WHERE id = 1")
    db.conn.execute("UPDATE sidecars SET said = NULL")
    db.conn.commit()
    db.close()
    monkeypatch.setattr(reading_module, "decode", lambda *_: pytest.fail("decoded again"))
    with Library(tmp_path / "library") as library:
        assert {row.taken_at for row in library.photos.facts([1, 2]).values()} == {
            "2020-01-01T00:00:00",
            None,
        }
        scan(library)
        known = catalog_of(library).files.known(os.fsencode(album))
        first, second = (known[os.fsencode(album / name)].content_id for name in ("a.jpg", "b.jpg"))
        assert first is not None
        assert second is not None
        facts, annotations = library.photos.facts([first, second]), library.photos.annotations([first])
        assert (facts[first].taken_at, facts[first].camera) == ("1965", "Acme")
        assert facts[second].taken_at == "1966-07"
        assert annotations[first].title == "A pier"
        monkeypatch.setattr(reading_module, "read_file", None)
        scan(library)
        assert library.status().problems == ()
