"""Captions of a library: written by a real tiny model in its process, kept, found by words, and interrupted."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lookalike.catalog.filters import Filters
from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import FAST, Throttle
from lookalike.judges.caption_judge import CaptionJudge
from lookalike.judges.kind import JudgeResources
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.registry import NO_JUDGE, JudgeRegistry
from lookalike.library.caption_preparation import BackgroundCaptions, CaptionPreparation
from lookalike.progress import Stage
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.word_search import WordSearch
from lookalike.words.text_search import CaptionSearch
from tests.builders.gguf_models import write_pair
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    album = tmp_path / "album"
    album.mkdir()
    for number in range(3):
        textured_photo(number, (160, 120)).save(album / f"{number}.png")
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    library.scan()
    yield library
    library.close()


@pytest.fixture
def model(tmp_path: Path) -> Iterator[CaptionJudge]:
    if importlib.util.find_spec("llama_cpp") is None:
        pytest.skip("llama-cpp-python is not installed")
    judge = MllmJudge(*write_pair(tmp_path / "model", "qwen2vl"), token_store=None)
    yield judge
    judge.close()


class Desk:
    """What tells the job whether a search is under way."""

    searching = False


def preparation_of(library: SmallLibrary, model: CaptionJudge, desk: type[Desk] = Desk) -> CaptionPreparation:
    return CaptionPreparation(
        library.catalog,
        lambda name: model,
        QueryPhotos(library.catalog).candidate,
        Throttle(lambda: FAST),
        lambda: desk.searching,
    )


@pytest.mark.mllm
@pytest.mark.slow
class TestWriting:
    def test_all_photos_get_one_and_only_once(self, library: SmallLibrary, model: CaptionJudge) -> None:
        captions = preparation_of(library, model)
        job = captions.make()
        while not library.catalog.captions.written(model.caption_key):
            next(job)
        job.close()
        assert len(library.catalog.captions.written(model.caption_key)) < 3
        steps = list(captions.make())
        assert {step.stage for step in steps} == {Stage.CAPTIONING}
        assert steps[-1].ended and steps[-1].done == 3 and not steps[-1].skipped
        assert len(library.catalog.captions.written(model.caption_key)) == 3
        assert list(captions.make()) == []

    def test_a_search_has_the_model_at_once(
        self, library: SmallLibrary, model: CaptionJudge, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        captions = preparation_of(library, model)
        job = captions.make()
        next(job)
        monkeypatch.setattr(Desk, "searching", True)
        for _ in range(20):
            next(job)
        waiting = library.catalog.captions.written(model.caption_key)
        for _ in range(5):
            next(job)
        assert library.catalog.captions.written(model.caption_key) == waiting
        monkeypatch.setattr(Desk, "searching", False)
        assert list(job)[-1].done == 3
        assert len(library.catalog.captions.written(model.caption_key)) == 3

    def test_a_photo_that_cannot_be_read_costs_a_line(
        self, library: SmallLibrary, model: CaptionJudge, tmp_path: Path
    ) -> None:
        textured_photo(9, (160, 120)).save(tmp_path / "album" / "1.png")
        last = list(preparation_of(library, model).make())[-1]
        assert [Path(line.path).name for line in last.skipped] == ["1.png"]
        assert last.done == 3
        assert len(library.catalog.captions.written(model.caption_key)) == 2

    def test_in_the_background_only_where_the_user_allows_it(
        self, library: SmallLibrary, model: CaptionJudge
    ) -> None:
        captions = preparation_of(library, model)
        background = BackgroundCaptions(captions, quiet_seconds=0)
        assert not captions.ahead and background.step() is None
        captions.choose(ahead=True)
        assert BackgroundCaptions(captions).step() is None
        assert background.step() is not None
        captions.choose(ahead=False)
        assert background.step() is None
        captions.choose(ahead=True)
        while background.step() is not None:
            pass
        assert len(library.catalog.captions.written(model.caption_key)) == 3
        background.close()


def test_without_a_model_nothing_is_written_and_the_rest_goes_on(library: SmallLibrary) -> None:
    registry = JudgeRegistry(library.catalog.settings, JudgeResources(None, None, None))  # type: ignore[arg-type]
    for name in (NO_JUDGE, "geometry"):
        with pytest.raises(LookalikeError, match="Only multimodal models write captions"):
            registry.caption_judge(name)
    captions = CaptionPreparation(
        library.catalog,
        lambda name: registry.caption_judge(NO_JUDGE),
        QueryPhotos(library.catalog).candidate,
        Throttle(lambda: FAST),
        lambda: False,
    )
    captions.choose(ahead=True)
    background = BackgroundCaptions(captions, quiet_seconds=0)
    assert background.step() is None
    background.close()


def test_captions_are_found_but_never_certain(library: SmallLibrary) -> None:
    first, second, third = library.catalog.contents.visible()
    captions = library.catalog.captions
    captions.put(first, "A brown dog on wet grass.", "model")
    captions.put(second, "", "model")
    captions.put(third, "A cat.", "model")
    captions.put(third, "A dog behind a fence.", "another model")
    search = WordSearch(library.catalog, [CaptionSearch(library.catalog)])
    answer = search.search("dogs on grass", Filters(), 10)
    assert [photo.content_id for photo in answer.photos] == []
    answer = search.search("dog on grass", Filters(), 10)
    assert [photo.content_id for photo in answer.photos] == [first]
    assert answer.sure == 0
    assert [(reason.kind, reason.text, reason.certain) for reason in answer.photos[0].reasons] == [
        ("caption", "A brown dog on wet grass.", False)
    ]
    allowed = np.array(sorted([first, second, third]), np.int64)
    hits = CaptionSearch(library.catalog).search(["cat"], "cat", 5, allowed)
    assert hits == []
    assert captions.count() == 2
    captions.clear()
    assert captions.count() == 0
    assert CaptionSearch(library.catalog).search(["dog"], "dog", 5, allowed) == []
