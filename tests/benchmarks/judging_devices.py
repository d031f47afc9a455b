"""Pairs a second on a GPU and on the processor, by the size of the model.

    LOOKALIKE_GPU_RUNNER=… python -m tests.benchmarks.judging_devices [--models tiny 256M 500M 2B] [--parallel N]

Each model has random weights in the shape of a real one (``tiny`` is that of the tests), is written to a temporary
folder, and goes through the trial that an import makes: pairs whose tokens are stored, and one whose second photo is
new. On the processor the trial counts processor time, shared out among all cores but one, on a GPU the clock.
`LOOKALIKE_GPU_RUNNER` names the runner as for the tests (CONTRIBUTING.md); on lavapipe, which is the processor too, the
figures only show that it works.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import gguf
import pytest

from lookalike.catalog.catalog import Catalog
from lookalike.judges.mllm.device import Device
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.trial import time_pairs
from lookalike.judges.token_store import TokenStore
from tests.benchmarks.judging import SHAPE
from tests.builders.gguf_language import Language
from tests.builders.gguf_models import KINDS, Kind, write_kind
from tests.core.judges.gpu_runner import use_gpu


def _shape(language: Language) -> Kind:
    """A model with the image encoder of SmolVLM."""
    return replace(
        SHAPE, language=replace(language, vocabulary=49280, quantisation=gguf.GGMLQuantizationType.Q8_0)
    )


PATIENCE = 3600.0
"""Seconds for an answer; lavapipe compiles shaders for minutes."""

SHAPES = {
    "tiny": KINDS["qwen2vl"],
    "256M": SHAPE,
    "500M": _shape(Language("llama", width=960, layers=32, heads=15, kv_heads=5, feed_forward=2560)),
    "2B": _shape(Language("llama", width=2048, layers=24, heads=32, kv_heads=32, feed_forward=8192)),
}


def main() -> None:
    """Write the models, try each on both, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--models", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--parallel", type=int, default=0, help="candidates side by side on the GPU")
    options = parser.parse_args()
    print("| model | on | pairs/s, tokens stored | s for a new photo |\n|-|-|-|-|")
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        use_gpu(patch, folder)
        patch.setenv("LOOKALIKE_HOME", name)
        for model in options.models:
            llm, mmproj = folder / f"{model}.gguf", folder / f"{model}-mmproj.gguf"
            write_kind(llm, mmproj, SHAPES[model])
            for variable, parallel in (("on", options.parallel), ("off", 1)):
                patch.setenv("LOOKALIKE_GPU", variable)
                print(
                    f"| {model} | {_line(llm, mmproj, folder / f'{model}-{variable}', parallel)} |",
                    flush=True,
                )


def _line(llm: Path, mmproj: Path, folder: Path, parallel: int) -> str:
    devices: list[Device] = []
    folder.mkdir()
    catalog = Catalog(folder / "catalog.sqlite")
    store = TokenStore(catalog, folder / "tokens")
    judge = MllmJudge(
        llm, mmproj, token_store=store, parallel=parallel, answer_seconds=PATIENCE, loaded=devices.append
    )
    try:
        trial = time_pairs(judge, judge.name, 0)
    finally:
        judge.close()
        catalog.close()
    assert trial is not None and trial.pairs_per_second and trial.first_seconds
    return f"{devices[-1].words} | {trial.pairs_per_second:.3g} | {trial.first_seconds:.3g}"


if __name__ == "__main__":
    main()
