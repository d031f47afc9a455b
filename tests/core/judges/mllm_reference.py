"""Scores pairs twice, in a child process: with the engine, and with llama.cpp's own helper on the whole prompt."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.judges.mllm.messages import WorkerSettings
from lookalike.judges.token_store.visual_tokens import VisualTokens

# What each family's chat template makes of the two turns, written out by hand; llama.cpp adds the marks that it puts
# around every photo of the family.
QWEN = (
    "<|im_start|>system\n{instructions}<|im_end|>\n<|im_start|>user\n",
    "",
    "{question}<|im_end|>\n<|im_start|>assistant\n",
)
INTERNVL = (QWEN[0], "\n", "\n" + QWEN[2])
PROMPTS = {
    "qwen2vl": QWEN,
    "qwen2.5vl": QWEN,
    "qwen3vl": QWEN,
    "idefics3": (
        "<|im_start|>System: {instructions}<end_of_utterance>\nUser:<fake_token_around_image><global-img>",
        "<fake_token_around_image><fake_token_around_image><global-img>",
        "<fake_token_around_image>{question}<end_of_utterance>\nAssistant: ",
    ),
    "internvl": INTERNVL,
    "internvl-qwen3": INTERNVL,
    "internvl-internlm2": INTERNVL,
    "internvl-llama": INTERNVL,
    "lfm2": ("<|startoftext|>" + QWEN[0], "", QWEN[2]),
    "gemma3": (
        "<start_of_turn>user\n{instructions}\n\n\n\n",
        "\n\n\n\n",
        "\n\n{question}<end_of_turn>\n<start_of_turn>model\n",
    ),
}
PARALLEL = 4


def blobs(seed: int, width: int = 320, height: int = 240) -> Image.Image:
    """A photo of coloured blobs, different for every seed."""
    colours = np.random.default_rng(seed).integers(0, 256, (height // 40, width // 40, 3), np.uint8)
    return Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)


@dataclass
class Pair:
    """The raw logits for one pair, by ways of getting them; and the answer digits' ids.

    `fresh` is decoded in the same steps as the reference, `joined` with the question in one step, as a candidate
    is, and `stored` from float16 tokens. `turned` has rows and columns swapped, `masked` the candidate's attention
    causal where it must not be so, and the other way round: both are wrong.
    """

    helper: NDArray[np.float32]
    exact: NDArray[np.float32]
    fresh: NDArray[np.float32]
    joined: NDArray[np.float32]
    stored: NDArray[np.float32]
    again: NDArray[np.float32]
    turned: NDArray[np.float32]
    masked: NDArray[np.float32]
    swapped: NDArray[np.float32]
    both: float
    non_causal: bool
    in_one_step: bool
    together: list[NDArray[np.float32]]
    digits: tuple[int, int]
    score: float
    grid: tuple[int, int]
    n_pos: int
    spellings: list[bytes] = field(default_factory=list)


def measure(pipe: Connection, settings: WorkerSettings, family: str, photos: list[NDArray[np.uint8]]) -> None:
    """Send one `Pair` for every ordered pair of different photos."""
    from lookalike.judges.mllm.bindings import Log, set_environment
    from lookalike.judges.mllm.engine import MllmEngine

    set_environment()
    log = Log(Path(settings.log))
    log.attach()
    with MllmEngine(settings, lambda: False) as engine:
        helper = Helper(engine, settings, family)
        exact = Helper(engine, settings, family, exact=True)
        pairs: list[Pair] = []
        keeping: dict[int, VisualTokens] = {}
        queries: list[VisualTokens] = []

        def one(tokens: VisualTokens) -> NDArray[np.float32]:
            (row,) = engine.logits([tokens])
            return row

        for query in photos:
            queries.append(engine.encode(query))
            engine.set_query(queries[-1])
            for candidate in photos:
                if candidate is query:
                    continue
                tokens = engine.encode(candidate)
                kept = tokens.halved()
                flipped = kept.positions[:, [0, 2, 1, 3]]
                turned = VisualTokens(kept.embeddings, flipped, kept.n_pos, kept.grid)
                keeping[len(pairs)] = kept
                question, engine.joined = engine.joined, None
                apart = one(tokens)
                engine.vision.non_causal = not engine.vision.non_causal
                masked = one(kept)
                engine.joined = question
                engine.vision.non_causal = not engine.vision.non_causal
                pairs.append(
                    Pair(
                        helper=helper.logits(query, candidate),
                        exact=exact.logits(query, candidate),
                        fresh=apart,
                        joined=one(tokens),
                        stored=one(kept),
                        turned=one(turned),
                        again=one(kept),
                        masked=masked,
                        swapped=engine.logits([tokens], swapped=True)[0],
                        both=engine.scores([tokens], both_orders=True)[0],
                        non_causal=engine.vision.non_causal,
                        in_one_step=engine.joined is not None,
                        together=[],
                        digits=engine.answers,
                        score=engine.scores([kept])[0],
                        grid=kept.grid,
                        n_pos=kept.n_pos,
                        spellings=[helper.piece(token) for token in engine.answers],
                    )
                )
        helper.close()
        exact.close()
    # One more than fit side by side, so that the last is decoded alone.
    with MllmEngine(replace(settings, parallel=PARALLEL), lambda: False) as engine:
        for number, tokens in enumerate(queries):
            engine.set_query(tokens)
            others = len(photos) - 1
            places = [others * number + turn % others for turn in range(PARALLEL + 1)]
            rows = engine.logits([keeping[place] for place in places])
            for place, row in zip(places, rows, strict=True):
                pairs[place].together.append(row)
    pipe.send(pairs)


def call_off(pipe: Connection, settings: WorkerSettings, photos: list[NDArray[np.uint8]]) -> None:
    """Send the score of a pair before and after a decoding was aborted midway, and how often that happened."""
    from lookalike.judges.mllm.bindings import Log, set_environment
    from lookalike.judges.mllm.context import DecodingAbortedError
    from lookalike.judges.mllm.engine import MllmEngine

    set_environment()
    log = Log(Path(settings.log))
    log.attach()
    polls, stop = [0], [0]

    def aborted() -> bool:
        polls[0] += 1
        return polls[0] == stop[0]

    with MllmEngine(settings, aborted) as engine:
        query, candidate = (engine.encode(photo) for photo in photos)

        def called_off(work: Callable[[], object]) -> int:
            """Do it, then begin it again and stop at the first, a middle and the last poll; how often it ended."""
            polls[0] = stop[0] = 0
            work()
            ended = 0
            for moment in (1, polls[0] // 2, polls[0]):
                polls[0], stop[0] = 0, moment
                try:
                    work()
                except DecodingAbortedError:
                    ended += 1
            stop[0] = 0
            return ended

        engine.set_query(query)
        before = engine.scores([candidate])[0]
        times = called_off(lambda: engine.scores([candidate])[0])
        after = engine.scores([candidate])[0]
        times += called_off(lambda: engine.set_query(query))
        engine.set_query(query)
        pipe.send((before, after, engine.scores([candidate])[0], times))


class Helper:
    """The reference: `mtmd_helper_eval_chunks` on a context of its own, everything decoded anew for each pair.

    With `exact` keys and values are float32 and attention is computed the plain way.
    """

    def __init__(self, engine: Any, settings: WorkerSettings, family: str, *, exact: bool = False) -> None:
        import llama_cpp
        from llama_cpp import mtmd_cpp

        self._llama: Any = llama_cpp
        self._mtmd: Any = mtmd_cpp
        self._engine = engine
        self._family = family
        self._texts = [
            text.format(instructions=settings.instructions, question=settings.question)
            for text in PROMPTS[family]
        ]
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = 2048
        parameters.n_batch = parameters.n_ubatch = 512
        parameters.n_threads = parameters.n_threads_batch = settings.threads
        parameters.flash_attn_type = 0 if exact else 1
        if exact:
            parameters.type_k = parameters.type_v = 0
        self._context = llama_cpp.llama_init_from_model(engine._model, parameters)

    def close(self) -> None:
        self._llama.llama_free(self._context)

    def piece(self, token: int) -> bytes:
        room = ctypes.create_string_buffer(16)
        length = self._llama.llama_token_to_piece(self._engine._vocabulary._handle, token, room, 16, 0, True)
        return room.raw[:length]

    def logits(self, query: NDArray[np.uint8], candidate: NDArray[np.uint8]) -> NDArray[np.float32]:
        llama = self._llama
        llama.llama_memory_clear(llama.llama_get_memory(self._context), True)
        if self._family != "idefics3":
            marker = self._mtmd.mtmd_default_marker().decode()
            self._eval_all(marker.join(self._texts), [query, candidate])
        else:
            self._eval_overviews([query, candidate])
        size = self._engine._vocabulary.size
        return np.ctypeslib.as_array(llama.llama_get_logits_ith(self._context, -1), (size,)).copy()

    def _eval_all(self, text: str, photos: list[NDArray[np.uint8]]) -> None:
        for chunks in self._chunks(text, photos):
            end = self._llama.llama_pos(0)
            code = self._mtmd.mtmd_helper_eval_chunks(
                self._engine.vision.handle, self._context, chunks, 0, 0, 512, True, ctypes.byref(end)
            )
            assert code == 0

    def _eval_overviews(self, photos: list[NDArray[np.uint8]]) -> None:
        """As `_eval_all` with the tiles left out, which no option of llama.cpp does."""
        mtmd = self._mtmd
        marker = mtmd.mtmd_default_marker().decode()
        parts = [(self._texts[0], []), (marker, photos[:1]), (self._texts[1], []), (marker, photos[1:])]
        start = 0
        for text, images in [*parts, (self._texts[2], [])]:
            for chunks in self._chunks(text, images):
                every = [
                    mtmd.mtmd_input_chunks_get(chunks, i) for i in range(mtmd.mtmd_input_chunks_size(chunks))
                ]
                wanted = mtmd.MTMD_INPUT_CHUNK_TYPE_IMAGE if images else mtmd.MTMD_INPUT_CHUNK_TYPE_TEXT
                chunk = [chunk for chunk in every if mtmd.mtmd_input_chunk_get_type(chunk) == wanted][-1]
                # For text the helper adds to what is there, for a photo it writes.
                end = self._llama.llama_pos(start)
                last = text == self._texts[2]
                code = mtmd.mtmd_helper_eval_chunk_single(
                    self._engine.vision.handle, self._context, chunk, start, 0, 512, last, ctypes.byref(end)
                )
                assert code == 0
                start = end.value

    def _chunks(self, text: str, photos: list[NDArray[np.uint8]]) -> Iterator[Any]:
        mtmd = self._mtmd
        data = text.encode()
        bitmaps = [
            mtmd.mtmd_bitmap_init(
                photo.shape[1], photo.shape[0], photo.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
            )
            for photo in photos
        ]
        chunks = mtmd.mtmd_input_chunks_init()
        array = (mtmd.mtmd_bitmap_p_ctypes * max(1, len(bitmaps)))(*bitmaps)
        said = mtmd.mtmd_input_text(data, len(data), True, True)
        assert (
            mtmd.mtmd_tokenize(self._engine.vision.handle, chunks, ctypes.byref(said), array, len(bitmaps))
            == 0
        )
        yield chunks
        mtmd.mtmd_input_chunks_free(chunks)
        for bitmap in bitmaps:
            mtmd.mtmd_bitmap_free(bitmap)
