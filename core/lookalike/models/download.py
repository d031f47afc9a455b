"""Download of a catalogue model: resumable, checked, and in the store only when all of it is right."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike.errors import DISK_FULL
from lookalike.models import hub
from lookalike.models.advice import amount
from lookalike.models.catalogue import CatalogueFile, CatalogueModel
from lookalike.models.errors import ModelError
from lookalike.models.installed import InstalledModel
from lookalike.models.staging import BLOCK, SPARE, Staging, demand_space, disk_errors
from lookalike.models.store import DOWNLOADING, ModelStore
from lookalike.progress import Progress, ProgressMeter, Stage

PART = ".part"
STATE = "download.json"
LOCK = "lock"
LATEST = "main"
ATTEMPTS = 6
"""Times a transfer is tried again without having received a byte."""
PAUSE_SECONDS = 1.0
STEP_SECONDS = 0.1


@dataclass(frozen=True)
class _Wanted:
    file: CatalogueFile
    remote: hub.RemoteFile
    path: Path

    @property
    def part(self) -> Path:
        return self.path.with_name(self.path.name + PART)

    @property
    def here(self) -> int:
        """Bytes received already."""
        for path in (self.path, self.part):
            if path.is_file():
                return path.stat().st_size
        return 0


def unfinished(store: ModelStore, name: str) -> int:
    """Bytes that an interrupted download has left to resume from; 0 if there is none."""
    folder = Staging(store.folder, name, DOWNLOADING).folder
    files = [path for path in folder.glob("*") if path.name not in (STATE, LOCK)]
    return sum(path.stat().st_size for path in files)


def forget(store: ModelStore, name: str) -> None:
    """Delete what an interrupted download has left."""
    Staging(store.folder, name, DOWNLOADING).discard()


def download(
    store: ModelStore, model: CatalogueModel
) -> Generator[Progress, None, tuple[Staging, InstalledModel]]:
    """Fetch a model's files. Uses the network, so call it only on the user's explicit request.

    Closing the generator cancels. What was received stays on the disk, and the next call resumes from there, also
    after a lost connection, a full disk or the end of the process. A file with a wrong checksum is deleted.

    Yields:
        Progress in bytes: stage "connecting", then "downloading", then "checking".

    Returns:
        The place where the model lies and its description; `Staging.finish` puts it into the store.

    Raises:
        ModelError: it cannot be downloaded.
    """
    from filelock import FileLock, Timeout

    staging = store.staging(model.name, DOWNLOADING)
    staging.begin()
    try:
        with FileLock(staging.folder / LOCK, timeout=0):
            return (yield from _download(staging, model))
    except Timeout as error:
        raise ModelError(
            "{name} is being downloaded already.",
            "Wait for the other window or command to finish.",
            name=model.name,
        ) from error


def _download(
    staging: Staging, model: CatalogueModel
) -> Generator[Progress, None, tuple[Staging, InstalledModel]]:
    meter = ProgressMeter(Stage.CONNECTING, unit="bytes")
    try:
        yield meter.snapshot()
        wanted = yield from _ask(staging, model, meter)
        demand_space(staging.folder, sum(one.remote.size - one.here for one in wanted), model.name)
        meter = ProgressMeter(Stage.DOWNLOADING, sum(one.remote.size for one in wanted), unit="bytes")
        meter.advance(sum(one.here for one in wanted))
        yield meter.snapshot()
        for one in wanted:
            if not one.path.is_file():
                with disk_errors(model.name):
                    yield from _fetch(one, model, meter)
        yield meter.end()
    finally:
        hub.hang_up()
    checksums = {}
    checking = ProgressMeter(Stage.CHECKING, meter.total, unit="bytes")
    for one in wanted:
        with disk_errors(model.name):
            checksums[one.file.name] = yield from _check(one, checking)
    yield checking.end()
    found = staging.describe(model.kind, {one.file.role: one.file.name for one in wanted}, checksums)
    commit = wanted[0].remote.commit or model.revision
    return staging, replace(
        found, source=f"{model.repository}@{commit}", licence=model.licence, memory=model.memory
    )


def _ask(
    staging: Staging, model: CatalogueModel, meter: ProgressMeter
) -> Generator[Progress, None, list[_Wanted]]:
    """Find out what the server has, and drop what came from other files than these."""
    state = staging.folder / STATE
    try:
        known = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    wanted: list[_Wanted] = []
    revision = model.revision
    for file in model.files:
        try:
            remote = hub.describe(model.repository, revision, file.path)
        except hub.RemoteFileMissingError:
            if wanted or revision == LATEST or not file.sha256:
                raise
            # The commit is gone; where the checksum is known, the file at hand may be the same.
            remote = hub.describe(model.repository, LATEST, file.path)
        # All files from one commit, whatever is uploaded meanwhile.
        revision = remote.commit or revision
        if file.sha256 and remote.sha256 and file.sha256 != remote.sha256:
            raise ModelError(
                "{file} at {host} is not the file that Lookalike knows.",
                "Update Lookalike, or download the model with the browser and import it.",
                file=file.name,
                host=hub.host(),
            )
        if not (file.sha256 or remote.sha256 or remote.git_id):
            raise ModelError(
                "{host} states no checksum for {file}.",
                "Download the model with the browser and import it.",
                host=hub.host(),
                file=file.name,
            )
        one = _Wanted(file, remote, staging.folder / file.name)
        with disk_errors(model.name):
            if one.here > remote.size or known.get(file.name) != remote.etag:
                one.path.unlink(missing_ok=True)
                one.part.unlink(missing_ok=True)
        wanted.append(one)
        yield meter.snapshot()
    with disk_errors(model.name):
        state.write_text(json.dumps({one.file.name: one.remote.etag for one in wanted}), encoding="utf-8")
    return wanted


def _fetch(one: _Wanted, model: CatalogueModel, meter: ProgressMeter) -> Generator[Progress, None, None]:
    before = meter.done - one.here
    failures = 0
    while one.here < one.remote.size:
        start = one.here
        try:
            yield from _receive(one, model, meter, before)
        except hub.DownloadInterruptedError:
            failures = 0 if one.here > start else failures + 1
            if failures >= ATTEMPTS:
                raise
            for _ in range(round(PAUSE_SECONDS * failures / STEP_SECONDS)):
                time.sleep(STEP_SECONDS)
                yield meter.snapshot()


def _receive(
    one: _Wanted, model: CatalogueModel, meter: ProgressMeter, before: int
) -> Generator[Progress, None, None]:
    with one.part.open("ab") as file, closing(hub.chunks(one.remote, model.repository, one.here)) as chunks:
        for offset, data in chunks:
            if offset != file.tell():
                file.truncate(offset)
                file.seek(0, os.SEEK_END)
            try:
                file.write(data)
                file.flush()
            except OSError as error:
                if error.errno in DISK_FULL:
                    left = one.remote.size - offset + SPARE
                    raise ModelError(
                        "The disk is full; {name} is not finished.",
                        "Make {room} of room and download it again. What has come is kept.",
                        name=model.name,
                        room=amount(left),
                    ) from error
                raise
            meter.done = before + file.tell()
            yield meter.snapshot()


def _check(one: _Wanted, meter: ProgressMeter) -> Generator[Progress, None, str]:
    """Compare a file with what is recorded or stated of it.

    Returns:
        Its SHA-256 (hex).
    """
    path = one.path if one.path.is_file() else one.part
    size = path.stat().st_size
    sha256, git_id = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sha256.update(block)
            git_id.update(block)
            meter.advance(len(block))
            yield meter.snapshot()
    expected = one.file.sha256 or one.remote.sha256
    right = sha256.hexdigest() == expected if expected else git_id.hexdigest() == one.remote.git_id
    if size != one.remote.size or not right:
        path.unlink()
        raise ModelError(
            "{file} did not arrive as it should (wrong checksum) and is deleted.",
            "Download it again; if that does not help, {host} or the connection alters it.",
            file=one.file.name,
            host=hub.host(),
        )
    if path != one.path:
        path.rename(one.path)
    return sha256.hexdigest()
