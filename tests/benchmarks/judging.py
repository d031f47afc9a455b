"""What the judge costs per candidate, beside the straightforward way and beside the bare language model.

    python -m tests.benchmarks.judging [--rounds 3] [--candidates 12] [--tiles]

The model has random weights in the shape of SmolVLM 256M: a language model of 30 layers, 576 wide, as Q8_0, and a
SigLIP-B/16 encoder of 512-pixel photos as float16, 64 tokens each. Its vocabulary has the prompt's words as single
tokens, as a real one has. Four ways take turns in each round, each in a process of its own at the same priority,
with the same files, number of threads, flash attention and photos of 512 × 512 pixels:

* judge    `MllmJudge.compare` with the candidates' tokens stored: the time between two verdicts.
* bare     one `llama_decode` of as many text tokens as a candidate costs (its own, and the question), into an empty
           context: nothing but the language model. It takes turns with the judge candidate by candidate.
* lean     one pair without anything kept: both photos through the encoder, once each, and the whole prompt decoded.
           No straightforward way can do less.
* handler  llama-cpp-python's `MTMDChatHandler`, one completion of one token per pair. Of a photo it encodes the
           overview and at least one tile. With --tiles the projector's metadata ask, as SmolVLM's preprocessing
           does, for photos enlarged to 2048 pixels and cut into 16 tiles; a pair then takes minutes, and only one
           is done.

Seconds are those of the clock and, behind the stroke, of the processor. Ratios are taken round by round and their
median is printed; those of processor time are the ones to go by where the machine does other things as well.
"""

from __future__ import annotations

import argparse
import base64
import functools
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import psutil
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.judges.mllm.batch import text_piece
from lookalike.judges.mllm.families import match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.messages import WorkerSettings
from lookalike.judges.mllm.prompts import load_prompt
from lookalike.judges.protocol import JudgePhoto
from lookalike.judges.token_store import TokenStore
from lookalike.worker import Worker
from tests.builders.gguf_language import Language
from tests.builders.gguf_models import KINDS, write_kind
from tests.builders.gguf_projector import Projector, write_projector

SIDE = 512
PROMPT = load_prompt("object")
SHAPE = replace(
    KINDS["idefics3"],
    language=Language(
        "llama",
        width=576,
        layers=30,
        heads=9,
        kv_heads=3,
        feed_forward=1536,
        vocabulary=49280,
        quantisation=gguf.GGMLQuantizationType.Q8_0,
    ),
    projector=Projector(
        "idefics3",
        side=SIDE,
        patch=16,
        merge=4,
        width=768,
        layers=12,
        heads=12,
        feed_forward=3072,
        half=True,
    ),
    texts=(PROMPT.instructions, PROMPT.question, "System", "User", "Assistant"),
)


@dataclass(frozen=True)
class Files:
    """The generated model: `tiled` is the projector with the metadata that makes the handler cut photos up."""

    llm: Path
    mmproj: Path
    tiled: Path


def write_model(folder: Path) -> Files:
    """Write the model's files, some 400 MB."""
    files = Files(folder / "llm.gguf", folder / "mmproj.gguf", folder / "mmproj-tiled.gguf")
    write_kind(files.llm, files.mmproj, SHAPE)
    tiled = replace(SHAPE.projector, longest=2048)
    write_projector(files.tiled, tiled, "Random", 1, SHAPE.language.width)
    return files


def photo(seed: int) -> Image.Image:
    """A photo of coloured blobs."""
    colours = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
    return Image.fromarray(colours).resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _load(seed: int, side: int) -> Image.Image:
    return photo(seed)


Seconds = tuple[float, float]
"""Of the clock, and of the processor."""


def _timed(work: Callable[[], object], pid: int | None = None) -> Seconds:
    process = psutil.Process(pid)
    before, started = sum(process.cpu_times()[:2]), time.perf_counter()
    work()
    return time.perf_counter() - started, sum(process.cpu_times()[:2]) - before


def _mean(seconds: list[Seconds]) -> Seconds:
    return statistics.fmean(wall for wall, _ in seconds), statistics.fmean(cpu for _, cpu in seconds)


def engine_process(pipe: Connection, settings: WorkerSettings) -> None:
    """Answers "bare" with seconds per decoding and the tokens it had, "lean" with seconds per pair."""
    from lookalike.judges.mllm.bindings import Log, set_environment
    from lookalike.judges.mllm.engine import MllmEngine

    set_environment()
    log = Log(Path(settings.log))
    log.attach()
    with MllmEngine(settings, lambda: False) as engine:
        query, candidate = (np.asarray(photo(seed)) for seed in (0, 1))
        count = len(engine.encode(query).embeddings) + len(engine._prompt.question)
        ids = np.random.default_rng(0).integers(0, 256, count).tolist()
        engine.set_query(engine.encode(query))
        log.only_warnings()
        pipe.send(count)

        def bare() -> None:
            context = engine._decoding
            context.clear()
            context.decode([text_piece(ids, 0, 0, True)])

        def lean() -> None:
            engine.set_query(engine.encode(query))
            engine.scores([engine.encode(candidate)])

        ways = {"bare": bare, "lean": lean}
        while True:
            pipe.send(_timed(ways[pipe.recv()]))


def handler_process(pipe: Connection, llm: Path, mmproj: Path, threads: int) -> None:
    """Answers anything with the seconds of one completion about a pair."""
    from lookalike.judges.mllm.bindings import set_environment

    set_environment()
    from llama_cpp import Llama
    from llama_cpp.llama_chat_format import MTMDChatHandler

    handler = MTMDChatHandler(clip_model_path=str(mmproj), verbose=False, use_gpu=False)
    model = Llama(
        str(llm),
        chat_handler=handler,
        n_ctx=4096,
        n_threads=threads,
        n_threads_batch=threads,
        flash_attn=True,
        verbose=False,
    )

    def picture(seed: int) -> dict[str, Any]:
        file = io.BytesIO()
        photo(seed).save(file, "PNG")
        data = base64.b64encode(file.getvalue()).decode()
        return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}

    messages: list[Any] = [
        {"role": "system", "content": [{"type": "text", "text": PROMPT.instructions}]},
        {"role": "user", "content": [picture(0), picture(1), {"type": "text", "text": PROMPT.question}]},
    ]
    pipe.send(None)
    while True:
        pipe.recv()
        pipe.send(_timed(lambda: model.create_chat_completion(messages=messages, max_tokens=1)))


class Judging:
    """The judge with the tokens of its candidates stored."""

    def __init__(self, files: Files, folder: Path, count: int) -> None:
        self._catalog = Catalog(folder / "catalog.sqlite")
        tokens = TokenStore(self._catalog, folder / "tokens")
        self._judge = MllmJudge(files.llm, files.mmproj, token_store=tokens, log_folder=folder)
        self._candidates = [
            JudgePhoto(f"content{seed}", functools.partial(_load, seed)) for seed in range(count)
        ]
        self._query = JudgePhoto("", functools.partial(_load, 1000))
        list(self.seconds())

    def seconds(self) -> Iterator[Seconds]:
        """From each verdict to the next, the first one left out; of the processor in the judge's process."""
        before = self._judge.session.encodes
        verdicts = self._judge.compare(self._query, self._candidates)
        next(verdicts)
        for _ in self._candidates[1:]:
            yield _timed(lambda: next(verdicts), self._judge.session.pid)
        self.encodes = self._judge.session.encodes - before

    def close(self) -> None:
        """End the judge's process."""
        self._judge.close()
        self._catalog.close()


def compare(files: Files, folder: Path, rounds: int, candidates: int) -> None:
    """Run the rounds and print the table."""
    pair = match_pair(read_gguf(files.llm), read_gguf(files.mmproj), 64)
    threads = max(1, (psutil.cpu_count(logical=False) or 2) - 1)
    settings = WorkerSettings(
        llm=str(files.llm),
        mmproj=str(files.mmproj),
        family=pair.family,
        instructions=PROMPT.instructions,
        question=PROMPT.question,
        max_tokens=pair.plan.max_tokens,
        threads=threads,
        log=str(folder / "engine.log"),
    )
    judge = Judging(files, folder, candidates)
    engine = Worker(engine_process, (settings,), name="the engine's process")
    handler = Worker(handler_process, (files.llm, files.mmproj, threads), name="the handler's process")
    rows: list[dict[str, Seconds]] = []
    try:
        count = engine.receive()
        handler.receive()
        print(f"{count} tokens per candidate, {threads} thread(s), {candidates} candidates per round")
        for number in range(rounds):
            judged, bare = [], []
            for seconds in judge.seconds():
                judged.append(seconds)
                engine.send("bare")
                bare.append(engine.receive())
            # The query's, and no candidate's.
            assert judge.encodes == 1
            engine.send("lean")
            row = {"judge": _mean(judged), "bare": _mean(bare), "lean": engine.receive()}
            handler.send(None)
            row["handler"] = handler.receive()
            rows.append(row)
            print(
                f"round {number + 1}: "
                + ", ".join(f"{way} {wall:.3f}/{cpu:.3f} s" for way, (wall, cpu) in row.items())
            )
    finally:
        judge.close()
        engine.close()
        handler.close()
    for way, other in (("lean", "judge"), ("handler", "judge"), ("judge", "bare")):
        wall, cpu = (statistics.median(row[way][i] / row[other][i] for row in rows) for i in (0, 1))
        print(f"{way} / {other}: {wall:.2f}, of processor time {cpu:.2f}")


def main() -> None:
    """Write the model, run the rounds, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--candidates", type=int, default=12)
    parser.add_argument("--tiles", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = write_model(folder)
        compare(files, folder, options.rounds, options.candidates)
        if options.tiles:
            threads = max(1, (psutil.cpu_count(logical=False) or 2) - 1)
            handler = Worker(handler_process, (files.llm, files.tiled, threads), name="the handler's process")
            try:
                handler.receive()
                handler.send(None)
                wall, cpu = handler.receive()
                print(f"handler, 16 tiles and an overview per photo: {wall:.1f}/{cpu:.1f} s")
            finally:
                handler.close()


if __name__ == "__main__":
    main()
