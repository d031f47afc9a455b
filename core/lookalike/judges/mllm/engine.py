"""The llama.cpp calls behind a pair score. Runs only in the worker process.

The prompt is: instructions, query photo | candidate photo, question, and the chat template's start of an
answer. What lies before the bar is decoded once per query into sequence 0; a candidate is decoded after
a copy of it in sequence 1, which is then dropped. The score is the difference of the raw logits of the two
answer digits at the last position (arXiv 2604.13268).
"""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.bindings import check_abi
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import Settings
from lookalike.judges.mllm.template import render
from lookalike.judges.mllm.tokens import VisualTokens
from lookalike.judges.mllm.vision import Vision

QUERY_SEQUENCE, CANDIDATE_SEQUENCE = 0, 1
SEQUENCES = 2
BATCH = 512
CONTEXT_STEP = 256
ABORTED = 2
FLASH_ATTENTION_ON = 1


class Aborted(Exception):
    """The abort check said stop; the engine is ready for the next call."""


class Engine:
    """A loaded model and the query it holds.

    Args:
        settings: what to load.
        aborted: asked between the steps of a decoding; true ends it with `Aborted`.

    Attributes:
        vision: the image encoder and projector.
        width: length of one visual token.

    Raises:
        JudgeError: llama.cpp cannot load the model, or the model cannot answer with one digit.
    """

    def __init__(self, settings: Settings, aborted: Callable[[], bool]) -> None:
        import llama_cpp

        self._llama: Any = llama_cpp
        check_abi()
        self._settings = settings
        self._aborted = aborted
        self._query_end: int | None = None
        with ExitStack() as opened:
            self._load_model()
            opened.callback(llama_cpp.llama_model_free, self._model)
            self._read_prompt()
            self.vision = Vision(settings.mmproj, self._model, settings.max_tokens, settings.threads)
            opened.callback(self.vision.close)
            self._open_context()
            opened.callback(llama_cpp.llama_free, self._context)
            self._opened = opened.pop_all()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the model's memory back."""
        self._opened.close()

    def _load_model(self) -> None:
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self._model: Any = self._llama.llama_model_load_from_file(os.fsencode(self._settings.llm), parameters)
        if not self._model:
            raise JudgeError("The language model could not be loaded.")
        self._vocabulary = self._llama.llama_model_get_vocab(self._model)
        self.width = self._llama.llama_model_n_embd_inp(self._model)

    def _open_context(self) -> None:
        text = len(self._opening) + len(self._between) + len(self._question)
        needed = text + 2 * self._settings.max_tokens
        parameters = self._llama.llama_context_default_params()
        parameters.n_ctx = -(-needed // CONTEXT_STEP) * CONTEXT_STEP
        # A fixed batch size: another composition of batches moves logits by a few hundredths.
        parameters.n_batch = parameters.n_ubatch = max(BATCH, self._settings.max_tokens)
        parameters.n_seq_max = SEQUENCES
        parameters.kv_unified = True
        # Room for logits: llama.cpp wants a row per sequence, and by default reserves one per token of a batch.
        parameters.n_outputs_max = SEQUENCES
        parameters.n_threads = parameters.n_threads_batch = self._settings.threads
        parameters.flash_attn_type = FLASH_ATTENTION_ON
        parameters.offload_kqv = parameters.op_offload = False
        # Referenced from here for as long as the context may call it.
        self._abort = self._llama.ggml_abort_callback(lambda _: self._aborted())
        parameters.abort_callback = self._abort
        self._context: Any = self._llama.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise JudgeError("There is no room for the model's working memory.", "Close other programs.")
        self._memory = self._llama.llama_get_memory(self._context)
        self._batch_limit = self._llama.llama_n_batch(self._context)

    def _read_prompt(self) -> None:
        family = self._settings.family
        template = self._llama.llama_model_chat_template(self._model, None)
        bos = self._llama.llama_vocab_bos(self._vocabulary)
        eos = self._llama.llama_vocab_eos(self._vocabulary)
        head, middle, tail = render(
            (template or b"").decode(),
            self._settings.instructions,
            self._settings.question,
            placeholder=family.placeholder,
            bos=self._spelling(bos),
            eos=self._spelling(eos),
        )
        self._opening = self.tokenize(head + family.opening)
        if self._llama.llama_vocab_get_add_bos(self._vocabulary) and self._opening[:1] != [bos]:
            self._opening.insert(0, bos)
        self._between = self.tokenize(family.closing + middle + family.opening)
        self._question = self.tokenize(family.closing + tail + family.answer_lead)
        self.answers = self._digit("0"), self._digit("1")

    def _spelling(self, token: int) -> str:
        return "" if token < 0 else self._llama.llama_vocab_get_text(self._vocabulary, token).decode()

    def _digit(self, digit: str) -> int:
        tokens = self.tokenize(digit)
        if len(tokens) != 1:
            raise JudgeError(f"The model's vocabulary has no token of its own for the digit {digit}.")
        return tokens[0]

    def tokenize(self, text: str) -> list[int]:
        """The tokens of a text, marks such as ``<|im_end|>`` as one token each, nothing added."""
        data = text.encode()
        room = len(data) + 8
        tokens = (self._llama.llama_token * room)()
        count = self._llama.llama_tokenize(self._vocabulary, data, len(data), tokens, room, False, True)
        if count < 0:
            raise JudgeError("The prompt could not be put into the model's tokens.")
        return list(tokens[:count])

    def encode(self, pixels: NDArray[np.uint8]) -> VisualTokens:
        """The tokens of one photo; see `Vision.encode`."""
        return self.vision.encode(pixels)

    def set_query(self, tokens: VisualTokens) -> None:
        """Decode everything up to the candidate photo.

        Raises:
            Aborted: called off; there is then no query.
            JudgeError: the model refuses the tokens.
        """
        self._query_end = None
        self._llama.llama_memory_clear(self._memory, True)
        end = self._decode_text(self._opening, 0, QUERY_SEQUENCE)
        end = self._decode_tokens(tokens, end, QUERY_SEQUENCE)
        self._query_end = self._decode_text(self._between, end, QUERY_SEQUENCE)

    def score(self, tokens: VisualTokens) -> float:
        """The logit that the candidate shows what the query shows.

        Raises:
            Aborted: called off; the query stays.
            JudgeError: the model refuses the tokens, or its answer is not a number.
        """
        low, high = self.answers
        logits = self.logits(tokens)
        logit = float(logits[high]) - float(logits[low])
        if not math.isfinite(logit):
            raise JudgeError("The model's answer is not a number.")
        return logit

    def logits(self, tokens: VisualTokens) -> NDArray[np.float32]:
        """The raw logits at the place of the answer, float32 (vocabulary); raises as `score`."""
        if self._query_end is None:
            raise JudgeError("There is no query.")
        self._llama.llama_memory_seq_cp(self._memory, QUERY_SEQUENCE, CANDIDATE_SEQUENCE, -1, -1)
        try:
            end = self._decode_tokens(tokens, self._query_end, CANDIDATE_SEQUENCE)
            self._decode_text(self._question, end, CANDIDATE_SEQUENCE, answer=True)
            pointer = self._llama.llama_get_logits_ith(self._context, -1)
            if not pointer:
                raise JudgeError("The model gives no answer.")
            size = self._llama.llama_vocab_n_tokens(self._vocabulary)
            return np.ctypeslib.as_array(pointer, (size,)).copy()
        finally:
            self._llama.llama_memory_seq_rm(self._memory, CANDIDATE_SEQUENCE, -1, -1)

    def _decode_text(self, tokens: list[int], start: int, sequence: int, *, answer: bool = False) -> int:
        if tokens:
            positions = np.arange(start, start + len(tokens), dtype=np.int32)
            self._decode(np.array(tokens, np.int32), None, positions, sequence, answer)
        return start + len(tokens)

    def _decode_tokens(self, tokens: VisualTokens, start: int, sequence: int) -> int:
        embeddings = np.ascontiguousarray(tokens.embeddings, np.float32)
        if embeddings.shape[1] != self.width:
            raise JudgeError(f"The photo's tokens are {embeddings.shape[1]} wide, not {self.width}.")
        if self.vision.mrope:
            # Section-major: all times, all rows, all columns, then the unused fourth, which stays 0.
            absolute = tokens.positions + np.array([start, start, start, 0], np.int32)
            positions = np.ascontiguousarray(absolute.T).reshape(-1)
        else:
            positions = tokens.positions[:, 0] + np.int32(start)
        self._decode(None, embeddings, np.ascontiguousarray(positions, np.int32), sequence, False)
        return start + tokens.n_pos

    def _decode(
        self,
        tokens: NDArray[np.int32] | None,
        embeddings: NDArray[np.float32] | None,
        positions: NDArray[np.int32],
        sequence: int,
        answer: bool,
    ) -> None:
        source: NDArray[Any] | None = tokens if tokens is not None else embeddings
        assert source is not None
        count = len(source)
        # Beyond the limit llama.cpp ends the process.
        if count > self._batch_limit:
            raise JudgeError(f"The prompt takes {count} tokens at once, more than {self._batch_limit}.")
        integers, floats = ctypes.POINTER(ctypes.c_int32), ctypes.POINTER(ctypes.c_float)
        sequences = (ctypes.c_int32 * 1)(sequence)
        each = (integers * count)(*[ctypes.cast(sequences, integers)] * count)
        ones = (ctypes.c_int32 * count)(*[1] * count)
        flags = (ctypes.c_int8 * count)()
        flags[count - 1] = int(answer)
        batch = self._llama.llama_batch(
            n_tokens=count,
            token=None if tokens is None else tokens.ctypes.data_as(integers),
            embd=None if embeddings is None else embeddings.ctypes.data_as(floats),
            pos=positions.ctypes.data_as(integers),
            n_seq_id=ctypes.cast(ones, integers),
            seq_id=ctypes.cast(each, ctypes.POINTER(integers)),
            logits=ctypes.cast(flags, ctypes.POINTER(ctypes.c_int8)),
        )
        code = self._llama.llama_decode(self._context, batch)
        if code == ABORTED or (code != 0 and self._aborted()):
            raise Aborted
        if code != 0:
            raise JudgeError(f"The model could not read the prompt (code {code}).")
