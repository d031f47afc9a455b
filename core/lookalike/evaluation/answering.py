"""Answering the queries of an evaluation: from a data set's query to the library's ranking, and to named photos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.evaluation.answers import DESCRIPTOR, INDEX, Answer, Positive, RankedImage, StageRanks
from lookalike.evaluation.datasets.protocol import Dataset, image_name
from lookalike.evaluation.ground_truth import Attributes, GroundTruthQuery
from lookalike.library import Library
from lookalike.search.query import Query, Region
from lookalike.search.ranking import Ranking, Result

LEAST_KEPT = 10
MOST_KEPT = 1000
"""Results of an answer that are kept, at the least and at the most."""


def kept_results(depth: int | None) -> int:
    """How many results of an answer are kept where a data set's figures look at `depth` of them, or at all (None)."""
    return min(max(LEAST_KEPT, depth or MOST_KEPT), MOST_KEPT)


ORIENTATION = 0x0112


class GalleryPhotos:
    """The photos of a data set within a library: which contents they are, and which are not searched in.

    A benchmark counts photos, a library contents: copies of one content follow each other in a ranking, by path.

    Args:
        library: the library that the data set was indexed into.
        dataset: the data set.
    """

    def __init__(self, library: Library, dataset: Dataset) -> None:
        self._library = library
        self._dataset = dataset
        self._ids: dict[Path, int | None] = {}
        # A library knows folders by where they really are; a data set's may be links.
        real = [(folder, folder.resolve()) for folder in dataset.folders]
        self._links = [(folder, target) for folder, target in real if folder != target]
        self._counts = library.photos.copies()
        self._outside = self.ids(dataset.outside())
        lying_outside: dict[int, int] = {}
        for content_id in self._outside.values():
            lying_outside[content_id] = lying_outside.get(content_id, 0) + 1
        for content_id, count in lying_outside.items():
            self._counts[content_id] = self._counts.get(content_id, 1) - count
        self.outside = frozenset(content_id for content_id in lying_outside if not self._counts[content_id])

    def ids(self, paths: Iterable[Path]) -> dict[Path, int]:
        """The contents at some paths; paths that were not indexed are left out."""
        paths = list(paths)
        unknown = [path for path in paths if path not in self._ids]
        if unknown:
            places = {path: _moved(path, self._links) for path in unknown}
            found = self._library.photos.ids_at(places.values())
            self._ids.update((path, found.get(place)) for path, place in places.items())
        return {path: number for path in paths if (number := self._ids[path]) is not None}

    def paths(self, content_ids: Sequence[int]) -> dict[int, list[Path]]:
        """The gallery's photos of some contents, by path."""
        found = self._library.photos.paths(content_ids)
        back = [(target, folder) for folder, target in self._links]
        named = {number: [_moved(path, back) for path in found[number]] for number in content_ids}
        return {
            number: sorted(path for path in paths if path not in self._outside)
            for number, paths in named.items()
        }

    def name(self, path: Path) -> str:
        """A photo's name within the data set."""
        return image_name(self._dataset.root, path)

    def counts(self, content_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many photos of the gallery each content is, (n,)."""
        counts = np.ones(len(content_ids), np.int64)
        several = np.flatnonzero(np.isin(content_ids, np.fromiter(self._counts, np.int64, len(self._counts))))
        for place in several.tolist():
            counts[place] = self._counts[int(content_ids[place])]
        return counts


def _moved(path: Path, folders: Sequence[tuple[Path, Path]]) -> Path:
    """A path with the first folder that it lies in, of those given, put elsewhere."""
    for folder, target in folders:
        if path.is_relative_to(folder):
            return target / path.relative_to(folder)
    return path


def region_of_box(path: Path, box: tuple[float, float, float, float]) -> tuple[Region, float]:
    """A box in the pixels of a stored photo as a region of the upright photo, and the share of the area it takes.

    Whole pixels are kept: the corners are rounded as `Image.crop` rounds them.

    Raises:
        LookalikeError: the photo cannot be read, or the box lies outside it.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
            orientation = image.getexif().get(ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError) as error:
        raise LookalikeError("{path} cannot be read.", "Unpack it again.", path=path) from error
    left, right = (min(max(round(edge), 0), width) for edge in (box[0], box[2]))
    top, bottom = (min(max(round(edge), 0), height) for edge in (box[1], box[3]))
    if left >= right or top >= bottom:
        raise LookalikeError(
            "The box {box} of {path} lies outside it.", "Unpack the data set again.", box=box, path=path
        )
    (x0, y0), (x1, y1) = (
        _upright(x / width, y / height, orientation) for x, y in ((left, top), (right, bottom))
    )
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    # A quarter of a pixel keeps the cut, which rounds down, from falling on the pixel before.
    wide, high = (height, width) if orientation >= 5 else (width, height)
    return (x0 + 0.25 / wide, y0 + 0.25 / high, x1, y1), (x1 - x0) * (y1 - y0)


def _upright(x: float, y: float, orientation: int) -> tuple[float, float]:
    """A point of a stored photo in the upright one, as shares; orientations are those of EXIF."""
    if orientation >= 5:
        x, y = y, x
    return (
        1 - x if orientation in (2, 3, 6, 7) else x,
        1 - y if orientation in (3, 4, 7, 8) else y,
    )


def asked(query: GroundTruthQuery, own: int | None) -> tuple[Query, Attributes]:
    """The search for a query, and its attributes; a box adds "scale", the share of the photo's area it takes.

    Args:
        query: the query.
        own: content id of its photo, where it is in the library.

    Raises:
        LookalikeError: its box cannot be found.
    """
    if query.words:
        return Query(words=query.words), query.attributes
    region, attributes = query.region, query.attributes
    if query.box is not None and query.image is not None:
        region, share = region_of_box(query.image, query.box)
        attributes = {**attributes, "scale": share}
    if own is not None:
        return Query(content_id=own, region=region), attributes
    return Query(file=query.image, region=region), attributes


def within_gallery(ranking: Ranking, gallery: GalleryPhotos) -> Ranking:
    """A ranking without the photos that are not searched in."""
    if not gallery.outside:
        return ranking
    kept = [result.content_id not in gallery.outside for result in ranking.results]
    results = tuple(result for result, is_kept in zip(ranking.results, kept, strict=True) if is_kept)
    return replace(ranking, results=results, same=sum(kept[: ranking.same]))


def answer_of(
    query: GroundTruthQuery,
    attributes: Attributes,
    region: Region | None,
    ranking: Ranking,
    gallery: GalleryPhotos,
    own: int | None,
    kept: int,
    stages: bool = True,
) -> Answer:
    """What a ranking says of a query, in the names of the data set.

    A search leaves out the query's own photo. Where the gallery has photos with the same bytes (the query itself, if
    the ground truth calls it right), they come first with similarity 1, which is what any descriptor gives them, and
    no lower score than the next.

    Args:
        query: the query.
        attributes: what is known of it.
        region: the part of its photo that was searched for.
        ranking: its last ranking, of gallery photos alone.
        gallery: the gallery.
        own: content id of the query's photo, where it is in the library.
        kept: how many of the first results are kept.
        stages: whether the ranks of the earlier stages of the search are kept as well.
    """
    removed = (
        frozenset() if query.image is None or query.image in query.positives else frozenset({query.image})
    )
    twins: list[Path] = []
    if own is not None and region is None and not query.words:
        twins = [path for path in gallery.paths([own])[own] if path not in removed]
    ids = gallery.ids((*query.positives, *query.junk))
    positives = sorted(query.positives)

    def in_order(results: Sequence[Result]) -> tuple[Sequence[Result], dict[Path, int], int]:
        """The results with the query's twins, the ranks of labelled photos, and how many photos were returned."""
        if twins and own is not None:
            # Votes and matches can bring others above 1.
            results = (Result(own, 1.0, None, max([1.0, *(one.score for one in results[:1])])), *results)
        content_ids = np.fromiter((result.content_id for result in results), np.int64, len(results))
        counts = gallery.counts(content_ids)
        if twins:
            counts[0] = len(twins)
        ends = np.cumsum(counts)
        ranks = _ranks(ids, content_ids, ends - counts, counts, gallery, removed)
        return results, ranks, int(ends[-1]) if len(ends) else 0

    def ranks_of(ranks: Mapping[Path, int]) -> StageRanks:
        junk = sorted(rank for path in query.junk if (rank := ranks.get(path)) is not None)
        return StageRanks(tuple(ranks.get(path) for path in positives), tuple(junk))

    results, ranks, returned = in_order(ranking.results)
    last = ranks_of(ranks)
    earlier = (
        {name: ranks_of(in_order(order)[1]) for name, order in _stages(ranking).items()} if stages else {}
    )
    return Answer(
        query=query.name,
        group=query.group,
        kind=query.kind,
        image=None if query.image is None else gallery.name(query.image),
        words=query.words,
        region=region,
        attributes=attributes,
        positives=tuple(
            Positive(gallery.name(path), rank, query.labels.get(path, {}))
            for path, rank in zip(positives, last.positives, strict=True)
        ),
        junk=last.junk,
        returned=returned,
        results=tuple(_named(results, gallery, kept, removed)),
        stages=earlier,
    )


def _stages(ranking: Ranking) -> dict[str, list[Result]]:
    """The results as earlier stages of the search order them."""
    return {
        DESCRIPTOR: sorted(ranking.results, key=lambda one: (-one.similarity, one.content_id)),
        INDEX: sorted(ranking.results, key=lambda one: (-one.index_score, one.content_id)),
    }


def _ranks(
    ids: Mapping[Path, int],
    content_ids: NDArray[np.int64],
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
    gallery: GalleryPhotos,
    removed: frozenset[Path],
) -> dict[Path, int]:
    """The rank from 1 of every labelled photo that was returned."""
    if not len(content_ids):
        return {}
    order = np.argsort(content_ids, kind="stable")
    wanted = np.fromiter(ids.values(), np.int64, len(ids))
    near = np.minimum(np.searchsorted(content_ids[order], wanted), len(order) - 1)
    places = order[near]
    found: dict[Path, int] = {}
    for path, number, place in zip(ids, wanted.tolist(), places.tolist(), strict=True):
        if int(content_ids[place]) != number or path in removed:
            continue
        behind = 0
        if counts[place] > 1:
            behind = [one for one in gallery.paths([number])[number] if one not in removed].index(path)
        found[path] = int(starts[place]) + behind + 1
    return found


def _named(
    results: Sequence[Result], gallery: GalleryPhotos, count: int, removed: frozenset[Path]
) -> list[RankedImage]:
    """The first results, copies one by one."""
    first = results[:count]
    paths = gallery.paths([result.content_id for result in first])
    return [
        RankedImage(gallery.name(path), result.similarity, result.match, result.score)
        for result in first
        for path in paths[result.content_id]
        if path not in removed
    ][:count]
