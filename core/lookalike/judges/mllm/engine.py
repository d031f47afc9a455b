"""The llama.cpp calls behind a pair score. Runs only in the worker process.

The prompt is: instructions, query photo | candidate photo, question, and the chat template's start of an
answer. What lies before the bar is decoded once per query into sequence 0; a candidate is decoded after
a copy of it in a sequence of its own, which is then dropped: its tokens and the question's in one step, where
the family allows it. On a GPU several candidates are decoded side by side, on a CPU that gains nothing. The score is
the difference of the raw logits of the two answer digits at the last position (arXiv 2604.13268). The instructions
alone stay in the last sequence: asked with the photos in the other order, the model reads candidate, query and question
after a copy of them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.batch import Batch, Piece, text_piece
from lookalike.judges.mllm.bindings import check_abi
from lookalike.judges.mllm.embeddings import text_embeddings
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.memory import context_tokens
from lookalike.judges.mllm.messages import Settings
from lookalike.judges.mllm.tokens import VisualTokens
from lookalike.judges.mllm.vision import Vision
from lookalike.judges.mllm.vocabulary import Vocabulary

QUERY = 0
"""The sequence that holds the query; candidates have the following ones."""
GPU_CANDIDATES = 8
"""Candidates decoded side by side on a GPU: some 1,000 tokens keep one busy, and need little memory beside it."""
BATCH_STEP = 64
CONTEXT_STEP = 256
ABORTED = 2
FLASH_ATTENTION_ON = 1
ALL_LAYERS, NO_LAYERS = -1, 0


class DecodingAbortedError(Exception):
    """The abort check said stop; the engine is ready for the next call."""


class MllmEngine:
    """A loaded model and the query it holds.

    Args:
        settings: what to load.
        aborted: asked between the steps of a decoding; true ends it with `Aborted`.

    Attributes:
        vision: the image encoder and projector.
        width: length of one visual token.
        parallel: candidates decoded side by side.
        joined: the question's embeddings, float32 (tokens, width), decoded together with a candidate's; None where
            it is decoded after them.

    Raises:
        JudgeError: llama.cpp cannot load the model, or the model cannot answer with one digit.
    """

    def __init__(self, settings: Settings, aborted: Callable[[], bool]) -> None:
        import llama_cpp

        self._llama: Any = llama_cpp
        check_abi()
        self._settings = settings
        self._aborted = aborted
        self._query: VisualTokens | None = None
        self._query_end: int | None = None
        self._context: Any = None
        if llama_cpp.llama_supports_gpu_offload():
            try:
                self._open(gpu=True)
                return
            except JudgeError:
                # Too large for the GPU's memory, most likely; what else is wrong shows again below.
                pass
        self._open(gpu=False)

    def __enter__(self) -> MllmEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the model's memory back."""
        self._opened.close()

    def _open(self, *, gpu: bool) -> None:
        settings = self._settings
        self.parallel = settings.parallel or (GPU_CANDIDATES if gpu else 1)
        with ExitStack() as opened:
            self._load_model(gpu)
            opened.callback(self._llama.llama_model_free, self._model)
            self._prompt = self._vocabulary.prompt(settings.family, settings.instructions, settings.question)
            self.vision = Vision(settings.mmproj, self._model, settings.max_tokens, settings.threads, gpu=gpu)
            opened.callback(self.vision.close)
            self._gpu = gpu
            opened.callback(self._close_context)
            self._open_context()
            self._asked: tuple[str, str] | None = (settings.instructions, settings.question)
            self._opened = opened.pop_all()

    def _load_model(self, gpu: bool) -> None:
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = ALL_LAYERS if gpu else NO_LAYERS
        self._model: Any = self._llama.llama_model_load_from_file(os.fsencode(self._settings.llm), parameters)
        if not self._model:
            raise JudgeError("The language model could not be loaded.")
        self._vocabulary = Vocabulary(self._model)
        self.width = self._llama.llama_model_n_embd_inp(self._model)

    def _close_context(self) -> None:
        context, self._context = self._context, None
        if context:
            self._llama.llama_free(context)

    def _open_context(self) -> None:
        self.joined: NDArray[np.float32] | None = None
        # Where a photo's tokens see each other the question cannot be among them.
        if not self.vision.non_causal:
            self.joined = text_embeddings(Path(self._settings.llm), self._prompt.question, self.width)
        photo = self._settings.max_tokens
        candidate = photo + len(self._prompt.question)
        texts = len(self._prompt.opening), len(self._prompt.between), len(self._prompt.question)
        needed = context_tokens(photo, *texts, self.parallel)
        at_once = candidate if self.joined is not None else max(photo, len(self._prompt.question))
        between = self.parallel * len(self._prompt.between)
        widest = max(len(self._prompt.opening), between, photo, self.parallel * at_once)
        parameters = self._llama.llama_context_default_params()
        parameters.n_ctx = -(-needed // CONTEXT_STEP) * CONTEXT_STEP
        # Nothing is ever cut into several steps: where a photo's tokens see each other, that would be wrong, and
        # elsewhere it would move logits by a few hundredths.
        parameters.n_batch = parameters.n_ubatch = -(-widest // BATCH_STEP) * BATCH_STEP
        parameters.n_seq_max = self._opening_sequence + 1
        parameters.kv_unified = True
        # Room for logits: llama.cpp wants a row per sequence, and by default reserves one per token of a batch.
        parameters.n_outputs_max = self._opening_sequence + 1
        parameters.n_threads = parameters.n_threads_batch = self._settings.threads
        parameters.flash_attn_type = FLASH_ATTENTION_ON
        parameters.offload_kqv = parameters.op_offload = self._gpu
        # Referenced from here for as long as the context may call it.
        self._abort = self._llama.ggml_abort_callback(lambda _: self._aborted())
        parameters.abort_callback = self._abort
        self._context = self._llama.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise JudgeError("There is no room for the model's working memory.", "Close other programs.")
        self._memory = self._llama.llama_get_memory(self._context)
        self._batch_limit = min(
            self._llama.llama_n_batch(self._context), self._llama.llama_n_ubatch(self._context)
        )

    @property
    def _opening_sequence(self) -> int:
        return QUERY + 1 + self.parallel

    @property
    def answers(self) -> tuple[int, int]:
        """The tokens of the digits 0 and 1."""
        return self._prompt.answers

    def set_wording(self, instructions: str, question: str) -> None:
        """Ask this from the next query on; the model stays loaded.

        Raises:
            JudgeError: the model's chat template does not take it, or there is no memory for it.
        """
        if (instructions, question) == self._asked:
            return
        self._query_end = self._asked = None
        self._prompt = self._vocabulary.prompt(self._settings.family, instructions, question)
        # The context is as large as the prompt asks for, and takes no time beside a photo.
        self._close_context()
        self._open_context()
        self._asked = instructions, question

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
        photo_at = len(self._prompt.opening)
        between_at = photo_at + tokens.n_pos
        self._decode([text_piece(self._prompt.opening, 0, self._opening_sequence)])
        self._llama.llama_memory_seq_cp(self._memory, self._opening_sequence, QUERY, -1, -1)
        self._decode_photos([self._photo(tokens, photo_at, QUERY)])
        self._decode([text_piece(self._prompt.between, between_at, QUERY)])
        self._query = tokens
        self._query_end = between_at + len(self._prompt.between)

    def scores(self, candidates: Sequence[VisualTokens], *, both_orders: bool = False) -> list[float]:
        """The logits that each candidate shows what the query shows, decoded `parallel` at a time.

        Which candidates are decoded together moves a logit by up to 0.03 where its standard deviation is 1.5.

        Args:
            candidates: their tokens.
            both_orders: ask with the photos in both orders; the means of the two logits.

        Raises:
            Aborted: called off; the query stays.
            JudgeError: the model refuses the tokens, or its answer is not a number.
        """
        low, high = self.answers
        scores = [float(row[high]) - float(row[low]) for row in self.logits(candidates)]
        if both_orders:
            others = self.logits(candidates, swapped=True)
            scores = [
                (score + float(row[high]) - float(row[low])) / 2
                for score, row in zip(scores, others, strict=True)
            ]
        if not all(map(math.isfinite, scores)):
            raise JudgeError("The model's answer is not a number.")
        return scores

    def logits(
        self, candidates: Sequence[VisualTokens], *, swapped: bool = False
    ) -> list[NDArray[np.float32]]:
        """The raw logits at the place of the answer, float32 (vocabulary) for each; raises as `scores`.

        With `swapped` the model sees the candidate first.
        """
        if self._query_end is None:
            raise JudgeError("There is no query.")
        rows: list[NDArray[np.float32]] = []
        for start in range(0, len(candidates), self.parallel):
            rows += self._logits(candidates[start : start + self.parallel], swapped)
        return rows

    def _logits(self, candidates: Sequence[VisualTokens], swapped: bool) -> list[NDArray[np.float32]]:
        llama = self._llama
        sequences = range(QUERY + 1, QUERY + 1 + len(candidates))
        try:
            for sequence in sequences:
                known = self._opening_sequence if swapped else QUERY
                llama.llama_memory_seq_cp(self._memory, known, sequence, -1, -1)
            turns = list(zip(candidates, sequences, strict=True))
            last = self._read_first(turns) if swapped else [(*turn, self._query_end or 0) for turn in turns]
            if self.joined is not None:
                answers = self._decode(
                    [self._photo(tokens, start, sequence, self.joined) for tokens, sequence, start in last]
                )
            else:
                self._decode_photos(
                    [self._photo(tokens, start, sequence) for tokens, sequence, start in last]
                )
                answers = self._decode(
                    [
                        text_piece(self._prompt.question, start + tokens.n_pos, sequence, True)
                        for tokens, sequence, start in last
                    ]
                )
            size = self._vocabulary.size
            rows = []
            for place in answers:
                pointer = llama.llama_get_logits_ith(self._context, place)
                if not pointer:
                    raise JudgeError("The model gives no answer.")
                rows.append(np.ctypeslib.as_array(pointer, (size,)).copy())
            return rows
        finally:
            for sequence in sequences:
                llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def _read_first(self, turns: list[tuple[VisualTokens, int]]) -> list[tuple[VisualTokens, int, int]]:
        """Decode candidates where the query stands otherwise; gives what follows, in which sequence, and where."""
        query, start = self._query, len(self._prompt.opening)
        assert query is not None
        self._decode_photos([self._photo(tokens, start, sequence) for tokens, sequence in turns])
        self._decode(
            [text_piece(self._prompt.between, start + tokens.n_pos, sequence) for tokens, sequence in turns]
        )
        behind = start + len(self._prompt.between)
        return [(query, sequence, behind + tokens.n_pos) for tokens, sequence in turns]

    def _photo(
        self, tokens: VisualTokens, start: int, sequence: int, text: NDArray[np.float32] | None = None
    ) -> Piece:
        """A photo's tokens, and after them the embeddings of a text if there are any."""
        rows, positions = tokens.embeddings, tokens.positions
        if rows.shape[1] != self.width:
            raise JudgeError(f"The photo's tokens are {rows.shape[1]} wide, not {self.width}.")
        if text is not None:
            rows = np.concatenate([rows, text], dtype=np.float32)
            after = np.arange(tokens.n_pos, tokens.n_pos + len(text), dtype=np.int32)
            positions = np.concatenate([positions, np.stack([after, after, after, 0 * after], axis=1)])
        if self.vision.mrope:
            # The unused fourth stays 0.
            absolute = positions + np.array([start, start, start, 0], np.int32)
        else:
            absolute = positions[:, 0] + np.int32(start)
        return Piece(rows, absolute, sequence, text is not None)

    def _decode_photos(self, pieces: list[Piece]) -> None:
        if not self.vision.non_causal:
            self._decode(pieces)
            return
        self._llama.llama_set_causal_attn(self._context, False)
        try:
            self._decode(pieces)
        finally:
            self._llama.llama_set_causal_attn(self._context, True)

    def _decode(self, pieces: list[Piece]) -> list[int]:
        """Decode text or photos, not both; gives the places of the answers in the batch."""
        count = sum(len(piece.rows) for piece in pieces)
        if count == 0:
            return []
        # Beyond the limit llama.cpp ends the process.
        if count > self._batch_limit:
            raise JudgeError(f"The prompt takes {count} tokens at once, more than {self._batch_limit}.")
        batch = Batch(pieces)
        code = self._llama.llama_decode(self._context, batch.struct)
        if code == ABORTED or (code != 0 and self._aborted()):
            raise DecodingAbortedError
        if code != 0:
            raise JudgeError(f"The model could not read the prompt (code {code}).")
        return batch.answers
