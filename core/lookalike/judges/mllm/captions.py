"""Captions: what a multimodal model is asked for a sentence about a photo, and how its answer becomes one line."""

from __future__ import annotations

import re

INSTRUCTIONS = "You describe photos. You name what can be seen, and guess nothing."

QUESTION = "Describe this photo in one short sentence."

LIMIT = 40
"""Tokens of a caption at most: about thirty words, which a sentence seldom has."""

VERSION = 1
"""Raised whenever the wording or the way to an answer changes."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]+")


def caption_of(said: bytes) -> str:
    """What a model has said as one line; empty where it has said nothing."""
    line = next(filter(str.strip, said.decode("utf-8", "replace").splitlines()), "")
    return " ".join(_CONTROLS.sub(" ", line).split()).strip("\"'“” ")
