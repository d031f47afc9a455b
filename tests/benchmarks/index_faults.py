"""Kills, full disks, flipped and deleted files, two processes at once: is anything ever lost, or phantom?

    python -m tests.benchmarks.index_faults [--runs 200] [--only KIND] [--seed 1] [--json]

Every run works on a library of its own in a real process, does one kind of harm to it, and opens it again. Then the
index is compared with the catalog (`lookalike.index.audit`), the catalog with what the process had acknowledged, and
SQLite checks its file. The inverted file of local features must still have what was flushed; what it lacks is added
again, and then it must find every photo, and none that is gone. Both get small limits, so that sealing, merging and
training happen all the time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.folders import Folder
from lookalike.catalog.migrations import catalog_migrations
from lookalike.catalog.shot_names import shot_of
from lookalike.errors import LookalikeError
from lookalike.index import FaissIndex, MergePolicy, audit
from lookalike.index.inverted import InvertedFile
from lookalike.index.inverted.vocabulary import shipped_vocabulary
from lookalike.local_features import LocalFeatures
from lookalike.worker import Worker, WorkerDiedError
from tests.builders.jobs import result_of
from tests.builders.local_features import made_features
from tests.builders.vectors import MemoryRecord

DIMENSION = 32
KEY = "model"
FIRST_PHOTOS = 600
"""Photos of the library that every run begins with."""

LIMITS = MergePolicy(
    seal_rows=64,
    flush_rows=4,
    segment_rows=512,
    small_segments=3,
    exact_rows=256,
    codes_files=3,
    training_delay=0.0,
)
DETAILS_LIMITS = MergePolicy(seal_rows=64, flush_rows=1, segment_rows=512, small_segments=3)
FEATURES = 12
"""Local features of each photo."""
DETAILS_SEARCHED = 100
"""Photos that are searched for by their local features after each run."""

BALLAST = 1 << 20
"""Bytes that are freed on a full disk before the library is opened again, as its message asks for."""

SHARES = {
    "add": 30,
    "remove": 25,
    "merge": 25,
    "train": 25,
    "migrate": 25,
    "full": 20,
    "flip": 20,
    "delete": 15,
    "two": 15,
}
"""How many of 200 runs do which kind of harm."""


@dataclass
class Ledger:
    """What processes said they had done, and what they had only begun; ``kept`` is what details were flushed of."""

    added: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)
    removing: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def take(self, message: tuple[str, list[int] | str]) -> None:
        kind, content = message
        if kind == "failed":
            self.failures.append(str(content))
        else:
            getattr(self, kind).update(content)


@dataclass
class Outcome:
    """One run: what was found wrong (nothing, one hopes), what the user was told, and whether codes were in use."""

    kind: str
    seed: int
    wrong: list[str]
    told: list[str]
    audited: int
    coded: bool
    harmed: str = ""


def vector_of(name: str) -> NDArray[np.float32]:
    number = [ord(letter) for letter in name]
    vector = np.random.default_rng(number).standard_normal(DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def features_of(name: str) -> LocalFeatures:
    return made_features(zlib.crc32(name.encode()), FEATURES)


class Actor:
    """A library as the program uses it: the catalog first, then the index and the inverted file."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(root / "library" / "catalog.sqlite")
        self.record: DescriptorRecord = self.catalog.descriptors(KEY, DIMENSION)
        self.index = FaissIndex.open(root / "library" / "index", KEY, DIMENSION, self.record, LIMITS)
        self.details = InvertedFile.open(root / "library" / "details", policy=DETAILS_LIMITS)
        self.found_details = set(self.details.ids().tolist())
        self.names = names_of(root / "library" / "catalog.sqlite")
        self.complete_details()
        (root / "photos").mkdir(exist_ok=True)
        self.folder: Folder = (self.catalog.folders.all() or [self.catalog.folders.add(root / "photos")])[0]

    def complete_details(self) -> None:
        """Add what the inverted file lacks of the catalog's photos, and remove what it has beyond them."""
        recorded, present = self.record.ids(), self.details.ids()
        self.details.remove(np.setdiff1d(present, recorded))
        lacking = np.setdiff1d(recorded, present)
        self.details.add(lacking, [features_of(self.names[number]) for number in lacking.tolist()])

    def add(self, names: list[str]) -> list[int]:
        ids = []
        with self.catalog.transaction() as db:
            for name in names:
                number = self.catalog.contents.ensure(db, ContentRow(name, 1, 4, 3, "JPEG"))
                self.record.put(db, number, vector_of(name))
                path = os.fsencode(self.folder.path / name)
                self.catalog.files.put(db, self.folder.id, FileStat(path, 1, 0, 0, 0), number, None)
                ids.append(number)
        numbers = np.array(ids, np.int64)
        self.index.add(numbers, self.record.vectors(numbers))
        self.names.update(zip(ids, names, strict=True))
        self.details.add(numbers, [features_of(name) for name in names])
        return ids

    def flush(self) -> list[int]:
        """Flush, and say which photos' details can no longer be lost; none if another process writes them."""
        self.index.flush()
        kept = self.details.ids()
        self.details.flush()
        return [] if self.details.repairs or not self.details.writable else kept.tolist()

    def remove(self, ids: list[int]) -> None:
        rows = self.catalog.files.known(os.fsencode(self.folder.path)).values()
        with self.catalog.transaction() as db:
            gone = [row.id for row in rows if row.content_id in set(ids)]
            self.catalog.files.remove(db, self.folder.id, gone)
        self.index.remove(np.array(ids, np.int64))
        self.details.remove(np.array(ids, np.int64))

    def close(self) -> None:
        self.details.close()
        self.index.close()
        self.catalog.close()


def names_of(catalog: Path) -> dict[int, str]:
    """The name of every content, which stands for its hash."""
    with contextlib.closing(sqlite3.connect(catalog)) as connection:
        return dict(connection.execute("SELECT id, hash FROM contents").fetchall())


def churn(pipe: Connection, root: Path, kind: str, seed: int, largest_file: int | None) -> None:
    """Change a library until killed, or until nothing can be written any more."""
    chance = random.Random(f"{kind}{seed}{os.getpid()}")
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    shipped_vocabulary().assign(np.zeros((1, 128), np.uint8), 1)
    pipe.send(("added", []))
    try:
        actor = Actor(root)
        for turn in range(100_000):
            sizes = {"merge": (5, 70), "train": (200, 700), "full": (100, 300)}.get(kind, (1, 90))
            names = [f"{seed}-{os.getpid()}-{turn}-{n}" for n in range(chance.randint(*sizes))]
            pipe.send(("added", actor.add(names)))
            if chance.random() < {"remove": 0.7, "full": 0.0}.get(kind, 0.2):
                known = actor.record.ids().tolist()
                gone = chance.sample(known, int(len(known) * chance.uniform(0.02, 0.3)))
                pipe.send(("removing", gone))
                actor.remove(gone)
                pipe.send(("removed", gone))
            if chance.random() < {"merge": 0.9, "train": 0.7}.get(kind, 0.2):
                pipe.send(("kept", actor.flush()))
    except (LookalikeError, OSError) as error:
        pipe.send(("failed", str(error)))


def migrate(pipe: Connection, root: Path) -> None:
    """Open a library of an older version, and go on with it."""
    pipe.send(("added", []))
    actor = Actor(root)
    pipe.send(("added", actor.add(["one more"])))
    actor.close()


def listen(child: Worker, ledger: Ledger, seconds: float) -> None:
    """Take what a process says for a while, kill it, and take what it had still said."""
    deadline = time.monotonic() + seconds
    try:
        while (left := deadline - time.monotonic()) > 0:
            if child.ready(left):
                ledger.take(child.receive())
    except WorkerDiedError:
        return
    os.kill(child.pid or 0, 9)
    try:
        while True:
            ledger.take(child.receive())
    except WorkerDiedError:
        pass


def run_child(
    root: Path, kind: str, seed: int, ledger: Ledger, seconds: float, limit: int | None = None
) -> None:
    main, arguments = (migrate, (root,)) if kind == "migrate" else (churn, (root, kind, seed, limit))
    child = Worker(main, arguments, name="the faulty process")
    try:
        child.receive()
        listen(child, ledger, seconds)
    finally:
        child.kill()


# The kinds of harm


def killed(root: Path, kind: str, seed: int, chance: random.Random, ledger: Ledger) -> str:
    seconds = chance.uniform(0, 0.08) if kind == "migrate" else chance.uniform(0, 0.7)
    run_child(root, kind, seed, ledger, seconds)
    return f"killed after {seconds:.3f} s"


def filled_up(root: Path, kind: str, seed: int, chance: random.Random, ledger: Ledger) -> str:
    """The disk is a small one of its own where that may be mounted; else no file may grow any more."""
    disk = root / "library"
    size = sum(path.stat().st_size for path in disk.rglob("*") if path.is_file())
    room = int(chance.uniform(0.1, 1.2) * (1 << 20))
    kept = shutil.move(disk, root / "before")
    disk.mkdir()
    if not mounted(disk, size + room + BALLAST):
        disk.rmdir()
        shutil.move(kept, disk)
        run_child(root, kind, seed, ledger, 8, limit=size // 3 + room)
        return "no file could grow"
    shutil.copytree(kept, disk, dirs_exist_ok=True)
    (disk / "ballast").write_bytes(bytes(BALLAST))
    run_child(root, kind, seed, ledger, 8)
    (disk / "ballast").unlink()
    return f"{room} bytes were free"


def mounted(folder: Path, size: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return shutil.which("mount") is not None and subprocess.run(command, capture_output=True).returncode == 0


def index_files(root: Path) -> list[Path]:
    return sorted(
        path
        for name in ("index", "details")
        for path in (root / "library" / name).rglob("*")
        if path.is_file() and path.stat().st_size
    )


def flipped(root: Path, _kind: str, _seed: int, chance: random.Random, _ledger: Ledger) -> str:
    path = chance.choice(index_files(root))
    content = bytearray(path.read_bytes())
    for place in chance.sample(range(len(content)), min(len(content), chance.choice([1, 1, 3, 20]))):
        content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return f"bits of {path.name} were flipped"


def deleted(root: Path, _kind: str, _seed: int, chance: random.Random, _ledger: Ledger) -> str:
    files = index_files(root)
    if chance.random() < 0.2:
        shutil.rmtree(root / "library" / "index")
        return "the folder was deleted"
    chosen = chance.sample(files, chance.randint(1, len(files)))
    for path in chosen:
        path.unlink()
    return f"deleted: {', '.join(path.name for path in chosen)}"


def two_at_once(root: Path, _kind: str, seed: int, chance: random.Random, ledger: Ledger) -> str:
    other = Ledger()
    seconds = [chance.uniform(0.2, 1.0), chance.uniform(0.2, 1.0)]
    thread = threading.Thread(target=run_child, args=(root, "merge", seed, other, seconds[0]))
    thread.start()
    run_child(root, "remove", seed, ledger, seconds[1])
    thread.join()
    for name in ("added", "kept", "removing", "removed", "failures"):
        mine, theirs = getattr(ledger, name), getattr(other, name)
        setattr(ledger, name, mine | theirs if isinstance(mine, set) else mine + theirs)
    return "two processes, killed one after the other"


HARMS: dict[str, Callable[[Path, str, int, random.Random, Ledger], str]] = {
    "full": filled_up,
    "flip": flipped,
    "delete": deleted,
    "two": two_at_once,
}


# A run


def first_library(root: Path) -> set[int]:
    """The library that runs begin with: several segments, a tail, some photos gone."""
    actor = Actor(root)
    ids = []
    for start in range(0, FIRST_PHOTOS, 50):
        ids += actor.add([f"first-{start + n}" for n in range(50)])
        actor.flush()
    gone = ids[5::40]
    actor.remove(gone)
    ids += actor.add(["last-1", "last-2"])
    actor.close()
    return set(ids) - set(gone)


def old_library(root: Path, chance: random.Random) -> set[int]:
    """A library as an older version left it, with data in every table it had."""
    folder = root / "library"
    folder.mkdir(parents=True)
    (root / "photos").mkdir()
    names = [migration.name for migration in catalog_migrations.pending(Database(memory=True))]
    kept = chance.randint(2, len(names) - 1)
    db = Database(folder / "catalog.sqlite")
    db.execute("PRAGMA journal_mode=WAL")
    db.conn.create_function("shot_of", 1, shot_of, deterministic=True)
    catalog_migrations.apply(db, stop_before=names[kept])
    db.execute("INSERT INTO folders (id, path) VALUES (1, ?)", (os.fsencode((root / "photos").resolve()),))
    db.execute("INSERT INTO describers (id, key, dimension) VALUES (1, ?, ?)", (KEY, DIMENSION))
    for number in range(1, FIRST_PHOTOS + 1):
        name = f"old-{number}"
        path = os.fsencode((root / "photos").resolve() / name)
        db.execute(
            "INSERT INTO contents (id, hash, bytes, width, height, format) VALUES (?, ?, 1, 4, 3, 'JPEG')",
            (number, name),
        )
        db.execute(
            "INSERT INTO files (folder_id, path, content_id, size, mtime_ns, inode, device) "
            "VALUES (1, ?, ?, 1, 0, 0, 0)",
            (path, number),
        )
        vector = vector_of(name).astype("<f2").tobytes()
        db.execute("INSERT INTO descriptors VALUES (1, ?, ?)", (number, vector))
    db.conn.commit()
    db.close()
    record = MemoryRecord(DIMENSION)
    ids = np.arange(1, FIRST_PHOTOS + 1)
    record.put(ids, np.stack([vector_of(f"old-{number}") for number in ids]))
    FaissIndex.open(folder / "index", KEY, DIMENSION, record, LIMITS).close()
    return set(range(1, FIRST_PHOTOS + 1))


def run(kind: str, seed: int, beginning: Path, first: set[int]) -> Outcome:
    """One run, from a fresh library to its audit."""
    chance = random.Random(f"{kind}{seed}")
    root = Path(tempfile.mkdtemp(prefix="lookalike-faults-")).resolve()
    ledger = Ledger()
    try:
        if kind == "migrate":
            first = old_library(root, chance)
        else:
            shutil.copytree(beginning / "library", root / "library")
            (root / "photos").mkdir()
        harmed = HARMS.get(kind, killed)(root, kind, seed, chance, ledger)
        outcome = examined(root, kind, seed, first, ledger)
        outcome.harmed = harmed
        return outcome
    finally:
        if os.path.ismount(root / "library"):
            subprocess.run(["umount", str(root / "library")], check=True)
        shutil.rmtree(root)


def examined(root: Path, kind: str, seed: int, first: set[int], ledger: Ledger) -> Outcome:
    """Open what is left, and say what is wrong with it."""
    actor = Actor(root)
    coded = actor.index._state.snapshot.coarse is not None
    wrong = [f"catalog: {line}" for line in actor.catalog.damage()]
    known = set(actor.record.ids().tolist())
    lost = (first | ledger.added) - ledger.removing - known
    undead = ledger.removed & known
    if lost:
        wrong.append(f"{len(lost)} acknowledged photos are not recorded")
    if undead:
        wrong.append(f"{len(undead)} removed photos are recorded")
    found = result_of(audit(actor.index, actor.record))
    if not found.sound:
        wrong.append(str(found))
    wrong += wrong_details(actor, ledger, kind)
    told = [*actor.index.repairs, *actor.details.repairs, *ledger.failures]
    if kind in ("flip", "delete", "full") and not told:
        wrong.append("the damage was not told")
    if kind in ("add", "remove", "merge", "train", "migrate", "two") and told:
        wrong.append(f"a kill is no damage, but it was told: {told}")
    if any("\n" in line for line in told):
        wrong.append("more than one line was told")
    actor.close()
    # What was repaired stays repaired.
    again = Actor(root)
    second = result_of(audit(again.index, again.record, sample=50))
    repairs = again.index.repairs + again.details.repairs
    if repairs or not second.sound or again.found_details != set(again.record.ids().tolist()):
        wrong.append(f"after the repair: {repairs} {second}")
    again.close()
    return Outcome(kind, seed, wrong, told, found.searched, coded)


def wrong_details(actor: Actor, ledger: Ledger, kind: str) -> list[str]:
    """What is wrong with the inverted file, once what it lacked was added."""
    wrong = []
    lost = ledger.kept - ledger.removing - actor.found_details
    if lost and kind not in ("flip", "delete"):
        wrong.append(f"the flushed details of {len(lost)} photos are lost")
    known = actor.record.ids()
    if not np.array_equal(actor.details.ids(), known):
        wrong.append("the inverted file has not the photos that are recorded")
    chosen = np.random.default_rng(0).choice(known, min(DETAILS_SEARCHED, len(known)), replace=False)
    for number in chosen.tolist():
        if actor.details.vote(features_of(actor.names[number]), 1).ids.tolist() != [number]:
            wrong.append(f"photo {number} is not found by its details")
    return wrong


def plan(runs: int) -> list[tuple[str, int]]:
    """Kinds and seeds of `runs` runs, in the proportions of `SHARES`."""
    total = sum(SHARES.values())
    return [
        (kind, seed) for kind, share in SHARES.items() for seed in range(max(1, round(share * runs / total)))
    ]


def main() -> None:
    """Run, and print counts by kind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--only", action="append", choices=sorted(SHARES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as scratch:
        beginning = Path(scratch).resolve()
        first = first_library(beginning)
        for kind, seed in plan(options.runs):
            if options.only and kind not in options.only:
                continue
            outcome = run(kind, 1000 * options.seed + seed, beginning, first)
            outcomes.append(outcome)
            for line in outcome.wrong:
                print(f"{kind} {outcome.seed} ({outcome.harmed}): {line}", file=sys.stderr, flush=True)
    runs, bad = Counter(o.kind for o in outcomes), Counter(o.kind for o in outcomes if o.wrong)
    if options.json:
        print(json.dumps([vars(outcome) for outcome in outcomes]))
        return
    print(f"{'harm':10}{'runs':>6}{'wrong':>7}{'told':>6}{'coded':>7}{'photos audited':>16}")
    for kind in runs:
        mine = [outcome for outcome in outcomes if outcome.kind == kind]
        told = sum(bool(outcome.told) for outcome in mine)
        coded = sum(outcome.coded for outcome in mine)
        audited = sum(outcome.audited for outcome in mine)
        print(f"{kind:10}{runs[kind]:6}{bad[kind]:7}{told:6}{coded:7}{audited:16,}")
    print(f"{'all':10}{len(outcomes):6}{sum(bad.values()):7}")
    for line in sorted({line.split("/")[-1] for outcome in outcomes for line in outcome.told})[:12]:
        print(f"  told: {line}")


if __name__ == "__main__":
    main()
