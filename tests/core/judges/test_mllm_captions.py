"""Captions by real tiny models in a real worker process. Their words are made up, but the way to them is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from lookalike.judges.caption_judge import CaptionJudge
from lookalike.judges.mllm.captions import LIMIT, caption_of
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.position_embeddings import in_order, reorder
from lookalike.judges.protocol import JudgePhoto
from lookalike.judges.token_store import TokenStore
from tests.builders.gguf_models import KINDS, write_kind
from tests.builders.jobs import result_of
from tests.core.judges.judge_photos import photo, unreadable

pytestmark = [
    pytest.mark.mllm,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_each_family_says_something_and_the_same_again(kind: str, tmp_path: Path) -> None:
    llm, mmproj = tmp_path / "llm.gguf", tmp_path / "mmproj.gguf"
    write_kind(llm, mmproj, KINDS[kind])
    if not in_order(read_gguf(mmproj)):
        mmproj = result_of(reorder(mmproj, "0" * 64))
    judge = MllmJudge(llm, mmproj, token_store=None)
    try:
        first = list(judge.captions([photo(1), photo(2)]))
        assert [caption.content for caption in first] == ["content1", "content2"]
        assert all(caption.text is not None and not caption.reason for caption in first)
        assert list(judge.captions([photo(1), photo(2)])) == first
    finally:
        judge.close()


@pytest.mark.slow
def test_captions_between_verdicts_change_neither(judge: MllmJudge, store: TokenStore) -> None:
    assert isinstance(judge, CaptionJudge)
    alone = list(judge.captions([photo(1)]))
    verdicts = judge.compare(photo(1), [photo(2), photo(3)])
    first = next(verdicts)
    assert list(judge.captions([photo(1)])) == alone
    second = next(verdicts)
    assert list(judge.compare(photo(1), [photo(2), photo(3)])) == [first, second]


@pytest.mark.slow
def test_a_photo_that_cannot_be_read_costs_its_own_caption_only(judge: MllmJudge) -> None:
    found = list(judge.captions([JudgePhoto("broken", unreadable), photo(1)]))
    assert found[0].text is None and found[0].reason == "photo7.jpg is cut short."
    assert found[1].text is not None
    assert list(judge.captions([photo(1)], cancelled=lambda: True)) == []


def test_an_answer_becomes_one_line() -> None:
    assert caption_of(b'\n "A dog  on\tgrass."\nIt is brown.') == "A dog on grass."
    assert caption_of("Ein Café\x00".encode() + b"\xc3") == "Ein Café"
    assert caption_of(b" \n") == ""
    assert LIMIT > 20
