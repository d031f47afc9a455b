"""Changing the descriptor model: the old one answers until the new one has described every photo."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Never

import numpy as np
import pytest

from lookalike import app_paths
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.database import CatalogError
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.cli.main import run
from lookalike.cli.output import changing_line
from lookalike.errors import LookalikeError
from lookalike.ingest import photo_reader
from lookalike.library import Library
from lookalike.library.descriptor_migration import DescriptorChange
from lookalike.models.store import ModelStore
from lookalike.photos import FileBytes, Photo
from lookalike.photos.errors import damaged
from lookalike.search.query import Query
from tests.builders.inside import catalog_of, engine_of
from tests.builders.installed_models import put_descriptor
from tests.builders.jobs import result_of
from tests.builders.photo_files import raw_dng, textured_photo, write_album
from tests.builders.vision_models import save_dinov2

PHOTOS = 18


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_dinov2(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def store(model: Path, own_home: Path) -> ModelStore:
    store = ModelStore(app_paths.models())
    put_descriptor(store, model, "tiny")
    return store


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of photos described by the embedded model, closed."""
    root = tmp_path_factory.mktemp("indexed")
    write_album(root / "album", PHOTOS, seed=12)
    with Library(root / "library") as library:
        library.folders.add(root / "album")
        for _ in library.scan():
            pass
    return root


@pytest.fixture
def library(indexed: Path, store: ModelStore, tmp_path: Path) -> Iterator[Library]:
    """A copy of it, opened; another model is imported."""
    for name in ("album", "library"):
        shutil.copytree(indexed / name, tmp_path / name)
    catalog = Catalog(tmp_path / "library" / "catalog.sqlite")
    with catalog.transaction() as db:
        for table in ("files", "folders"):
            db.execute(
                f"UPDATE {table} SET path = CAST(replace(CAST(path AS TEXT), ?, ?) AS BLOB)",
                (str(indexed), str(tmp_path)),
            )
    catalog.close()
    with Library(tmp_path / "library") as library:
        yield library


def answers(library: Library) -> list[int]:
    """What a search with a photo of the library gives; nothing needs to be described for it."""
    *_, ranking = library.search.rankings(Query(content_id=library.photos.ids()[0]), judge="none")
    return [result.content_id for result in ranking.results]


def change_of(library: Library) -> DescriptorChange:
    change = library.status().changing
    assert change is not None
    return change


@pytest.mark.slow
def test_the_old_model_answers_until_the_new_one_is_ready(library: Library, tmp_path: Path) -> None:
    old = library.status().descriptor
    before = answers(library)
    library.descriptor.choose("tiny")
    assert change_of(library).described == 0
    # A search that runs on when the model changes ends as it began.
    running = library.search.rankings(Query(content_id=library.photos.ids()[1]), judge="geometry")
    assert not next(running).final
    stages = []
    for progress in library.scan():
        stages.append((progress.stage, progress.done, progress.total))
        if progress.stage == "describing":
            assert library.status().descriptor == old
            assert answers(library) == before
            textured_photo(991, (320, 240)).save(tmp_path / "album" / "new.jpg")
    described = [done for stage, done, _ in stages if stage == "describing"]
    assert described == sorted(described)
    assert described[-1] == PHOTOS
    *_, ranking = running
    assert ranking.final
    assert len(ranking.results) == PHOTOS - 1
    new = library.status()
    assert new.changing is None
    assert new.descriptor != old
    assert new.descriptor.startswith("dinov2")
    assert len(answers(library)) == PHOTOS - 1
    assert answers(library) != before
    for _ in library.scan():
        pass
    assert len(library) == PHOTOS + 1

    # Back again: only what came meanwhile has to be described.
    library.descriptor.choose("default")
    changing = change_of(library)
    assert (changing.name, changing.photos - changing.described) == ("default", 1)
    assert [p.total for p in library.scan() if p.stage == "describing" and p.ended] == [1]
    assert library.status().descriptor == old
    assert set(before) < set(answers(library))

    # What the model described is kept until it is forgotten.
    with pytest.raises(LookalikeError, match="in use"):
        library.descriptor.forget("default")
    assert library.descriptor.forget("tiny") == PHOTOS + 1
    assert list(library.descriptor.described()) == [old]
    assert len(list((library.folder / "index").iterdir())) == 1
    with pytest.raises(LookalikeError, match="nothing"):
        library.descriptor.forget("tiny")


@pytest.mark.slow
def test_following_changes_the_model_in_the_background(library: Library) -> None:
    library.descriptor.choose("tiny")
    old = library.status().descriptor
    seen: list[str] = []
    for progress in library.follow(lambda: len(seen) > 2 and seen[-3:] == ["watching"] * 3):
        seen.append(progress.stage)
        assert len(seen) < 1000
    assert "describing" in seen
    assert library.status().descriptor != old
    assert len(library) == PHOTOS


@pytest.mark.slow
def test_a_model_that_fails_is_given_up_and_told(library: Library, store: ModelStore) -> None:
    weights = store.get("tiny").folder / "model.safetensors"
    # The store holds a link to the file it was imported from.
    weights.unlink()
    weights.write_bytes(b"no weights")
    library.descriptor.choose("tiny")
    *_, last = library.scan()
    assert "Searches keep using the old model" in last.skipped[0].reason
    assert library.status().changing is None
    assert len(answers(library)) == PHOTOS - 1


def told(library: Library) -> list[str]:
    """The last word of a scan on the change of the model."""
    *_, last = library.scan()
    return [line.reason for line in last.skipped]


@pytest.mark.slow
def test_photos_whose_drive_is_away_are_waited_for(library: Library, tmp_path: Path) -> None:
    write_album(tmp_path / "beside", 2, seed=40)
    library.folders.add(tmp_path / "beside")
    for _ in library.scan():
        pass
    old = library.status().descriptor
    (tmp_path / "album").rename(tmp_path / "away")
    library.descriptor.choose("tiny")
    assert "18 photos wait" in told(library)[-1]
    assert library.status().descriptor == old
    changing = change_of(library)
    assert (changing.described, changing.photos, changing.waiting) == (2, PHOTOS + 2, PHOTOS)
    assert "waiting for 18 that cannot be read now" in changing_line(changing)
    assert len(answers(library)) == PHOTOS + 1
    (tmp_path / "away").rename(tmp_path / "album")
    for _ in library.scan():
        pass
    assert library.status().changing is None
    assert library.status().descriptor.startswith("dinov2")
    assert len(answers(library)) == PHOTOS + 1


@pytest.mark.slow
def test_a_file_that_cannot_be_read_now_is_waited_for_and_one_that_is_gone_is_not(
    library: Library, tmp_path: Path
) -> None:
    hidden = tmp_path / "album" / "photo_003.jpg"
    hidden.rename(tmp_path / "away.jpg")
    library.descriptor.choose("tiny")
    steps = list(library.descriptor.steps())
    assert "1 photo waits" in steps[-1].skipped[0].reason
    assert change_of(library).waiting == 1
    for _ in library.scan():
        pass
    assert library.status().descriptor.startswith("dinov2")
    assert len(library) == PHOTOS - 1
    (tmp_path / "away.jpg").rename(hidden)
    for _ in library.scan():
        pass
    assert len(library) == PHOTOS


@pytest.mark.slow
def test_broken_photos_do_not_hold_it_up(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    decode = photo_reader.decode

    def failing(file: FileBytes, longest_side: int) -> Photo:
        if file.name == "photo_003.jpg":
            raise damaged(file.name)
        return decode(file, longest_side)

    monkeypatch.setattr(photo_reader, "decode", failing)
    library.descriptor.choose("tiny")
    assert "damaged" in told(library)[-1]
    assert library.status().descriptor.startswith("dinov2")
    assert len(library) == PHOTOS - 1


def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that indexing reads from now on."""
    names: list[str] = []
    read_file = photo_reader.read_file

    def counted(path: Path) -> FileBytes:
        names.append(path.name)
        return read_file(path)

    monkeypatch.setattr(photo_reader, "read_file", counted)
    return names


@pytest.mark.slow
def test_a_paused_folder_is_not_read_and_waited_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = library.folders.all()
    old = library.status().descriptor
    library.folders.pause(folder)
    opened = files_read(monkeypatch)
    library.descriptor.choose("tiny")
    stages: list[str] = []
    for progress in library.follow(lambda: len(stages) > 3):
        stages.append(progress.stage)
    assert opened == []
    assert stages.count("describing") == 1, "told once"
    assert change_of(library).waiting == PHOTOS
    assert library.status().descriptor == old
    library.folders.pause(folder, False)
    for _ in library.scan():
        pass
    assert library.status().descriptor.startswith("dinov2")
    assert len(library) == PHOTOS


@pytest.mark.slow
def test_a_full_disk_interrupts_it_only(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put = DescriptorRecord.put

    def full(*_: Any) -> Never:
        raise CatalogError("The disk is full.")

    old = library.status().descriptor
    library.descriptor.choose("tiny")
    monkeypatch.setattr(DescriptorRecord, "put", full)
    assert "continues later" in told(library)[-1]
    assert change_of(library).name == "tiny"
    assert library.status().descriptor == old
    monkeypatch.setattr(DescriptorRecord, "put", put)
    for _ in library.scan():
        pass
    assert library.status().descriptor.startswith("dinov2")


def test_a_raw_file_beside_its_picture_is_not_counted(library: Library, tmp_path: Path) -> None:
    (tmp_path / "album" / "shot.dng").write_bytes(raw_dng(textured_photo(50, (160, 120))))
    textured_photo(50, (160, 120)).save(tmp_path / "album" / "shot.jpg")
    for _ in library.scan():
        pass
    library.descriptor.choose("tiny")
    changing = change_of(library)
    assert (changing.described, changing.photos, changing.waiting) == (0, PHOTOS + 1, 0)


@pytest.mark.slow
def test_photos_are_described_anew_gently_and_what_is_looked_at_first(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_of(library)
    first = tmp_path / "album" / "photo_007.jpg"
    library.folders.prioritise([first])
    order = files_read(monkeypatch)
    rested: list[float] = []

    def rest(worked: float) -> float:
        rested.append(worked)
        return 0.0

    monkeypatch.setattr(engine.indexer._throttle, "rest", rest)
    numbers = library.photos.ids()
    engine.record.forget(numbers)
    for _ in engine.indexer.describe(numbers):
        pass
    assert first.name in order[:4], "several files are read at once"
    assert sorted(order) == sorted(path.name for path in (tmp_path / "album").iterdir())
    assert len(rested) > 0
    assert len(engine.record.ids()) == PHOTOS


@pytest.mark.slow
def test_another_process_follows_the_change(library: Library, store: ModelStore, tmp_path: Path) -> None:
    library.descriptor.choose("tiny")
    other = Library(tmp_path / "library")
    try:
        assert other.status().descriptor == library.status().descriptor
        for _ in library.scan():
            pass
        assert len(answers(other)) == PHOTOS - 1
        assert other.status().descriptor == library.status().descriptor
        assert other.status().descriptor.startswith("dinov2")
    finally:
        other.close()


@pytest.mark.slow
def test_a_kill_loses_no_progress(library: Library, tmp_path: Path) -> None:
    library.descriptor.choose("tiny")
    command = [sys.executable, "-m", "lookalike", "--library", str(tmp_path / "library"), "scan"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while (state := library.status().changing) is not None and not state.described:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = library.descriptor.described()
    totals = [progress.total for progress in library.scan() if progress.stage == "describing"]
    assert len(answers(library)) == PHOTOS - 1
    key = library.status().descriptor
    assert key.startswith("dinov2")
    assert before[key] > 0
    assert totals[0] == PHOTOS - before[key] if totals else before[key] == PHOTOS
    assert library.descriptor.described()[key] == PHOTOS


@pytest.mark.slow
def test_the_command_line_tells_of_it(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> str:
        capsys.readouterr()
        assert run(["--library", str(tmp_path / "library"), *arguments]) == 0
        return capsys.readouterr().out

    assert f"{PHOTOS} photos must be described again" in call("models", "use", "tiny")
    assert f"changing to tiny: 0 of {PHOTOS} photos described" in call("status")
    assert json.loads(call("models", "list", "--json"))["changing"]["name"] == "tiny"
    call("models", "use", "default")
    assert "changing" not in call("status")
    call("models", "use", "tiny")
    call("scan")
    assert f"kept: {PHOTOS} descriptors of efficientnet" in call("models", "list")
    assert json.loads(call("models", "forget", "default", "--json")) == {"forgotten": PHOTOS}
    checked = json.loads(call("check", "--json"))
    assert (checked["photos"], checked["searched"], checked["sound"]) == (PHOTOS, PHOTOS, True)


@pytest.mark.slow
def test_a_library_opens_without_the_model_it_used(
    library: Library, store: ModelStore, tmp_path: Path
) -> None:
    library.descriptor.choose("tiny")
    for _ in library.scan():
        pass
    store.remove("tiny")
    with Library(tmp_path / "library") as other:
        assert "tiny" in other.status().missing[-1]
        assert len(answers(other)) == PHOTOS - 1, "what the embedded model described is still there"
        other.descriptor.choose("default")
    with Library(tmp_path / "library") as other:
        assert not any("tiny" in line for line in other.status().missing)


def test_check_finds_and_repairs_what_is_wrong(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, *_ = library.photos.ids()
    engine_of(library).index.remove(np.array([first]))
    with catalog_of(library).transaction() as db:
        db.execute("UPDATE descriptors SET vector = zeroblob(length(vector)) WHERE content_id = ?", (second,))
    found = result_of(library.check())
    assert not any("catalog" in line for line in found.damage)
    assert any("descriptors of 1 photo were damaged" in line for line in found.damage)
    assert found.sound
    assert len(library) == PHOTOS - 1
    for _ in library.scan():
        pass
    assert len(library) == PHOTOS
    again = result_of(library.check(everything=True))
    assert (again.sound, again.damage, again.searched) == (True, (), PHOTOS)
