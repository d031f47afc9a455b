"""Indexer: applies the differences between a folder and the catalog by reading, describing and recording photos.

What the decoding threads and the descriptor process make of photos is only moved along here and written, a batch to a
unit of work. A photo is recorded with its descriptor or not at all, so the process may be killed anywhere. The vector
index hears of every unit of work by itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.files import FileRow
from lookalike.catalog.folders import Folder
from lookalike.catalog.sql import chunks
from lookalike.catalog.unit_of_work import UnitOfWork
from lookalike.descriptors.protocol import Describer, DescriptionService
from lookalike.descriptors.versions import model_versions
from lookalike.ingest.describing import describe_all
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.ingest.photo_reader import PhotoReader, ReadPhoto
from lookalike.ingest.sidecars import apply_sidecars
from lookalike.ingest.throttle import Throttle
from lookalike.ingest.work_queue import WorkPriority, WorkQueue
from lookalike.progress import Progress, ProgressMeter, Stage

WRITE_SECONDS = 0.5
"""Finished photos wait at most about this long for their transaction."""

FILES_PER_WRITE = 5000
"""Files whose content is known are written this many to a transaction."""

REST_STEP_SECONDS = 0.2
"""A job that rests can be stopped this often."""


class Indexer:
    """Brings the catalog in line with the disk.

    Args:
        catalog: the library's catalog.
        reader: reads photos, in the decoding threads.
        describer: says how many photos are described at once.
        service: describes prepared pixels.
        record: the descriptors of `describer`.
        priority: what the user looks at, described first.
        throttle: how hard to work; None for full speed.

    Attributes:
        priority: what the user looks at.
        unsettled: files that changed while they were read, for another look; to be emptied by who takes them.
        unreadable_for_now: contents that `describe` could not read, but may be able to later.
    """

    def __init__(
        self,
        catalog: Catalog,
        reader: PhotoReader,
        describer: Describer,
        service: DescriptionService,
        record: DescriptorRecord,
        priority: WorkPriority | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        self._catalog = catalog
        self._reader = reader
        self._describer = describer
        self._service = service
        self._record = record
        self.priority = priority or WorkPriority()
        self._throttle = throttle
        self.unsettled = reader.unsettled
        self.unreadable_for_now: set[int] = set()

    def apply(
        self, folder: Folder, diff: FolderDiff, reachable: Callable[[], bool] = lambda: True
    ) -> Generator[Progress, None, None]:
        """Apply what differs in a folder; yields after every batch, and may be closed at any yield.

        Differences in another folder, or at another place of this one, may be applied at any yield too.

        Args:
            folder: the folder.
            diff: what differs.
            reachable: asked when files could not be read; once it says no, the rest is left.
        """
        yield from self._apply_known(folder, diff)
        loads = [stat.size for stat, _ in diff.added_or_changed]
        # A photo's work is partly the same for all (the network) and partly that of its bytes (the decoder).
        share = sum(loads) / max(len(loads), 1)
        meter = ProgressMeter(
            Stage.INDEXING,
            total=len(diff.added_or_changed),
            folder=folder.id,
            load=2.0 * sum(loads) if loads else None,
        )
        meter.skipped.extend(diff.unreadable)
        yield meter.snapshot()
        meter.skip_pause()
        for _ in apply_sidecars(self._catalog, folder, diff.sidecars, meter, reachable):
            yield meter.snapshot()
            meter.skip_pause()
        upcoming = WorkQueue(diff.added_or_changed, self.priority)
        reads = describe_all(
            self._service,
            self._describer.batch_size,
            lambda count: [partial(self._reader.read, *task) for task in upcoming.take(count)],
            patient=True,
        )
        yield from self._in_batches(
            reads, lambda batch: self._record_read(folder, batch, meter, share, reachable), meter
        )

    def describe(self, content_ids: Sequence[int]) -> Generator[Progress, None, None]:
        """Describe contents that the catalog has already; yields after every batch, and may be closed at any yield.

        Skips those that cannot be read and those that have changed on disk, which a scan sees to. Folders that are
        offline or paused are left alone. The contents that may be readable later are noted in `unreadable_for_now`.

        Raises:
            LookalikeError: the model is at fault, or what was described cannot be written.
        """
        tasks = [(stats[0], number) for number, stats in self._catalog.files.readable(content_ids).items()]
        loads = [max(stat.size, 0) for stat, _ in tasks]
        share = sum(loads) / max(len(loads), 1)
        meter = ProgressMeter(Stage.DESCRIBING, total=len(tasks), load=2.0 * sum(loads) if loads else None)
        yield meter.snapshot()
        meter.skip_pause()
        upcoming = WorkQueue(tasks, self.priority)
        reads = describe_all(
            self._service,
            self._describer.batch_size,
            lambda count: [partial(self._reader.read_again, *task) for task in upcoming.take(count)],
        )
        yield from self._in_batches(reads, lambda batch: self._record_described(batch, meter, share), meter)

    def _in_batches(
        self,
        reads: Generator[ReadPhoto, None, None],
        write: Callable[[list[ReadPhoto]], bool],
        meter: ProgressMeter,
    ) -> Iterator[Progress]:
        """Write photos as they are done, a batch at a time, resting in between; ends early once `write` says no."""
        unwritten: list[ReadPhoto] = []
        written_at = time.monotonic()
        with closing(reads):
            for read in reads:
                unwritten.append(read)
                worked = time.monotonic() - written_at
                if len(unwritten) >= self._describer.batch_size or worked > WRITE_SECONDS:
                    if not write(unwritten):
                        yield meter.end()
                        return
                    yield meter.snapshot()
                    meter.skip_pause()
                    yield from self._rest(worked, meter)
                    unwritten, written_at = [], time.monotonic()
        if unwritten:
            write(unwritten)
        yield meter.end()

    def _rest(self, worked: float, meter: ProgressMeter) -> Iterator[Progress]:
        left = self._throttle.rest(worked) if self._throttle is not None else 0.0
        while left > 0:
            time.sleep(min(left, REST_STEP_SECONDS))
            left -= REST_STEP_SECONDS
            yield meter.snapshot()

    def _apply_known(self, folder: Folder, diff: FolderDiff) -> Iterator[Progress]:
        """Apply what needs no reading: moved files, files whose content is known, and files that are gone."""
        known: list[tuple[FileRow | None, FileStat, int | None, str | None]]
        known = [(row, stat, row.content_id, row.problem) for row, stat in diff.moved]
        known += [(row, stat, content_id, None) for stat, row, content_id in diff.recognised]
        meter = ProgressMeter(Stage.LOOKING, folder=folder.id)
        for chunk in chunks(known, FILES_PER_WRITE):
            with self._catalog.unit_of_work() as work:
                work.remove_files(folder, [row for row, *_ in chunk if row is not None])
                for _, stat, content_id, problem in chunk:
                    work.put_file(folder, stat, content_id, problem)
            yield meter.snapshot()
        for removed in chunks(diff.removed, FILES_PER_WRITE):
            with self._catalog.unit_of_work() as work:
                work.remove_files(folder, removed)
            yield meter.snapshot()

    def _record_described(self, reads: list[ReadPhoto], meter: ProgressMeter, share: float) -> bool:
        """Record the descriptors of contents that the catalog has."""
        with self._catalog.unit_of_work() as work:
            for read in reads:
                assert read.content_id is not None
                load = share + max(read.stat.size, 0)
                if read.vector is None:
                    meter.skip(os.fsdecode(read.stat.path), read.problem or "", load)
                    if read.temporary:
                        self.unreadable_for_now.add(read.content_id)
                    continue
                work.put_descriptor(self._record, read.content_id, read.vector)
                meter.advance(1, load)
        return True

    def _record_read(
        self,
        folder: Folder,
        reads: list[ReadPhoto],
        meter: ProgressMeter,
        share: float,
        reachable: Callable[[], bool],
    ) -> bool:
        """Record what was read; False once the folder is away, and then that is no trouble of its files."""
        still_there = not any(read.temporary for read in reads) or reachable()
        if not still_there:
            reads = [read for read in reads if not read.temporary]
        tried_by = self._catalog.files.tried_by(model_versions(self._record.key))
        with self._catalog.unit_of_work() as work:
            for read in reads:
                load = share + read.stat.size
                if read.problem is not None:
                    meter.skip(os.fsdecode(read.stat.path), read.problem, load)
                    # What was known of a file that cannot be reached now stays, and the next scan tries again.
                    if read.temporary:
                        self._record_unreadable(work, folder, read)
                    else:
                        tried = tried_by[read.by_model]
                        work.put_file(folder, read.stat, None, read.problem, read.content, tried)
                else:
                    work.put_file(folder, read.stat, self._put_content(work, read))
                    meter.advance(1, load)
                if read.replaced is not None:
                    work.touch([read.replaced.content_id])
        return still_there

    def _put_content(self, work: UnitOfWork, read: ReadPhoto) -> int:
        content_id = read.content_id
        if read.row is not None and read.vector is not None:
            content_id = work.put_content(read.row)
            work.put_descriptor(self._record, content_id, read.vector)
        assert content_id is not None
        if read.annotations is not None:
            work.put_annotations(content_id, read.annotations)
        if read.read_metadata:
            work.put_metadata(content_id, read.metadata)
        return content_id

    def _record_unreadable(self, work: UnitOfWork, folder: Folder, read: ReadPhoto) -> None:
        """Record why a file could not be read: not where it is gone or being changed, or where the model failed."""
        path = read.stat.path
        if read.content is None and not read.unsettled and os.path.lexists(path):
            work.put_unreadable(folder, path, read.problem or "")
