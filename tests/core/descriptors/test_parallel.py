"""A batch shared out among threads gives what the describer alone gives, photo by photo."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.descriptors.parallel import ParallelDescriber
from tests.builders.photo_files import textured_photo


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shares_come_back_in_order(count: int) -> None:
    describer = EfficientNetDescriber()
    photos = [describer.prepare(textured_photo(seed, (320, 240))) for seed in range(count)]
    parallel = ParallelDescriber(describer, cores=3)
    try:
        together = parallel.describe(photos)
    finally:
        parallel.close()
    alone = np.concatenate([describer.describe([photo]) for photo in photos])
    assert together.shape == (count, describer.dimension)
    np.testing.assert_allclose(together, alone, atol=1e-5)
