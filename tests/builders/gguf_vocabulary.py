"""Small vocabularies and the chat templates of the model families, for generated models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import gguf

MERGES = [
    *("Ċ Ċ", "y e", "ye s", "n o", "Ġ t", "h e", "Ġt he", "i n", "a n", "h a", "a m", "s a", "sa m", "sam e"),
]
CHATML = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
QWEN_MARKERS = [*CHATML, "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
INTERNVL_MARKERS = [*CHATML, "<img>", "</img>", "<IMG_CONTEXT>"]
IDEFICS_MARKERS = [
    "<|endoftext|>",
    "<|im_start|>",
    "<end_of_utterance>",
    "<fake_token_around_image>",
    "<image>",
    "<global-img>",
    *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
]
LFM2_MARKERS = [
    "<|startoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<image>",
    "<|image_start|>",
    "<|image_end|>",
]
LFM2_MARKERS += ["<|img_thumbnail|>"]
GEMMA_MARKERS = [
    "<start_of_turn>",
    "<end_of_turn>",
    "<start_of_image>",
    "<end_of_image>",
    "<image_soft_token>",
]
GEMMA_FIRST = ["<pad>", "<eos>", "<bos>", "<unk>"]

CHATML_PARTS = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}"
    "{% for part in message.content %}"
    "{% if part.type == 'image' %}PHOTO"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
QWEN_TEMPLATE = CHATML_PARTS.replace("PHOTO", "<|vision_start|><|image_pad|><|vision_end|>")
IDEFICS_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{ message.role | capitalize }}"
    "{% if message.content[0].type == 'image' %}:{% else %}: {% endif %}"
    "{% for part in message.content %}{% if part.type == 'text' %}{{ part.text }}"
    "{% else %}<image>{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)
# As the family's models carry it: a turn is plain text, and a list would be an error.
INTERNVL_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# Its system turn is plain text, its user turn may be a list.
LFM2_TEMPLATE = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}"
    "{{ '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}"
    "{% set messages = messages[1:] %}{% endif %}" + CHATML_PARTS.replace("PHOTO", "<image>")
)
# The system turn becomes the beginning of the user's.
GEMMA_TEMPLATE = (
    "{{ bos_token }}{% set first = messages[0].content[0].text + '\n\n' %}"
    "{% for message in messages[1:] %}<start_of_turn>{{ message.role }}\n{{ first if loop.first else '' }}"
    "{% for part in message.content %}{% if part.type == 'image' %}<start_of_image>"
    "{% else %}{{ part.text | trim }}{% endif %}{% endfor %}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


def _byte_characters() -> list[str]:
    """The printable stand-in for each byte, as byte-level BPE vocabularies spell it (GPT-2)."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    spare = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(spare)) for byte in range(256)]


def _word_merges(texts: Iterable[str]) -> Iterator[str]:
    """Merges that make one token of every word of some texts, letter by letter from its beginning."""
    words = {word.replace(" ", "Ġ") for text in texts for word in re.findall(r" ?[A-Za-z]+", text)}
    # Those that begin with a space first: no merge of another word then cuts one of them up.
    for word in sorted(words, key=lambda word: (word[0] != "Ġ", word)):
        for end in range(1, len(word)):
            yield f"{word[:end]} {word[end]}"


def add_bpe_vocabulary(
    writer: gguf.GGUFWriter,
    *,
    pre: str,
    markers: list[str],
    bos: str,
    eos: str,
    size: int,
    texts: Iterable[str] = (),
    digits: str = "own",
) -> None:
    """A byte-level vocabulary of `size` entries: bytes, a few words, the family's marks, unused ones.

    With `texts` their words are in it too, as those of common words are in a real one. `digits` says how 0 and 1 are
    spelt: as tokens of their "own", merged with a space before them as well ("spaced"), or not at all ("none").
    """
    # The blank line must be one token for SmolVLM.
    merges = [MERGES[0], *dict.fromkeys(_word_merges(texts))] if texts else MERGES
    if digits == "spaced":
        merges = [*merges, "Ġ 0", "Ġ 1"]
    words = list(dict.fromkeys(merge.replace(" ", "") for merge in merges))
    tokens = [*_byte_characters(), *words, *markers]
    if digits == "none":
        tokens = [f"<no {token}>" if token in {"0", "1"} else token for token in tokens]
    unused = [f"<unused_{number}>" for number in range(size - len(tokens))]
    kinds = [
        *[gguf.TokenType.NORMAL] * (256 + len(words)),
        *[gguf.TokenType.CONTROL] * len(markers),
        *[gguf.TokenType.UNUSED] * len(unused),
    ]
    tokens += unused
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index(bos))
    writer.add_eos_token_id(tokens.index(eos))
    writer.add_add_bos_token(False)


def add_gemma_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    """A SentencePiece vocabulary as Gemma's: bytes, single characters, joined line breaks, marks."""
    pieces = [chr(code) for code in range(ord("!"), ord("~") + 1)] + ["▁", "\n", "in", "an", "the", "▁the"]
    breaks = ["\n" * count for count in range(2, 5)]
    tokens = [*GEMMA_FIRST, *(f"<0x{byte:02X}>" for byte in range(256)), *pieces, *breaks, *GEMMA_MARKERS]
    unused = [f"<unused{number}>" for number in range(size - len(tokens))]
    kinds = [
        *[gguf.TokenType.CONTROL] * 3,
        gguf.TokenType.UNKNOWN,
        *[gguf.TokenType.BYTE] * 256,
        *[gguf.TokenType.NORMAL] * len(pieces),
        *[gguf.TokenType.USER_DEFINED] * len(breaks),
        *[gguf.TokenType.CONTROL] * len(GEMMA_MARKERS),
        *[gguf.TokenType.UNUSED] * len(unused),
    ]
    scores = [0.0 if 4 <= place < 260 else float(-place) for place in range(len(tokens) + len(unused))]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens + unused)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(GEMMA_FIRST.index("<bos>"))
    writer.add_eos_token_id(GEMMA_FIRST.index("<eos>"))
    writer.add_unk_token_id(GEMMA_FIRST.index("<unk>"))
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
