"""The embedded descriptor: EfficientNet-Lite2, seen twice (the whole photo and its middle), pooled towards the middle.

Chosen by ``python -m tests.benchmarks.descriptor_choices``; figures in docs/benchmarks.md, "Descriptors".
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.descriptors.efficientnet_network import CHANNELS, WEIGHTS
from lookalike.descriptors.unit import unit_rows
from lookalike.models.store import ModelError

if TYPE_CHECKING:
    import torch

    from lookalike.descriptors.efficientnet_network import EfficientNetLite2

VERSION = 1
"""Raised whenever preprocessing or pooling give other vectors than before."""

SIDE = 260
"""Side of a view in pixels; the network was trained at this size."""

MIDDLES = (1.0, 0.5)
"""The views: the share of the photo's width and height, in its middle, that each shows."""

VIEWS_AT_ONCE = 2
"""Views per pass through the network; with more, they no longer fit the processor's cache and each takes longer."""

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
    """

    key = f"{WEIGHTS}:{SIDE}x{MIDDLES[0]:g}+{MIDDLES[1]:g}:gem{POWER:g}@{SPREAD:g}:v{VERSION}"
    dimension = CHANNELS
    batch_size = 4
    decode_size = 640
    reads_words = False

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._network: EfficientNetLite2 | None = None

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
            ModelError: the installation lacks the model.
        """
        import torch

        network = self._loaded()
        views = np.stack(batch).reshape(-1, SIDE, SIDE, 3)
        with torch.inference_mode():
            parts = torch.split(torch.from_numpy(views), VIEWS_AT_ONCE)
            vectors = torch.cat([pooled(network(part), POWER, SPREAD) for part in parts]).numpy()
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

    def _loaded(self) -> EfficientNetLite2:
        with self._loading:
            if self._network is None:
                from lookalike.descriptors.efficientnet_network import EfficientNetLite2

                self._network = EfficientNetLite2(SIDE)
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


def pooled(maps: torch.Tensor, power: float, spread: float) -> torch.Tensor:
    """Generalised mean over the cells of feature maps, weighted towards the middle.

    Args:
        maps: float32 (n, channels, cells, cells), not negative.
        power: exponent of the generalised mean; 1 is the plain mean.
        spread: standard deviation of a Gaussian weight, where the map reaches from -1 to 1 each way.

    Returns:
        float32 (n, channels).
    """
    import torch

    cells = maps.shape[-1]
    place = (2.0 * torch.arange(cells) - (cells - 1)) / cells
    line = torch.exp(-(place**2) / (2.0 * spread**2))
    weights = torch.outer(line, line) / line.sum() ** 2
    return (maps.pow(power) * weights).sum(dim=(2, 3)).pow(1.0 / power)
