"""What the judge and its worker process say to each other.

The worker first says `Ready` (or `Refused` and ends), then answers each `Ask` with one `Answer`,
`Refused` or `Cancelled`. Every reply names the query whose photo the worker holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.families import Family
from lookalike.judges.mllm.tokens import VisualTokens


@dataclass(frozen=True)
class Settings:
    """What a worker loads and how.

    Attributes:
        llm: path of the language model.
        mmproj: path of the projector.
        family: the kind of model.
        instructions: the system turn.
        question: the text after the photos.
        max_tokens: visual tokens per photo at most.
        threads: threads that compute.
        log: path of the file that llama.cpp's messages go to.
    """

    llm: str
    mmproj: str
    family: Family
    instructions: str
    question: str
    max_tokens: int
    threads: int
    log: str


@dataclass(frozen=True)
class Ask:
    """Judge one pair.

    Attributes:
        serial: counts the questions; the answer bears the same number.
        query: number of the query.
        query_pixels: the query photo, uint8 (height, width, 3); None if the worker holds this query already.
        candidate: the candidate's pixels, or its tokens where these are stored.
    """

    serial: int
    query: int
    query_pixels: NDArray[np.uint8] | None
    candidate: NDArray[np.uint8] | VisualTokens


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
    """The model is loaded."""


@dataclass(frozen=True)
class Answer(Reply):
    """The pair's score.

    Attributes:
        logit: z("1") − z("0").
        tokens: the candidate's tokens in float16 if they were made for this question and can be kept.
    """

    logit: float
    tokens: VisualTokens | None


class Blame(Enum):
    """What a refusal is about."""

    MODEL = "model"
    QUERY = "query"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class Refused(Reply):
    """There is no score, and another try would not give one."""

    blame: Blame
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Cancelled(Reply):
    """The question was called off."""
