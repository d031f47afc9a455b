"""The descriptor protocols: what a back end offers, what names one, and the service that runs one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""A prepared photo, (height, width, 3)."""
Vectors = NDArray[np.float32]
"""Descriptors, (photos or texts, dimension), rows of unit length."""

EMBEDDED = "efficientnet"
"""The kind of back end that every installation has."""


@dataclass(frozen=True)
class DescriberSpec:
    """Names a descriptor back end so that another process can open it.

    Attributes:
        kind: name of an entry of `lookalike.descriptors.registry`; the embedded default without arguments.
        location: the model folder; empty for a back end that needs none.
    """

    kind: str = EMBEDDED
    location: str = ""


class Describer(Protocol):
    """Turns photos, and with some models words, into unit vectors whose cosine says how alike they are.

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
        """Describe prepared photos, on as many cores as the back end was opened for.

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


class DescriptionService(Protocol):
    """Describes photos and words for any number of threads, wherever the model runs."""

    def describe(self, batch: Sequence[Pixels], urgent: bool = False) -> Future[Vectors]:
        """Have prepared photos described.

        Args:
            batch: photos as `Describer.prepare` gives them.
            urgent: whether somebody is waiting for them, so that they go before bulk work.

        Returns:
            The future of float32 (len(batch), dimension), rows of unit length. It raises `LookalikeError` where
            the model fails.
        """
        ...

    def describe_words(self, words: Sequence[str]) -> Future[Vectors]:
        """Have texts described, as urgent as can be.

        Returns:
            The future of float32 (len(words), dimension), rows of unit length. It raises `LookalikeError` where
            the model fails or does not read words.
        """
        ...

    def close(self) -> None:
        """Finish what is being described, cancel what is queued, and release the model."""
        ...
