"""Applies changes to the library: has photos read and described, records them, and has the index find them.

What the threads and the descriptor process make of photos is only moved along here and written, a batch to a
transaction. A photo is recorded with its descriptor or not at all, so the process may be killed anywhere.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.files import FileRow, Folder
from lookalike.catalog.shot_names import shot_of
from lookalike.catalog.sql import chunks
from lookalike.descriptors.protocol import Describer, DescriptionService
from lookalike.descriptors.versions import model_versions
from lookalike.index import FaissIndex
from lookalike.ingest.describing import describe_all
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.ingest.photo_reader import PhotoReader, ReadPhoto
from lookalike.ingest.sidecars import apply_sidecars
from lookalike.ingest.throttle import Throttle
from lookalike.ingest.work_queue import WorkPriority, WorkQueue
from lookalike.progress import Progress, ProgressMeter

WRITE_SECONDS = 0.5
"""Finished photos wait at most about this long for their transaction."""

FILES_PER_WRITE = 5000
"""Files whose content is known are written this many to a transaction."""

REST_STEP_SECONDS = 0.2
"""A job that rests can be stopped this often."""


class Indexer:
    """Brings catalog, index and thumbnails in line with the disk.

    Args:
        catalog: the library's catalog.
        reader: reads photos, in the decoding threads.
        describer: says how many photos are described at once.
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
        reader: PhotoReader,
        describer: Describer,
        service: DescriptionService,
        record: DescriptorRecord,
        index: FaissIndex,
        priority: WorkPriority | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        self._catalog = catalog
        self._reader = reader
        self._describer = describer
        self._service = service
        self._record = record
        self._index = index
        self.priority = priority or WorkPriority()
        self._throttle = throttle
        self.unsettled = reader.unsettled
        self.unreadable_for_now: set[int] = set()
        self._settling = threading.Lock()

    def apply(
        self, folder: Folder, diff: FolderDiff, reachable: Callable[[], bool] = lambda: True
    ) -> Generator[Progress, None, None]:
        """Apply changes found in a folder; yields after every batch, and may be closed at any yield.

        Changes in another folder, or at another place of this one, may be applied at any yield too.

        Args:
            folder: the folder.
            changes: what was found.
            reachable: asked when files could not be read; once it says no, the rest is left.
        """
        yield from self._apply_known(folder, diff)
        loads = [stat.size for stat, _ in diff.added_or_changed]
        # A photo's work is partly the same for all (the network) and partly that of its bytes (the decoder).
        share = sum(loads) / max(len(loads), 1)
        meter = ProgressMeter(
            "indexing",
            total=len(diff.added_or_changed),
            folder=folder.id,
            load=2.0 * sum(loads) if loads else None,
        )
        meter.skipped.extend(diff.unreadable)
        yield meter.snapshot()
        meter.skip_pause()
        for concerned in apply_sidecars(self._catalog, folder, diff.sidecars, meter, reachable):
            self.update_index(concerned)
            yield meter.snapshot()
            meter.skip_pause()
        unwritten: list[ReadPhoto] = []
        written_at = time.monotonic()
        upcoming = WorkQueue(diff.added_or_changed, self.priority)
        for read in describe_all(
            self._service,
            self._describer.batch_size,
            lambda count: [partial(self._reader.read, *task) for task in upcoming.take(count)],
            patient=True,
        ):
            unwritten.append(read)
            worked = time.monotonic() - written_at
            if len(unwritten) >= self._describer.batch_size or worked > WRITE_SECONDS:
                going_on = self._write(folder, unwritten, meter, share, reachable)
                yield meter.snapshot()
                if not going_on:
                    return
                meter.skip_pause()
                yield from self._rest(worked, meter)
                unwritten, written_at = [], time.monotonic()
        if unwritten:
            self._write(folder, unwritten, meter, share, reachable)
            yield meter.snapshot()

    def _rest(self, worked: float, meter: ProgressMeter) -> Iterator[Progress]:
        left = self._throttle.rest(worked) if self._throttle is not None else 0.0
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
        tasks = [(stats[0], number) for number, stats in self._catalog.files.readable(content_ids).items()]
        loads = [max(stat.size, 0) for stat, _ in tasks]
        share = sum(loads) / max(len(loads), 1)
        meter = ProgressMeter("describing", total=len(tasks), load=2.0 * sum(loads) if loads else None)
        yield meter.snapshot()
        meter.skip_pause()
        unwritten: list[ReadPhoto] = []
        written_at = time.monotonic()
        upcoming = WorkQueue(tasks, self.priority)
        for read in describe_all(
            self._service,
            self._describer.batch_size,
            lambda count: [partial(self._reader.read_again, *task) for task in upcoming.take(count)],
        ):
            unwritten.append(read)
            worked = time.monotonic() - written_at
            if len(unwritten) >= self._describer.batch_size or worked > WRITE_SECONDS:
                self._keep(unwritten, meter, share)
                yield meter.snapshot()
                meter.skip_pause()
                yield from self._rest(worked, meter)
                unwritten, written_at = [], time.monotonic()
        if unwritten:
            self._keep(unwritten, meter, share)
            yield meter.snapshot()

    def _keep(self, reads: list[ReadPhoto], meter: ProgressMeter, share: float) -> None:
        """Record descriptors of contents, and have the index find those that still lie in some file."""
        vectors: dict[int, NDArray[np.float32]] = {}
        with self._catalog.transaction() as db:
            for read in reads:
                assert read.content_id is not None
                load = share + max(read.stat.size, 0)
                if read.vector is None:
                    meter.skip(os.fsdecode(read.stat.path), read.problem or "", load)
                    if read.temporary:
                        self.unreadable_for_now.add(read.content_id)
                    continue
                self._record.put(db, read.content_id, read.vector)
                vectors[read.content_id] = read.vector
                meter.advance(1, load)
        self.update_index(vectors, vectors)

    def _apply_known(self, folder: Folder, diff: FolderDiff) -> Iterator[Progress]:
        """Apply what needs no reading: moved files, files whose content is known, and files that are gone."""
        files = self._catalog.files
        placed: list[tuple[FileRow | None, FileStat, int | None, str | None]]
        placed = [(row, stat, row.content_id, row.problem) for row, stat in diff.moved]
        placed += [(row, stat, content_id, None) for stat, row, content_id in diff.recognised]
        meter = ProgressMeter("looking", folder=folder.id)
        for piece in chunks(placed, FILES_PER_WRITE):
            left = [row for row, *_ in piece if row is not None]
            with self._catalog.transaction() as db:
                files.remove(db, folder.id, [row.id for row in left])
                for _, place, content_id, problem in piece:
                    files.put(db, folder.id, place, content_id, problem)
                concerned = self._refresh(
                    db,
                    [row.stat for row in left] + [stat for _, stat, *_ in piece],
                    [row.content_id for row in left] + [content_id for *_, content_id, _ in piece],
                )
            self.update_index(concerned)
            yield meter.snapshot()
        for gone in chunks(diff.removed, FILES_PER_WRITE):
            with self._catalog.transaction() as db:
                files.remove(db, folder.id, [row.id for row in gone])
                concerned = self._refresh(db, [row.stat for row in gone], [row.content_id for row in gone])
            self.update_index(concerned)
            yield meter.snapshot()

    def _refresh(
        self, db: Database, stats: Sequence[FileStat], content_ids: Sequence[int | None]
    ) -> set[int]:
        """Have the catalog work out anew what counts for contents whose files came or went."""
        return self._catalog.annotations.refresh(
            db,
            {shot_of(stat.path) for stat in stats},
            {number for number in content_ids if number is not None},
        )

    def update_index(
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

    def _note_unreadable(self, db: Database, folder: Folder, read: ReadPhoto) -> None:
        """Keep why a file could not be read: not where it is gone or being changed, or where the model failed at it."""
        path = read.stat.path
        if read.content is None and not read.unsettled and os.path.lexists(path):
            self._catalog.unreadable.put(db, folder.id, path, read.problem or "")

    def _write(
        self,
        folder: Folder,
        reads: list[ReadPhoto],
        meter: ProgressMeter,
        share: float,
        reachable: Callable[[], bool],
    ) -> bool:
        """Record what was read; False once the folder is away, and then that is no trouble of its files."""
        going_on = not any(read.temporary for read in reads) or reachable()
        if not going_on:
            reads = [read for read in reads if not read.temporary]
        vectors: dict[int, NDArray[np.float32]] = {}
        held: set[int] = set()
        files = self._catalog.files
        tried_by = files.tried_by(model_versions(self._record.key))
        with self._catalog.transaction() as db:
            for read in reads:
                name = os.fsdecode(read.stat.path)
                load = share + max(read.stat.size, 0)
                if read.problem is not None:
                    meter.skip(name, read.problem, load)
                    # What was known of a file that cannot be reached now stays, and the next scan tries again.
                    if read.temporary:
                        self._note_unreadable(db, folder, read)
                    else:
                        tried = tried_by[read.by_model]
                        files.put(db, folder.id, read.stat, None, read.problem, read.content, tried)
                    continue
                content_id = read.content_id
                if read.row is not None and read.vector is not None:
                    content_id = self._catalog.contents.ensure(db, read.row)
                    self._record.put(db, content_id, read.vector)
                    vectors[content_id] = read.vector
                assert content_id is not None
                if read.annotations is not None:
                    self._catalog.annotations.put_embedded(db, content_id, read.annotations)
                files.put(db, folder.id, read.stat, content_id, None)
                held.add(content_id)
                meter.advance(1, load)
            held.update(
                read.replaced.content_id
                for read in reads
                if read.replaced is not None and read.replaced.content_id is not None
            )
            concerned = self._catalog.annotations.refresh(
                db, {shot_of(read.stat.path) for read in reads}, held
            )
        self.update_index(concerned, vectors)
        return going_on
