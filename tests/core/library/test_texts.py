"""Text in photos: read by the real networks in their process, kept, found by words, and forgotten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.filters import Filters
from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import FAST, Throttle
from lookalike.library import text_preparation
from lookalike.library.text_preparation import BackgroundTexts, TextPreparation
from lookalike.progress import Stage
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.word_search import WordSearch
from lookalike.terms import terms_of
from lookalike.words import text_worker
from lookalike.words.text_reader import VERSION, is_installed
from lookalike.words.text_search import TextSearch
from lookalike.words.text_worker import TextWorker
from lookalike.worker import WorkerDiedError
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import SmallLibrary
from tests.builders.text_photos import TextPhotos

needs_extra = pytest.mark.skipif(not is_installed(), reason="needs the extra ocr")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


def add(catalog: Catalog, *texts: str) -> list[int]:
    """Contents with texts; they lie in no file."""
    ids = []
    with catalog.unit_of_work() as work:
        ids = [work.put_content(ContentRow(f"{number}", 1, 10, 10, "JPEG")) for number in range(len(texts))]
    for number, text in zip(ids, texts, strict=True):
        catalog.photo_texts.put(number, text, 0.1, VERSION)
    return ids


def found(catalog: Catalog, *words: str, allowed: list[int]) -> list[int]:
    hits = TextSearch(catalog).search(words, " ".join(words), 10, np.array(allowed, np.int64))
    return [hit.content_id for hit in hits]


class TestCatalog:
    def test_words_find_texts_with_the_line_as_the_reason(self, catalog: Catalog) -> None:
        ids = add(catalog, "CITY BAKERY\nTotal 12.50 EUR", "", "City hall\nopening hours")
        hits = TextSearch(catalog).search(["total"], "total", 10, np.array(ids, np.int64))
        assert [(hit.content_id, hit.reason.kind, hit.reason.text) for hit in hits] == [
            (ids[0], "text", "Total 12.50 EUR")
        ]
        assert hits[0].reason.certain
        assert found(catalog, "city", allowed=ids) == [ids[2], ids[0]]
        assert found(catalog, "city", "bak", allowed=ids) == [ids[0]]
        assert found(catalog, "the", "hall", allowed=ids) == [ids[2]]
        assert found(catalog, "opening hours", allowed=ids) == [ids[2]]
        assert found(catalog, "hours opening", allowed=ids) == []
        assert found(catalog, "city", allowed=[ids[0]]) == [ids[0]]
        assert found(catalog, "…", allowed=ids) == []

    def test_case_accents_and_scripts_without_spaces(self, catalog: Catalog) -> None:
        ids = add(catalog, "BÄCKEREI Müller", "出口はこちら")
        assert found(catalog, "backerei", allowed=ids) == [ids[0]]
        assert found(catalog, "出口", allowed=ids) == [ids[1]]

    def test_a_new_text_takes_the_place_of_the_old(self, catalog: Catalog) -> None:
        (number,) = add(catalog, "before")
        catalog.photo_texts.put(number, "after", 0.2, VERSION)
        assert found(catalog, "before", allowed=[number]) == []
        assert found(catalog, "after", allowed=[number]) == [number]
        assert catalog.photo_texts.get([number]) == {number: "after"}
        catalog.photo_texts.put(number, "", 0, VERSION)
        assert catalog.photo_texts.get([number]) == {}
        assert found(catalog, "after", allowed=[number]) == []

    def test_nothing_is_left_of_what_is_cleared_or_gone(self, catalog: Catalog) -> None:
        ids = add(catalog, "one word", "another word")
        with catalog.transaction() as db:
            db.execute("DELETE FROM contents WHERE id = ?", (ids[0],))
        assert found(catalog, "word", allowed=ids) == [ids[1]]
        catalog.photo_texts.put(ids[0], "word", 0.1, VERSION)
        assert catalog.photo_texts.read(VERSION) == {ids[1]}
        catalog.photo_texts.clear()
        assert catalog.photo_texts.read(VERSION) == set()
        assert found(catalog, "word", allowed=ids) == []

    def test_long_lines_are_cut_around_the_word(self, catalog: Catalog) -> None:
        ids = add(catalog, "short\n" + "before " * 30 + "needle " + "after " * 30)
        hit = TextSearch(catalog).search(["need"], "need", 10, np.array(ids, np.int64))[0]
        assert (
            hit.reason.text.startswith("… before before before needle after") and len(hit.reason.text) == 80
        )


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A photo without text, an old one of a sign, and a new one of a receipt."""
    album = tmp_path / "album"
    album.mkdir()
    draw = TextPhotos(5)
    textured_photo(1, (640, 480)).save(album / "plain.jpg")
    for name, photo, year in (
        ("sign", draw.sign((1000, 750)), 2001),
        ("receipt", draw.receipt(500, 6), 2020),
    ):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"{year}:05:05 10:00:00"
        photo.image.save(album / f"{name}.jpg", exif=exif, quality=90)
    return album


@pytest.fixture
def library(tmp_path: Path, album: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    library.scan()
    yield library
    library.close()


def preparation_of(library: SmallLibrary) -> TextPreparation:
    return TextPreparation(
        library.catalog, QueryPhotos(library.catalog), Throttle(lambda: FAST), lambda: False
    )


def number_of(library: SmallLibrary, name: str) -> int:
    paths = library.files.paths(library.catalog.contents.visible())
    return next(number for number, some in paths.items() if some[0].stem == name)


@needs_extra
@pytest.mark.slow
class TestReading:
    def test_photos_are_read_newest_first_and_found_by_their_text(self, library: SmallLibrary) -> None:
        texts = preparation_of(library)
        assert texts.lacking()[0] == number_of(library, "receipt")
        job = texts.make()
        steps = [next(job)]
        while not texts.status().read:
            steps.append(next(job))
        assert texts.text_of(number_of(library, "receipt")) and not texts.text_of(number_of(library, "sign"))
        # Closed in the middle; the next job goes on from there.
        job.close()
        steps += list(texts.make())
        assert {step.stage for step in steps} == {Stage.READING_TEXT}
        assert steps[-1].ended and steps[-1].done == 3 and not steps[-1].skipped
        state = texts.status()
        assert (state.photos, state.read, state.with_text) == (3, 3, 2)
        assert list(texts.make()) == []

        sign = TextPhotos(5).sign((1000, 750))
        answer = WordSearch(library.catalog, [TextSearch(library.catalog)]).search(
            sign.words[0].lower(), Filters(), 10
        )
        assert [photo.content_id for photo in answer.photos] == [number_of(library, "sign")]
        assert answer.photos[0].reasons[0].kind == "text"
        assert not answer.notes
        texts.clear()
        assert len(texts.lacking()) == 3

    def test_a_photo_that_changed_or_is_gone_costs_a_line_and_no_more(
        self, library: SmallLibrary, album: Path
    ) -> None:
        textured_photo(9, (300, 200)).save(album / "sign.jpg")
        (album / "plain.jpg").unlink()
        texts = preparation_of(library)
        last = list(texts.make())[-1]
        assert texts.status().read == 1
        assert any("sign.jpg has changed" in line.reason for line in last.skipped)

    def test_where_it_dies_over_a_photo_that_photo_has_no_text(
        self, library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Its child ends at once, as a crash of native code does.
        monkeypatch.setattr(text_worker, "_serve", sys.exit)
        with pytest.raises(WorkerDiedError):
            list(preparation_of(library).make())
        assert preparation_of(library).status().read == text_preparation.MOST_DEATHS - 1
        assert preparation_of(library).status().with_text == 0

    def test_in_the_background_it_waits_for_quiet_and_for_the_user(self, library: SmallLibrary) -> None:
        texts = preparation_of(library)
        assert BackgroundTexts(texts).step() is None
        background = BackgroundTexts(texts, quiet_seconds=0)
        texts.choose(ahead=False)
        assert background.step() is None
        texts.choose(ahead=True)
        assert background.step() is not None
        # Switched off in the middle of a photo.
        texts.choose(ahead=False)
        assert background.step() is None
        texts.choose(ahead=True)
        while background.step() is not None:
            pass
        assert texts.status().read == 3
        assert background.step() is None
        background.close()

    def test_cancelled_at_once(self, library: SmallLibrary) -> None:
        assert list(preparation_of(library).make(lambda: True))[-1].ended
        assert preparation_of(library).status().read == 0


@needs_extra
@pytest.mark.slow
class TestReader:
    def test_upside_down_and_lying_texts_are_read(self) -> None:
        draw = TextPhotos(3)
        flat = draw.laid(draw.receipt(500, 5), (900, 1200))
        worker = TextWorker()
        try:
            for turns in range(4):
                worker.submit(np.asarray(draw.quarter(flat, turns).image))
                read = worker.collect()
                wanted = {term for word in flat.words for term in terms_of(word)}
                assert len(wanted & set(terms_of(read.text))) >= 0.9 * len(wanted), turns
                assert 0.05 < read.share < 0.6
        finally:
            worker.close()

    def test_memory_is_given_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_worker, "MOST_MEMORY", 1)
        worker = TextWorker()
        try:
            for _ in range(2):
                worker.submit(np.zeros((64, 64, 3), np.uint8))
                assert worker.collect().lines == ()
        finally:
            worker.close()

    def test_no_connection_is_ever_made(self) -> None:
        program = """
import sys
sys.addaudithook(lambda event, arguments: event.startswith("socket.connect") and sys.exit("connected"))
import numpy as np
from lookalike.words.text_reader import TextReader
from tests.builders.text_photos import TextPhotos
photo = TextPhotos(3).sign((800, 600))
text = TextReader(1).read(np.asarray(photo.image)).text
assert photo.words[0] in text, text
assert "openvino_telemetry" not in {name for name, module in sys.modules.items() if module}
"""
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[3],
        )
        assert done.returncode == 0, done.stderr


def test_without_the_extra_it_says_what_is_missing(
    library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_preparation, "is_installed", lambda: False)
    texts = preparation_of(library)
    with pytest.raises(LookalikeError, match="rapidocr"):
        list(texts.make())
    assert not texts.status().installed
    assert BackgroundTexts(texts, quiet_seconds=0).step() is None
