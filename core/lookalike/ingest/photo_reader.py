"""Photo reader: reads a file in a decoding thread, hashes it and, if it is new, decodes its pixels.

The thumbnail, the local features and what the descriptor model sees are made of one decode.

A file is decoded only for bytes that the library does not know. Where only its ctime is another, it is hashed.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.file_stat import FileStat, stamp_of
from lookalike.catalog.files import FileRow
from lookalike.catalog.racy_timestamps import is_racy
from lookalike.descriptors.protocol import Describer
from lookalike.descriptors.versions import model_versions
from lookalike.errors import LookalikeError, Phrase
from lookalike.ingest.decode_quarantine import DecodeQuarantine
from lookalike.local_features import LONGEST_SIDE, extract
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.photos import (
    THUMBNAIL_SIDE,
    Annotations,
    Facts,
    FileBytes,
    FileUnavailableError,
    Metadata,
    Photo,
    decode,
    read_file,
    read_metadata,
    thumbnail,
)

PAUSED = str(Phrase("Its folder is paused or cannot be reached."))
CHANGED = str(Phrase("This photo has changed."))
"""Why a photo cannot be read again."""


@dataclass(frozen=True)
class ReadPhoto:
    """What a decoding thread made of one file, and then the model of its pixels.

    Attributes:
        stat: where it lies, and what tells that it is unchanged.
        replaced: what the catalog held of that path.
        content_id: the content, where the catalog knows it.
        row: facts of a content that is new.
        annotations: what people wrote into a content that is new.
        metadata: the metadata of a known content, where they had to be read again and could be.
        read_metadata: whether they had to be.
        pixels: prepared for the model, until it has described them.
        vector: the descriptor.
        content: hash of the bytes, once they were read.
        problem: why it cannot be described, in words for the user.
        temporary: whether the problem may pass by itself, and is not a fault of the file.
        by_model: whether it was the model that could not describe it, and not the decoders that could not read it.
        unsettled: whether it was being changed.
    """

    stat: FileStat
    replaced: FileRow | None
    content_id: int | None = None
    row: ContentRow | None = None
    annotations: Annotations | None = None
    metadata: Metadata | None = None
    read_metadata: bool = False
    pixels: NDArray[np.uint8] | None = None
    vector: NDArray[np.float32] | None = None
    content: str | None = None
    problem: str | None = None
    temporary: bool = False
    by_model: bool = False
    unsettled: bool = False


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


class PhotoReader:
    """Reads photos for one descriptor model. Any thread may use it.

    Args:
        catalog: the library's catalog.
        thumbnails: takes a thumbnail of every photo that is decoded.
        features: takes the local features of photos that are decoded.
        describer: prepares pixels.
        record: its durable descriptors.
        quarantine: knows what may crash the decoders.
        details_later: leave out the local features of new photos, which take longer than all else; they lack details
            until those are prepared.

    Attributes:
        unsettled: files that changed while they were read, for another look; to be emptied by who takes them.
    """

    def __init__(
        self,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        features: FeatureCache,
        describer: Describer,
        record: DescriptorRecord,
        quarantine: DecodeQuarantine,
        details_later: bool = False,
    ) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._features = features
        self._describer = describer
        self._record = record
        self._quarantine = quarantine
        self._details_later = details_later
        self.unsettled: list[bytes] = []

    def read(self, stat: FileStat, replaced: FileRow | None) -> ReadPhoto:
        """Read a file, provided that it is the same before and after reading."""
        began = time.time_ns()
        read = self._read_file(stat, replaced)
        try:
            facts = os.lstat(stat.path)
        except OSError:
            # Gone, or the drive is: whoever notices that looks again.
            return ReadPhoto(stat, replaced, problem=str(Phrase("It is no longer there.")), temporary=True)
        if stamp_of(facts) != stat.stamp:
            self.unsettled.append(stat.path)
            return ReadPhoto(
                stat,
                replaced,
                problem=str(Phrase("It is being changed, and is looked at again.")),
                temporary=True,
                unsettled=True,
            )
        # The ctime that is kept is the one from before: had it changed meanwhile, the next look would tell.
        return replace(read, stat=replace(stat, racy=True)) if is_racy(stat, began) else read

    def _read_file(self, stat: FileStat, replaced: FileRow | None) -> ReadPhoto:
        """One read of the file gives its hash and, if it is new, its pixels."""
        content: str | None = None
        try:
            file = read_file(Path(os.fsdecode(stat.path)))
            content = file.content
            if (refused := self._refused(stat, replaced, content)) is not None:
                return refused
            known = self._catalog.contents.id_of(content)
            if known is not None and not self._record.lacking([known]):
                if not self._catalog.annotations.is_unread(known):
                    return ReadPhoto(stat, replaced, content_id=known)
                metadata = read_metadata(file)
                return ReadPhoto(stat, replaced, content_id=known, metadata=metadata, read_metadata=True)
            needed = max(self._describer.decode_size, THUMBNAIL_SIDE)
            photo = self._decoded(file, needed if self._details_later else max(needed, LONGEST_SIDE))
            self._thumbnails.put(content, THUMBNAIL_SIDE, thumbnail(photo.image, THUMBNAIL_SIDE))
            if not self._details_later:
                self._features.put(content, extract(photo.image))
            return ReadPhoto(
                stat,
                replaced,
                row=content_row(content, len(file.data), photo.facts),
                annotations=photo.annotations,
                pixels=self._describer.prepare(photo.image),
                content=content,
            )
        except FileUnavailableError as error:
            return ReadPhoto(stat, replaced, problem=str(error), temporary=True)
        except LookalikeError as error:
            return ReadPhoto(stat, replaced, problem=str(error), content=content)

    def _decoded(self, file: FileBytes, longest_side: int) -> Photo:
        if file.content in self._quarantine:
            return self._quarantine.decode(file, longest_side)
        with self._quarantine.mark(file.content):
            return decode(file, longest_side)

    def _refused(self, stat: FileStat, replaced: FileRow | None, content: str) -> ReadPhoto | None:
        """What is known of bytes at this place that today's decoders, or the model, have failed at already."""
        if replaced is None or replaced.problem is None or replaced.refused != content:
            return None
        tried = self._catalog.files.tried_by(model_versions(self._record.key))
        if replaced.tried_by not in tried:
            return None
        by_model = replaced.tried_by == tried[1]
        return ReadPhoto(stat, replaced, content=content, problem=replaced.problem, by_model=by_model)

    def extract_again(self, content_id: int, content: str) -> str | None:
        """Extract and keep the local features of a content, from whichever of its files still holds it.

        Returns:
            Why that cannot be done, in words for the user; None where it is done.
        """
        problem = PAUSED
        for stat in self._catalog.files.readable([content_id]).get(content_id, []):
            try:
                file = read_file(Path(os.fsdecode(stat.path)))
                if file.content == content:
                    self._features.put(content, extract(self._decoded(file, LONGEST_SIDE).image))
                    return None
                problem = CHANGED
            except LookalikeError as error:
                problem = str(error)
        return problem

    def read_again(self, stat: FileStat, content_id: int) -> ReadPhoto:
        """The pixels of a content, from whichever of its files still holds it.

        Where it lies is asked for only now: in a long run files are moved, and folders paused.
        """
        stats = self._catalog.files.readable([content_id]).get(content_id, [])
        problem, passing = PAUSED, not stats
        for other in stats:
            try:
                file = read_file(Path(os.fsdecode(other.path)))
                if self._catalog.contents.id_of(file.content) == content_id:
                    pixels = self._describer.prepare(self._decoded(file, self._describer.decode_size).image)
                    return ReadPhoto(stat, None, content_id, pixels=pixels)
                problem = CHANGED
            except FileUnavailableError as error:
                problem, passing = str(error), True
            except LookalikeError as error:
                problem = str(error)
        return ReadPhoto(stat, None, content_id, problem=problem, temporary=passing)
