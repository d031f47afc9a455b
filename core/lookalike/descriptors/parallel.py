"""Parallel description of the photos of a batch.

One photo's small convolutions spread badly over cores, while two photos on two cores do not wait for each other. So a
batch is divided among threads that each run the network alone, and only a single photo gets all cores to itself.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.protocol import Describer


class ParallelDescriber:
    """Runs a describer on all cores. To be used by one thread.

    Args:
        describer: the model; its `describe` may be called from several threads.
        cores: threads in all; as many as there are cores when None.
    """

    def __init__(self, describer: Describer, cores: int | None = None) -> None:
        self._describer = describer
        self._cores = cores or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._cores, thread_name_prefix="network")

    def describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Describe prepared photos; see `Describer.describe`."""
        shares = min(self._cores, len(batch))
        bounds = [len(batch) * share // shares for share in range(shares + 1)]
        futures = [
            self._pool.submit(self._describe_share, batch[start:end], self._cores // shares)
            for start, end in pairwise(bounds)
        ]
        return np.concatenate([future.result() for future in futures])

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def _describe_share(self, share: Sequence[NDArray[np.uint8]], threads: int) -> NDArray[np.float32]:
        import torch

        torch.set_num_threads(threads)
        return self._describer.describe(share)
