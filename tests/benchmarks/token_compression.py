"""What each way of keeping visual tokens takes, and how far it moves a score.

    python -m tests.benchmarks.token_compression FOLDER [--photos 700] [--queries 8] [--candidates 60]

Photos drawn from FOLDER go through a model with random weights, of SmolVLM 256M's width (64 tokens of 576 numbers) and
fewer layers (8 in the language model, 6 in the encoder). Codebooks are trained on 12,800 tokens (pooled: on those there
are) of photos that are no candidates; the library takes up to 32,768. Each query is scored with the same candidates
once with their float32 tokens and once with every way of keeping them; the query always stays as it is. "Plain" is
FAISS's own product quantiser on the tokens as they are, "noise" white noise of that share of every number's variance.

Columns: bytes of a photo's record on disk; |Δz|, the change of the match logit in units of the logits' own standard
deviation over all pairs, mean and largest; |Δp|, that of the probability; Spearman's rank correlation of the scores
of each query's candidates, mean over the queries; and the tokens' mean squared error as a share of their variance.

With ``--photos 700 --queries 4 --candidates 40``, on 160 pairs (logits' standard deviation 0.706):

    kept as       bytes    |Δz|     max    |Δp|     max    rank   error
    fp16          73799  0.0019  0.0069  0.0002  0.0010  0.9998  0.0000
    pq8            4679  0.2736  1.2128  0.0312  0.1590  0.8436  0.0282
    pq16           2375  0.3189  1.3794  0.0367  0.2073  0.8105  0.0618
    plain pq8      4679  0.4805  2.1037  0.0570  0.3355  0.6504  0.1653
    plain pq16     2375  0.5252  2.5763  0.0610  0.3877  0.5536  0.2330
    noise 5%      73799  0.3551  1.7758  0.0430  0.2536  0.8013  0.0501
    noise 1%      73799  0.1697  0.7622  0.0204  0.1194  0.9390  0.0100
    noise 0.1%    73799  0.0528  0.2620  0.0062  0.0434  0.9912  0.0010
    pool+fp16     18498  1.6493  4.6129  0.2274  0.5263  0.2638  0.0000
    drop+fp16     18498  1.6504  5.0072  0.2276  0.5778  0.2104  0.0000
    pool+pq8       1218  1.6454  4.5841  0.2268  0.5236  0.2328  0.0095
    drop+pq8       1218  1.6616  4.8280  0.2290  0.5477  0.2348  0.0271

(The error of pooled tokens is that against pooled tokens.)

What random weights can say: the error, and which of two ways has less of it, as far as a real projector's tokens have
their variance in few directions too (here 8 of 576 hold three quarters of it). What they cannot say: how far a real
model's answers move. An untrained language model answers noise with noise: for pq8 as for white noise |Δz| is about
1.6 times the root of the error, and a thousandth of the variance moves a score by a twentieth of its standard
deviation already. Nothing has taught it to overlook that, or that a quarter of the tokens shows the same photo. So pq8
stays the default for its error, and nothing is known of a real model's scores until they are measured.

With --outliers four of the 576 numbers are made 20 times as large and shifted, as real models have a few: this is
what dividing every number by its standard deviation before training is for.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.families import match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.messages import WorkerSettings
from lookalike.judges.mllm.pixels import prepare
from lookalike.judges.mllm.prompts import load_prompt
from lookalike.judges.token_store.codebook import TRAIN_MIN, TokenCodebook, train
from lookalike.judges.token_store.record_format import owner, pack
from lookalike.judges.token_store.reduction import reduced
from lookalike.judges.token_store.visual_tokens import VisualTokens
from lookalike.photos import is_photo, open_image
from lookalike.worker import Worker
from tests.builders.gguf_models import KINDS, write_kind

SHAPE = replace(
    KINDS["idefics3"],
    language=replace(KINDS["idefics3"].language, width=576, layers=8, heads=9, kv_heads=3, feed_forward=1536),
    projector=replace(
        KINDS["idefics3"].projector, side=256, patch=16, width=192, layers=6, heads=6, feed_forward=768
    ),
)
OUTLIERS = (17, 201, 388, 540)
OUTLIER_SCALE, OUTLIER_SHIFT = 20.0, 30.0
TRAINED = 12_800
OWNER = owner("benchmark", "photo")


@dataclass(frozen=True)
class Way:
    """A way of keeping tokens: its name, dimensions per code (0: float16), reduction, whether FAISS's own quantiser is
    used, and the noise that is added, as a share of every number's variance."""

    name: str
    dims: int = 0
    reduction: str = ""
    plain: bool = False
    noise: float = 0.0


WAYS = (
    Way("fp16"),
    Way("pq8", 8),
    Way("pq16", 16),
    Way("plain pq8", 8, plain=True),
    Way("plain pq16", 16, plain=True),
    Way("noise 5%", noise=0.05),
    Way("noise 1%", noise=0.01),
    Way("noise 0.1%", noise=0.001),
    Way("pool+fp16", 0, "pool"),
    Way("drop+fp16", 0, "drop"),
    Way("pool+pq8", 8, "pool"),
    Way("drop+pq8", 8, "drop"),
)
Scores = NDArray[np.float64]
"""(queries, candidates)."""


class Plain:
    """FAISS's own product quantiser on the tokens as they are."""

    def __init__(self, sample: NDArray[Any], dims: int) -> None:
        import faiss

        self._quantiser: Any = faiss.ProductQuantizer(sample.shape[1], sample.shape[1] // dims, 8)
        self._quantiser.train(sample.astype(np.float32))

    def encode(self, embeddings: NDArray[Any]) -> NDArray[np.uint8]:
        codes: NDArray[np.uint8] = self._quantiser.compute_codes(embeddings.astype(np.float32))
        return codes

    def decode(self, codes: NDArray[np.uint8]) -> NDArray[np.float16]:
        found: NDArray[np.float32] = self._quantiser.decode(codes)
        return found.astype(np.float16)


def quantiser(way: Way, library: list[VisualTokens]) -> TokenCodebook | Plain | None:
    """Trained on the first `TRAINED` tokens of a library; None for a way that has none."""
    if not way.dims:
        return None
    sample = np.concatenate([reduced(one, way.reduction).halved().embeddings for one in library])[:TRAINED]
    return Plain(sample, way.dims) if way.plain else train(sample, way.dims)


def kept(
    way: Way, tokens: VisualTokens, book: TokenCodebook | Plain | None, spread: NDArray[np.float32]
) -> tuple[VisualTokens, int]:
    """The tokens as they come back from the store, and the bytes of their record."""
    halves = reduced(tokens, way.reduction).halved()
    if way.noise:
        generator = np.random.default_rng(int(np.abs(halves.embeddings).sum()))
        added = generator.standard_normal(halves.embeddings.shape) * spread * way.noise**0.5
        halves = replace(halves, embeddings=(tokens.embeddings + added).astype(np.float16))
    if book is None:
        return halves, len(pack(OWNER, halves, np.ascontiguousarray(halves.embeddings).view(np.uint8), 0))
    codes = book.encode(halves.embeddings)
    return replace(halves, embeddings=book.decode(codes)), len(pack(OWNER, halves, codes, 1))


def measure(
    pipe: Connection,
    settings: WorkerSettings,
    photos: list[NDArray[np.uint8]],
    queries: int,
    candidates: int,
    outliers: bool,
) -> None:
    """In a process of its own: send the exact scores, then for every way its name, bytes, scores and error."""
    from lookalike.judges.mllm.bindings import Log, set_environment
    from lookalike.judges.mllm.engine import MllmEngine

    set_environment()
    Log(Path(settings.log)).attach()
    with MllmEngine(settings, lambda: False) as engine:
        library = [engine.encode(pixels) for pixels in photos]
        if outliers:
            for tokens in library:
                tokens.embeddings[:, OUTLIERS] = (
                    tokens.embeddings[:, OUTLIERS] * OUTLIER_SCALE + OUTLIER_SHIFT
                )

        def scores(shown: list[VisualTokens]) -> Scores:
            rows = []
            for query in library[-queries:]:
                engine.set_query(query)
                rows.append([engine.scores([tokens])[0] for tokens in shown])
            return np.array(rows)

        pipe.send(scores(library[:candidates]))
        spread = np.concatenate([tokens.embeddings for tokens in library]).std(axis=0)
        for way in WAYS:
            book = quantiser(way, library[candidates:])
            stored = [kept(way, tokens, book, spread) for tokens in library[:candidates]]
            errors = [
                np.square(tokens.embeddings - reduced(one, way.reduction).embeddings).mean()
                for (tokens, _), one in zip(stored, library, strict=False)
            ]
            size = float(np.mean([size for _, size in stored]))
            found = scores([tokens for tokens, _ in stored])
            pipe.send((way.name, size, found, float(np.mean(errors) / np.square(spread).mean())))
    pipe.send(None)


def correlation(one: Scores, other: Scores) -> float:
    """Spearman's rank correlation, row by row, the mean."""
    ranks = [matrix.argsort(axis=1).argsort(axis=1).astype(float) for matrix in (one, other)]
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(*ranks, strict=True)]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=700)
    parser.add_argument("--queries", type=int, default=8)
    parser.add_argument("--candidates", type=int, default=60)
    parser.add_argument("--outliers", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    paths = [path for path in sorted(options.folder.rglob("*")) if is_photo(path)]
    paths = random.Random(0).sample(paths, min(options.photos, len(paths)))
    with tempfile.TemporaryDirectory() as scratch:
        llm, mmproj = Path(scratch, "llm.gguf"), Path(scratch, "mmproj.gguf")
        write_kind(llm, mmproj, SHAPE)
        pair, prompt = match_pair(read_gguf(llm), read_gguf(mmproj), 128), load_prompt("object")
        photos = [prepare(open_image(path, pair.plan.decode_size), pair.plan) for path in paths]
        print(f"{len(photos)} photos, {pair.plan.max_tokens} tokens of {pair.width} numbers each")
        if (len(photos) - options.candidates) * pair.plan.max_tokens // 4 < TRAIN_MIN:
            raise SystemExit("too few photos to train a codebook on pooled tokens")
        settings = WorkerSettings(
            llm=str(llm),
            mmproj=str(mmproj),
            family=pair.family,
            instructions=prompt.instructions,
            question=prompt.question,
            max_tokens=pair.plan.max_tokens,
            threads=options.threads,
            log=str(Path(scratch, "log")),
        )
        arguments = (settings, photos, options.queries, options.candidates, options.outliers)
        worker = Worker(measure, arguments, name="the benchmark")
        exact: Scores = worker.receive()
        spread = exact.std()
        print(f"{exact.size} pairs; the logits' standard deviation is {spread:.3f}")
        print(
            f"{'kept as':11} {'bytes':>7} {'|Δz|':>7} {'max':>7} {'|Δp|':>7} {'max':>7} {'rank':>7} {'error':>7}"
        )
        while (told := worker.receive()) is not None:
            name, size, found, error = told
            moved = np.abs(found - exact) / spread
            change = np.abs(1 / (1 + np.exp(-found)) - 1 / (1 + np.exp(-exact)))
            print(
                f"{name:11} {size:7.0f} {moved.mean():7.4f} {moved.max():7.4f} {change.mean():7.4f} "
                f"{change.max():7.4f} {correlation(exact, found):7.4f} {error:7.4f}",
                flush=True,
            )
        worker.close()


if __name__ == "__main__":
    main()
