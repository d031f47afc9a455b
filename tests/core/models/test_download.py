"""Downloads against a hub on this machine that speaks the real one's protocol, with every fault that may be met."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.models import download as downloads
from lookalike.models import hub as remote
from lookalike.models.catalogue import CatalogueModel
from lookalike.models.download import download, unfinished
from lookalike.models.errors import ModelError
from lookalike.models.installed import InstalledModel
from lookalike.models.staging import Staging
from lookalike.models.store import DOWNLOADING, ModelStore
from lookalike.progress import Progress
from tests.builders.model_hub import COMMIT, ModelHub, serving
from tests.core.models.conftest import LARGE, REPOSITORY, SMALL


@pytest.fixture
def store(own_home: Path) -> ModelStore:
    return ModelStore(own_home / "models")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "PAUSE_SECONDS", 0.0)


def run(
    work: Generator[Progress, None, tuple[Staging, InstalledModel]],
) -> tuple[list[Progress], InstalledModel]:
    """Download to the end and put the model into the store."""
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            staging, model = end.value
            return steps, staging.finish(model)


def until(work: Generator[Progress, None, object], done: int) -> None:
    """Download so many bytes, then cancel."""
    for progress in work:
        if progress.stage == "downloading" and progress.done >= done:
            work.close()
            return


def test_a_download_arrives_whole_and_tells_of_its_progress(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.progress.MIN_RATE_SECONDS", 1e-9)
    steps, installed = run(download(store, model))
    assert installed == store.get("Tiny")
    assert installed.file("weights").read_bytes() == hub.files[LARGE]
    assert installed.file("config.json").read_bytes() == hub.files[SMALL]
    assert installed.checksums["weights"] == hashlib.sha256(hub.files[LARGE]).hexdigest()
    assert installed.source == f"{REPOSITORY}@{COMMIT}"
    assert installed.licence == "MIT"
    assert sorted(path.name for path in installed.folder.iterdir()) == [
        "config.json",
        "model.json",
        "weights.bin",
    ]
    total = len(hub.files[LARGE]) + len(hub.files[SMALL])
    got = [step for step in steps if step.stage == "downloading"]
    assert [step.done for step in got] == sorted(step.done for step in got)
    assert {step.total for step in got} == {total}
    assert got[-1].done == total
    assert got[-1].unit == "bytes"
    assert any(step.rate > 0 and step.eta is not None for step in got)
    # All files come from the commit that the first one was found at.
    assert f"/{REPOSITORY}/resolve/{COMMIT}/config.json" in [path for _, path in hub.requests]


def test_nothing_shows_in_the_store_before_the_end(
    store: ModelStore, model: CatalogueModel, hub: ModelHub
) -> None:
    work = download(store, model)
    for _ in work:
        assert store.installed() == []
    assert store.installed() == []
    assert unfinished(store, "Tiny") == len(hub.files[LARGE]) + len(hub.files[SMALL])


def test_cancelled_and_taken_up_again_only_the_rest_is_sent(
    store: ModelStore, model: CatalogueModel, hub: ModelHub
) -> None:
    hub.step_seconds = 0.005
    until(download(store, model), 100_000)
    here = unfinished(store, "Tiny")
    assert 100_000 <= here < len(hub.files[LARGE])
    hub.step_seconds = 0
    steps, installed = run(download(store, model))
    assert hub.promised[LARGE] == [len(hub.files[LARGE]), len(hub.files[LARGE]) - here]
    assert next(step for step in steps if step.stage == "downloading").done == here
    assert installed.file("weights").read_bytes() == hub.files[LARGE]


def test_a_connection_that_breaks_off_is_taken_up_again(
    store: ModelStore, model: CatalogueModel, hub: ModelHub
) -> None:
    hub.drop_after = {LARGE: 200_000}
    _, installed = run(download(store, model))
    assert installed.file("weights").read_bytes() == hub.files[LARGE]
    whole, rest = hub.promised[LARGE]
    assert whole == len(hub.files[LARGE])
    assert 0 < rest < whole


def test_a_connection_that_falls_silent_is_taken_up_again(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SECONDS", 0.3)
    hub.stall_after = {LARGE: 200_000}
    _, installed = run(download(store, model))
    assert installed.file("weights").read_bytes() == hub.files[LARGE]
    assert len(hub.promised[LARGE]) == 2


def test_a_server_without_ranges_begins_anew(store: ModelStore, model: CatalogueModel, hub: ModelHub) -> None:
    hub.drop_after = {LARGE: 200_000}
    hub.ranges = False
    _, installed = run(download(store, model))
    assert installed.file("weights").read_bytes() == hub.files[LARGE]
    assert hub.promised[LARGE] == [len(hub.files[LARGE])] * 2


def test_a_server_that_is_gone_in_the_middle_is_told_and_the_rest_comes_later(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = download(store, model)
    for progress in work:
        if progress.stage == "downloading":
            break
    hub.drop_after = {LARGE: 50_000}
    hub.status[LARGE] = (503, "")
    with pytest.raises(ModelError, match="problem of its own") as told:
        for _ in work:
            pass
    assert "kept" in told.value.remedy
    hub.status.clear()
    hub.drop_after.clear()
    run(download(store, model))


def test_a_file_that_changed_on_the_server_is_fetched_anew(
    store: ModelStore, model: CatalogueModel, hub: ModelHub
) -> None:
    hub.step_seconds = 0.005
    until(download(store, model), 100_000)
    hub.step_seconds = 0
    hub.files[LARGE] = bytes(reversed(hub.files[LARGE]))
    _, installed = run(download(store, model))
    assert installed.file("weights").read_bytes() == hub.files[LARGE]


@pytest.mark.parametrize("key", [LARGE, SMALL])
def test_a_wrong_checksum_is_refused_and_the_file_deleted(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, key: str
) -> None:
    hub.altered[key] = bytes([hub.files[key][0] ^ 1]) + hub.files[key][1:]
    with pytest.raises(ModelError, match="wrong checksum") as told:
        run(download(store, model))
    name = key.rsplit("/", 1)[-1]
    assert name in told.value.message
    assert store.installed() == []
    assert list(Staging(store.folder, "Tiny", DOWNLOADING).folder.glob(f"{name}*")) == []
    hub.altered.clear()
    run(download(store, model))


def test_another_file_than_the_recorded_one_is_refused_before_it_is_fetched(
    store: ModelStore, recorded: Callable[[str], CatalogueModel], hub: ModelHub
) -> None:
    with pytest.raises(ModelError, match="not the file that Lookalike knows"):
        run(download(store, recorded("0" * 64)))
    assert hub.sent == {}
    run(download(store, recorded(hashlib.sha256(hub.files[LARGE]).hexdigest())))


def test_a_commit_that_is_gone_does_no_harm_where_the_checksum_is_known(
    store: ModelStore, model: CatalogueModel, recorded: Callable[[str], CatalogueModel], hub: ModelHub
) -> None:
    with pytest.raises(ModelError, match="is not at"):
        run(download(store, replace(model, revision="f" * 40)))
    known = recorded(hashlib.sha256(hub.files[LARGE]).hexdigest())
    _, installed = run(download(store, replace(known, revision="f" * 40)))
    assert installed.source.endswith(COMMIT)


def test_downloads_that_are_switched_off_are_one_line(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE"):
        run(download(store, model))
    assert hub.requests == []


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, "EntryNotFound", "is not at"),
        (404, "RevisionNotFound", "is not at"),
        (401, "GatedRepo", "accepted its licence"),
        (403, "GatedRepo", "accepted its licence"),
        (401, "RepoNotFound", "if it exists at all"),
        (429, "", "too many requests"),
        (500, "", "problem of its own"),
        (418, "", "refuses"),
    ],
)
def test_a_refusal_is_one_line_with_a_remedy(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, status: int, code: str, words: str
) -> None:
    hub.status[LARGE] = (status, code)
    with pytest.raises(ModelError, match=words) as told:
        run(download(store, model))
    assert told.value.remedy
    assert "\n" not in str(told.value)


def test_a_server_that_is_down_is_one_line(
    store: ModelStore, model: CatalogueModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(ModelHub()) as gone:
        pass
    monkeypatch.setenv("HF_ENDPOINT", gone.url)
    with pytest.raises(ModelError, match="cannot be reached") as told:
        run(download(store, model))
    assert gone.url.removeprefix("http://") in told.value.message


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**6, 10**6, 0))
    with pytest.raises(ModelError, match=r"0\.0 MB are free"):
        run(download(store, model))
    assert hub.sent == {}


FILLING = """
import resource, sys
from pathlib import Path
from lookalike.models.catalogue import CatalogueFile, CatalogueModel
from lookalike.models.download import download
from lookalike.models.errors import ModelError
from lookalike.models.store import ModelStore

files = (CatalogueFile("weights", "weights.bin", 600_000), CatalogueFile("config.json", "config.json", 20))
model = CatalogueModel("Tiny", "descriptor", "someone/tiny", "main", files, 1, "fast", "MIT", "Tests.")
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    for _ in download(ModelStore(Path(sys.argv[1])), model):
        pass
except ModelError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of processes")
def test_a_disk_that_fills_up_in_the_middle_is_one_line_and_what_came_is_kept(
    store: ModelStore, model: CatalogueModel, hub: ModelHub
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(store.folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "HF_ENDPOINT": hub.url},
    )
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert "The disk is full" in line
    assert "What has come is kept" in line
    assert unfinished(store, "Tiny") == 300_000
    _, installed = run(download(store, model))
    assert hub.promised[LARGE] == [len(hub.files[LARGE]), len(hub.files[LARGE]) - 300_000]
    assert installed.file("weights").read_bytes() == hub.files[LARGE]


def test_a_name_that_is_taken_is_told_at_once(
    store: ModelStore, model: CatalogueModel, hub: ModelHub
) -> None:
    run(download(store, model))
    hub.requests.clear()
    with pytest.raises(ModelError, match="already"):
        run(download(store, model))
    assert hub.requests == []


def test_a_second_download_of_the_same_model_is_refused_while_the_first_runs(
    store: ModelStore, model: CatalogueModel, hub: ModelHub
) -> None:
    hub.step_seconds = 0.005
    first = download(store, model)
    for progress in first:
        if progress.stage == "downloading":
            break
    with pytest.raises(ModelError, match="being downloaded already"):
        run(download(store, model))
    first.close()
    run(download(store, model))


def test_no_account_and_no_telemetry_go_along(
    store: ModelStore, model: CatalogueModel, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    run(download(store, model))
    assert {path.split("/")[1] for _, path in hub.requests} <= {"someone", "storage"}
    assert hub.secrets == []
