"""Tiny multimodal models and a judge that uses one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.catalog.catalog import Catalog
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.token_store import TokenStore
from tests.builders.gguf_models import FAMILIES, write_pair

Files = tuple[Path, Path]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    folder = tmp_path_factory.mktemp("models")
    return {family: write_pair(folder, family) for family in FAMILIES}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TokenStore]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield TokenStore(catalog, tmp_path / "tokens")
    catalog.close()


@pytest.fixture
def judge(files: dict[str, Files], store: TokenStore) -> Iterator[MllmJudge]:
    judge = MllmJudge(*files["qwen2vl"], token_store=store)
    yield judge
    judge.close()
