"""The multimodal engine: a loaded model that scores pairs. Runs only in the worker process.

The prompt is: instructions, query photo | candidate photo, question, and the chat template's start of an
answer. What lies before the bar is decoded once per query into sequence 0; a candidate is decoded after
a copy of it in a sequence of its own, which is then dropped: its tokens and the question's in one step, where
the family allows it. On a GPU several candidates are decoded side by side, on a CPU that gains nothing. The score is
the difference of the raw logits of the two answer digits at the last position (arXiv 2604.13268). The instructions
alone stay in the last sequence: asked with the photos exchanged, the model reads candidate, query and question after
a copy of them.
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
import psutil
from numpy.typing import NDArray

from lookalike.judges.mllm.batch import Piece, text_piece
from lookalike.judges.mllm.bindings import check_abi
from lookalike.judges.mllm.context import ContextSize, DecodingContext
from lookalike.judges.mllm.device import Device, on_processor
from lookalike.judges.mllm.embeddings import text_embeddings
from lookalike.judges.mllm.errors import DeviceError, JudgeError
from lookalike.judges.mllm.gpu import Gpu, visible_gpus
from lookalike.judges.mllm.memory import GIGABYTE, context_tokens
from lookalike.judges.mllm.messages import WorkerSettings
from lookalike.judges.mllm.offload import GPU_CANDIDATES, Offload, plan_offload
from lookalike.judges.mllm.vision import Vision
from lookalike.judges.mllm.vocabulary import Vocabulary
from lookalike.judges.token_store.visual_tokens import VisualTokens

QUERY = 0
"""The sequence that holds the query; candidates have the following ones."""
ALL_LAYERS = -1
ONE_GPU, FIRST_GPU, NO_GPU = 0, 0, -1
"""llama.cpp's `split_mode` for one GPU, and the `main_gpu` that it then is. The projector goes to the first one too."""


class MllmEngine:
    """A loaded model and the query it holds.

    Args:
        settings: what to load.
        aborted: asked between the steps of a decoding; true ends it with `DecodingAbortedError`.

    Attributes:
        device: what the model runs on.
        vision: the image encoder and projector.
        width: length of one visual token.
        parallel: candidates decoded side by side.
        joined: the question's embeddings, float32 (tokens, width), decoded together with a candidate's; None where
            it is decoded after them.

    Raises:
        JudgeError: llama.cpp cannot load the model, or the model cannot answer with one digit.
        DeviceError: it cannot be loaded where it is to run; without a GPU (`WorkerSettings.avoid_gpu`) it may.
    """

    def __init__(self, settings: WorkerSettings, aborted: Callable[[], bool]) -> None:
        import llama_cpp

        self._llama: Any = llama_cpp
        check_abi()
        self._settings = settings
        self._aborted = aborted
        self._query: VisualTokens | None = None
        self._query_end: int | None = None
        self._context: DecodingContext | None = None
        gpu, plan, reason = self._plan()
        self._open(gpu, plan, reason)

    def __enter__(self) -> MllmEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the model's memory."""
        self._opened.close()

    def _plan(self) -> tuple[Gpu | None, Offload, str]:
        """The GPU to use, None for none; what goes there; and why not all does, in a few words."""
        settings, nothing = self._settings, Offload(False, 0, 0)
        if settings.avoid_gpu:
            return None, nothing, settings.avoid_gpu
        gpu = next(iter(visible_gpus()), None)
        if gpu is None:
            return None, nothing, "llama.cpp sees no graphics processor"
        if settings.needs is None:
            return gpu, Offload(True, ALL_LAYERS, ALL_LAYERS), ""
        plan = plan_offload(settings.needs, gpu, psutil.virtual_memory().available)
        short = f"{gpu.free / GIGABYTE:.1f} GB of its memory are free"
        if plan.nothing:
            return None, nothing, f"{gpu.name}: only {short}"
        return gpu, plan, "" if plan.whole else short

    def _open(self, gpu: Gpu | None, plan: Offload, reason: str) -> None:
        settings = self._settings
        self.parallel = settings.parallel or (GPU_CANDIDATES if plan.layers else 1)
        if gpu is None:
            self.device = on_processor(reason)
        else:
            self.device = Device(gpu.name, gpu.backend, plan.layers, plan.of, plan.vision, reason)
        with ExitStack() as opened:
            self._load_model(plan.layers)
            opened.callback(self._llama.llama_model_free, self._model)
            self._prompt = self._vocabulary.prompt(settings.family, settings.instructions, settings.question)
            self.vision = Vision(
                settings.mmproj, self._model, settings.max_tokens, settings.threads, gpu=plan.vision
            )
            opened.callback(self.vision.close)
            opened.callback(self._close_context)
            self._open_context()
            self._asked: tuple[str, str] | None = (settings.instructions, settings.question)
            self._opened = opened.pop_all()

    def _load_model(self, gpu_layers: int) -> None:
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        parameters.split_mode = ONE_GPU
        parameters.main_gpu = FIRST_GPU if gpu_layers else NO_GPU
        self._model: Any = self._llama.llama_model_load_from_file(os.fsencode(self._settings.llm), parameters)
        if not self._model:
            raise DeviceError("The language model could not be loaded.")
        self._vocabulary = Vocabulary(self._model)
        self.width = self._llama.llama_model_n_embd_inp(self._model)

    def _close_context(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            context.close()

    def _open_context(self) -> None:
        self.joined: NDArray[np.float32] | None = None
        # Where a photo's tokens see each other the question cannot be among them.
        if not self.vision.non_causal:
            self.joined = text_embeddings(Path(self._settings.llm), self._prompt.question, self.width)
        self._context = DecodingContext(
            self._model,
            self._size(),
            self._settings.threads,
            gpu=self.device.layers != 0,
            aborted=self._aborted,
        )

    def _size(self) -> ContextSize:
        """What the prompt and photos of the largest size take."""
        photo = self._settings.max_tokens
        opening, between, question = (
            len(text) for text in (self._prompt.opening, self._prompt.between, self._prompt.question)
        )
        at_once = photo + question if self.joined is not None else max(photo, question)
        return ContextSize(
            tokens=context_tokens(photo, opening, between, question, self.parallel),
            batch=max(opening, self.parallel * between, photo, self.parallel * at_once),
            sequences=self._opening_sequence + 1,
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
            DecodingAbortedError: cancelled; there is then no query.
            JudgeError: the model refuses the tokens.
        """
        self._query_end = None
        context = self._decoding
        context.clear()
        photo_at = len(self._prompt.opening)
        between_at = photo_at + tokens.n_pos
        context.decode([text_piece(self._prompt.opening, 0, self._opening_sequence)])
        context.copy(self._opening_sequence, QUERY)
        self._decode_photos([self._photo(tokens, photo_at, QUERY)])
        context.decode([text_piece(self._prompt.between, between_at, QUERY)])
        self._query = tokens
        self._query_end = between_at + len(self._prompt.between)

    def scores(self, candidates: Sequence[VisualTokens], *, both_orders: bool = False) -> list[float]:
        """The logits that each candidate shows what the query shows, decoded `parallel` at a time.

        Which candidates are decoded together moves a logit by up to 0.03 where its standard deviation is 1.5.

        Args:
            candidates: their tokens.
            both_orders: ask with the photos in both orders; the means of the two logits.

        Raises:
            DecodingAbortedError: cancelled; the query stays.
            JudgeError: the model refuses the tokens, or its answer is not a number.
            DeviceError: what computes failed. On a GPU an answer that is not a number counts as that: some drivers
                compute so, and the processor then says whether it is the model's own.
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
            if self.device.gpu:
                raise DeviceError("The model's answer is not a number.")
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

    def caption(self, tokens: VisualTokens, instructions: str, question: str, limit: int) -> bytes:
        """What the model says of a photo, always its likeliest next word; there is no query any more then.

        Args:
            tokens: the photo's.
            instructions: the system turn.
            question: the text after the photo.
            limit: tokens of the answer at most.

        Returns:
            The answer's first line, in UTF-8; cut off at the limit.

        Raises:
            DecodingAbortedError: cancelled.
            JudgeError: the model's chat template does not take one photo, or the model refuses the tokens.
        """
        context, vocabulary = self._decoding, self._vocabulary
        prompt = vocabulary.caption_prompt(self._settings.family, instructions, question)
        # The context was made for the prompt of two photos, and has room for this one when it is empty.
        self._query = self._query_end = None
        context.clear()
        context.decode([text_piece(prompt.opening, 0, QUERY)])
        position = len(prompt.opening)
        self._decode_photos([self._photo(tokens, position, QUERY)])
        position += tokens.n_pos
        answers = context.decode([text_piece(prompt.question, position, QUERY, True)])
        position += len(prompt.question)
        said = b""
        for _ in range(limit):
            token = int(np.argmax(context.logits(answers[-1], vocabulary.size)))
            if vocabulary.ends(token):
                break
            said += vocabulary.piece(token)
            if said.strip() and b"\n" in said.lstrip():
                break
            answers = context.decode([text_piece([token], position, QUERY, True)])
            position += 1
        context.clear()
        return said

    def _logits(self, candidates: Sequence[VisualTokens], swapped: bool) -> list[NDArray[np.float32]]:
        context = self._decoding
        sequences = range(QUERY + 1, QUERY + 1 + len(candidates))
        try:
            for sequence in sequences:
                known = self._opening_sequence if swapped else QUERY
                context.copy(known, sequence)
            turns = list(zip(candidates, sequences, strict=True))
            last = self._read_first(turns) if swapped else [(*turn, self._query_end or 0) for turn in turns]
            if self.joined is not None:
                answers = context.decode(
                    [self._photo(tokens, start, sequence, self.joined) for tokens, sequence, start in last]
                )
            else:
                self._decode_photos(
                    [self._photo(tokens, start, sequence) for tokens, sequence, start in last]
                )
                answers = context.decode(
                    [
                        text_piece(self._prompt.question, start + tokens.n_pos, sequence, True)
                        for tokens, sequence, start in last
                    ]
                )
            return [context.logits(place, self._vocabulary.size) for place in answers]
        finally:
            for sequence in sequences:
                context.remove(sequence)

    def _read_first(self, turns: list[tuple[VisualTokens, int]]) -> list[tuple[VisualTokens, int, int]]:
        """Decode candidates in the query's place; returns what follows, its sequence, and its position."""
        context = self._decoding
        query, start = self._query, len(self._prompt.opening)
        assert query is not None
        self._decode_photos([self._photo(tokens, start, sequence) for tokens, sequence in turns])
        context.decode(
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
            raise JudgeError(
                "The photo's tokens are {wide} wide, not {width}.", wide=rows.shape[1], width=self.width
            )
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
        self._decoding.decode(pieces, causal=not self.vision.non_causal)

    @property
    def _decoding(self) -> DecodingContext:
        if self._context is None:
            raise JudgeError("The model is closed.")
        return self._context
