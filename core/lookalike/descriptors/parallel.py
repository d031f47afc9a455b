"""Parallel description of the photos of a batch with PyTorch.

One photo's small layers spread badly over cores, while two photos on two cores do not wait for each other. So a
batch is divided among threads that each run the network alone, and only a single photo gets all cores to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def describe_in_shares(
    describe: Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.float32]],
    batch: Sequence[NDArray[np.uint8]],
    cores: int,
) -> NDArray[np.float32]:
    """Describe prepared photos on all cores.

    Args:
        describe: runs the network on some of them; may be called from several threads.
        batch: the photos.
        cores: threads in all.

    Returns:
        float32 array (len(batch), dimension).
    """
    shares = min(cores, len(batch))
    if shares == 1:
        return _describe_share(describe, batch, cores)
    bounds = [len(batch) * share // shares for share in range(shares + 1)]
    # Making threads takes a fraction of a millisecond, and a batch many.
    with ThreadPoolExecutor(shares, thread_name_prefix="network") as pool:
        futures = [
            pool.submit(_describe_share, describe, batch[start:end], cores // shares)
            for start, end in pairwise(bounds)
        ]
        return np.concatenate([future.result() for future in futures])


def _describe_share(
    describe: Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.float32]],
    share: Sequence[NDArray[np.uint8]],
    threads: int,
) -> NDArray[np.float32]:
    import torch

    torch.set_num_threads(threads)
    return describe(share)
