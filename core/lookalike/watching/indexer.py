"""Applies changes to the library: reads, describes and records photos, keeping every core at work.

Decoding threads feed the descriptor process; this generator only moves results along and writes them, a batch
to a transaction. A photo is recorded with its descriptor or not at all, so the process may be killed anywhere.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow, chunks
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.files import FileRow, Folder, Place
from lookalike.catalog.shot_names import shot_of
from lookalike.catalog.thumbnail_cache import ThumbnailCache
from lookalike.descriptors.protocol import Describer
from lookalike.descriptors.service import DescriberService
from lookalike.errors import LookalikeError
from lookalike.index import VectorIndex
from lookalike.photos import (
    THUMBNAIL_SIDE,
    Annotations,
    Facts,
    FileUnavailableError,
    decode,
    read_annotations,
    read_file,
    thumbnail,
)
from lookalike.progress import Progress, ProgressMeter
from lookalike.watching.pace import Pace
from lookalike.watching.sidecars import apply_sidecars
from lookalike.watching.survey import Changes
from lookalike.watching.worklist import Preference, WorkList

BATCHES_IN_FLIGHT = 2
"""One in the network, one waiting for it: the descriptor process never waits for this one."""

WRITE_SECONDS = 0.5
"""Finished photos wait at most about this long for their transaction."""

FILES_PER_WRITE = 5000
"""Files whose content is known are written this many to a transaction."""

REST_STEP_SECONDS = 0.2
"""A job that rests can be stopped this often."""

TICK_NS = 100_000_000
COARSE_TICK_NS = 2_000_000_000
"""Two changes of a file within the clock tick of its file system leave the same time of last change. Times in whole
seconds come from file systems that know no finer ones (FAT counts every second one)."""


@dataclass(frozen=True)
class _Read:
    """What a decoding thread made of one file; a `passing` problem is the moment's, not the file's."""

    place: Place
    replaced: FileRow | None
    content_id: int | None = None
    row: ContentRow | None = None
    annotations: Annotations | None = None
    pixels: NDArray[np.uint8] | None = None
    vector: NDArray[np.float32] | None = None
    problem: str | None = None
    passing: bool = False


def unproven(place: Place, now_ns: int) -> bool:
    """Whether a file was changed so recently that another change may leave the same size and time."""
    tick = COARSE_TICK_NS if place.mtime_ns % 1_000_000_000 == 0 else TICK_NS
    return 0 <= now_ns - place.mtime_ns < tick


def content_row(content: str, size: int, facts: Facts) -> ContentRow:
    """The catalog's row for a content of `size` bytes."""
    return ContentRow(
        hash=content,
        bytes=size,
        width=facts.width,
        height=facts.height,
        format=facts.format,
        taken_at=facts.taken_at,
        camera=facts.camera or None,
        lens=facts.lens or None,
        latitude=facts.latitude,
        longitude=facts.longitude,
    )


def _place(path: Path) -> Place:
    return Place(os.fsencode(path), 0, 0, 0, 0)


class Indexer:
    """Brings catalog, index and thumbnails in line with the disk.

    Args:
        catalog: the library's catalog.
        thumbnails: takes a thumbnail of every photo that is decoded.
        describer: prepares pixels, in the decoding threads.
        service: describes prepared pixels.
        record: the durable descriptors of `describer`.
        index: finds them.
        preference: what the user looks at, described first.
        pace: how hard to work.

    Attributes:
        preference: what the user looks at.
        unsettled: files that changed while they were read, for another look; to be emptied by who takes them.
        away: contents that `describe` could not read, but may be able to later.
    """

    def __init__(
        self,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        describer: Describer,
        service: DescriberService,
        record: DescriptorRecord,
        index: VectorIndex,
        preference: Preference | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._describer = describer
        self._service = service
        self._record = record
        self._index = index
        self.preference = preference or Preference()
        self._pace = pace
        self.unsettled: list[bytes] = []
        self.away: set[int] = set()
        self._settling = threading.Lock()

    def apply(self, folder: Folder, changes: Changes) -> Generator[Progress, None, None]:
        """Apply changes found in a folder; yields after every batch, and may be closed at any yield."""
        yield from self._apply_known(folder, changes)
        loads = [place.size for place, _ in changes.fresh]
        # A photo's work is partly the same for all (the network) and partly that of its bytes (the decoder).
        self._share = sum(loads) / max(len(loads), 1)
        meter = ProgressMeter(
            "indexing", total=len(changes.fresh), folder=folder.id, load=2.0 * sum(loads) if loads else None
        )
        meter.skipped.extend(changes.unreadable)
        yield meter.snapshot()
        meter.rested()
        for concerned in apply_sidecars(self._catalog, folder, changes.sidecars, meter):
            self.settle(concerned)
            yield meter.snapshot()
            meter.rested()
        unwritten: list[_Read] = []
        written_at = time.monotonic()
        upcoming = WorkList(changes.fresh, self.preference)
        for read in self._described(
            lambda count: [partial(self._read, *task) for task in upcoming.take(count)], patient=True
        ):
            unwritten.append(read)
            worked = time.monotonic() - written_at
            if len(unwritten) >= self._describer.batch_size or worked > WRITE_SECONDS:
                self._write(folder, unwritten, meter)
                yield meter.snapshot()
                meter.rested()
                yield from self._rest(worked, meter)
                unwritten, written_at = [], time.monotonic()
        if unwritten:
            self._write(folder, unwritten, meter)
            yield meter.snapshot()

    def _rest(self, worked: float, meter: ProgressMeter) -> Iterator[Progress]:
        left = self._pace.rest(worked) if self._pace is not None else 0.0
        while left > 0:
            time.sleep(min(left, REST_STEP_SECONDS))
            left -= REST_STEP_SECONDS
            yield meter.snapshot()

    def describe(self, content_ids: Sequence[int]) -> Iterator[Progress]:
        """Describe contents that the catalog has already; yields after every batch, and may be closed at any yield.

        Skips those that cannot be read and those that have changed on disk, which a scan sees to. Folders that are
        offline or paused are left alone. The contents that may be readable later are noted in `away`.

        Raises:
            LookalikeError: the model is at fault, or what was described cannot be written.
        """
        tasks = [(places[0], number) for number, places in self._catalog.files.readable(content_ids).items()]
        loads = [max(place.size, 0) for place, _ in tasks]
        share = sum(loads) / max(len(loads), 1)
        meter = ProgressMeter("describing", total=len(tasks), load=2.0 * sum(loads) if loads else None)
        yield meter.snapshot()
        meter.rested()
        unwritten: list[_Read] = []
        written_at = time.monotonic()
        upcoming = WorkList(tasks, self.preference)
        for read in self._described(
            lambda count: [partial(self._read_again, *task) for task in upcoming.take(count)]
        ):
            unwritten.append(read)
            worked = time.monotonic() - written_at
            if len(unwritten) >= self._describer.batch_size or worked > WRITE_SECONDS:
                self._keep(unwritten, meter, share)
                yield meter.snapshot()
                meter.rested()
                yield from self._rest(worked, meter)
                unwritten, written_at = [], time.monotonic()
        if unwritten:
            self._keep(unwritten, meter, share)
            yield meter.snapshot()

    def _read_again(self, place: Place, content_id: int) -> _Read:
        """In a decoding thread: the pixels of a content, from whichever of its files still holds it.

        Where it lies is asked for only now: in a long run files are moved, and folders paused.
        """
        places = self._catalog.files.readable([content_id]).get(content_id, [])
        problem, passing = "Its folder is paused or cannot be reached.", not places
        for other in places:
            try:
                file = read_file(Path(os.fsdecode(other.path)))
                if self._catalog.contents.id_of(file.content) == content_id:
                    pixels = self._describer.prepare(decode(file, self._describer.decode_size).image)
                    return _Read(place, None, content_id, pixels=pixels)
                problem = "This photo has changed."
            except FileUnavailableError as error:
                problem, passing = str(error), True
            except LookalikeError as error:
                problem = str(error)
        return _Read(place, None, content_id, problem=problem, passing=passing)

    def _keep(self, reads: list[_Read], meter: ProgressMeter, share: float) -> None:
        """Record descriptors of contents, and have the index find those that still lie in some file."""
        vectors: dict[int, NDArray[np.float32]] = {}
        with self._catalog.transaction() as db:
            for read in reads:
                assert read.content_id is not None
                load = share + max(read.place.size, 0)
                if read.vector is None:
                    meter.skip(os.fsdecode(read.place.path), read.problem or "", load)
                    if read.passing:
                        self.away.add(read.content_id)
                    continue
                self._record.put(db, read.content_id, read.vector)
                vectors[read.content_id] = read.vector
                meter.advance(1, load)
        self.settle(vectors, vectors)

    def _apply_known(self, folder: Folder, changes: Changes) -> Iterator[Progress]:
        """Apply what needs no reading: moved files, files whose content is known, and files that are gone."""
        files = self._catalog.files
        placed: list[tuple[FileRow | None, Place, int | None, str | None]]
        placed = [(row, place, row.content_id, row.problem) for row, place in changes.moved]
        placed += [(row, place, content_id, None) for place, row, content_id in changes.recognised]
        meter = ProgressMeter("looking", folder=folder.id)
        for piece in chunks(placed, FILES_PER_WRITE):
            left = [row for row, *_ in piece if row is not None]
            with self._catalog.transaction() as db:
                files.remove(db, folder.id, [row.id for row in left])
                for _, place, content_id, problem in piece:
                    files.put(db, folder.id, place, content_id, problem)
                concerned = self._refresh(
                    db,
                    [row.place for row in left] + [place for _, place, *_ in piece],
                    [row.content_id for row in left] + [content_id for *_, content_id, _ in piece],
                )
            self.settle(concerned)
            yield meter.snapshot()
        for gone in chunks(changes.gone, FILES_PER_WRITE):
            with self._catalog.transaction() as db:
                files.remove(db, folder.id, [row.id for row in gone])
                concerned = self._refresh(db, [row.place for row in gone], [row.content_id for row in gone])
            self.settle(concerned)
            yield meter.snapshot()

    def _refresh(self, db: Database, places: Sequence[Place], content_ids: Sequence[int | None]) -> set[int]:
        """Have the catalog work out anew what counts for contents whose files came or went."""
        return self._catalog.annotations.refresh(
            db,
            {shot_of(place.path) for place in places},
            {number for number in content_ids if number is not None},
        )

    def settle(
        self, content_ids: Iterable[int], fresh: Mapping[int, NDArray[np.float32]] | None = None
    ) -> None:
        """Have the index find those of some contents that are to be found, and not the others.

        Args:
            content_ids: contents whose files came, went, or became companions of others.
            fresh: descriptors that are at hand; the others are taken from the record.
        """
        concerned = sorted(content_ids)
        # What one caller asked the catalog must be done before another, who has changed it since, asks.
        with self._settling:
            findable = self._record.findable(concerned)
            lost = [number for number in concerned if number not in findable and number in self._index]
            if lost:
                self._index.remove(np.array(lost, np.int64))
            wanted = [number for number in concerned if number in findable and number not in self._index]
            at_hand = {number: fresh[number] for number in wanted if fresh and number in fresh}
            known = np.array([number for number in wanted if number not in at_hand], np.int64)
            if at_hand:
                self._index.add(np.array(list(at_hand), np.int64), np.stack(list(at_hand.values())))
            if len(known):
                self._index.add(known, self._record.vectors(known))

    def _read(self, place: Place, replaced: FileRow | None) -> _Read:
        """In a decoding thread: what lies at a place, if it was the same before and after reading."""
        began = time.time_ns()
        read = self._read_file(place, replaced)
        try:
            facts = os.lstat(place.path)
        except OSError:
            # Gone, or the drive is: whoever notices that looks again.
            return _Read(place, replaced, problem="It is no longer there.", passing=True)
        if (facts.st_size, facts.st_mtime_ns) != place.stamp:
            self.unsettled.append(place.path)
            return _Read(
                place, replaced, problem="It is being changed, and is looked at again.", passing=True
            )
        if unproven(place, began):
            return replace(read, place=replace(place, size=-1))
        return read

    def _read_file(self, place: Place, replaced: FileRow | None) -> _Read:
        """One read of the file gives its hash and, if it is new, its pixels."""
        try:
            file = read_file(Path(os.fsdecode(place.path)))
            known = self._catalog.contents.id_of(file.content)
            if known is not None and not self._record.lacking([known]):
                unread = self._catalog.annotations.is_unread(known)
                return _Read(
                    place, replaced, content_id=known, annotations=read_annotations(file) if unread else None
                )
            photo = decode(file, max(self._describer.decode_size, THUMBNAIL_SIDE))
            self._thumbnails.put(file.content, THUMBNAIL_SIDE, thumbnail(photo.image, THUMBNAIL_SIDE))
            return _Read(
                place,
                replaced,
                row=content_row(file.content, len(file.data), photo.facts),
                annotations=photo.annotations,
                pixels=self._describer.prepare(photo.image),
            )
        except FileUnavailableError as error:
            return _Read(place, replaced, problem=str(error), passing=True)
        except LookalikeError as error:
            return _Read(place, replaced, problem=str(error))

    def _described(
        self, take: Callable[[int], Sequence[Callable[[], _Read]]], patient: bool = False
    ) -> Iterator[_Read]:
        """Every task that `take` hands out, read and described, in the order in which they are done.

        Args:
            take: gives that many tasks at most; none when there are no more.
            patient: whether a photo that fails alone is told of instead of raised. It may be the one that brings
                the model down, tried again, and must not end every scan.
        """
        threads = min(4, os.cpu_count() or 1)
        batch_size = self._describer.batch_size
        look_ahead = threads + 2 * batch_size
        reading: set[Future[_Read]] = set()
        ready: deque[_Read] = deque()
        flight: dict[Future[NDArray[np.float32]], list[_Read]] = {}
        pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")
        try:
            while True:
                room = look_ahead - len(reading) - len(ready)
                reading.update(pool.submit(task) for task in take(max(room, 0)))
                while len(flight) < BATCHES_IN_FLIGHT and ready and (len(ready) >= batch_size or not reading):
                    batch = [ready.popleft() for _ in range(min(batch_size, len(ready)))]
                    future = self._service.describe(
                        [read.pixels for read in batch if read.pixels is not None]
                    )
                    flight[future] = batch
                if not reading and not flight:
                    return
                waiting: list[Future[Any]] = [*reading, *flight]
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for finished in done:
                    if finished in reading:
                        reading.discard(finished)
                        read = finished.result()
                        if read.pixels is None:
                            yield read
                        else:
                            ready.append(read)
                    else:
                        yield from self._with_vectors(flight.pop(finished), finished, patient)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for future in flight:
                future.cancel()

    def _with_vectors(
        self, batch: list[_Read], future: Future[NDArray[np.float32]], patient: bool
    ) -> Iterator[_Read]:
        """The batch with its descriptors.

        If it failed, its photos are tried one by one, so that one that brings the model down is told of and the
        others are kept. A failure of the model, which may lack memory just now, is never taken for the file's.

        Raises:
            LookalikeError: not one of them could be described: the model is at fault, not a photo.
        """
        try:
            for read, vector in zip(batch, future.result(), strict=True):
                yield replace(read, pixels=None, vector=vector)
            return
        except LookalikeError as error:
            if len(batch) == 1:
                if not patient:
                    raise
                yield replace(batch[0], pixels=None, row=None, problem=str(error), passing=True)
                return
        failures = 0
        for read in batch:
            assert read.pixels is not None
            try:
                yield replace(read, pixels=None, vector=self._service.describe([read.pixels]).result()[0])
            except LookalikeError as error:
                failures += 1
                if failures == len(batch):
                    raise
                yield replace(read, pixels=None, row=None, problem=str(error), passing=True)

    def _write(self, folder: Folder, reads: list[_Read], meter: ProgressMeter) -> None:
        vectors: dict[int, NDArray[np.float32]] = {}
        held: set[int] = set()
        with self._catalog.transaction() as db:
            for read in reads:
                name = os.fsdecode(read.place.path)
                load = self._share + max(read.place.size, 0)
                if read.problem is not None:
                    meter.skip(name, read.problem, load)
                    # What was known of a file that cannot be reached now stays, and the next scan tries again.
                    if not read.passing:
                        self._catalog.files.put(db, folder.id, read.place, None, read.problem)
                    continue
                content_id = read.content_id
                if read.row is not None and read.vector is not None:
                    content_id = self._catalog.contents.ensure(db, read.row)
                    self._record.put(db, content_id, read.vector)
                    vectors[content_id] = read.vector
                assert content_id is not None
                if read.annotations is not None:
                    self._catalog.annotations.put_embedded(db, content_id, read.annotations)
                self._catalog.files.put(db, folder.id, read.place, content_id, None)
                held.add(content_id)
                meter.advance(1, load)
            held.update(
                read.replaced.content_id
                for read in reads
                if read.replaced is not None and read.replaced.content_id is not None
            )
            concerned = self._catalog.annotations.refresh(
                db, {shot_of(read.place.path) for read in reads}, held
            )
        self.settle(concerned, vectors)
