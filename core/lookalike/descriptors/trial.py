"""The trial of a descriptor model before it is kept: do its weights load, and how fast does it describe?"""

from __future__ import annotations

import time
from pathlib import Path

from PIL import Image

from lookalike.descriptors.registry import folder_spec, open_describer
from lookalike.descriptors.worker import DescriberWorker
from lookalike.errors import LookalikeError, Phrase
from lookalike.models.errors import ModelError

PHOTOS = 4
SIZE = (640, 480)


def try_folder(folder: Path, name: str) -> float:
    """Have a model describe a made-up photo, and words if it reads them, in its own process.

    Args:
        folder: the model folder.
        name: what the user calls it.

    Returns:
        Photos described per second, decoding left out.

    Raises:
        ModelError: it cannot be loaded or fails.
    """
    spec = folder_spec(folder)
    try:
        describer = open_describer(spec)
        photo = describer.prepare(Image.radial_gradient("L").convert("RGB").resize(SIZE))
        with DescriberWorker(spec) as worker:
            # The first batch also loads the network.
            worker.submit([photo])
            worker.collect()
            then = time.perf_counter()
            worker.submit([photo] * PHOTOS)
            worker.collect()
            seconds = time.perf_counter() - then
            if describer.reads_words:
                worker.describe_words(["a photo"])
    except LookalikeError as error:
        problem = error.message_phrase
        # The folder has a name of its own until the model is kept.
        known = {
            key: value.replace(folder.name, name) if isinstance(value, str) else value
            for key, value in problem.values.items()
        }
        raise ModelError(
            "{name} failed its trial and is not kept: {problem}",
            "{remedy}",
            name=name,
            problem=Phrase(problem.template, **known),
            remedy=error.remedy_phrase,
        ) from error
    return PHOTOS / seconds
