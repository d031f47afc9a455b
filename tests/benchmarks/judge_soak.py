"""The judge at work for long: memory must stay flat.

    python -m tests.benchmarks.judge_soak [--pairs 2000] [--cascade]

A tiny generated model judges pairs in its worker process, with the store of visual tokens on: 40 queries, each with
the same made-up candidates. With ``--cascade`` it is asked as the second judge of searches: queries are photos whose
tokens are stored, questions go in the order of expected gain, and verdicts are kept. The candidates' tokens are read
from the store by all queries but the first, and are compressed once there are enough. Resident memory of the worker
and of the parent is printed along the way; the command fails if either has grown by more than `GROWTH` since the first
fifth, when all is loaded and warm.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.protocol import JudgePhoto
from lookalike.judges.token_store import TokenStore
from lookalike.judges.token_store.upkeep import compress
from lookalike.search.answer_worth import AnswerWorth
from lookalike.search.cascade import CascadePlan, SecondJudge, cascade
from lookalike.search.curves import Logistic
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore
from lookalike.search.ranking import Ranking, Result
from tests.builders.gguf_models import write_pair
from tests.builders.photo_files import textured_photo

QUERIES = 40
GROWTH = 24 << 20
"""Bytes. A leak of one photo's pixels or tokens a pair would be 60 MB and more over 2,000 pairs."""


def picture(seed: int, side: int) -> Image.Image:
    """A made-up photo, never the same for two seeds."""
    return textured_photo(seed, (240, 180))


def resident(pid: int | None = None) -> int:
    """Bytes of a process in memory."""
    return int(psutil.Process(pid).memory_info().rss)


def by_cascade(judge: MllmJudge, catalog: Catalog, query: JudgePhoto, photos: list[JudgePhoto]) -> int:
    """Have a search ask about all candidates; returns how many have an answer."""
    scores = [0.76 - 0.001 * place for place in range(len(photos))]
    results = tuple(
        Result(number, 0.8, None, score, index_score=score) for number, score in enumerate(scores)
    )
    fusion = Fusion(0.5, IndexScore(0.0), Logistic(20.0, -15.0), None, 0.75, calibrated=True)
    worth = AnswerWorth(20.0, (1.0, 1.0, 0.0), (1.0, 0.0), 1.0, 0.0, 3.0, calibrated=True)
    plan = CascadePlan(
        SecondJudge(judge, worth, len(photos), len(photos)),
        fusion,
        [query],
        {},
        lambda numbers: {number: photos[number].content for number in numbers},
        lambda number, _: photos[number],
        catalog.pair_scores,
        None,
        lambda: False,
    )
    *_, last = cascade(iter([Ranking(results, 0, final=True)]), plan)
    assert last.notes == ()
    return sum(result.match is not None for result in last.results)


def main() -> None:
    """Judge, print, and fail if memory grew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--family", default="idefics3")
    parser.add_argument("--cascade", action="store_true")
    options = parser.parse_args()
    # Takes 20 MB when it is loaded, which is no leak.
    import faiss

    faiss.omp_set_num_threads(1)
    count = max(1, options.pairs // QUERIES)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        catalog = Catalog(folder / "catalog.sqlite")
        store = TokenStore(catalog, folder / "tokens")
        judge = MllmJudge(
            *write_pair(folder, options.family), token_store=store, threads=1, log_folder=folder / "logs"
        )
        started = time.perf_counter()
        marks: list[tuple[int, int]] = []
        done = 0
        print(f"{'pairs':>6} {'seconds':>8} {'worker MB':>10} {'parent MB':>10} {'encodes':>8}")
        for query in range(QUERIES):
            # A quarter of the candidates is new each time, so that encoding, keeping and reading all go on.
            seeds = [
                1000 + number + (query * count // 4 if number < count // 4 else 0) for number in range(count)
            ]
            photos = [JudgePhoto(f"candidate{seed}", partial(picture, seed)) for seed in seeds]
            if options.cascade:
                seed = 1000 + (query - 1) % count
                name = f"candidate{seed}" if query else ""
                done += by_cascade(judge, catalog, JudgePhoto(name, partial(picture, seed)), photos)
            else:
                verdicts = list(judge.compare(JudgePhoto("", partial(picture, query)), photos))
                assert len(verdicts) == count and all(verdict.match is not None for verdict in verdicts)
                done += count
            assert judge.token_set is not None
            for _ in compress(judge.token_set):
                pass
            marks.append((resident(judge.session.pid), resident()))
            if query % 4 == 3:
                worker, parent = marks[-1]
                seconds = time.perf_counter() - started
                print(
                    f"{done:6} {seconds:8.1f} {worker / 2**20:10.1f} {parent / 2**20:10.1f} "
                    f"{judge.session.encodes:8}",
                    flush=True,
                )
        assert judge.session.deaths == 0 and store.pending_messages() == []
        judge.close()
        catalog.close()
    warm = marks[QUERIES // 5]
    grown = [last - first for first, last in zip(warm, marks[-1], strict=True)]
    print(f"grown since the first fifth: worker {grown[0] / 2**20:.1f} MB, parent {grown[1] / 2**20:.1f} MB")
    if max(grown) > GROWTH:
        raise SystemExit("memory grew")


if __name__ == "__main__":
    main()
