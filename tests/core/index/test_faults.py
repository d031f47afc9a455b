"""A few runs of every kind of harm; ``python -m tests.benchmarks.index_faults`` does two hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import index_faults


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[int]]:
    root = tmp_path_factory.mktemp("beginning").resolve()
    return root, index_faults.first_library(root)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seed"), index_faults.plan(9))
def test_nothing_is_lost_and_each_damage_is_told_and_repaired(
    beginning: tuple[Path, set[int]], kind: str, seed: int
) -> None:
    outcome = index_faults.run(kind, seed, *beginning)
    assert outcome.wrong == [], outcome.harmed
    assert outcome.audited > 0
