"""Messages between the judge and its worker process.

The worker first sends `Ready` (or `Refused`, and ends). It then answers each `ScoreRequest` with one `Answer` and each
`EncodeRequest` with one `Encoded`, each `CaptionRequest` with one `Captioned`, or any with `Refused` or
`CancelledReply`. Every reply names the query whose photo the worker holds. Where the GPU fails it sends `GpuFailed` in
place of any of these, and ends. A worker that is asked nothing for a while ends with the exit code `LEFT`.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import Phrase
from lookalike.judges.mllm.device import Device
from lookalike.judges.mllm.families import MllmFamily
from lookalike.judges.mllm.offload import MemoryNeeds
from lookalike.judges.token_store.visual_tokens import VisualTokens

LEFT = 66

Material = NDArray[np.uint8] | VisualTokens
"""A photo as the encoder takes it, uint8 (height, width, 3), or its tokens."""


class WorkerStage(IntEnum):
    """What the worker is doing, so that it is known what one that died was doing."""

    IDLE = 0
    LOADING = 1
    QUERY = 2
    CANDIDATE = 3


class Shared(ctypes.Structure):
    """Memory that both processes see.

    Attributes:
        called_off: questions up to this serial number are no longer wanted.
        stage: the worker's `WorkerStage`.
        processor_seconds: processor time that the worker's threads have taken up to its last reply.
        on_gpu: whether a GPU is at work: while the model is loaded there, and while it runs there.
    """

    _fields_ = (
        ("called_off", ctypes.c_longlong),
        ("stage", ctypes.c_longlong),
        ("processor_seconds", ctypes.c_double),
        ("on_gpu", ctypes.c_bool),
    )
    called_off: int
    stage: int
    processor_seconds: float
    on_gpu: bool


@dataclass(frozen=True)
class Wording:
    """What is asked about two photos.

    Attributes:
        instructions: the system turn.
        question: the text after the photos.
        both_orders: whether it is asked with the photos in both orders, and the logits averaged.
    """

    instructions: str
    question: str
    both_orders: bool = False


@dataclass(frozen=True)
class WorkerSettings:
    """What a worker loads and how.

    Attributes:
        llm: path of the language model.
        mmproj: path of the projector.
        family: the kind of model.
        instructions: the system turn at first; each `Ask` brings its own.
        question: the text after the photos at first.
        max_tokens: visual tokens per photo at most.
        threads: threads that compute.
        log: path of the file that llama.cpp's messages go to.
        parallel: candidates decoded side by side; 0 leaves it to the worker, which sees whether there is a GPU.
        reduction: what becomes of a candidate's tokens before the model sees them, see `reduced`.
        idle_seconds: without a question for so long the worker ends.
        needs: what the model's parts take on a GPU; None to take for granted that all fits.
        avoid_gpu: why no GPU is to be used, in a few words; empty where one may be.
    """

    llm: str
    mmproj: str
    family: MllmFamily
    instructions: str
    question: str
    max_tokens: int
    threads: int
    log: str
    parallel: int = 0
    reduction: str = ""
    idle_seconds: float = 600.0
    needs: MemoryNeeds | None = None
    avoid_gpu: str = ""


@dataclass(frozen=True)
class ScoreRequest:
    """Judge one query with one or several candidates.

    Attributes:
        serial: counts the questions; the answer bears the same number.
        query: number of the query.
        query_photo: the query photo as the encoder takes it, or its tokens; None if the worker holds this query.
        candidates: each candidate's pixels, or its tokens where these are stored.
        wording: what is asked; it stays the same for a query.
    """

    serial: int
    query: int
    query_photo: Material | None
    candidates: tuple[Material, ...]
    wording: Wording


@dataclass(frozen=True)
class EncodeRequest:
    """Make the tokens of a photo that may one day be a candidate.

    Attributes:
        serial: counts the questions; the answer bears the same number.
        pixels: uint8 (height, width, 3).
    """

    serial: int
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class CaptionRequest:
    """Say what a photo shows.

    Attributes:
        serial: counts the questions; the answer bears the same number.
        pixels: uint8 (height, width, 3).
        wording: what is asked.
        limit: tokens of the answer at most.
    """

    serial: int
    pixels: NDArray[np.uint8]
    wording: Wording
    limit: int


Request = ScoreRequest | EncodeRequest | CaptionRequest


@dataclass(frozen=True)
class Reply:
    """What every reply has.

    Attributes:
        serial: number of the question; 0 for the report on loading.
        query: number of the query that the worker holds; 0 if none.
        encodes: photos that the worker has put through the image encoder since it started.
    """

    serial: int
    query: int
    encodes: int


@dataclass(frozen=True)
class Ready(Reply):
    """The model is loaded.

    Attributes:
        parallel: candidates that it decodes side by side, and so wants to be asked about at once.
        device: what it computes on.
    """

    parallel: int
    device: Device


@dataclass(frozen=True)
class GpuFailed(Reply):
    """The GPU failed, and the worker ends; another one is to do without it."""

    message: str


@dataclass(frozen=True)
class Scored:
    """A pair's score.

    Attributes:
        logit: z("1") − z("0"), or the mean of the two orders'.
        tokens: the candidate's tokens in float16 if they were made for this question and can be stored.
        seconds: how long making them took.
    """

    logit: float
    tokens: VisualTokens | None
    seconds: float = 0.0


@dataclass(frozen=True)
class Unscored:
    """The model failed on this candidate, and would again."""

    message: str


@dataclass(frozen=True)
class Answer(Reply):
    """What became of the candidates, in the order of the question."""

    results: tuple[Scored | Unscored, ...]


@dataclass(frozen=True)
class Encoded(Reply):
    """A photo's tokens in float16 (None if these cannot be stored), and the seconds they took to make."""

    tokens: VisualTokens | None
    seconds: float


@dataclass(frozen=True)
class Captioned(Reply):
    """What the model said of a photo."""

    said: bytes


@dataclass(frozen=True)
class Refused(Reply):
    """There are no scores, and another try would give none either."""

    message: Phrase
    remedy: Phrase


@dataclass(frozen=True)
class CancelledReply(Reply):
    """The question was cancelled."""
