"""Tokenizers in the hub's format, rebuilt from the vocabularies in GGUF files, or made up where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf

from lookalike.judges.mllm.prompts import load_prompt, prompt_modes

# How each family's tokenizer.json cuts text into words before its merges apply.
QWEN_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3_WORDS = QWEN_WORDS.replace(r"\p{N}|", r"\p{N}{1,3}|", 1)
MADE_UP_SIZE = 1024
CONTROL, USER_DEFINED = int(gguf.TokenType.CONTROL), int(gguf.TokenType.USER_DEFINED)


@dataclass(frozen=True)
class Vocabulary:
    """A vocabulary on its way into a tokenizer.

    Attributes:
        source: the GGUF file that it is from; None for one that is made up.
        pre: the converter's name for how it cuts text into words; empty where the converter finds out by itself.
    """

    source: Path | None
    pre: str = ""


def bpe_tokenizer(vocabulary: Vocabulary, marks: Sequence[str], first: Sequence[str] = ()) -> Any:
    """A byte-level `tokenizers.Tokenizer` with the family's marks after the words.

    Args:
        vocabulary: its words.
        marks: added tokens, each one token of its own.
        first: added tokens that come before the words, where a vocabulary is made up.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    if vocabulary.source is None:
        tokenizer = _trained(first)
    else:
        words, merges, pre = _read_bpe(vocabulary.source)
        tokenizer = Tokenizer(models.BPE(words, merges))
        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pre == "smollm")
        cut: Any
        if pre == "smollm":
            cut = pre_tokenizers.Digits(individual_digits=True)
        else:
            tokenizer.normalizer = normalizers.NFC()
            cut = pre_tokenizers.Split(Regex(QWEN_WORDS), "isolated")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([cut, byte_level])
        first = [word for word in words if word.startswith("<|") and word.endswith("|>")]
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(mark, special=True, normalized=False) for mark in (*first, *marks)]
    )
    return tokenizer


def _trained(first: Sequence[str]) -> Any:
    """A tokenizer that knows the words of the prompts, and cuts text as LFM2's and Llama 3's do."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    prompts = [load_prompt(mode) for mode in prompt_modes()]
    trainer = trainers.BpeTrainer(
        vocab_size=MADE_UP_SIZE,
        special_tokens=list(first),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(
        [text for prompt in prompts for text in (prompt.instructions, prompt.question)] * 4, trainer
    )
    return tokenizer


def _read_bpe(path: Path) -> tuple[dict[str, int], list[tuple[str, str]], str]:
    reader = gguf.GGUFReader(path)
    tokens: list[str] = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in reader.fields["tokenizer.ggml.merges"].contents()]
    # Fillers at the end are none of the model's own.
    while tokens[-1].startswith("[PAD"):
        tokens.pop()
    pre = reader.fields["tokenizer.ggml.pre"].contents()
    return {token: place for place, token in enumerate(tokens)}, merges, pre


def write_sentencepiece(path: Path, source: Path, more: str) -> dict[str, Any]:
    """Write Gemma's vocabulary as a sentencepiece model; needs the package sentencepiece.

    Args:
        path: the model.
        source: the GGUF file that the vocabulary is from.
        more: a token that multimodal models have after all pieces.

    Returns:
        The tokens that are no pieces of text, as ``tokenizer_config.json`` lists them.
    """
    from sentencepiece import sentencepiece_model_pb2

    tokens, scores, kinds = _read_pieces(source)
    model = sentencepiece_model_pb2.ModelProto()
    for token, score, kind in zip(tokens, scores, kinds, strict=True):
        model.pieces.add(piece=token, score=score, type=kind)
    trainer, normalizer = model.trainer_spec, model.normalizer_spec
    trainer.model_type, trainer.vocab_size, trainer.byte_fallback = 2, len(tokens), True
    for place, name in enumerate(("pad", "eos", "bos", "unk")):
        setattr(trainer, f"{name}_id", place)
        setattr(trainer, f"{name}_piece", tokens[place])
    normalizer.name = "identity"
    normalizer.add_dummy_prefix = normalizer.remove_extra_whitespaces = False
    normalizer.escape_whitespaces = True
    path.write_bytes(model.SerializeToString())
    own = [*zip(tokens, kinds, strict=True), (more, CONTROL)]
    return {
        str(place): {"content": token, "special": kind == CONTROL}
        for place, (token, kind) in enumerate(own)
        if kind in {CONTROL, USER_DEFINED}
    }


def sentencepiece_tokenizer(source: Path, more: str) -> Any:
    """Gemma's vocabulary as a `tokenizers.Tokenizer`; arguments as those of `write_sentencepiece`."""
    from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers
    from transformers.convert_slow_tokenizer import generate_merges

    tokens, scores, kinds = _read_pieces(source)
    vocabulary = {token: place for place, token in enumerate(tokens)}
    merges = generate_merges(vocabulary, dict(zip(tokens, scores, strict=True)))
    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    own = [token for token, kind in zip(tokens, kinds, strict=True) if kind in {CONTROL, USER_DEFINED}]
    # Runs of line breaks are such tokens too: the longest fits.
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in (*own, more)])
    return tokenizer


def _read_pieces(source: Path) -> tuple[list[str], list[float], list[int]]:
    fields = gguf.GGUFReader(source).fields
    names = ("tokens", "scores", "token_type")
    tokens, scores, kinds = (fields[f"tokenizer.ggml.{name}"].contents() for name in names)
    return tokens, scores, kinds
