"""Visual tokens from the command line, on generated tiny models: making, compressing, choosing, and every fault."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lookalike.cli.main import run
from lookalike.library import Library
from lookalike.search.query import Query
from lookalike.search.settings import SearchSettings
from tests.builders.gguf_models import write_pair
from tests.builders.opened_judges import open_mllm_judge
from tests.builders.photo_files import write_album
from tests.core.cli.conftest import Call

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]

PHOTOS = 8


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tokens")
    write_album(root / "album", PHOTOS, seed=77)
    assert run(["--library", str(root / "library"), "add", str(root / "album")]) == 0
    return root


@pytest.fixture
def library(indexed: Path, tmp_path: Path, call: Call) -> Path:
    """A library of its own with a model in use."""
    shutil.copytree(indexed / "library", tmp_path / "library")
    pair = write_pair(tmp_path / "model", "idefics3")
    assert call("models", "import", *pair, "--name", "tiny")[0] == 0
    return tmp_path / "library"


def status(call: Call, library: Path, *arguments: object) -> dict[str, object]:
    code, out, err = call("--library", library, "tokens", *(arguments or ("status",)), "--json")
    assert code == 0, out + err
    answer: dict[str, object] = json.loads(out)
    return answer


def judged(call: Call, indexed: Path, library: Path) -> tuple[list[dict[str, object]], list[str]]:
    query = sorted((indexed / "album").iterdir())[0]
    code, out, _ = call("--library", library, "search", query, "--judge", "tiny", "--alone", "--json")
    assert code == 0
    answer = json.loads(out)
    return answer["results"], answer["notes"]


def test_photos_are_prepared_once_and_searches_use_them(call: Call, indexed: Path, library: Path) -> None:
    assert status(call, library)["done"] == 0
    made = status(call, library, "make")
    assert (made["judge"], made["photos"], made["done"]) == ("Tiny", PHOTOS, PHOTOS)
    assert made["skipped"] == [] and made["compression"] == "pq8" and not made["compressible"]
    # 64 tokens of 256 numbers in float16, and little more.
    size = made["bytes_per_photo"]
    assert isinstance(size, float) and 64 * 256 * 2 < size < 64 * 256 * 2 + 150
    assert isinstance(made["seconds_per_photo"], float) and made["seconds_per_photo"] > 0
    with Library(library) as opened:
        judge = open_mllm_judge(opened.judges, "tiny")
        *_, ranking = opened.search.rankings(
            Query(file=sorted((indexed / "album").iterdir())[0]), SearchSettings(alone=True)
        )
        assert ranking.judged == PHOTOS - 1
        assert judge.session.encodes == 0, "the query is a photo of the library as well"
        *_, last = opened.tokens.make()
        assert judge.session.encodes == 0
        assert last.done == last.total == PHOTOS


def test_status_is_told_in_words(call: Call, library: Path) -> None:
    code, out, _ = call("--library", library, "tokens", "make")
    assert code == 0
    assert f"prepared    {PHOTOS} of {PHOTOS} photos" in out and "kB a photo" in out
    assert "nothing is prepared" in out


def test_making_goes_on_where_it_was_stopped(library: Path) -> None:
    with Library(library) as opened:
        work = opened.tokens.make("tiny")
        for _ in range(4):
            next(work)
        work.close()
        before = opened.tokens.status("tiny").done
        assert 3 <= before < PHOTOS
        steps = list(opened.tokens.make("tiny"))
        assert steps[0].done == before and steps[-1].done == steps[-1].total == PHOTOS
        judge = open_mllm_judge(opened.judges, "tiny")
        assert judge.session.encodes <= PHOTOS + 1


def test_making_gives_way_to_a_search(indexed: Path, library: Path) -> None:
    with Library(library) as opened:
        work = opened.tokens.make("tiny")
        next(work)
        next(work)
        search = opened.search.rankings(
            Query(file=sorted((indexed / "album").iterdir())[0]), SearchSettings(alone=True), "tiny"
        )
        next(search)
        stages = [next(work).stage for _ in range(4)]
        assert stages[-1] == "waiting"
        *_, ranking = search
        assert ranking.final and ranking.judged == PHOTOS - 1
        *_, last = work
        assert last.done == PHOTOS


def test_a_photo_that_cannot_be_read_is_told_and_the_others_prepared(
    call: Call, tmp_path: Path, library: Path
) -> None:
    album = tmp_path / "more"
    bad = write_album(album, 3, seed=78)[1]
    assert call("--library", library, "add", album)[0] == 0
    bad.write_bytes(b"no longer a photo")
    answer = status(call, library, "make")
    assert answer["done"] == PHOTOS + 2
    skipped = answer["skipped"]
    assert isinstance(skipped, list) and len(skipped) == 1
    assert skipped[0]["path"] == str(bad) and skipped[0]["reason"]


def test_choices_last_and_bad_ones_are_refused(call: Call, indexed: Path, library: Path) -> None:
    assert status(call, library, "make")["done"] == PHOTOS
    plain, _ = judged(call, indexed, library)
    chosen = status(call, library, "set", "--compression", "pool+fp16", "--limit", "100MB", "--ahead")
    assert chosen == {
        "compression": "pool+fp16",
        "budget": "fast",
        "limit": 100_000_000,
        "ahead": True,
    }
    now = status(call, library)
    assert (now["compression"], now["limit"], now["ahead"]) == ("pool+fp16", 100_000_000, True)
    assert now["done"] == 0, "pooled tokens are other tokens"
    pooled, _ = judged(call, indexed, library)
    assert {result["path"]: result["match"] for result in pooled} != {
        result["path"]: result["match"] for result in plain
    }
    for arguments in (["--compression", "zip"], ["--limit", "1MB"]):
        code, _, err = call("--library", library, "tokens", "set", *arguments)
        assert code == 1 and len(err.strip().splitlines()) == 1
    assert call("--library", library, "tokens", "set", "--limit", "much")[0] == 2
    assert status(call, library)["compression"] == "pool+fp16"


def test_all_is_deleted_and_made_again(call: Call, indexed: Path, library: Path) -> None:
    first, _ = judged(call, indexed, library)
    assert status(call, library, "clear") == {"cleared": True}
    now = status(call, library)
    assert now["done"] == now["disk"] == 0
    assert judged(call, indexed, library)[0] == first


def test_without_a_multimodal_model_it_says_what_to_do(call: Call, indexed: Path) -> None:
    for command in ("status", "make", "compress"):
        code, _, err = call("--library", indexed / "library", "tokens", command)
        assert code == 1 and "`lookalike models import" in err and len(err.strip().splitlines()) == 1


# Faults


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def test_one_flipped_bit_in_a_models_weights_is_told(
    call: Call, indexed: Path, library: Path, own_home: Path
) -> None:
    (file,) = (own_home / "models" / "tiny").glob("mmproj*")
    flip(file, file.stat().st_size - 5000)
    results, notes = judged(call, indexed, library)
    assert len(results) == PHOTOS - 1 and all(result["match"] is None for result in results)
    (note,) = notes
    assert f"{file.name} is no longer the file that was imported." in note


def test_a_flipped_bit_in_stored_tokens_costs_one_line(call: Call, indexed: Path, library: Path) -> None:
    status(call, library, "make")
    (segment,) = (library / "tokens").glob("segment-*")
    flip(segment, segment.stat().st_size // 2)
    results, notes = judged(call, indexed, library)
    assert all(result["match"] is not None for result in results)
    (note,) = notes
    assert segment.name in note and "made again" in note
    assert status(call, library)["done"] == PHOTOS


@contextmanager
def tiny_disk(folder: Path) -> Iterator[None]:
    """Mount a volume of 100 kB over a folder."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small volume")
    folder.mkdir(exist_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    target = os.fsencode(folder)
    if libc.mount(b"tmpfs", target, b"tmpfs", 0, b"size=100k") != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        assert libc.umount2(target, 2) == 0


def test_a_full_disk_costs_one_line_and_no_verdict(call: Call, indexed: Path, library: Path) -> None:
    with tiny_disk(library / "tokens"):
        results, notes = judged(call, indexed, library)
        assert len(results) == PHOTOS - 1 and all(result["match"] is not None for result in results)
        (note,) = notes
        assert "the disk is full" in note and "Free some space" in note
        assert 0 < int(str(status(call, library)["done"])) < PHOTOS
        code, _, err = call("--library", library, "tokens", "make")
        assert code == 1 and "the disk is full" in err and len(err.strip().splitlines()) == 1
    assert status(call, library, "make")["done"] == PHOTOS


def test_a_worker_killed_while_preparing_is_started_again(library: Path) -> None:
    with Library(library) as opened:
        judge = open_mllm_judge(opened.judges, "tiny")
        work = opened.tokens.make("tiny")
        next(work)
        next(work)
        pid = judge.session.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        *_, last = work
        assert last.done == PHOTOS and last.skipped == ()
        assert judge.session.deaths == 1
        assert opened.tokens.status("tiny").done == PHOTOS


def test_killed_at_any_point_what_was_prepared_is_kept(call: Call, library: Path) -> None:
    done = 0
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "lookalike", "--library", str(library), "tokens", "make", "--json"],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 100
        while process.poll() is None and time.monotonic() < deadline:
            with Library(library) as opened:
                if opened.tokens.status("tiny").done > done:
                    break
        process.kill()
        process.wait()
        now = status(call, library)
        assert now["news"] == [] and int(str(now["done"])) >= done
        done = int(str(now["done"]))
    assert status(call, library, "make")["done"] == PHOTOS


def test_ctrl_c_ends_preparing_cleanly(library: Path) -> None:
    with Library(library) as opened:
        stop = threading.Event()
        work = opened.tokens.make("tiny", stop.is_set)
        next(work)
        stop.set()
        assert len(list(work)) <= 2


def test_the_visual_token_budget_is_a_choice_and_part_of_the_key(
    call: Call, indexed: Path, library: Path, tmp_path: Path
) -> None:
    # All photos of the tiny SmolVLM become squares.
    square = status(call, library, "status", "--judge", "tiny")
    assert (square["budget"], square["suggested_budget"], square["tokens_per_photo"]) == ("", "", 64)
    assert call("models", "import", *write_pair(tmp_path / "qwen", "qwen2vl"), "--name", "qwen")[0] == 0
    before = status(call, library, "status", "--judge", "qwen")
    assert (before["budget"], before["tokens_per_photo"]) == ("fast", 128)
    # A model as small as this is quick anywhere.
    assert before["suggested_budget"] == "fine"
    assert "quick enough for fine" in call("--library", library, "tokens", "status", "--judge", "qwen")[1]
    with Library(library) as opened:
        key = open_mllm_judge(opened.judges, "qwen").key
    assert status(call, library, "set", "--budget", "balanced")["budget"] == "balanced"
    after = status(call, library, "status", "--judge", "qwen")
    assert (after["budget"], after["tokens_per_photo"]) == ("balanced", 256)
    with Library(library) as opened:
        assert open_mllm_judge(opened.judges, "qwen").key == key.replace(":128:", ":256:") != key
    code, _, err = call("--library", library, "tokens", "set", "--budget", "huge")
    assert code == 2 and "huge" in err
