"""Visual tokens: what a model's projector makes of one photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class VisualTokens:
    """The projector's output for one photo: the language model's input embeddings.

    Attributes:
        embeddings: float32 (fresh) or float16 (stored), shape (tokens, width).
        positions: int32 (tokens, 4): time, row, column, and an unused fourth, relative to the first token's
            position. Models without M-RoPE use the first column alone.
        n_pos: how far the position after the photo lies beyond that before it; less than the number of
            tokens under M-RoPE.
        grid: columns and rows of the tokens that the projector gave, also where some were pooled or dropped.
    """

    embeddings: NDArray[Any]
    positions: NDArray[np.int32]
    n_pos: int
    grid: tuple[int, int]

    def halved(self) -> VisualTokens:
        """The same tokens in float16, as they are stored."""
        with np.errstate(over="ignore"):
            return VisualTokens(self.embeddings.astype(np.float16), self.positions, self.n_pos, self.grid)

    @property
    def finite(self) -> bool:
        """Whether every number is one; an overflow in float16 is not."""
        return bool(np.isfinite(self.embeddings).all())
