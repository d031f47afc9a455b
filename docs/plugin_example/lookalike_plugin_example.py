"""A judge and a descriptor of another package. Import heavy libraries inside the methods that need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.judges.kind import JudgeKind
from lookalike.judges.protocol import Explanation, Judge, JudgeOptions, JudgePhoto, Verdict
from lookalike.models.errors import ModelError

SIDE = 64
LEVELS = 4


class MeanColourDescriber:
    """Describes a photo by the mean colours of its quarters."""

    # Vectors are kept under the key: change it with everything that they depend on.
    key = "example-mean-colour-1"
    dimension = 12
    batch_size = 32
    decode_size = SIDE
    reads_words = False

    def prepare(self, image: Image.Image) -> NDArray[np.uint8]:
        """The photo at the network's input size; runs in decoding threads."""
        return np.asarray(image.resize((2, 2), Image.Resampling.BOX), np.uint8)

    def describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Unit vectors, (photos, 12); runs in a process of its own."""
        vectors = np.stack([pixels.reshape(-1).astype(np.float32) - 127.5 for pixels in batch])
        rows: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        return rows

    def describe_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """This model reads no words."""
        raise ModelError("Mean colours know no words.", "Search with a photo.")


class HistogramJudge:
    """Takes the overlap of two colour histograms for the probability of the same thing."""

    # Verdicts are kept under the key: change it with everything that they depend on.
    key = "example-histogram-1"
    name = "histogram"
    # Overlaps take so little time that many candidates are worth it.
    top = 200

    def with_options(self, options: JudgeOptions) -> Judge:
        """It can be asked in one way only."""
        return self

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        """A verdict for each candidate; one that cannot be read has a reason in place of a match."""
        own = _histogram(query)
        for candidate in candidates:
            if cancelled():
                return
            try:
                overlap = float(np.minimum(own, _histogram(candidate)).sum())
            except LookalikeError as error:
                yield Verdict(candidate.content, None, reason=str(error))
                continue
            yield Verdict(candidate.content, overlap, logit=10 * (overlap - 0.5))

    def explain(self, query: JudgePhoto, candidate: JudgePhoto) -> Explanation:
        """The verdict in a sentence."""
        (verdict,) = self.compare(query, [candidate])
        return Explanation(verdict, f"{verdict.match or 0:.0%} of the colours are the same.")

    def close(self) -> None:
        """It holds nothing."""


def _histogram(photo: JudgePhoto) -> NDArray[np.float64]:
    pixels = np.asarray(photo.load(SIDE), np.int64) * LEVELS // 256
    counts = np.bincount((pixels @ [LEVELS * LEVELS, LEVELS, 1]).ravel(), minlength=LEVELS**3)
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares


class HistogramKind(JudgeKind):
    """The entry of the registry: one judge, always there."""

    name = HistogramJudge.name
    top = HistogramJudge.top

    def names(self) -> list[str]:
        """Its judge."""
        return [HistogramJudge.name]

    def open(self, name: str) -> Judge:
        """The judge."""
        return HistogramJudge()
