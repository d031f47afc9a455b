"""Entries of an inverted file: one local feature each, as a word, a signature and a place in four bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.inverted.vocabulary import Vocabulary
from lookalike.local_features import LocalFeatures
from lookalike.local_features.features import FRAME_SIDE

MAX_ENTRIES = 600
"""The strongest features of a photo that are kept: 14 bytes each, 8.4 kB a photo."""

SCALE_STEPS = 32.0
"""Steps an octave of a quantised scale."""


@dataclass(frozen=True)
class Places:
    """Where features lie, in the frame whose longest side is `FRAME_SIDE`.

    Attributes:
        x: float32 (n,).
        y: float32 (n,).
        octaves: log2 of their diameters, float32 (n,).
        angles: degrees, float32 (n,).
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    octaves: NDArray[np.float32]
    angles: NDArray[np.float32]

    @classmethod
    def of(cls, features: LocalFeatures) -> Places:
        """The places of a photo's features."""
        positions = features.positions
        return cls(positions[:, 0], positions[:, 1], np.log2(features.scales), features.angles)

    def pack(self) -> NDArray[np.uint32]:
        """Quantise each to four bytes: x, y, log scale and angle, uint32 (n,)."""
        packed = np.empty((len(self.x), 4), np.uint8)
        for column, value in enumerate((self.x, self.y)):
            packed[:, column] = np.round(value * np.float32(255.0 / FRAME_SIDE)).clip(0, 255)
        packed[:, 2] = np.round(self.octaves * np.float32(SCALE_STEPS)).clip(0, 255)
        packed[:, 3] = np.round(self.angles * np.float32(256.0 / 360.0)).astype(np.int64) % 256
        return packed.view("<u4")[:, 0].astype(np.uint32)

    @classmethod
    def unpack(cls, packed: NDArray[np.uint32]) -> Places:
        """What `pack` made, to within its steps."""
        columns = packed.astype("<u4").view(np.uint8).reshape(-1, 4).astype(np.float32)
        step = np.float32(FRAME_SIDE / 255.0)
        return cls(
            columns[:, 0] * step,
            columns[:, 1] * step,
            columns[:, 2] / np.float32(SCALE_STEPS),
            columns[:, 3] * np.float32(360.0 / 256.0),
        )


@dataclass(frozen=True)
class Entries:
    """The entries of some photos, in the order of their words.

    Attributes:
        ids: of the photos, ascending, int64 (photos,).
        counts: entries of each, uint16 (photos,).
        words: ascending, int64 (n,).
        signatures: uint64 (n,).
        places: uint32 (n,), see `Places.pack`.
        rows: the photo of each entry as its place in `ids`, uint16 (n,).
    """

    ids: NDArray[np.int64]
    counts: NDArray[np.uint16]
    words: NDArray[np.int64]
    signatures: NDArray[np.uint64]
    places: NDArray[np.uint32]
    rows: NDArray[np.uint16]

    @classmethod
    def of(cls, ids: NDArray[np.int64], features: Sequence[LocalFeatures], vocabulary: Vocabulary) -> Entries:
        """Assign the strongest features of photos to words.

        Args:
            ids: ascending, int64 (n,), at most 65,536.
            features: of each photo.
            vocabulary: the words.
        """
        counts = np.array([min(len(one), MAX_ENTRIES) for one in features], np.uint16)
        kept = list(zip(features, counts.tolist(), strict=True))
        descriptors = np.concatenate([one.descriptors[:count] for one, count in kept])
        places = np.concatenate([Places.of(one).pack()[:count] for one, count in kept])
        words = vocabulary.assign(descriptors, 1)
        signatures = vocabulary.signatures(descriptors, words)[:, 0]
        rows = np.repeat(np.arange(len(ids)), counts).astype(np.uint16)
        order = np.argsort(words[:, 0], kind="stable")
        return cls(ids, counts, words[order, 0], signatures[order], places[order], rows[order])
