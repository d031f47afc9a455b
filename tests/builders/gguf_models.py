"""Tiny multimodal models with random weights: a language model and its projector, as GGUF files.

They answer nonsense, but every part of the real thing runs on them: tokenizer, chat template, image
encoder, projector, M-RoPE positions, deep stack, decoder. By hand: ``python -m tests.builders.gguf_models OUT_DIR``.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import gguf

from tests.builders.gguf_language import Language, write_language
from tests.builders.gguf_projector import Projector, write_projector
from tests.builders.gguf_vocabulary import (
    GEMMA_TEMPLATE,
    IDEFICS_MARKERS,
    IDEFICS_TEMPLATE,
    INTERNVL_MARKERS,
    INTERNVL_TEMPLATE,
    LFM2_MARKERS,
    LFM2_TEMPLATE,
    QWEN_MARKERS,
    QWEN_TEMPLATE,
    add_bpe_vocabulary,
    add_gemma_vocabulary,
)

WIDTH = 256


@dataclass(frozen=True)
class Kind:
    """One sort of model.

    Attributes:
        language: the language model's shape.
        projector: the image encoder's and projector's shape.
        template: the chat template.
        markers: the vocabulary's special tokens; empty for Gemma, which has another sort of vocabulary.
        pre: how its tokenizer cuts text into words.
        bos: the token that begins a text.
        eos: the token that ends one.
        texts: texts whose words are in the vocabulary.
    """

    language: Language
    projector: Projector
    template: str
    markers: tuple[str, ...] = ()
    pre: str = "qwen2"
    bos: str = "<|endoftext|>"
    eos: str = "<|im_end|>"
    texts: tuple[str, ...] = ()
    digits: str = "own"

    def add_vocabulary(self, writer: gguf.GGUFWriter) -> None:
        """Add the tokenizer and the chat template."""
        size = self.language.vocabulary
        if self.markers:
            markers = list(self.markers)
            add_bpe_vocabulary(
                writer,
                pre=self.pre,
                markers=markers,
                bos=self.bos,
                eos=self.eos,
                size=size,
                texts=self.texts,
                digits=self.digits,
            )
        else:
            add_gemma_vocabulary(writer, size)
        writer.add_chat_template(self.template)


def _internvl(architecture: str) -> Kind:
    projector = Projector("internvl", side=128, patch=8)
    return Kind(Language(architecture), projector, INTERNVL_TEMPLATE, tuple(INTERNVL_MARKERS))


KINDS = {
    "qwen2vl": Kind(
        Language("qwen2vl"),
        Projector("qwen2vl_merger", side=560, patch=14),
        QWEN_TEMPLATE,
        tuple(QWEN_MARKERS),
    ),
    "qwen2.5vl": Kind(
        Language("qwen2vl"),
        Projector("qwen2.5vl_merger", side=560, patch=14),
        QWEN_TEMPLATE,
        tuple(QWEN_MARKERS),
    ),
    "qwen3vl": Kind(
        Language("qwen3vl", layers=3, deepstack=2),
        Projector("qwen3vl_merger", side=256, patch=16, deepstack=2),
        QWEN_TEMPLATE,
        tuple(QWEN_MARKERS),
    ),
    "idefics3": Kind(
        Language("llama"),
        Projector("idefics3", side=128, patch=8, longest=256),
        IDEFICS_TEMPLATE,
        tuple(IDEFICS_MARKERS),
        pre="smollm",
        bos="<|im_start|>",
        eos="<end_of_utterance>",
    ),
    "internvl": _internvl("qwen2"),
    "internvl-qwen3": _internvl("qwen3"),
    "internvl-internlm2": _internvl("internlm2"),
    "internvl-llama": _internvl("llama"),
    "lfm2": Kind(
        Language("lfm2", layers=4),
        Projector("lfm2", side=128, patch=16),
        LFM2_TEMPLATE,
        tuple(LFM2_MARKERS),
        pre="lfm2",
        bos="<|startoftext|>",
    ),
    "gemma3": Kind(
        Language("gemma3", layers=6, vocabulary=512),
        Projector("gemma3", side=128, patch=8, merge=2),
        GEMMA_TEMPLATE,
    ),
}
FAMILIES = ("qwen2vl", "idefics3")
"""The two most different ones, for tests of what does not depend on the family."""


def write_pair(
    folder: Path,
    family: str,
    *,
    name: str = "Tiny",
    seed: int = 0,
    projection: int = WIDTH,
    projector: str = "",
    omit: Collection[str] = (),
    digits: str = "own",
) -> tuple[Path, Path]:
    """Write a language model and its projector into `folder`.

    Args:
        folder: made when absent.
        family: one of `KINDS`.
        name: the model's name in its metadata.
        seed: of the random weights.
        projection: width of the projector's output; any but `WIDTH` makes the pair unfit.
        projector: the kind that the projector claims to be, instead of its own.
        omit: names of projector tensors to leave out, for a file that is well-formed and yet wrong.
        digits: how the vocabulary spells 0 and 1, see `add_bpe_vocabulary`.

    Returns:
        The paths of the language model and of the projector.
    """
    kind = KINDS[family]
    if digits != "own":
        # This way of cutting up a text keeps a space with the number after it.
        kind = replace(kind, digits=digits, pre="gpt-2" if digits == "spaced" else kind.pre)
    llm, mmproj = folder / f"tiny-{family}.gguf", folder / f"mmproj-tiny-{family}.gguf"
    write_kind(llm, mmproj, kind, name=name, seed=seed, projection=projection, projector=projector, omit=omit)
    return llm, mmproj


def write_kind(
    llm: Path,
    mmproj: Path,
    kind: Kind,
    *,
    name: str = "Random",
    seed: int = 0,
    projection: int = 0,
    projector: str = "",
    omit: Collection[str] = (),
) -> None:
    """Write a model of any shape; arguments as `write_pair`'s, without `projection` the two fit."""
    llm.parent.mkdir(parents=True, exist_ok=True)
    write_language(llm, kind.language, name, seed, kind.add_vocabulary)
    projection = projection or kind.language.width
    write_projector(mmproj, kind.projector, name, seed + 1, projection, claims=projector, omit=omit)


def main() -> None:
    """Write a pair where the command line says."""
    parser = argparse.ArgumentParser(description="Write a tiny random multimodal model as two GGUF files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--family", choices=KINDS, default="qwen2vl")
    arguments = parser.parse_args()
    for path in write_pair(arguments.folder, arguments.family):
        print(path)


if __name__ == "__main__":
    main()
