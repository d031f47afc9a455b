"""The judge registry: a new judge is one more entry, and everything else finds it by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.caches.content_cache import ContentCache
from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.kind import JudgeKind, JudgeResources
from lookalike.judges.kinds import JUDGE_KINDS, judge_modes
from lookalike.judges.protocol import Judge, JudgeOptions
from lookalike.judges.registry import NO_JUDGE, JudgeRegistry
from lookalike.judges.token_store import TokenStore
from lookalike.models.store import ModelStore
from tests.builders.constant_judge import ConstantJudge


class ConstantKind(JudgeKind):
    name = "constant"
    top = ConstantJudge.top
    lacking: LookalikeError | None = None

    def names(self) -> list[str]:
        return ["first", "second"]

    def open(self, name: str) -> Judge:
        return ConstantJudge(name)

    def missing(self) -> LookalikeError | None:
        return self.lacking

    @classmethod
    def modes(cls) -> list[str]:
        return ["any"]


class LackingKind(ConstantKind):
    lacking = LookalikeError("It is not installed.", "Install it.")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


@pytest.fixture
def resources(catalog: Catalog, tmp_path: Path) -> Iterator[JudgeResources]:
    cache = ContentCache(tmp_path / "cache.sqlite")
    yield JudgeResources(ModelStore(tmp_path / "models"), cache, TokenStore(catalog, tmp_path / "tokens"))
    cache.close()


def test_a_new_kind_is_one_entry(catalog: Catalog, resources: JudgeResources) -> None:
    judges = JudgeRegistry(catalog.settings, resources, (*JUDGE_KINDS, ConstantKind))
    assert judges.names() == [NO_JUDGE, "geometry", "first", "second"]
    assert judges.in_use() == "first", "the last kind that works is preferred"
    assert (judges.modes(), judges.modes("geometry"), judges.modes(NO_JUDGE)) == (["any"], [], [])
    opened = judges.get()
    assert isinstance(opened, ConstantJudge) and opened is judges.get("first")
    judges.choose("second")
    assert (judges.in_use(), judges.resolve("constant"), judges.resolve("geometry")) == (
        "second",
        "second",
        "geometry",
    )
    judges.close()
    assert opened.closed == 1 and judges.get("first") is not opened


def test_a_kind_that_cannot_work_here_is_no_default(catalog: Catalog, resources: JudgeResources) -> None:
    judges = JudgeRegistry(catalog.settings, resources, (*JUDGE_KINDS, LackingKind))
    assert judges.in_use() == "geometry"
    assert "It is not installed. Install it." in [str(error) for error in judges.missing()]
    judges.choose("first")
    assert judges.in_use() == "first", "the user's choice stands"


def test_no_judge_is_a_choice_too(catalog: Catalog, resources: JudgeResources) -> None:
    judges = JudgeRegistry(catalog.settings, resources)
    judges.choose(NO_JUDGE)
    assert judges.in_use() == NO_JUDGE
    assert judges.get() is None and judges.get(NO_JUDGE, JudgeOptions("anything")) is None


def test_a_name_that_is_none_is_refused_with_those_there_are(
    catalog: Catalog, resources: JudgeResources
) -> None:
    judges = JudgeRegistry(catalog.settings, resources)
    for refused in (judges.choose, judges.get, judges.modes):
        with pytest.raises(LookalikeError, match="no judge called oracle"):
            refused("oracle")
    with pytest.raises(LookalikeError, match="No multimodal model is imported"):
        judges.resolve("mllm")


def test_only_some_judges_store_tokens(catalog: Catalog, resources: JudgeResources) -> None:
    judges = JudgeRegistry(catalog.settings, resources)
    for name in (NO_JUDGE, "geometry"):
        assert not judges.stores_tokens(name)
        with pytest.raises(LookalikeError, match="Only multimodal models"):
            judges.token_judge(name)


def test_the_modes_of_all_kinds_are_known_without_a_library() -> None:
    assert judge_modes()[0] == JudgeOptions().mode


class SlowKind(ConstantKind):
    behind = "geometry"


def test_a_slow_judge_stands_behind_a_quick_one(catalog: Catalog, resources: JudgeResources) -> None:
    judges = JudgeRegistry(catalog.settings, resources, (*JUDGE_KINDS, SlowKind))
    assert (judges.behind(), judges.behind("geometry"), judges.behind(NO_JUDGE)) == (
        "geometry",
        NO_JUDGE,
        NO_JUDGE,
    )
    slow, quick = judges.get("first"), judges.get("geometry")
    assert judges.in_turn() == (quick, slow)
    assert judges.in_turn(alone=True) == (slow, None)
    assert judges.in_turn("geometry") == (quick, None)
    assert judges.in_turn(NO_JUDGE) == (None, None)


def test_where_the_quick_judge_is_missing_the_slow_one_is_first(
    catalog: Catalog, resources: JudgeResources
) -> None:
    judges = JudgeRegistry(catalog.settings, resources, (SlowKind,))
    assert judges.in_turn() == (judges.get("first"), None)
