"""One descriptor process, several askers: everyone gets their own, and an error stays with who caused it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.service import DescriberService
from lookalike.errors import LookalikeError
from tests.builders.photo_files import textured_photo


@pytest.fixture
def service() -> Iterator[DescriberService]:
    service = DescriberService(DescriberSpec())
    yield service
    service.close()


def prepared(seed: int) -> NDArray[np.uint8]:
    return EfficientNetDescriber().prepare(textured_photo(seed, (160, 120)))


@pytest.mark.slow
def test_askers_in_several_threads_each_get_their_own(service: DescriberService) -> None:
    photos = [prepared(seed) for seed in range(4)]
    alone = np.concatenate([service.describe([photo]).result(60) for photo in photos])
    answers = {}

    def ask(name: int) -> None:
        futures = [service.describe([photos[name]], urgent=bool(name % 2)) for _ in range(3)]
        answers[name] = np.concatenate([future.result(60) for future in futures])

    threads = [threading.Thread(target=ask, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in range(4):
        np.testing.assert_allclose(answers[name], np.repeat(alone[name : name + 1], 3, axis=0), atol=1e-5)


@pytest.mark.slow
def test_an_error_stays_with_its_request(service: DescriberService) -> None:
    good = prepared(1)
    first = service.describe([good])
    shapeless = service.describe([good, good[:10]])
    words = service.describe_words(["a red boat"])
    last = service.describe([good])
    with pytest.raises(ValueError, match="shape"):
        shapeless.result(60)
    with pytest.raises(LookalikeError, match="does not read words"):
        words.result(60)
    np.testing.assert_allclose(first.result(60), last.result(60), atol=1e-5)


@pytest.mark.slow
def test_closing_cancels_what_waits_and_a_later_request_starts_anew(service: DescriberService) -> None:
    waiting = [service.describe([prepared(seed)]) for seed in range(12)]
    service.close()
    assert all(future.done() for future in waiting)
    assert any(future.cancelled() for future in waiting)
    assert service.describe([prepared(1)]).result(60).shape == (1, EfficientNetDescriber.dimension)
