"""A dual encoder beside the descriptor model: it describes all photos in the background, and words find them by it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from lookalike import app_paths
from lookalike.cli.main import run
from lookalike.cli.reasons import reasons_text
from lookalike.descriptors.transformers_model import TransformersDescriber
from lookalike.errors import LookalikeError
from lookalike.ingest import photo_reader
from lookalike.library import Library
from lookalike.models.store import ModelStore
from lookalike.photos import FileBytes, Photo
from lookalike.photos.errors import damaged
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking
from lookalike.search.settings import SearchSettings
from lookalike.words.model_search import UNWANTED_WEIGHT
from tests.builders.inside import catalog_of
from tests.builders.installed_models import put_descriptor
from tests.builders.jobs import result_of
from tests.builders.photo_files import textured_photo, write_album
from tests.builders.vision_models import save_clip, save_dinov2, save_siglip

PHOTOS = 12


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    save_clip(root / "clip")
    save_siglip(root / "siglip")
    save_dinov2(root / "dino")
    return root


@pytest.fixture
def store(models: Path, own_home: Path) -> ModelStore:
    store = ModelStore(app_paths.models())
    for name in ("clip", "siglip", "dino"):
        put_descriptor(store, models / name, name)
    return store


@pytest.fixture
def library(store: ModelStore, tmp_path: Path) -> Iterator[Library]:
    write_album(tmp_path / "album", PHOTOS, seed=12)
    with Library(tmp_path / "library") as library:
        library.folders.add(tmp_path / "album")
        for _ in library.scan():
            pass
        yield library


def rankings(library: Library, query: Query | str, limit: int = 1000) -> list[Ranking]:
    asked = Query(words=query) if isinstance(query, str) else query
    return list(library.search.rankings(asked, SearchSettings(limit=limit), "none"))


def ids(library: Library, query: Query | str) -> list[int]:
    return [result.content_id for result in rankings(library, query)[-1].results]


def by_model(ranking: Ranking) -> list[int]:
    return [
        result.content_id
        for result in ranking.results
        if any(reason.kind == "model" for reason in result.reasons)
    ]


def order_of(library: Library, folder: Path, words: str, unwanted: Sequence[str] = ()) -> list[int]:
    """All photos by the cosine that the model itself gives, best first."""
    describer = TransformersDescriber(folder)
    record = catalog_of(library).descriptors(describer.key, describer.dimension)
    numbers = record.ids()
    asked = describer.describe_words([words])[0]
    if unwanted:
        asked = asked - UNWANTED_WEIGHT * describer.describe_words(unwanted).mean(axis=0)
    found: list[int] = numbers[np.argsort(-(record.vectors(numbers) @ asked), kind="stable")].tolist()
    return found


def described(library: Library) -> int:
    state = library.status().words_model
    assert state is not None
    return state.described


@pytest.mark.slow
def test_two_models_side_by_side_each_find_photos_in_their_own_order(library: Library, models: Path) -> None:
    old = library.status().descriptor
    near = ids(library, Query(content_id=library.photos.ids()[0]))
    assert rankings(library, "castle")[-1].results == ()
    orders = {}
    for name in ("clip", "siglip"):
        library.words_model.choose(name)
        assert described(library) == 0
        stages = [
            (step.stage, step.done, step.total) for step in library.scan() if step.stage == "describing"
        ]
        assert stages[-1] == ("describing", PHOTOS, PHOTOS)
        assert described(library) == PHOTOS
        *early, last = rankings(library, "castle")
        assert [one.final for one in early] == [False], "what is known comes before the model is loaded"
        assert early[0].results == ()
        assert [one.final for one in rankings(library, "dog")] == [True]
        orders[name] = by_model(last)
        assert orders[name] == order_of(library, models / name, "castle")
        assert (last.same, last.by_words) == (0, True)
        similarities = [result.similarity for result in last.results]
        assert similarities == sorted(similarities, reverse=True)
        assert similarities[0] > similarities[-1]
        assert reasons_text(last.results[0].reasons) == "may look like “castle”"
    assert orders["clip"] != orders["siglip"]
    # Photos are searched for as before, and each model has an index of its own.
    assert library.status().descriptor == old
    assert ids(library, Query(content_id=library.photos.ids()[0])) == near
    assert len(list((library.folder / "index").iterdir())) == 3
    library.words_model.choose("none")
    assert library.status().words_model is None
    assert rankings(library, "castle")[-1].results == ()
    with pytest.raises(LookalikeError, match="nothing"):
        library.descriptor.forget("dino")
    assert library.descriptor.forget("clip") == PHOTOS


@pytest.mark.slow
def test_what_is_known_comes_first_and_photos_not_yet_described_are_found_by_it(
    library: Library, models: Path, tmp_path: Path
) -> None:
    library.words_model.choose("clip")
    for _ in library.scan():
        pass
    textured_photo(991, (320, 240)).save(tmp_path / "album" / "castle.jpg")
    for _ in library.scan(library.folders.all()):
        pass
    assert described(library) == PHOTOS
    ranking = rankings(library, "castle")[-1]
    new = max(library.photos.ids())
    assert ranking.results[0].content_id == new
    assert ranking.same == 1
    assert set(by_model(ranking)) == set(library.photos.ids()) - {new}
    for _ in library.scan():
        pass
    assert described(library) == PHOTOS + 1
    first = rankings(library, "castle")[-1].results[0]
    assert [reason.kind for reason in first.reasons] == ["name", "model"]


@pytest.mark.slow
def test_unwanted_words_are_taken_off_and_what_surely_has_them_is_left_out(
    library: Library, models: Path, tmp_path: Path
) -> None:
    library.words_model.choose("clip")
    textured_photo(992, (320, 240)).save(tmp_path / "album" / "dog.jpg")
    for _ in library.scan():
        pass
    (named,) = (n for n in library.photos.ids() if library.photos.paths([n])[n][0].stem == "dog")
    plain = ids(library, "castle")
    wanted = [n for n in order_of(library, models / "clip", "castle", ["dog"]) if n != named]
    assert ids(library, "castle -dog") == wanted
    assert wanted != [n for n in plain if n != named], "the photos that suit “dog” go down"
    both = Query(words="castle", negatives=(Query(words="dog"),))
    assert ids(library, both) == wanted


@pytest.mark.slow
def test_words_and_a_photo_are_searched_for_together(library: Library, models: Path) -> None:
    library.words_model.choose("siglip")
    for _ in library.scan():
        pass
    numbers = library.photos.ids()
    like = ids(library, Query(content_id=numbers[0]))
    looks = [n for n in order_of(library, models / "siglip", "red mug") if n != numbers[0]]
    scores = {n: 1 / (61 + like.index(n)) + 1 / (61 + looks.index(n)) for n in like}
    together = Query(content_id=numbers[0], positives=(Query(words="red mug"),))
    ranking = rankings(library, together)[-1]
    found = [result.content_id for result in ranking.results]
    assert [scores[n] for n in found] == pytest.approx(sorted(scores.values(), reverse=True))
    assert all(result.reasons[-1].text == "red mug" for result in ranking.results)


@pytest.mark.slow
def test_where_the_descriptor_model_reads_words_it_answers_them(library: Library, models: Path) -> None:
    assert not library.search.reads_words
    library.descriptor.choose("clip")
    for _ in library.scan():
        pass
    assert library.search.reads_words
    assert by_model(rankings(library, "castle")[-1]) == order_of(library, models / "clip", "castle")
    # Chosen for words as well, it describes nothing twice.
    library.words_model.choose("clip")
    assert not [step for step in library.scan() if step.stage == "describing"]
    assert described(library) == PHOTOS
    assert by_model(rankings(library, "castle")[-1]) == order_of(library, models / "clip", "castle")


@pytest.mark.slow
def test_a_model_for_words_can_become_the_descriptor_model(
    library: Library, models: Path, tmp_path: Path
) -> None:
    library.words_model.choose("clip")
    for _ in library.scan():
        pass
    order = by_model(rankings(library, "castle")[-1])
    library.descriptor.choose("clip")
    assert library.status().descriptor.startswith("clip"), "every photo is described already"
    assert by_model(rankings(library, "castle")[-1]) == order
    textured_photo(994, (320, 240)).save(tmp_path / "album" / "late.jpg")
    for _ in library.scan():
        pass
    library.words_model.choose("none")
    with Library(library.folder) as other:
        assert by_model(rankings(other, "castle")[-1]) == order_of(other, models / "clip", "castle")
        assert len(order_of(other, models / "clip", "castle")) == PHOTOS + 1


@pytest.mark.slow
def test_following_describes_them_in_the_background(library: Library, tmp_path: Path) -> None:
    library.words_model.choose("clip")
    seen: list[str] = []
    for progress in library.follow(lambda: len(seen) > 2 and seen[-3:] == ["watching"] * 3):
        seen.append(progress.stage)
        assert len(seen) < 2000
    assert "describing" in seen
    assert described(library) == PHOTOS
    textured_photo(993, (320, 240)).save(tmp_path / "album" / "late.jpg")
    for _ in library.follow(lambda: described(library) == PHOTOS + 1):
        pass


@pytest.mark.slow
def test_a_kill_loses_no_progress_and_another_process_finds_what_is_new(
    library: Library, models: Path, tmp_path: Path
) -> None:
    library.words_model.choose("clip")
    # Opens the index before anything is in it.
    assert rankings(library, "castle")[-1].results == ()
    command = [sys.executable, "-m", "lookalike", "--library", str(tmp_path / "library"), "scan"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while not described(library):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = described(library)
    assert len(by_model(rankings(library, "castle")[-1])) == before
    totals = [step.total for step in library.scan() if step.stage == "describing"]
    assert totals == [] if before == PHOTOS else totals[0] == PHOTOS - before
    assert described(library) == PHOTOS
    assert by_model(rankings(library, "castle")[-1]) == order_of(library, models / "clip", "castle")


@pytest.mark.slow
def test_a_damaged_model_costs_one_line_and_labels_answer(library: Library, store: ModelStore) -> None:
    weights = store.get("clip").folder / "model.safetensors"
    weights.unlink()
    weights.write_bytes(b"no weights")
    library.words_model.choose("clip")
    lines = [line.reason for step in library.scan() if step.ended for line in step.skipped]
    assert len(lines) == 1
    assert "cannot be loaded" in lines[0]
    assert "words are searched without this model" in lines[0]
    state = library.status().words_model
    assert state is not None and "cannot be loaded" in state.problem
    ranking = rankings(library, "photo_003")[-1]
    assert [result.reasons[0].kind for result in ranking.results] == ["name"]
    assert [note for note in ranking.notes if "The model for words was not asked: " in note] == [
        ranking.notes[0]
    ]
    assert "\n" not in ranking.notes[0]
    # It is not tried again and again.
    assert not [step for step in library.scan() if step.stage == "describing"]
    shutil.rmtree(store.get("clip").folder)
    with Library(library.folder) as other:
        assert "There is no model called clip" in rankings(other, "photo_003")[-1].notes[0]
        other.words_model.choose("none")
        assert not any("model" in note for note in rankings(other, "photo_003")[-1].notes)


@pytest.mark.slow
def test_a_broken_photo_is_told_once_and_holds_nothing_up(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = photo_reader.decode

    def failing(file: FileBytes, longest_side: int) -> Photo:
        if file.name == "photo_003.jpg":
            raise damaged(file.name)
        return decode(file, longest_side)

    monkeypatch.setattr(photo_reader, "decode", failing)
    library.words_model.choose("clip")
    lines = [line for step in library.scan() if step.ended for line in step.skipped]
    assert [Path(line.path).name for line in lines] == ["photo_003.jpg"]
    assert described(library) == PHOTOS - 1
    assert list(library.words_model.steps()) == []
    assert len(by_model(rankings(library, "castle")[-1])) == PHOTOS - 1


@pytest.mark.slow
def test_a_check_finds_and_mends_what_its_index_has_lost(library: Library) -> None:
    library.words_model.choose("clip")
    for _ in library.scan():
        pass
    assert result_of(library.check()).damage == ()
    lost = library.photos.ids()[:2]
    with library.words_model.use_own() as engine:
        assert engine is not None
        engine.index.remove(np.array(lost, np.int64))
        engine.index.flush()
    report = result_of(library.check())
    assert report.damage == ("By the model for words: Searches did not find 2 photos.",)
    assert report.repaired == (
        "By the model for words: The search index was brought in line with the catalog.",
    )
    assert report.sound
    assert result_of(library.check()).damage == ()
    assert set(lost) <= set(ids(library, "castle"))
    library.words_model.choose("none")
    with library.words_model.use_own() as engine:
        assert engine is None


def test_only_a_model_that_reads_words_can_be_chosen_and_it_is_kept_while_in_use(library: Library) -> None:
    for name in ("dino", "default"):
        with pytest.raises(LookalikeError, match="does not read words"):
            library.words_model.choose(name)
    with pytest.raises(LookalikeError, match="no model called nothing"):
        library.words_model.choose("nothing")
    assert library.status().words_model is None
    library.words_model.choose("clip")
    with pytest.raises(LookalikeError, match="in use for words"):
        library.descriptor.forget("clip")
    with pytest.raises(LookalikeError, match="finds photos by words"):
        library.models.remove("clip")


@pytest.mark.slow
def test_the_command_line_chooses_it_and_tells_of_it(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> str:
        capsys.readouterr()
        assert run(["--library", str(tmp_path / "library"), *arguments]) == 0
        return capsys.readouterr().out

    assert f"{PHOTOS} photos must be described" in call("models", "use", "clip", "--for", "words")
    assert f"words       clip, 0 of {PHOTOS} photos described" in call("status")
    assert json.loads(call("models", "list", "--json"))["words_model"]["name"] == "clip"
    call("scan")
    assert f"for words: clip, {PHOTOS} of {PHOTOS} photos described" in call("models", "list")
    found = json.loads(call("search", "castle", "--json"))
    assert found["results"][0]["why"] == [{"kind": "model", "text": "castle", "certain": False}]
    assert "without a model" in call("models", "use", "none", "--for", "words")
    assert "words " not in call("status")
    capsys.readouterr()
    assert run(["--library", str(tmp_path / "library"), "models", "use", "dino", "--for", "words"]) != 0
    assert "dino does not read words" in capsys.readouterr().err
