"""Kinds of photos: screens, pages and receipts told from photographs, kept, worked out anew, and filtered by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from lookalike.catalog.filters import Filters
from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import FAST, Throttle
from lookalike.library.kind_preparation import BackgroundKinds, KindPreparation
from lookalike.photos import open_image
from lookalike.progress import Stage
from lookalike.words.fact_search import FactSearch
from lookalike.words.kind_look import look_at
from lookalike.words.photo_kinds import DOCUMENT, RECEIPT, SCREENSHOT, KindEvidence, kind_of
from lookalike.words.query_filters import QueryFilters
from lookalike.words.query_syntax import parse
from tests.builders.photo_files import textured_photo
from tests.builders.screens import Screens
from tests.builders.small_library import SmallLibrary
from tests.builders.text_photos import TextPhoto, TextPhotos

TODAY = date(2024, 5, 1)


def evidence(image: Image.Image, form: str, text: str | None = None, share: float = 0.0) -> KindEvidence:
    small = image.copy()
    small.thumbnail((256, 256))
    return KindEvidence(image.width, image.height, form, "", look_at(small), text, share)


def lines_of(paper: TextPhoto, words: int) -> str:
    """The words of a paper, so many a line, as they are read."""
    return "\n".join(" ".join(paper.words[at : at + words]) for at in range(0, len(paper.words), words))


class TestLooks:
    def test_shares_are_those_of_a_picture_drawn_by_hand(self) -> None:
        pixels = np.full((8, 8, 3), 255, np.uint8)
        pixels[4:] = (10, 10, 10)
        pixels[:, 4:, 2] = 0
        look = look_at(Image.fromarray(pixels))
        # Of the 49 places with a neighbour on either side 7 lie above the dark half, and 4 beside the yellow quarter,
        # one of which is both. The 3 that lie beside the darkest quarter differ too little for an edge.
        assert look.edges == pytest.approx(10 / 49)
        assert look.flat == pytest.approx(36 / 49)
        assert look.straight == pytest.approx(9 / 10)
        assert look.colours == 1.0
        assert look.grey == pytest.approx(0.75)
        assert look.paper == pytest.approx(0.25)

    @pytest.mark.parametrize("size", [(1, 1), (1, 256), (256, 1)])
    def test_a_picture_of_one_line_has_one(self, size: tuple[int, int]) -> None:
        look = look_at(Image.new("RGB", size, "white"))
        assert (look.flat, look.edges, look.straight, look.colours) == (0.0, 0.0, 0.0, 1.0)


class TestKinds:
    def test_what_is_grabbed_from_a_screen_is_a_screenshot(self, qapp: QApplication) -> None:
        some = [Screens(seed).screen() for seed in range(8)]
        assert [kind_of(evidence(image, "PNG")) for image in some] == [SCREENSHOT] * 8

    def test_one_of_another_size_is_known_by_its_text(self, qapp: QApplication) -> None:
        window = Screens(2).screen().resize((1001, 602))
        assert kind_of(evidence(window, "JPEG")) == ""
        assert kind_of(evidence(window, "JPEG", "File\nEdit\nView\nFind\nHelp", 0.01)) == SCREENSHOT
        assert kind_of(evidence(textured_photo(1), "JPEG", "File\nEdit\nView\nFind\nHelp", 0.01)) == ""

    @pytest.mark.parametrize("form", ["JPEG", "PNG"])
    def test_photographs_are_none(self, form: str) -> None:
        for seed in range(4):
            assert kind_of(evidence(textured_photo(seed), form)) == ""
        assert kind_of(evidence(Image.new("RGB", (640, 480)), form)) == ""

    def test_what_a_camera_took_is_no_screenshot(self, qapp: QApplication) -> None:
        image = Screens(1).screen()
        small = image.resize((256, 256))
        photo = KindEvidence(image.width, image.height, "PNG", "Apple iPhone 12", look_at(small))
        assert kind_of(photo) == ""

    def test_without_a_thumbnail_only_metadata_count(self) -> None:
        assert kind_of(KindEvidence(1170, 2532, "PNG")) == SCREENSHOT
        assert kind_of(KindEvidence(1920, 1080, "PNG")) == ""
        assert kind_of(KindEvidence(1170, 2532, "JPEG")) == ""

    def test_receipts_and_pages_are_told_by_their_text(self) -> None:
        draw = TextPhotos(2)
        receipt, page = draw.receipt(), draw.page(1000)
        table = draw.ground((1200, 1600))
        assert kind_of(evidence(table, "JPEG", lines_of(receipt, 3), 0.2)) == RECEIPT
        assert kind_of(evidence(table, "JPEG", lines_of(page, 9), 0.3)) == DOCUMENT
        # Far away in a photo of something else, or on a sign.
        assert kind_of(evidence(table, "JPEG", lines_of(page, 9), 0.02)) == ""
        assert kind_of(evidence(table, "JPEG", "MUSEUM\nOF ART", 0.3)) == ""
        assert kind_of(evidence(table, "JPEG", "12.05.2024\n13.05.2024\n14.05.2024 total", 0.3)) == ""
        assert kind_of(evidence(table, "JPEG")) == ""


def preparation_of(library: SmallLibrary) -> KindPreparation:
    return KindPreparation(library.catalog, library.thumbnails, Throttle(lambda: FAST), lambda: False)


def met(library: SmallLibrary, text: str) -> set[str]:
    filters = QueryFilters(library.catalog, FactSearch(library.catalog))
    ids, _ = filters.allowed(parse(text, TODAY), Filters(), TODAY)
    assert ids is not None
    return {paths[0].stem for paths in library.files.paths(ids.tolist()).values()}


def test_a_library_is_filtered_by_them(tmp_path: Path, qapp: QApplication) -> None:
    album = tmp_path / "album"
    album.mkdir()
    Screens(3).screen().save(album / "window.png")
    textured_photo(1).save(album / "forest.jpg")
    textured_photo(2).save(album / "Screenshot 2024-01-01.jpg")
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    library.scan()
    try:
        job = preparation_of(library).make()
        next(job)
        job.close()
        steps = list(preparation_of(library).make())
        assert {step.stage for step in steps} == {Stage.RECOGNISING}
        assert steps[-1].ended and steps[-1].done == 3
        assert list(preparation_of(library).make()) == []
        # By what it shows, and by its name.
        assert met(library, "type:screenshot") == {"window", "Screenshot 2024-01-01"}
        assert met(library, "-type:screenshots") == {"forest"}
        assert met(library, "type:screenshot type:jpeg") == {"window", "Screenshot 2024-01-01", "forest"}
        assert met(library, "type:receipt") == set()
        filters = QueryFilters(library.catalog, FactSearch(library.catalog))
        assert ("screenshot", 1) in filters.values()["type"]

        # What is read later counts.
        (forest,) = [
            n
            for n, paths in library.files.paths(library.catalog.contents.visible()).items()
            if paths[0].stem == "forest"
        ]
        draw = TextPhotos(2)
        library.catalog.photo_texts.put(forest, lines_of(draw.receipt(), 3), 0.2, 1)
        background = BackgroundKinds(preparation_of(library))
        while background.step() is not None:
            pass
        assert background.step() is None
        background.close()
        assert met(library, "type:receipts") == {"forest"}
        library.catalog.remove_folder(library.folders.all()[0])
        assert met(library, "type:receipt") == met(library, "type:screenshot") == set()
    finally:
        library.close()


@pytest.mark.data
@pytest.mark.slow
def test_few_photographs_are_taken_for_screenshots(data: Path) -> None:
    paths = sorted((data / "dev").rglob("*.jpg"))[::12]
    wrong = total = 0
    for path in paths:
        try:
            image = open_image(path, 256)
        except LookalikeError:
            continue
        total += 1
        wrong += bool(kind_of(evidence(image, "JPEG")))
    assert total > 50 and wrong <= 0.01 * total
