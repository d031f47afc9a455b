"""Visual tokens that no model made, for the store that keeps them."""

from __future__ import annotations

import numpy as np

from lookalike.judges.token_store.codebook import TRAIN_MIN
from lookalike.judges.token_store.visual_tokens import VisualTokens

WIDTH = 32
GRID = (8, 8)
PHOTOS = TRAIN_MIN // 64 + 1
"""So many photos' tokens are enough to train a codebook with."""


def tokens_of(seed: int, grid: tuple[int, int] = GRID) -> VisualTokens:
    """Made-up tokens: few patterns with noise on top, so that there is something for a codebook to learn."""
    generator = np.random.default_rng(seed)
    patterns = np.random.default_rng(0).standard_normal((20, WIDTH)) * np.linspace(0.2, 3, WIDTH)
    count = grid[0] * grid[1]
    values = patterns[generator.integers(0, 20, count)] + 0.1 * generator.standard_normal((count, WIDTH))
    places = [(0, row, column, 0) for row in range(grid[1]) for column in range(grid[0])]
    return VisualTokens(values.astype(np.float16), np.array(places, np.int32), max(grid), grid)


def same(one: VisualTokens | None, other: VisualTokens) -> bool:
    return (
        one is not None
        and np.array_equal(one.embeddings, other.embeddings)
        and np.array_equal(one.positions, other.positions)
        and (one.n_pos, one.grid) == (other.n_pos, other.grid)
    )
