"""The embedded descriptor: EfficientNet-Lite2, seen twice (the whole photo and its middle), pooled towards the middle.

Chosen by ``python -m tests.benchmarks.descriptor_choices``; figures in docs/benchmarks.md, "Descriptors".
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.descriptors.embedded_network import CHANNELS, SIDE, WEIGHTS, EmbeddedNetwork
from lookalike.descriptors.precision import suitable_precision
from lookalike.descriptors.unit import unit_rows
from lookalike.models.store import ModelError

VERSION = 1
"""Raised whenever preprocessing or pooling give other vectors than before."""

MIDDLES = (1.0, 0.5)
"""The views: the share of the photo's width and height, in its middle, that each shows."""

POWER = 3.0
"""The exponent of generalised-mean pooling (arXiv 1711.02512)."""

SPREAD = 0.7
"""Standard deviation of the Gaussian weight of a cell's place, where a view reaches from -1 to 1 each way."""

REDUCING_GAP = 2.0
"""Pillow shrinks by whole factors first while the photo is this many times larger than the view."""


class EfficientNetDescriber:
    """The descriptor that every installation has; see `Describer`.

    The photo, and its middle, are each squeezed into a square, so that nothing is cut off. Each view becomes one
    vector by generalised-mean pooling, and the photo's vector is the normalised sum of the two unit vectors. The
    network is loaded with the first photo; vectors have 1280 dimensions.

    Args:
        threads: threads for the network; as many as there are cores when None.
    """

    key = f"{WEIGHTS}:{SIDE}x{MIDDLES[0]:g}+{MIDDLES[1]:g}:gem{POWER:g}@{SPREAD:g}:v{VERSION}"
    dimension = CHANNELS
    batch_size = 4
    decode_size = 640
    reads_words = False

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads
        self._loading = threading.Lock()
        self._network: EmbeddedNetwork | None = None

    def prepare(self, image: Image.Image) -> NDArray[np.uint8]:
        """Cut and squeeze the two views of an upright RGB photo.

        Returns:
            uint8 array (views · `SIDE`, `SIDE`, 3): the whole photo above its middle.
        """
        image = image.convert("RGB")
        return np.concatenate([view(image, middle, SIDE) for middle in MIDDLES])

    def describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Describe prepared photos; see `Describer.describe`.

        Raises:
            ModelError: the installation lacks the model, or cannot run it.
        """
        vectors = self._loaded()(np.asarray(batch).reshape(-1, SIDE, SIDE, 3))
        return unit_rows(unit_rows(vectors).reshape(len(batch), len(MIDDLES), -1).sum(axis=1))

    def describe_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Always fails: this model reads no words.

        Raises:
            ModelError: always.
        """
        raise ModelError(
            "The built-in descriptor model does not read words.",
            "Search with a photo, or import a SigLIP or CLIP model.",
        )

    def _loaded(self) -> EmbeddedNetwork:
        with self._loading:
            if self._network is None:
                self._network = EmbeddedNetwork(suitable_precision(self._threads), self._threads)
            return self._network


def view(image: Image.Image, middle: float, side: int) -> NDArray[np.uint8]:
    """The middle of a photo, squeezed into a square.

    Args:
        image: RGB.
        middle: the share of its width and of its height to show, 0 < middle <= 1.
        side: pixels.

    Returns:
        uint8 array (side, side, 3).
    """
    width, height = image.size
    left, top = width * (1 - middle) / 2, height * (1 - middle) / 2
    box = (left, top, width - left, height - top)
    # Pillow's first, coarse reduction needs photos of some size, and long thin ones can lack it.
    gap = REDUCING_GAP if min(width, height) * middle >= side else None
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC, box=box, reducing_gap=gap))
