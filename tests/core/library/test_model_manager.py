"""Adding models with a trial, and checking them, on generated tiny models and a hub on this machine."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.judges.mllm import trial
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.position_embeddings import in_order
from lookalike.judges.protocol import JudgePhoto
from lookalike.library.model_manager import ModelManager
from lookalike.models import catalogue
from lookalike.models.download import unfinished
from lookalike.models.errors import ModelError
from lookalike.models.installed import MANIFEST, InstalledModel
from lookalike.models.store import ModelStore
from lookalike.progress import Progress
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.builders.jobs import result_of
from tests.builders.model_hub import ModelHub, serving, write_catalogue
from tests.builders.vision_models import save_dinov2

pytestmark = pytest.mark.slow

needs_llama = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)


@pytest.fixture
def manager(own_home: Path) -> ModelManager:
    return ModelManager(ModelStore(own_home / "models"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelHub]:
    with serving(ModelHub()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture
def offered(hub: ModelHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The catalogue, offering "Tiny" and the model "Broken", whose projector lacks a part."""
    path = tmp_path / "models.toml"
    write_catalogue(path, hub, "someone/tiny", write_pair(tmp_path / "tiny", "idefics3"), "Tiny")
    broken = write_pair(tmp_path / "broken", "qwen2vl", omit={"v.blk.0.attn_q.weight"})
    write_catalogue(path, hub, "someone/broken", broken, "Broken")
    monkeypatch.setattr(catalogue, "resource", lambda name: path)
    return path


def added(work: Generator[Progress, None, InstalledModel | None]) -> InstalledModel:
    """Run to the end; the model."""
    model = result_of(work)
    assert model is not None
    return model


def problems(manager: ModelManager, name: str | None = None) -> dict[str, tuple[str, ...]]:
    return {one.name: one.problems for one in result_of(manager.check(name))}


@needs_llama
@pytest.mark.parametrize("family", ["qwen2vl", "idefics3"])
def test_an_imported_model_is_tried_and_its_speed_kept(
    manager: ModelManager, tmp_path: Path, family: str
) -> None:
    llm, mmproj = write_pair(tmp_path, family)
    model = added(manager.import_files((mmproj, llm), "tiny"))
    assert model == manager.store.get("tiny")
    assert (model.file("llm").name, model.file("mmproj").name) == (llm.name, mmproj.name)
    assert model.pairs_per_second is not None
    assert model.first_seconds is not None
    assert 0.1 < model.pairs_per_second < 10_000
    assert 1 / model.first_seconds <= model.pairs_per_second
    assert model.memory > 300_000_000
    (offer,) = [offer for offer in manager.listings() if offer.installed]
    assert (offer.name, offer.pairs_per_second, offer.size) == ("tiny", model.pairs_per_second, model.size)
    assert problems(manager) == {"tiny": ()}


@needs_llama
def test_the_speed_is_that_of_a_machine_with_nothing_else_to_do(
    manager: ModelManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = trial._photo

    def slow(seed: int) -> JudgePhoto:
        photo = made(seed)

        def load(longest_side: int) -> Image.Image:
            # As long as a busy machine may keep a process waiting.
            time.sleep(1)
            return photo.load(longest_side)

        return JudgePhoto(photo.content, load)

    monkeypatch.setattr(trial, "_photo", slow)
    model = added(manager.import_files(write_pair(tmp_path, "qwen2vl"), "tiny"))
    assert model.first_seconds is not None and model.first_seconds < 1


@needs_llama
def test_an_imported_internvl_gets_a_projector_in_order(manager: ModelManager, tmp_path: Path) -> None:
    llm, mmproj = write_pair(tmp_path, "internvl")
    content = mmproj.read_bytes()
    model = added(manager.import_files((llm, mmproj), "tiny"))
    assert mmproj.read_bytes() == content
    # Only the projector takes room of its own.
    assert model.file("llm").samefile(llm)
    assert in_order(read_gguf(model.file("mmproj")))
    assert sorted(path.name for path in model.folder.iterdir()) == sorted([*model.files.values(), MANIFEST])
    assert model.pairs_per_second is not None
    assert problems(manager) == {"tiny": ()}


def test_an_internvl_that_was_imported_out_of_order_is_told(manager: ModelManager, tmp_path: Path) -> None:
    put_judge(manager.store, *write_pair(tmp_path, "internvl"), "old")
    (line,) = problems(manager)["old"]
    assert "is not in the order in which llama.cpp reads InternVL models" in line


@needs_llama
def test_a_model_that_fails_its_trial_is_one_line_and_not_kept(manager: ModelManager, tmp_path: Path) -> None:
    pair = write_pair(tmp_path, "qwen2vl", omit={"v.blk.0.attn_q.weight"})
    with pytest.raises(LookalikeError) as told:
        added(manager.import_files(pair))
    assert len(str(told.value).splitlines()) == 1
    assert manager.store.installed() == []
    assert list(manager.store.folder.iterdir()) == []
    assert all(path.is_file() for path in pair)


def test_an_import_of_files_that_are_no_model_leaves_nothing(manager: ModelManager, tmp_path: Path) -> None:
    llm, _ = write_pair(tmp_path / "a", "qwen2vl")
    _, mmproj = write_pair(tmp_path / "b", "idefics3")
    for files in ((llm, mmproj), (llm,), (llm, tmp_path / "gone.gguf")):
        with pytest.raises(LookalikeError) as told:
            added(manager.import_files(files))
        assert len(str(told.value).splitlines()) == 1
    assert not manager.store.folder.exists()


def test_a_cancelled_import_leaves_nothing(manager: ModelManager, tmp_path: Path) -> None:
    work = manager.import_files(write_pair(tmp_path, "qwen2vl"), "tiny")
    next(work)
    work.close()
    assert list(manager.store.folder.iterdir()) == []


def test_what_a_killed_import_left_goes_with_a_later_one(manager: ModelManager, tmp_path: Path) -> None:
    left = manager.store.folder / ".old.unfinished"
    left.mkdir(parents=True)
    (left / "large.gguf").write_bytes(b"0" * 1000)
    put_judge(manager.store, *write_pair(tmp_path / "a", "qwen2vl"), "first")
    assert left.is_dir()
    os.utime(left, (0, 0))
    put_judge(manager.store, *write_pair(tmp_path / "b", "qwen2vl"), "second")
    assert not left.is_dir()


def test_without_free_memory_a_model_is_kept_untried(
    manager: ModelManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = psutil.virtual_memory()._replace(available=1000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    model = added(manager.import_files(write_pair(tmp_path, "qwen2vl")))
    assert model.pairs_per_second is None
    assert manager.store.installed() == [model]


def test_a_folder_is_imported_as_a_descriptor_model(manager: ModelManager, tmp_path: Path) -> None:
    folder = save_dinov2(tmp_path / "dino")
    model = added(manager.import_files((folder,)))
    assert (model.name, model.kind) == ("dino", "descriptor")
    assert model.photos_per_second is not None
    assert [offer.photos_per_second for offer in manager.listings() if offer.installed] == [
        model.photos_per_second
    ]
    assert problems(manager) == {"dino": ()}
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"no config\.json"):
        added(manager.import_files((tmp_path / "empty",)))


def test_a_folder_whose_weights_do_not_load_is_one_line_and_not_kept(
    manager: ModelManager, tmp_path: Path
) -> None:
    folder = save_dinov2(tmp_path / "dino")
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="dino failed its trial") as told:
        added(manager.import_files((folder,)))
    assert "unfinished" not in str(told.value)
    assert len(str(told.value).splitlines()) == 1
    assert list(manager.store.folder.iterdir()) == []


def test_a_flipped_bit_is_found_and_the_file_named(manager: ModelManager, tmp_path: Path) -> None:
    llm, mmproj = write_pair(tmp_path, "qwen2vl")
    model = put_judge(manager.store, llm, mmproj, "tiny")
    put_judge(manager.store, *write_pair(tmp_path / "other", "idefics3"), "whole")
    with model.file("mmproj").open("r+b") as file:
        file.seek(model.file("mmproj").stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 4]))
    found = problems(manager)
    assert found["whole"] == ()
    (line,) = found["tiny"]
    assert mmproj.name in line
    assert problems(manager, "whole") == {"whole": ()}


def test_a_missing_file_and_a_pair_that_does_not_fit_are_told(manager: ModelManager, tmp_path: Path) -> None:
    llm, mmproj = write_pair(tmp_path, "qwen2vl", projection=64)
    put_judge(manager.store, llm, mmproj, "unfit")
    gone = put_judge(manager.store, *write_pair(tmp_path / "other", "idefics3"), "gone")
    gone.file("llm").unlink()
    found = problems(manager)
    assert "does not belong" in found["unfit"][0]
    assert found["gone"] == (f"{gone.files['llm']} is gone.",)


def test_manifests_of_other_versions_are_read(manager: ModelManager, tmp_path: Path) -> None:
    model = put_judge(manager.store, *write_pair(tmp_path, "qwen2vl"), "tiny")
    path = model.folder / "model.json"
    content = json.loads(path.read_text())
    older = {key: content[key] for key in ("name", "kind", "files", "checksums")}
    for kept in (older, {**content, "colour": "blue"}):
        path.write_text(json.dumps(kept))
        assert manager.store.get("tiny") == model
    path.write_text("[]")
    assert manager.store.installed() == []


@needs_llama
def test_a_downloaded_model_is_tried_and_then_there(
    manager: ModelManager, offered: Path, hub: ModelHub
) -> None:
    stages = []
    for step in manager.download("tiny"):
        if isinstance(step, InstalledModel):
            break
        stages.append(step.stage)
        assert manager.store.installed() == []
    assert list(dict.fromkeys(stages)) == ["connecting", "downloading", "checking", "trying"]
    assert manager.store.get("Tiny").pairs_per_second is not None
    (offer,) = [offer for offer in manager.listings() if offer.installed]
    assert (offer.name, offer.good_for, offer.licence) == (
        "Tiny",
        "Tests: it answers nonsense.",
        "Free for tests",
    )
    assert problems(manager) == {"Tiny": ()}
    manager.store.remove("Tiny")
    assert not any(offer.installed for offer in manager.listings())


@needs_llama
def test_a_downloaded_model_that_fails_its_trial_is_not_kept(
    manager: ModelManager, offered: Path, hub: ModelHub
) -> None:
    with pytest.raises(LookalikeError) as told:
        added(manager.download("Broken"))
    assert len(str(told.value).splitlines()) == 1
    assert list(manager.store.folder.iterdir()) == []


def test_what_a_broken_off_download_left_is_shown_and_can_be_deleted(
    manager: ModelManager, offered: Path, hub: ModelHub
) -> None:
    hub.step_seconds = 0.002
    work = manager.download("Tiny")
    for step in work:
        if step.stage == "downloading" and step.done > 100_000:
            work.close()
    left = unfinished(manager.store, "Tiny")
    assert left > 100_000
    assert {offer.name: offer.downloaded for offer in manager.listings()} == {"Tiny": left, "Broken": 0}
    manager.forget_download("Tiny")
    assert unfinished(manager.store, "Tiny") == 0


def test_a_model_of_a_kind_that_cannot_run_is_refused_before_anything_is_fetched(
    manager: ModelManager, offered: Path, hub: ModelHub
) -> None:
    offered.write_text(offered.read_text().replace('"idefics3"', '"cogvlm"'))
    with pytest.raises(ModelError, match="cogvlm"):
        added(manager.download("Tiny"))
    assert hub.requests == []
    assert [offer.name for offer in manager.listings() if not offer.usable] == ["Tiny"]


def test_nothing_but_a_download_opens_a_connection(
    manager: ModelManager, offered: Path, hub: ModelHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_judge(manager.store, *write_pair(tmp_path / "own", "qwen2vl"), "own")

    def refuse(*_: object) -> None:
        raise AssertionError("the network is used")

    with monkeypatch.context() as blocked:
        blocked.setattr(socket.socket, "connect", refuse)
        blocked.setattr(socket, "getaddrinfo", refuse)
        manager.listings()
        manager.recommend("judge")
        list(manager.check())
        list(manager.import_files(write_pair(tmp_path / "more", "idefics3"), "more"))
        manager.store.remove("own")
        with pytest.raises(AssertionError, match="the network is used"):
            list(manager.download("Tiny"))
    assert hub.requests == []
