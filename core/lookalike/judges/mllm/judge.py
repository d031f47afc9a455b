"""The multimodal judge: asks a local model whether two photos show the same thing (arXiv 2604.13268)."""

from __future__ import annotations

import copy
import itertools
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from lookalike import app_paths
from lookalike.errors import LookalikeError, Phrase
from lookalike.judges.caption_judge import Caption
from lookalike.judges.mllm.available import unavailable
from lookalike.judges.mllm.captions import INSTRUCTIONS, LIMIT, QUESTION, caption_of
from lookalike.judges.mllm.captions import VERSION as CAPTION_VERSION
from lookalike.judges.mllm.checksums import verified_checksum
from lookalike.judges.mllm.device import GPU_VARIABLE, OFF, Device
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.memory import check_memory, memory_needed
from lookalike.judges.mllm.messages import Material, Refused, Scored, Unscored, Wording, WorkerSettings
from lookalike.judges.mllm.offload import memory_needs
from lookalike.judges.mllm.pixels import VERSION as PIXELS_VERSION
from lookalike.judges.mllm.pixels import prepare
from lookalike.judges.mllm.position_embeddings import demand_order
from lookalike.judges.mllm.prefetcher import Prefetcher
from lookalike.judges.mllm.prompts import load_prompt
from lookalike.judges.mllm.session import ANSWER_SECONDS, JudgeSession, SessionQuery
from lookalike.judges.protocol import Explanation, JudgeOptions, JudgePhoto, Verdict
from lookalike.judges.token_store import Compression, TokenSet, TokenStore
from lookalike.judges.token_store.budget import BUDGETS, DEFAULT_BUDGET
from lookalike.sigmoid import sigmoid

logger = logging.getLogger(__name__)

TOP = 100
"""Candidates that are judged; mAP still grows up to here (docs/benchmarks.md, "Fusion and calibration")."""

TOKEN_BUDGET = BUDGETS[DEFAULT_BUDGET]
IDLE_SECONDS = 600.0
DEFAULT_OPTIONS = JudgeOptions()


def check_pair(llm: Path, mmproj: Path) -> None:
    """Check by their metadata that two GGUF files are whole, of a known family, and belong together.

    Raises:
        JudgeError: they are not.
    """
    match_pair(read_gguf(llm), read_gguf(mmproj), TOKEN_BUDGET)


class MllmJudge:
    """Compares photos with a multimodal model in a process of its own.

    A candidate's visual tokens are stored in `token_store`, so the image encoder runs once per photo and not once per
    pair, nor for a query whose tokens are stored; the query's part of the prompt is decoded once per query.

    Args:
        llm: the language model, a GGUF file.
        mmproj: its projector, a GGUF file.
        token_store: where visual tokens are stored; None stores none.
        options: what is asked, see `prompt_modes`, and in which orders; `with_options` changes it later.
        threads: threads that compute; by default the machine's physical cores but one.
        log_folder: where llama.cpp's messages go; by default Lookalike's log folder.
        token_budget: visual tokens per photo at most, for families that let one choose.
        parallel: candidates decoded side by side; by default one on a CPU and several on a GPU.
        idle_seconds: after so long without a question the worker ends and frees its memory; the next question starts
            another.
        answer_seconds: silence after which the worker counts as hung, is ended, and the pair is passed over.
        checksums: SHA-256 (hex) of the files when they were imported, by role (``"llm"``, ``"mmproj"``).
        report: takes a line for the user, such as that the graphics processor failed; by default it is logged.
        loaded: called with what the model runs on, whenever it has been loaded.

    Attributes:
        key: names the model files, the preprocessing, the token budget, the compression of tokens, the wording, and
            whether both orders are asked.
        name: the model's name.

    Raises:
        JudgeError: a file is missing, damaged or of an unsupported kind, the files do not belong together, or
            llama-cpp-python is not installed. Nothing is loaded yet: that happens on the first comparison.
    """

    key: str
    name: str
    top = TOP

    def __init__(
        self,
        llm: Path,
        mmproj: Path,
        *,
        token_store: TokenStore | None,
        options: JudgeOptions = DEFAULT_OPTIONS,
        threads: int | None = None,
        log_folder: Path | None = None,
        token_budget: int = TOKEN_BUDGET,
        parallel: int = 0,
        idle_seconds: float = IDLE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        checksums: Mapping[str, str] | None = None,
        report: Callable[[str], None] = logger.warning,
        loaded: Callable[[Device], None] = lambda device: None,
    ) -> None:
        missing = unavailable()
        if missing is not None:
            raise missing
        self._pair = match_pair(read_gguf(llm), read_gguf(mmproj), token_budget)
        demand_order(self._pair.mmproj)
        self._plan = self._pair.plan
        # Left to the worker it is one, or several in a GPU's own memory.
        self._side_by_side = max(1, parallel)
        self.name = self._pair.llm.name
        expected = checksums or {}
        weights = verified_checksum(llm, expected.get("llm"))[:16]
        projector = verified_checksum(mmproj, expected.get("mmproj"))[:16]
        preprocessing = f"{PIXELS_VERSION}:{self._plan.max_tokens}"
        compression = token_store.compression if token_store is not None else Compression("fp16")
        self._model_key = f"mllm:{weights}:{projector}:{preprocessing}"
        self._compression = compression
        self._set_options(options)
        kind = f"{projector}:{preprocessing}:{compression.reduction}"
        self._token_set = None if token_store is None else TokenSet(token_store, kind, self._pair.width)
        log = (log_folder or app_paths.logs()) / "mllm.log"
        settings = WorkerSettings(
            llm=str(llm.resolve()),
            mmproj=str(mmproj.resolve()),
            family=self._pair.family,
            instructions=self._wording.instructions,
            question=self._wording.question,
            max_tokens=self._plan.max_tokens,
            threads=threads or max(1, (psutil.cpu_count(logical=False) or 2) - 1),
            log=str(log),
            parallel=parallel,
            reduction=compression.reduction,
            idle_seconds=idle_seconds,
            needs=memory_needs(self._pair, parallel),
            avoid_gpu=f"{GPU_VARIABLE} is off" if os.environ.get(GPU_VARIABLE, "").lower() in OFF else "",
        )
        self._report = report
        self._gpu_failed = False
        self._tell_device = loaded
        self._session = JudgeSession(self.name, settings, self._check_memory, answer_seconds, self._loaded)
        self._queries = itertools.count(1)

    @property
    def token_set(self) -> TokenSet | None:
        """The stored visual tokens; None where none are stored."""
        return self._token_set

    @property
    def chooses_tokens(self) -> bool:
        """Whether the model lets one choose how many tokens a photo becomes."""
        return not self._plan.side

    @property
    def tokens_per_photo(self) -> int:
        """Visual tokens that a photo becomes at most."""
        return self._plan.max_tokens

    @property
    def session(self) -> JudgeSession:
        """The worker process and its counters."""
        return self._session

    def with_options(self, options: JudgeOptions) -> MllmJudge:
        """A judge on the same worker process that is asked in another way.

        Raises:
            JudgeError: there is no such mode.
        """
        other = copy.copy(self)
        other._set_options(options)
        return other

    def _set_options(self, options: JudgeOptions) -> None:
        prompt = load_prompt(options.mode)
        self._wording = Wording(prompt.instructions, prompt.question, options.both_orders)
        orders = ":both orders" if options.both_orders else ""
        self.key = f"{self._model_key}:{prompt.id}:{self._compression}{orders}"

    def compare(
        self,
        query: JudgePhoto,
        candidates: Iterable[JudgePhoto],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Verdict]:
        """Judge the candidates in the order given; see `Judge.compare`.

        The model takes them one by one, on a GPU several at once, while the next ones are read: `candidates` is
        consumed that far ahead.

        Raises:
            LookalikeError: the query cannot be read, or the model cannot be loaded or is switched off.
        """
        self._session.check()
        asked = SessionQuery(next(self._queries), self._query_photo(query), self._wording)
        ahead = Prefetcher(self._material(candidate) for candidate in candidates)
        while not cancelled():
            group = ahead.take(self._session.parallel)
            if not group:
                if self._token_set is not None:
                    self._token_set.flush()
                return
            materials = [material for _, material in group if not isinstance(material, str)]
            results: Iterator[Scored | Unscored] = iter(())
            if materials:
                reply = self._session.ask(asked, materials, cancelled, ahead.prefetch)
                if reply is None:
                    return
                if isinstance(reply, Refused):
                    raise self._refused(reply)
                results = iter(reply.results)
            for content, material in group:
                if isinstance(material, str):
                    yield Verdict(content, None, reason=material)
                    continue
                result = next(results)
                if isinstance(result, Unscored):
                    yield Verdict(content, None, reason=result.message)
                    continue
                self._store_tokens(content, result)
                yield Verdict(content, sigmoid(result.logit), result.logit)

    def explain(self, query: JudgePhoto, candidate: JudgePhoto) -> Explanation:
        """The model's verdict as a sentence.

        Raises:
            LookalikeError: a photo cannot be read, or the model cannot be used.
        """
        (verdict,) = self.compare(query, [candidate])
        if verdict.match is None:
            raise JudgeError(verdict.reason)
        summary = Phrase(
            "{judge} is {percent} sure that both show the same thing."
            if verdict.match >= 0.5
            else "{judge} is {percent} sure that these show different things.",
            judge=self.name,
            percent=f"{max(verdict.match, 1 - verdict.match):.0%}",
        )
        return Explanation(verdict, str(summary))

    def close(self) -> None:
        """End the worker process; the next comparison starts another."""
        self._session.close()
        if self._token_set is not None:
            self._token_set.flush()

    def make_tokens(
        self, photos: Iterable[JudgePhoto], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[str, str]]:
        """Make and store the tokens of photos that no search has asked for yet; see `TokenJudge.make_tokens`.

        The next photo is read while the model works on one, so `photos` is consumed one ahead.

        Raises:
            LookalikeError: the model cannot be loaded or broke down, or no more tokens can be stored.
        """
        token_set = self._token_set
        if token_set is None:
            return
        self._session.check()
        ahead = Prefetcher(self._material(photo) for photo in photos)
        while not cancelled():
            upcoming = ahead.take(1)
            if not upcoming:
                return
            ((content, material),) = upcoming
            if not isinstance(material, np.ndarray):
                yield content, material if isinstance(material, str) else ""
                continue
            reply = self._session.encode(material, cancelled, ahead.prefetch)
            if reply is None:
                return
            if isinstance(reply, Refused | Unscored):
                yield content, str(reply.message)
            elif reply.tokens is None:
                yield content, str(Phrase("The model's tokens of this photo are too large to be kept."))
            elif token_set.put(content, reply.tokens, reply.seconds, ahead=True):
                yield content, ""
            else:
                # The store has put its lines together already.
                told = " ".join(token_set.store.pending_messages())
                raise JudgeError(told) if told else JudgeError("No more visual tokens can be kept.")

    def _refused(self, reply: Refused) -> JudgeError:
        return JudgeError(
            "{name}: {problem}", "{remedy}", name=self.name, problem=reply.message, remedy=reply.remedy
        )

    def _query_photo(self, query: JudgePhoto) -> Material:
        """The query's stored tokens, or else its pixels.

        As a query, a photo is read whole where of candidates only a part of the tokens is kept: it is read once.
        """
        if self._token_set is not None and query.content and not self._compression.reduction:
            tokens = self._token_set.get(query.content)
            if tokens is not None:
                return tokens
        pixels: NDArray[np.uint8] = prepare(query.load(self._plan.decode_size), self._plan)
        return pixels

    @property
    def caption_key(self) -> str:
        """Names what a caption depends on besides the photo; see `CaptionJudge`."""
        return f"{self._model_key}:caption:{CAPTION_VERSION}"

    def captions(
        self, photos: Iterable[JudgePhoto], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Caption]:
        """Write captions; see `CaptionJudge.captions`.

        Raises:
            LookalikeError: the model cannot be loaded or is switched off, or its chat template takes no single photo.
        """
        self._session.check()
        ahead = Prefetcher(self._pixels(photo) for photo in photos)
        wording = Wording(INSTRUCTIONS, QUESTION)
        while not cancelled():
            upcoming = ahead.take(1)
            if not upcoming:
                return
            ((content, pixels),) = upcoming
            if isinstance(pixels, str):
                yield Caption(content, None, pixels)
                continue
            reply = self._session.caption(pixels, wording, LIMIT, cancelled, ahead.prefetch)
            if reply is None:
                return
            if isinstance(reply, Refused):
                raise self._refused(reply)
            if isinstance(reply, Unscored):
                yield Caption(content, None, reply.message)
            else:
                yield Caption(content, caption_of(reply.said))

    def _material(self, candidate: JudgePhoto) -> tuple[str, Material | str]:
        """The candidate's stored tokens, or else its pixels, or else why there are none."""
        if self._token_set is not None and candidate.content:
            tokens = self._token_set.get(candidate.content)
            if tokens is not None:
                return candidate.content, tokens
        return self._pixels(candidate)

    def _pixels(self, photo: JudgePhoto) -> tuple[str, NDArray[np.uint8] | str]:
        """A photo as the encoder takes it, or why there is none."""
        try:
            return photo.content, prepare(photo.load(self._plan.decode_size), self._plan)
        except LookalikeError as error:
            return photo.content, error.message

    def _store_tokens(self, content: str, answer: Scored) -> None:
        if self._token_set is not None and content and answer.tokens is not None:
            self._token_set.put(content, answer.tokens, answer.seconds)

    def _loaded(self, device: Device) -> None:
        """Tell of a GPU that failed, now that the processor has the model, and what it runs on."""
        failure = self._session.gpu_failure
        if failure and not self._gpu_failed:
            self._gpu_failed = True
            told = Phrase(
                "{judge}: the graphics processor failed ({reason}), so the processor judges, which takes longer.",
                judge=self.name,
                reason=failure,
            )
            self._report(str(told))
        self._tell_device(device)

    def _check_memory(self) -> None:
        check_memory(
            self.name, memory_needed(self._pair, self._side_by_side), psutil.virtual_memory().available
        )
