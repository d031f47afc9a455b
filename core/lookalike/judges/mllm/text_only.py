"""Text-only language models that pass for a family's own, told apart by what their files say.

Most text models give themselves away: their architecture is another, or their vocabulary lacks the marks around a
photo (`Vocabulary`). Two families share both with their text models. Those of Gemma 3 come in sizes of their own;
those of LFM2 have a chat template without photos.
"""

from __future__ import annotations

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.gguf_file import GgufFile

GEMMA3_SIZES = {(640, 18): "270M", (1152, 26): "1B"}
"""The widths and numbers of layers that Gemma 3 was published in without an image encoder."""
GEMMA3_PHOTO_TOKEN = 262_144
"""The number of ``<image_soft_token>``; the vocabularies of text-only files end before it."""


def refuse_text_only_size(llm: GgufFile) -> None:
    """Refuse a Gemma 3 of a size that was published for text only; others pass.

    A model of such a size that somebody has taught to see is known by the photo's token in its vocabulary. Larger
    ones lack that token where an older converter left it out, so it proves nothing against them.

    Raises:
        JudgeError: the model reads text only.
    """
    kind = llm.architecture
    if kind != "gemma3":
        return
    size = GEMMA3_SIZES.get((llm.number(f"{kind}.embedding_length"), llm.number(f"{kind}.block_count")))
    *_, tokens = llm.tensors.get("token_embd.weight", (0,))
    if size is not None and tokens <= GEMMA3_PHOTO_TOKEN:
        raise JudgeError(
            "{file} is Gemma 3 {size}, which does not know photos.",
            "Choose a Gemma 3 of 4B or more.",
            file=llm.path.name,
            size=size,
        )
