"""The decoding context of llama.cpp: the sequences a model remembers. Runs only in the worker process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.batch import Batch, Piece
from lookalike.judges.mllm.errors import DeviceError, JudgeError

BATCH_STEP = 64
CONTEXT_STEP = 256
ABORTED = 2
REFUSED_BATCH = -1
"""`llama_decode`: the batch is wrong. What is less is memory that is lacking, or a device that failed."""
FLASH_ATTENTION_ON = 1


class DecodingAbortedError(Exception):
    """The abort check said stop; the context is ready for the next call."""


@dataclass(frozen=True)
class ContextSize:
    """How large a context must be.

    Attributes:
        tokens: that all sequences hold together.
        batch: tokens that are decoded in one step at most. Nothing is ever cut into several steps: where a photo's
            tokens see each other that would be wrong, and elsewhere it would move logits by a few hundredths.
        sequences: how many there are.
    """

    tokens: int
    batch: int
    sequences: int


class DecodingContext:
    """A context of a loaded model.

    Args:
        model: the language model's handle.
        size: how large it must be.
        threads: threads that compute.
        gpu: whether it computes on a GPU.
        aborted: asked between the steps of a decoding; true ends it with `DecodingAbortedError`.

    Raises:
        DeviceError: there is no memory for it.
    """

    def __init__(
        self, model: Any, size: ContextSize, threads: int, *, gpu: bool, aborted: Callable[[], bool]
    ) -> None:
        import llama_cpp

        self._llama: Any = llama_cpp
        self._aborted = aborted
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = -(-size.tokens // CONTEXT_STEP) * CONTEXT_STEP
        parameters.n_batch = parameters.n_ubatch = -(-size.batch // BATCH_STEP) * BATCH_STEP
        parameters.n_seq_max = size.sequences
        parameters.kv_unified = True
        # Room for logits: llama.cpp wants a row per sequence, and by default reserves one per token of a batch.
        parameters.n_outputs_max = size.sequences
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.flash_attn_type = FLASH_ATTENTION_ON
        parameters.offload_kqv = gpu
        # What a GPU has no memory for is computed where it lies, not carried there and back for every batch.
        parameters.op_offload = False
        # Referenced from here for as long as the context may call it.
        self._abort = llama_cpp.ggml_abort_callback(lambda _: self._aborted())
        parameters.abort_callback = self._abort
        self._handle: Any = llama_cpp.llama_init_from_model(model, parameters)
        if not self._handle:
            raise DeviceError("There is no room for the model's working memory.", "Close other programs.")
        self._memory = llama_cpp.llama_get_memory(self._handle)
        self._batch_limit = min(llama_cpp.llama_n_batch(self._handle), llama_cpp.llama_n_ubatch(self._handle))

    def close(self) -> None:
        """Free the context."""
        handle, self._handle = self._handle, None
        if handle:
            self._llama.llama_free(handle)

    def clear(self) -> None:
        """Empty all sequences."""
        self._llama.llama_memory_clear(self._memory, True)

    def copy(self, source: int, target: int) -> None:
        """Have a sequence begin as another one is now."""
        self._llama.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def remove(self, sequence: int) -> None:
        """Empty a sequence."""
        self._llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def decode(self, pieces: list[Piece], *, causal: bool = True) -> list[int]:
        """Decode texts or photos, not both, in one step.

        Args:
            pieces: what each sequence gets.
            causal: whether a token sees only those before it.

        Returns:
            The places of the answers in the batch, for `logits`.

        Raises:
            DecodingAbortedError: `aborted()` was true.
            JudgeError: it is too much for one step, or the model refuses it.
            DeviceError: memory is lacking, or what computes failed.
        """
        count = sum(len(piece.rows) for piece in pieces)
        if count == 0:
            return []
        # Beyond the limit llama.cpp ends the process.
        if count > self._batch_limit:
            raise JudgeError(
                "The prompt takes {count} tokens at once, more than {limit}.",
                count=count,
                limit=self._batch_limit,
            )
        batch = Batch(pieces)
        if not causal:
            self._llama.llama_set_causal_attn(self._handle, False)
        try:
            code = self._llama.llama_decode(self._handle, batch.struct)
        finally:
            if not causal:
                self._llama.llama_set_causal_attn(self._handle, True)
        if code == ABORTED or (code != 0 and self._aborted()):
            raise DecodingAbortedError
        if code != 0:
            if code < REFUSED_BATCH:
                raise DeviceError("The model could not read the prompt (code {code}).", code=code)
            raise JudgeError("The model could not read the prompt (code {code}).", code=code)
        return batch.answers

    def logits(self, place: int, size: int) -> NDArray[np.float32]:
        """The raw logits at a place of the last batch, float32 (size,).

        Raises:
            JudgeError: there are none.
        """
        pointer = self._llama.llama_get_logits_ith(self._handle, place)
        if not pointer:
            raise JudgeError("The model gives no answer.")
        return np.ctypeslib.as_array(pointer, (size,)).copy()
