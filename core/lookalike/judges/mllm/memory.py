"""Memory needed by a model, checked against what is free before it is loaded."""

from __future__ import annotations

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import ModelPair

OPENING, BETWEEN, QUESTION = 256, 16, 64
"""Tokens of the prompt before the query, between the photos and after the candidate; twice what they take or more."""
GIGABYTE = 1e9


def context_tokens(photo: int, opening: int, between: int, question: int, parallel: int) -> int:
    """Tokens that the key-value cache has to hold.

    The opening and the query once, and for each of the candidates that are decoded side by side its own tokens,
    the question, and the query behind it once more, where both orders are asked.

    Args:
        photo: tokens per photo at most.
        opening: tokens before the first photo.
        between: tokens between the photos.
        question: tokens after the second photo.
        parallel: candidates decoded side by side.
    """
    query = photo + between
    return opening + query + parallel * (photo + question + query)


def memory_needed(pair: ModelPair, parallel: int = 1) -> int:
    """About how many bytes a loaded model takes at work: files, key-value cache, and image buffers.

    Args:
        pair: the model.
        parallel: candidates decoded side by side.
    """
    context = context_tokens(pair.plan.max_tokens, OPENING, BETWEEN, QUESTION, parallel)
    return pair.memory(context) + image_buffers(pair)


def image_buffers(pair: ModelPair) -> int:
    """Bytes that encoding one photo takes beside the weights.

    Per patch of the photo, in float32: its state before and after a layer, queries, keys and values, and the
    hidden part of the feed-forward layer with its activation. Flash attention keeps no table of all pairs.
    """
    values = pair.mmproj
    patch = max(1, values.number("clip.vision.patch_size", 1))
    patches = pair.plan.max_tokens * max(1, pair.plan.cell // patch) ** 2
    width = values.number("clip.vision.embedding_length")
    hidden = values.number("clip.vision.feed_forward_length")
    return 4 * patches * (5 * width + 2 * hidden)


def check_memory(name: str, needed: int, free: int) -> None:
    """Refuse a model that would not fit.

    Args:
        name: the model's name.
        needed: bytes it takes.
        free: bytes that are free.

    Raises:
        JudgeError: it would not fit.
    """
    if needed > free:
        raise JudgeError(
            "{name} needs about {needed} GB of memory and {free} GB are free.",
            "Close other programs or choose a smaller model.",
            name=name,
            needed=f"{needed / GIGABYTE:.1f}",
            free=f"{free / GIGABYTE:.1f}",
        )
