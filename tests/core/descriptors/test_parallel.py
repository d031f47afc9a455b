"""A batch shared out among threads gives what the network alone gives, photo by photo."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.descriptors.parallel import describe_in_shares

CORES = 3


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shares_come_back_in_order_and_divide_the_cores(count: int) -> None:
    import torch

    shares: list[tuple[int, int]] = []
    lock = threading.Lock()

    def describe(share: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        with lock:
            shares.append((len(share), torch.get_num_threads()))
        return np.array([[photo.mean(), photo[0, 0, 0]] for photo in share], np.float32)

    photos = list(np.random.default_rng(count).integers(0, 256, (count, 8, 8, 3), np.uint8))
    before = torch.get_num_threads()
    try:
        together = describe_in_shares(describe, photos, CORES)
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(together, np.concatenate([describe([photo]) for photo in photos]))
    parts, alone = shares[: min(count, CORES)], shares[min(count, CORES) :]
    assert sum(size for size, _ in parts) == count == len(alone)
    assert all(threads == CORES // len(parts) for _, threads in parts)
