"""A model's vocabulary: tokenizer and chat template. Runs only in the worker process."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import MllmFamily
from lookalike.judges.mllm.template import render

MARK = re.compile(r"<[^<>]+>")
"""What stands around a photo, such as ``<|vision_start|>``."""


@dataclass(frozen=True)
class PromptTokens:
    """The texts around two photos.

    Attributes:
        opening: before the first photo.
        between: between the photos.
        question: after the second photo, up to the answer.
        answers: the tokens of the digits 0 and 1 in the answer's place.
    """

    opening: list[int]
    between: list[int]
    question: list[int]
    answers: tuple[int, int]


@dataclass(frozen=True)
class CaptionTokens:
    """The texts around one photo.

    Attributes:
        opening: before the photo.
        question: after it, up to what the model writes.
    """

    opening: list[int]
    question: list[int]


class Vocabulary:
    """A loaded model's tokenizer and chat template.

    Args:
        model: the language model's handle.

    Attributes:
        size: how many tokens there are.
    """

    def __init__(self, model: Any) -> None:
        import llama_cpp

        self._llama: Any = llama_cpp
        self._handle = llama_cpp.llama_model_get_vocab(model)
        self._template = (llama_cpp.llama_model_chat_template(model, None) or b"").decode()
        self.size: int = llama_cpp.llama_vocab_n_tokens(self._handle)

    def prompt(self, family: MllmFamily, instructions: str, question: str) -> PromptTokens:
        """The two-photo prompt as the model's own chat template writes it.

        Args:
            family: what stands around a photo.
            instructions: the system turn.
            question: the text after the photos.

        Raises:
            JudgeError: the model does not know the marks around a photo, the template does not take the prompt, or
                the model cannot answer with one digit.
        """
        self._demand_marks(family)
        head, middle, tail = self._rendered(family, instructions, question, 2)
        opening = self._opening(family, head)
        between = self.tokenize(family.closing + middle + family.opening)
        lead = family.answer_lead if tail.endswith(":") else ""
        ending = family.closing + tail + lead
        answers = self._digit(ending, "0"), self._digit(ending, "1")
        return PromptTokens(opening, between, self.tokenize(ending), answers)

    def caption_prompt(self, family: MllmFamily, instructions: str, question: str) -> CaptionTokens:
        """The prompt of one photo as the model's own chat template writes it.

        Raises:
            JudgeError: the model does not know the marks around a photo, or the template does not take the prompt.
        """
        self._demand_marks(family)
        head, tail = self._rendered(family, instructions, question, 1)
        return CaptionTokens(self._opening(family, head), self.tokenize(family.closing + tail))

    def ends(self, token: int) -> bool:
        """Whether a token ends what the model says."""
        return bool(self._llama.llama_vocab_is_eog(self._handle, token))

    def _rendered(self, family: MllmFamily, instructions: str, question: str, photos: int) -> tuple[str, ...]:
        return render(
            self._template,
            instructions,
            question,
            placeholder=family.placeholder,
            bos=self._spelling(self._llama.llama_vocab_bos(self._handle)),
            eos=self._spelling(self._llama.llama_vocab_eos(self._handle)),
            after_photo=family.after_photo,
            photos=photos,
        )

    def _opening(self, family: MllmFamily, head: str) -> list[int]:
        opening = self.tokenize(head + family.opening)
        bos = self._llama.llama_vocab_bos(self._handle)
        if self._llama.llama_vocab_get_add_bos(self._handle) and opening[:1] != [bos]:
            opening.insert(0, bos)
        return opening

    def tokenize(self, text: str) -> list[int]:
        """The tokens of a text, marks such as ``<|im_end|>`` as one token each, nothing added."""
        data = text.encode()
        room = len(data) + 8
        tokens = (self._llama.llama_token * room)()
        count = self._llama.llama_tokenize(self._handle, data, len(data), tokens, room, False, True)
        if count < 0:
            raise JudgeError("The prompt could not be put into the model's tokens.")
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """What a token stands for in a text; nothing for a mark."""
        room = ctypes.create_string_buffer(64)
        length = self._llama.llama_token_to_piece(self._handle, token, room, len(room), 0, False)
        return room.raw[: max(0, length)]

    def _demand_marks(self, family: MllmFamily) -> None:
        """Check that each mark around a photo is one token.

        A language model that was not trained on photos may fit a projector by its width, and then reads
        ``<global-img>`` as a dozen pieces of ordinary text.
        """
        for mark in MARK.findall(family.opening + family.closing):
            if len(self.tokenize(mark)) != 1:
                raise JudgeError(
                    "The model does not know photos: its vocabulary has no token {mark}.",
                    "Choose the model that came with the projector.",
                    mark=mark,
                )

    def _digit(self, ending: str, digit: str) -> int:
        # In its place, since some vocabularies have another token for a digit that begins a text.
        tokens = self.tokenize(ending + digit)
        if tokens[:-1] != self.tokenize(ending) or self.piece(tokens[-1]) != digit.encode():
            raise JudgeError(
                "The model's vocabulary has no token of its own for the digit {digit}, so it cannot judge.",
                "Choose another model.",
                digit=digit,
            )
        return tokens[-1]

    def _spelling(self, token: int) -> str:
        return "" if token < 0 else self._llama.llama_vocab_get_text(self._handle, token).decode()
