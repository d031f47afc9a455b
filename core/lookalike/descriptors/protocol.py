"""What every descriptor back end offers, and what names one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True)
class DescriberSpec:
    """Names a descriptor back end so that another process can open it.

    Attributes:
        kind: ``"efficientnet"`` (the embedded default) or ``"transformers"`` (a local model folder).
        location: the model folder for ``"transformers"``, empty for the embedded default.
    """

    kind: str = "efficientnet"
    location: str = ""


class Describer(Protocol):
    """Turns photos into unit vectors; the cosine of two says how alike the photos are.

    Attributes:
        key: names the model, its weights and its preprocessing. Vectors of different keys never mix.
        dimension: length of the vectors.
        batch_size: photos per forward pass that suit the machine.
        decode_size: the longest side in pixels at which a photo need be decoded.
        reads_words: whether `describe_words` works.
    """

    key: str
    dimension: int
    batch_size: int
    decode_size: int
    reads_words: bool

    def prepare(self, image: Image.Image) -> NDArray[np.uint8]:
        """Bring an upright RGB photo to the model's input size.

        Light and thread-safe: runs in decoding threads and imports no heavy module.

        Returns:
            uint8 array (height, width, 3); every photo of one describer has the same shape.
        """
        ...

    def describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Describe prepared photos.

        Returns:
            float32 array (len(batch), dimension), rows of unit length.
        """
        ...

    def describe_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Describe texts in the same space as the photos.

        Returns:
            float32 array (len(words), dimension), rows of unit length.

        Raises:
            ModelError: the model does not read words.
        """
        ...
