"""Whether a model fits into the memory that is free, asked before it is loaded."""

from __future__ import annotations

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import ModelPair

PROMPT_TOKENS = 512
"""Of the prompt beside the photos: instructions, question and marks take some 200."""
GIGABYTE = 1e9


def memory_needed(pair: ModelPair) -> int:
    """About how many bytes a loaded model takes at work: files, key-value cache, and image buffers."""
    context = 2 * pair.plan.max_tokens + PROMPT_TOKENS
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
            f"{name} needs about {needed / GIGABYTE:.1f} GB of memory and {free / GIGABYTE:.1f} GB are free.",
            "Close other programs or choose a smaller model.",
        )
