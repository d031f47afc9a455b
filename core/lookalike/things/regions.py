"""Regions: descriptors of a photo's parts, by which a thing is found again that fills one frame and not the other.

A photo is described once more in each of five overlapping windows, as if each were a photo (regional descriptors, as
R-MAC has them of one network's cells; Tolias et al., ICLR 2016). Windows of the pixels do better than cells: a part is
seen at its own resolution (docs/benchmarks.md, "Things and places").
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.caches.content_cache import ContentCache
from lookalike.descriptors.protocol import Describer, DescriptionService, Vectors
from lookalike.errors import LookalikeError

WINDOWS = (
    (0.0, 0.0, 0.6, 0.6),
    (0.4, 0.0, 1.0, 0.6),
    (0.0, 0.4, 0.6, 1.0),
    (0.4, 0.4, 1.0, 1.0),
    (0.2, 0.2, 0.8, 0.8),
)
"""Left, top, right and bottom of each window, as shares of the frame: the corners and the middle."""

VERSION = 1
"""Raised whenever other windows, or other codes of their descriptors, are kept than before."""

KEPT = 512
"""Photos whose regions stay in memory, some 13 MB."""

IN_FLIGHT = 2
"""Photos that are being described while the next one is decoded."""

LEVELS = 127


class WholeVectors(Protocol):
    """Where the descriptors of whole photos are read; the catalog's `DescriptorRecord`."""

    key: str

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Descriptors as float32 (len(ids), dimension), in the order of `ids`."""
        ...


class WholePhotos:
    """Photos as sets of one descriptor, for `Likeness`.

    Args:
        record: the descriptors.
    """

    def __init__(self, record: WholeVectors) -> None:
        self._record = record

    def sets(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The descriptors as float32 (len(ids), 1, dimension).

        Raises:
            KeyError: a photo is not described.
        """
        return self._record.vectors(ids)[:, None]


class RegionReader:
    """Photos as sets of descriptors, that of the whole photo and those of its windows. One thread at a time.

    Args:
        describer: prepares windows.
        service: describes them.
        record: the descriptors of whole photos.
        cache: keeps those of windows.
        image: ``image(content_id, hash, longest_side)`` gives the pixels of that very content.

    Attributes:
        key: names everything that the descriptors of windows depend on besides the photos.
    """

    def __init__(
        self,
        describer: Describer,
        service: DescriptionService,
        record: WholeVectors,
        cache: ContentCache,
        image: Callable[[int, str, int], Image.Image],
    ) -> None:
        self._describer = describer
        self._service = service
        self._record = record
        self._cache = cache
        self._image = image
        self.key = f"regions-{VERSION}-{describer.key}"
        self._kept: OrderedDict[int, NDArray[np.float32]] = OrderedDict()

    @property
    def shape(self) -> tuple[int, int]:
        """How many descriptors a photo has, and the dimension of each."""
        return 1 + len(WINDOWS), self._describer.dimension

    def load(self, hashes: dict[int, str]) -> dict[int, LookalikeError]:
        """Have the regions of photos at hand, described where they are not known.

        Args:
            hashes: at most `KEPT` content hashes, by content id.

        Returns:
            Why not, for each photo of which they cannot be had.
        """
        failed: dict[int, LookalikeError] = {}
        flight: deque[tuple[int, str, Future[Vectors]]] = deque()

        def land(left: int) -> None:
            while len(flight) > left:
                number, content, future = flight.popleft()
                try:
                    found = future.result()
                except LookalikeError as error:
                    failed[number] = error
                else:
                    self._cache.put(self.key, content, codes_of(found))
                    self._keep(number, found)

        for number, content in hashes.items():
            if number in self._kept:
                self._kept.move_to_end(number)
                continue
            kept = self._cache.get(self.key, content)
            known = None if kept is None else vectors_of(kept, self._describer.dimension)
            if known is not None:
                self._keep(number, known)
                continue
            try:
                windows = self._windows(self._image(number, content, self._describer.decode_size))
            except LookalikeError as error:
                failed[number] = error
                continue
            land(IN_FLIGHT - 1)
            flight.append((number, content, self._service.describe(windows)))
        land(0)
        return failed

    def sets(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The descriptors as float32 (len(ids), 1 + windows, dimension), unit vectors.

        Args:
            ids: photos that were among those loaded last.

        Raises:
            KeyError: a photo was not loaded, or is not described.
        """
        found = np.empty((len(ids), *self.shape), np.float32)
        found[:, 0] = self._record.vectors(ids)
        for place, number in enumerate(ids.tolist()):
            found[place, 1:] = self._kept[number]
        return found

    def _windows(self, image: Image.Image) -> list[NDArray[np.uint8]]:
        return [self._describer.prepare(image.crop(box)) for box in boxes(image.size)]

    def _keep(self, number: int, found: NDArray[np.float32]) -> None:
        self._kept[number] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def boxes(size: tuple[int, int]) -> Iterable[tuple[int, int, int, int]]:
    """The windows of a photo in pixels, none of them empty.

    Args:
        size: (width, height).
    """
    width, height = size
    for left, top, right, bottom in WINDOWS:
        x, y = int(left * width), int(top * height)
        yield x, y, max(round(right * width), x + 1), max(round(bottom * height), y + 1)


def codes_of(vectors: NDArray[np.float32]) -> bytes:
    """Unit vectors (n, dimension) in a byte a number: their cosines change by some thousandths."""
    peaks = np.abs(vectors).max(axis=1, keepdims=True).clip(1e-12)
    codes: NDArray[np.int8] = np.rint(vectors / peaks * LEVELS).astype(np.int8)
    return codes.tobytes()


def vectors_of(codes: bytes, dimension: int) -> NDArray[np.float32] | None:
    """The unit vectors, float32 (windows, dimension), of which `codes_of` made codes; None of anything else."""
    if len(codes) != len(WINDOWS) * dimension:
        return None
    vectors = np.frombuffer(codes, np.int8).reshape(len(WINDOWS), dimension).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.all():
        return None
    found: NDArray[np.float32] = vectors / lengths
    return found
