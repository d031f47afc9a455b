"""Visual tokens are kept whole or not at all, made smaller without new encoding, and bounded on disk."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.token_store import Compression, TokenSet, TokenStore
from lookalike.judges.token_store.budget import BUDGETS, budget_tokens, suggested_budget
from lookalike.judges.token_store.eviction import compact_step
from lookalike.judges.token_store.upkeep import compress, pending
from tests.core.judges.made_up_tokens import PHOTOS, WIDTH, same, tokens_of

pytestmark = pytest.mark.slow

Open = Callable[..., TokenStore]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Open]:
    catalogs: list[Catalog] = []

    def opened(compression: str = "pq8", limit: int = 1 << 30) -> TokenStore:
        catalogs.append(Catalog(tmp_path / "catalog.sqlite"))
        return TokenStore(
            catalogs[-1], tmp_path / "tokens", compression=Compression.parse(compression), limit_bytes=limit
        )

    yield opened
    for catalog in catalogs:
        catalog.close()


def filled(store: TokenStore, photos: int, key: str = "model") -> TokenSet:
    kept = TokenSet(store, key, WIDTH)
    for seed in range(photos):
        assert kept.put(f"{seed:04x}", tokens_of(seed), 1.0)
    return kept


def run(work: Iterator[object]) -> None:
    for _ in work:
        pass


def test_tokens_come_back_and_outlive_the_process(open_store: Open) -> None:
    kept = filled(open_store(), 5)
    assert all(same(kept.get(f"{seed:04x}"), tokens_of(seed)) for seed in range(5))
    assert kept.get("ffff") is None
    again = TokenSet(open_store(), "model", WIDTH)
    assert all(same(again.get(f"{seed:04x}"), tokens_of(seed)) for seed in range(5))
    assert again.lacking(["0003", "ffff", "0001"]) == ["ffff"]
    assert TokenSet(again.store, "another model", WIDTH).get("0001") is None
    assert again.store.pending_messages() == []


def test_kept_tokens_are_compressed_later_without_the_photos(open_store: Open) -> None:
    store = open_store()
    kept = filled(store, 20)
    assert pending(kept) == 0
    run(compress(kept))
    assert set(store.rows.forms(kept.id)) == {0}
    kept = filled(store, PHOTOS)
    before = store.size
    assert pending(kept) == PHOTOS
    run(compress(kept))
    assert pending(kept) == 0
    (book,) = store.rows.codebooks(kept.id)
    forms = store.rows.forms(kept.id)
    assert list(forms) == [8]
    assert store.size == forms[8][2] < before / 8
    wanted = kept.latest_codebook()
    assert wanted is not None and wanted[0] == book.id
    for seed in range(PHOTOS):
        tokens, read = tokens_of(seed), kept.get(f"{seed:04x}")
        decoded = wanted[1].decode(wanted[1].encode(tokens.embeddings))
        assert same(read, dataclasses.replace(tokens, embeddings=decoded))
    # New ones are compressed at once, and another process reads all of them.
    assert kept.put("new", tokens_of(9999), 1.0)
    assert store.rows.forms(kept.id)[8][0] == PHOTOS + 1
    other = TokenSet(open_store(), "model", WIDTH)
    assert same(other.get("0007"), kept.get("0007"))  # type: ignore[arg-type]
    assert len(list(store.files.folder.glob("segment-*"))) <= 2


def test_compressing_goes_on_where_it_was_stopped(open_store: Open) -> None:
    kept = filled(open_store(), PHOTOS)
    work = compress(kept)
    for _ in range(3):
        next(work)
    work.close()
    left = pending(kept)
    assert 0 < left < PHOTOS
    assert all(kept.get(f"{seed:04x}") is not None for seed in range(PHOTOS))
    run(compress(kept))
    assert pending(kept) == 0
    assert len(kept.store.rows.codebooks(kept.id)) == 1


def test_coarser_tokens_do_not_serve_a_finer_wish(open_store: Open) -> None:
    store = open_store("pq16")
    kept = filled(store, PHOTOS)
    run(compress(kept))
    small = store.rows.forms(kept.id)[16][2]
    store.compression = Compression.parse("pq8")
    assert kept.get("0001") is None
    assert kept.put("0001", tokens_of(1), 1.0)
    assert same(kept.get("0001"), tokens_of(1))
    store.compression = Compression.parse("pq16")
    assert kept.get("0001") is not None and kept.get("0002") is not None
    run(compress(kept))
    assert store.rows.forms(kept.id)[16][2] == small


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def test_damaged_tokens_are_told_and_forgotten(open_store: Open) -> None:
    store = open_store()
    kept = filled(store, 3)
    place = store.rows.get(kept.id, "0001")
    assert place is not None
    flip(store.files.segment(place.segment), place.offset + place.length // 2)
    assert kept.get("0001") is None
    (line,) = store.pending_messages()
    assert str(store.files.folder) in line and "\n" not in line
    assert kept.lacking(["0000", "0001", "0002"]) == ["0001"]
    assert same(kept.get("0000"), tokens_of(0)) and same(kept.get("0002"), tokens_of(2))
    assert kept.put("0001", tokens_of(1), 1.0) and same(kept.get("0001"), tokens_of(1))


@pytest.mark.parametrize("damage", ["flipped", "deleted"])
def test_a_lost_codebook_loses_its_tokens_only(open_store: Open, damage: str) -> None:
    store = open_store()
    kept = filled(store, PHOTOS)
    run(compress(kept))
    (book,) = store.rows.codebooks(kept.id)
    other = TokenSet(store, "another model", WIDTH)
    assert other.put("0001", tokens_of(1), 1.0)
    path = store.files.codebook(book.id)
    flip(path, 900) if damage == "flipped" else path.unlink()
    again = TokenSet(open_store(), "model", WIDTH)
    assert again.get("0001") is None
    assert len(again.store.pending_messages()) == 1
    assert again.store.rows.codebooks(kept.id) == []
    assert again.lacking(["0001", "0002"]) == ["0001", "0002"]
    assert same(other.get("0001"), tokens_of(1))
    assert again.put("0001", tokens_of(1), 1.0) and same(again.get("0001"), tokens_of(1))


def test_a_deleted_folder_is_begun_anew(open_store: Open) -> None:
    store = open_store()
    kept = filled(store, 4)
    shutil.rmtree(store.files.folder)
    # While open …
    assert kept.get("0001") is None
    assert kept.put("0001", tokens_of(1), 1.0)
    assert same(kept.get("0001"), tokens_of(1))
    assert kept.lacking(["0002"]) == ["0002"]
    shutil.rmtree(store.files.folder)
    # … and between two openings.
    again = TokenSet(open_store(), "model", WIDTH)
    assert len(again.store.pending_messages()) == 1
    assert again.lacking(["0001"]) == ["0001"]
    assert again.store.size == sum(row.bytes for row in again.store.rows.segments())
    assert again.put("0002", tokens_of(2), 1.0) and same(again.get("0002"), tokens_of(2))


def test_a_segment_cut_short_keeps_what_is_whole(open_store: Open) -> None:
    store = open_store()
    kept = filled(store, 4)
    place = store.rows.get(kept.id, "0002")
    assert place is not None
    os.truncate(store.files.segment(place.segment), place.offset + 5)
    again = TokenSet(open_store(), "model", WIDTH)
    assert again.lacking(["0000", "0001", "0002", "0003"]) == ["0002", "0003"]
    assert same(again.get("0001"), tokens_of(1))
    assert again.put("0003", tokens_of(3), 1.0) and same(again.get("0003"), tokens_of(3))


def test_leftovers_are_swept(open_store: Open) -> None:
    store = open_store()
    kept = filled(store, 2)
    stray = [store.files.segment(77), store.files.codebook(77), store.files.folder / "codebook-3.pq.tmp"]
    for path in stray:
        path.write_bytes(b"left behind")
    with store.files.segment(store.rows.segments()[0].id).open("ab") as file:
        file.write(b"a write that was cut short")
    again = TokenSet(open_store(), "model", WIDTH)
    assert not any(path.exists() for path in stray)
    assert again.put("new", tokens_of(5), 1.0)
    assert all(same(again.get(f"{seed:04x}"), tokens_of(seed)) for seed in range(2))
    assert same(again.get("new"), tokens_of(5))
    assert kept.get("new") is not None


WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from lookalike.catalog.catalog import Catalog
    from lookalike.judges.token_store import TokenSet, TokenStore
    from tests.core.judges.test_token_store import WIDTH, tokens_of
    folder, first = Path(sys.argv[1]), int(sys.argv[2])
    catalog = Catalog(folder / "catalog.sqlite")
    kept = TokenSet(TokenStore(catalog, folder / "tokens"), "model", WIDTH)
    for seed in range(first, first + int(sys.argv[3])):
        assert kept.put(f"{seed:04x}", tokens_of(seed), 1.0)
        print(seed, flush=True)
    catalog.close()
    """
)


def writer(folder: Path, first: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(first), str(count)], stdout=subprocess.PIPE, text=True
    )


def test_a_writer_killed_anywhere_loses_at_most_one(open_store: Open, tmp_path: Path) -> None:
    told: list[int] = []
    for round_number in range(3):
        process = writer(tmp_path, round_number * 1000, 1000)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4 + 7 * round_number)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.read().splitlines()
        process.stdout.close()
        process.wait()
        told += [int(line) for line in lines if line.strip()]
    kept = TokenSet(open_store(), "model", WIDTH)
    assert kept.store.pending_messages() == []
    assert all(same(kept.get(f"{seed:04x}"), tokens_of(seed)) for seed in told)
    assert kept.store.rows.forms(kept.id)[0][0] - len(told) in range(4)


def test_two_processes_write_into_one_store(open_store: Open, tmp_path: Path) -> None:
    processes = [writer(tmp_path, first, 40) for first in (0, 1000)]
    for process in processes:
        assert process.communicate()[0].count("\n") == 40
        assert process.returncode == 0
    kept = TokenSet(open_store(), "model", WIDTH)
    for first in (0, 1000):
        assert all(same(kept.get(f"{seed:04x}"), tokens_of(seed)) for seed in range(first, first + 40))


def test_reading_goes_on_while_another_rewrites(open_store: Open) -> None:
    kept = filled(open_store(), PHOTOS)
    other = TokenSet(open_store(), "model", WIDTH)
    for progress in compress(kept):
        del progress
        assert same(other.get("0000"), tokens_of(0)) or other.get("0000") is not None
        assert other.get(f"{PHOTOS - 1:04x}") is not None
    assert other.store.pending_messages() == []


LIMITED = textwrap.dedent(
    """
    import resource, signal, sys
    from pathlib import Path
    from lookalike.catalog.catalog import Catalog
    from lookalike.judges.token_store import TokenSet, TokenStore
    from tests.core.judges.test_token_store import WIDTH, filled, same, tokens_of
    folder = Path(sys.argv[1])
    catalog = Catalog(folder / "catalog.sqlite")
    filled(TokenStore(catalog, folder / "tokens"), 100)
    catalog.close()
    catalog = Catalog(folder / "catalog.sqlite")
    kept = TokenSet(TokenStore(catalog, folder / "tokens"), "model", WIDTH)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (kept.store.size + 10_000, hard))
    done = [kept.put(f"{seed:04x}", tokens_of(seed), 1.0) for seed in range(100, 110)]
    assert done[0] and not done[-1], done
    assert all(same(kept.get(f"{seed:04x}"), tokens_of(seed)) == told for seed, told in enumerate(done, 100))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert kept.put("later", tokens_of(1), 1.0) and same(kept.get("later"), tokens_of(1))
    assert all(same(kept.get(f"{seed:04x}"), tokens_of(seed)) for seed in range(100))
    print(*kept.store.pending_messages(), sep="\\n")
    catalog.close()
    """
)


@pytest.mark.skipif(os.name != "posix", reason="limits of file size are a POSIX thing")
def test_where_no_more_can_be_written_the_rest_stays_good(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert "cannot be stored" in line and "Free some space" in line


def test_the_least_useful_go_when_the_store_is_full(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000_000.0]
    monkeypatch.setattr("lookalike.judges.token_store.token_set.time.time", lambda: clock[0])
    record = 64 * WIDTH * 2
    store = open_store("fp16", limit=60 * record)
    kept = TokenSet(store, "model", WIDTH)
    for seed in range(200):
        clock[0] += 7200
        assert kept.put(f"{seed:04x}", tokens_of(seed), 0.01)
        assert same(kept.get("0000"), tokens_of(0)), "it is used all the time"
        kept.flush()
    for _ in range(200):
        if not compact_step(store):
            break
    sizes = [path.stat().st_size for path in store.files.folder.iterdir()]
    assert sum(sizes) == store.size <= store.limit_bytes
    left = set(range(200)) - {int(content, 16) for content in kept.lacking([f"{n:04x}" for n in range(200)])}
    assert {0, 199, 198, 190} < left and len(left) < 60
    assert all(same(kept.get(f"{seed:04x}"), tokens_of(seed)) for seed in left)
    assert store.pending_messages() == []


def test_dear_tokens_outlast_cheap_ones_and_those_made_ahead_go_first(open_store: Open) -> None:
    store = open_store("fp16")
    cheap, dear = TokenSet(store, "small", WIDTH), TokenSet(store, "large", WIDTH)
    dear.put("dear", tokens_of(1), 5.0)
    dear.put("ahead", tokens_of(2), 5.0, ahead=True)
    cheap.put("cheap", tokens_of(3), 0.1)
    assert [content for _, content, _ in store.rows.least_useful(3)] == ["ahead", "cheap", "dear"]


def test_making_ahead_never_pushes_anything_out(open_store: Open) -> None:
    store = open_store("fp16", limit=10 * 64 * WIDTH * 2)
    kept = TokenSet(store, "model", WIDTH)
    done = [kept.put(f"{seed:04x}", tokens_of(seed), 1.0, ahead=True) for seed in range(14)]
    assert done == sorted(done, reverse=True) and not done[-1]
    (line,) = store.pending_messages()
    assert "reached their limit" in line
    assert all(same(kept.get(f"{seed:04x}"), tokens_of(seed)) for seed in range(sum(done)))


def test_all_can_be_deleted(open_store: Open) -> None:
    store = open_store()
    kept = filled(store, 3)
    store.clear()
    assert store.size == 0 and list(store.files.folder.iterdir()) == []
    assert kept.get("0001") is None
    assert kept.put("0001", tokens_of(1), 1.0) and same(kept.get("0001"), tokens_of(1))


@pytest.mark.parametrize(
    ("speed", "budget"), [(0.1, "fast"), (1.0, "fast"), (1.9, "fast"), (2.0, "balanced"), (4.5, "fine")]
)
def test_the_budget_offered_keeps_the_questions_of_a_search_within_half_a_minute(
    speed: float, budget: str
) -> None:
    assert suggested_budget(speed) == budget


def test_a_budget_that_does_not_exist_is_told() -> None:
    assert [budget_tokens(name) for name in BUDGETS] == [128, 256, 576]
    with pytest.raises(LookalikeError, match=r"^There is no visual-token budget called huge\."):
        budget_tokens("huge")
