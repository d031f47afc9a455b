"""Prepares a query and hands the index's answer to the stream of rankings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.descriptors.protocol import Describer
from lookalike.descriptors.service import DescriberService
from lookalike.errors import LookalikeError
from lookalike.index import VectorIndex
from lookalike.judges.protocol import Explanation, Judge, JudgePhoto
from lookalike.photos import FileBytes, decode, open_image, read_file
from lookalike.search.fusion import Fusion
from lookalike.search.query import Query, Region, crop, region_hash
from lookalike.search.ranking import Ranking
from lookalike.search.stream import Candidates, rankings

MAX_DECODE_SIDE = 4096
"""A region is cut from a decode of at most this longest side, pixels."""


@dataclass(frozen=True)
class SearchSettings:
    """How far a search goes.

    Attributes:
        top: candidates that the judge looks at.
        limit: results in all.
        budget: seconds for judging; None for no limit.
    """

    top: int = 100
    limit: int = 1000
    budget: float | None = None


@dataclass(frozen=True)
class _Prepared:
    """A query ready for the index and the judge; `own` is the library's photo that it is, if any."""

    vector: NDArray[np.float32]
    photo: JudgePhoto | None
    own: int | None


class Searcher:
    """Answers queries over one library and descriptor model.

    Args:
        catalog: the library's catalog.
        describer: prepares the query's pixels.
        service: describes them.
        record: descriptors of the photos.
        index: finds neighbours.
    """

    def __init__(
        self,
        catalog: Catalog,
        describer: Describer,
        service: DescriberService,
        record: DescriptorRecord,
        index: VectorIndex,
    ) -> None:
        self._catalog = catalog
        self._describer = describer
        self._service = service
        self._record = record
        self._index = index

    def search(
        self,
        query: Query,
        judge: Judge | None,
        fusion: Fusion,
        settings: SearchSettings,
        cancelled: Callable[[], bool],
    ) -> Iterator[Ranking]:
        """A stream of ever better rankings; the query's own photo is left out.

        Raises:
            LookalikeError: the query cannot be read or described.
        """
        prepared = self._prepare(query)
        neighbours = self._index.search(prepared.vector, settings.limit + 1)
        ids = [int(number) for number in neighbours.ids]
        similarities = [float(value) for value in neighbours.similarities]
        rows = self._catalog.contents.get(ids)
        kept = [
            (number, rows[number].hash, similarity)
            for number, similarity in zip(ids, similarities, strict=True)
            if number != prepared.own and number in rows
        ][: settings.limit]
        found = (
            Candidates(*(list(column) for column in zip(*kept, strict=True)))
            if kept
            else Candidates([], [], [])
        )
        yield from rankings(
            found,
            prepared.photo,
            judge,
            self.judge_photo,
            self._catalog.pair_scores,
            fusion,
            settings.top,
            settings.budget,
            cancelled,
        )

    def explain(self, query: Query, content_id: int, judge: Judge) -> Explanation:
        """Why the judge says what it says of a photo.

        Raises:
            LookalikeError: a photo cannot be read, the query is words, or the judge is broken.
        """
        photo, _ = self._query_photo(query)
        rows = self._catalog.contents.get([content_id])
        if content_id not in rows:
            raise LookalikeError("This photo is no longer in the library.")
        return judge.explain(photo, self.judge_photo(content_id, rows[content_id].hash))

    def image(self, content_id: int, longest_side: int) -> Image.Image:
        """A photo of the library, upright, its longest side at most `longest_side` pixels.

        Raises:
            LookalikeError: none of its files can be read.
        """
        trouble: LookalikeError | None = None
        for path in self._catalog.files.paths([content_id])[content_id]:
            try:
                return open_image(path, longest_side)
            except LookalikeError as error:
                trouble = error
        raise trouble or LookalikeError("This photo is no longer in the library.")

    def judge_photo(self, content_id: int, content: str) -> JudgePhoto:
        """A photo of the library as judges see it."""
        return JudgePhoto(content, lambda longest_side: self.image(content_id, longest_side))

    def _prepare(self, query: Query) -> _Prepared:
        if query.words:
            if not self._describer.reads_words:
                raise LookalikeError(
                    "The model in use does not read words.",
                    "Search with a photo, or import a model that reads words (`lookalike models --help`).",
                )
            return _Prepared(self._service.describe_words([query.words]).result()[0], None, None)
        photo, own = self._query_photo(query)
        if own is not None and query.region is None and not self._record.lacking([own]):
            return _Prepared(self._record.vectors(np.array([own], np.int64))[0], photo, own)
        pixels = self._describer.prepare(photo.load(self._describer.decode_size))
        return _Prepared(self._service.describe([pixels], urgent=True).result()[0], photo, own)

    def _query_photo(self, query: Query) -> tuple[JudgePhoto, int | None]:
        """The query as judges see it, and the library's photo that it is or is cut from, if any."""
        region = query.region
        if query.file is not None:
            file = read_file(Path(query.file))
            photo = JudgePhoto(region_hash(file.content, region), lambda side: _from_file(file, region, side))
            return photo, self._catalog.contents.photo_of(file.content)
        if query.image is not None:
            cut = crop(query.image.convert("RGB"), region)
            return JudgePhoto("", lambda side: _reduced(cut, side)), None
        if query.content_id is not None:
            number = query.content_id
            rows = self._catalog.contents.get([number])
            if number not in rows:
                raise LookalikeError("This photo is no longer in the library.")
            photo = JudgePhoto(
                region_hash(rows[number].hash, region),
                lambda side: _reduced(crop(self.image(number, _decode_side(region, side)), region), side),
            )
            return photo, number
        raise LookalikeError("There is nothing to search for.", "Give a photo or words.")


def _decode_side(region: Region | None, longest_side: int) -> int:
    """The longest side to decode at so that the region alone has about `longest_side` pixels."""
    if region is None:
        return longest_side
    share = max(region[2] - region[0], region[3] - region[1], 0.01)
    return min(MAX_DECODE_SIDE, int(longest_side / share))


def _from_file(file: FileBytes, region: Region | None, longest_side: int) -> Image.Image:
    return _reduced(crop(decode(file, _decode_side(region, longest_side)).image, region), longest_side)


def _reduced(image: Image.Image, longest_side: int) -> Image.Image:
    if max(image.size) <= longest_side:
        return image
    smaller = image.copy()
    smaller.thumbnail((longest_side, longest_side))
    return smaller
