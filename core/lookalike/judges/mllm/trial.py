"""The trial of a model on made-up photos before it is kept: does it answer, and how fast?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from PIL import Image, ImageDraw

from lookalike import app_paths
from lookalike.catalog.catalog import Catalog
from lookalike.errors import Phrase
from lookalike.judges.mllm.available import unavailable_reason
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.judge import TOKEN_BUDGET, MllmJudge
from lookalike.judges.mllm.memory import memory_needed
from lookalike.judges.protocol import JudgePhoto
from lookalike.judges.token_store import TokenStore

SIZE = (640, 480)
MOST_PAIRS = 16
LONG_SECONDS = 4.0
"""As many pairs are timed, up to `MOST_PAIRS`, as take about so long."""
SHORTEST_SECONDS = 1e-4


@dataclass(frozen=True)
class Trial:
    """The outcome of a trial.

    Attributes:
        memory: bytes that the model takes when loaded, about.
        pairs_per_second: pairs compared per second while nothing else runs, the photos' tokens being stored; None if
            not tried.
        first_seconds: seconds for a pair whose second photo is new to the model, likewise; None if not tried.
        untried: why it was not tried, in one line; empty if it was.
    """

    memory: int
    pairs_per_second: float | None = None
    first_seconds: float | None = None
    untried: str = ""


def try_pair(
    llm: Path, mmproj: Path, name: str, cancelled: Callable[[], bool] = lambda: False
) -> Trial | None:
    """Have a model compare two photos in a worker process of its own, as a search does.

    Where this machine cannot run it just now, without llama-cpp-python or with too little memory free, the model is
    not tried, and not taken for bad.

    Args:
        llm: the language model.
        mmproj: its projector.
        name: what the user calls it.
        cancelled: polled while the model works.

    Returns:
        The outcome; None once `cancelled()` is true.

    Raises:
        JudgeError: the model cannot be loaded, breaks down or gives no answer.
    """
    memory = memory_needed(match_pair(read_gguf(llm), read_gguf(mmproj), TOKEN_BUDGET))
    lacking = unavailable_reason()
    if lacking is not None:
        return Trial(memory, untried=lacking)
    if memory > psutil.virtual_memory().available:
        return Trial(memory, untried=str(Phrase("There is too little memory free to try it now.")))
    with _opened(llm, mmproj) as judge:
        try:
            return time_pairs(judge, name, memory, cancelled)
        except JudgeError as error:
            if not judge.session.deaths:
                raise
            raise JudgeError(
                "{name} broke down in its trial and is not kept.",
                "Choose another model, or get its files again; {log} says more.",
                name=name,
                log=app_paths.logs() / "mllm.log",
            ) from error


@contextmanager
def _opened(llm: Path, mmproj: Path) -> Iterator[MllmJudge]:
    """The judge, with a token store that is deleted afterwards."""
    with TemporaryDirectory(prefix="lookalike-trial-") as scratch:
        catalog = Catalog(Path(scratch) / "catalog.sqlite")
        judge = MllmJudge(llm, mmproj, token_store=TokenStore(catalog, Path(scratch) / "tokens"))
        try:
            yield judge
        finally:
            judge.close()
            catalog.close()


def time_pairs(
    judge: MllmJudge, name: str, memory: int, cancelled: Callable[[], bool] = lambda: False
) -> Trial | None:
    """Time a judge whose token store is empty.

    Args:
        judge: the judge.
        name: what the user calls it.
        memory: bytes that it takes, for the outcome.
        cancelled: polled while the model works.

    Returns:
        The outcome; None once `cancelled()` is true.

    Raises:
        JudgeError: it cannot be loaded, breaks down or gives no answer.
    """
    query, stored, new = (_photo(seed) for seed in range(3))

    def seconds(candidates: list[JudgePhoto]) -> float:
        then = _now(judge)
        for verdict in judge.compare(query, candidates, cancelled):
            if verdict.match is None:
                # A verdict's reason is text: it goes into rankings, where nothing is filled in any more.
                raise JudgeError(
                    "{name} gives no answer: {reason}",
                    "Choose another model.",
                    name=name,
                    reason=verdict.reason,
                )
        return _now(judge) - then

    # The first comparison also loads the model, and every one reads the query: only differences count. Whole
    # comparisons are timed, not single verdicts, for a judge may take several candidates at once. Processor time is
    # taken, or a busy machine would make a model of 3 pairs a second look like one of .1.
    seconds([stored])
    group = judge.session.parallel
    if group > 1:
        # A GPU's shaders for so many are compiled with the first ones.
        seconds([stored] * group)
    failure = judge.session.gpu_failure
    one = seconds([stored])
    more = min(MOST_PAIRS, max(1, int(LONG_SECONDS / one)))
    # Whole groups: a smaller one takes a GPU about as long.
    more = max(group, more // group * group)
    pair = max((seconds([stored] * (1 + more)) - one) / more, SHORTEST_SECONDS)
    first = max(seconds([new]) - one, 0.0) + pair
    if judge.session.gpu_failure != failure:
        # It failed meanwhile, and half of the time is the processor's.
        return time_pairs(judge, name, memory, cancelled)
    return None if cancelled() else Trial(memory, 1 / pair, first)


def _now(judge: MllmJudge) -> float:
    """A clock that stands still while other programs have the processor; on a GPU the one on the wall."""
    worked = judge.session.work_seconds
    return time.perf_counter() if worked is None else worked


def _photo(seed: int) -> JudgePhoto:
    random = np.random.default_rng(seed)
    coarse = random.integers(40, 216, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, side = (int(number) for number in random.integers((0, 0, 30), (560, 400, 160)))
        colour = tuple(int(number) for number in random.integers(0, 256, 3))
        draw.ellipse((x, y, x + side, y + side), fill=colour)

    def load(longest_side: int) -> Image.Image:
        copy = image.copy()
        copy.thumbnail((longest_side, longest_side))
        return copy

    return JudgePhoto(f"trial-{seed}", load)
