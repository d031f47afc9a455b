"""The judge with real tiny models in a real worker process: what it says of photos."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.mllm.available import unavailable_reason
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import IDEFICS, match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.messages import Answer, Scored, Unscored, Wording
from lookalike.judges.mllm.pixels import prepare
from lookalike.judges.mllm.position_embeddings import in_order, reorder
from lookalike.judges.mllm.prompts import prompt_modes
from lookalike.judges.mllm.session import SessionQuery
from lookalike.judges.protocol import Judge, JudgeOptions, JudgePhoto, Verdict
from lookalike.judges.token_store import Compression, TokenStore
from lookalike.judges.token_store.visual_tokens import VisualTokens
from lookalike.worker import Worker
from tests.builders.gguf_models import FAMILIES, KINDS, WIDTH, write_kind, write_pair
from tests.builders.jobs import result_of
from tests.core.judges.judge_photos import kept, photo, unreadable
from tests.core.judges.mllm_reference import blobs

pytestmark = [
    pytest.mark.mllm,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]


Files = tuple[Path, Path]


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_verdicts_come_in_order_and_candidates_are_encoded_once(
    files: dict[str, Files], store: TokenStore, tmp_path: Path, family: str
) -> None:
    judge: Judge = MllmJudge(*files[family], token_store=store)
    assert isinstance(judge, MllmJudge)
    try:
        first = list(judge.compare(photo(1), [photo(seed) for seed in range(2, 6)]))
        assert [verdict.content for verdict in first] == [f"content{seed}" for seed in range(2, 6)]
        assert all(verdict.match is not None and 0 < verdict.match < 1 for verdict in first)
        assert len({verdict.logit for verdict in first}) == 4
        assert judge.session.encodes == 5
        assert kept(tmp_path) == [f"content{seed}" for seed in range(2, 6)]

        again = list(judge.compare(photo(1), [photo(seed) for seed in range(2, 6)]))
        assert again == first
        assert judge.session.encodes == 6

        other = list(judge.compare(photo(9), [photo(seed) for seed in range(2, 6)]))
        assert all(one.logit != two.logit for one, two in zip(first, other, strict=True))
        assert judge.session.encodes == 7
    finally:
        judge.close()


@pytest.mark.slow
def test_several_candidates_at_once_give_the_same_verdicts(
    files: dict[str, Files], store: TokenStore, judge: MllmJudge
) -> None:
    candidates = [*map(photo, range(2, 6)), JudgePhoto("bad", unreadable), *map(photo, range(6, 10))]
    alone = list(judge.compare(photo(1), candidates))
    several = MllmJudge(*files["qwen2vl"], token_store=store, parallel=4)
    try:
        together = list(several.compare(photo(1), candidates))
        assert several.session.parallel == 4
        assert several.session.encodes == 1
    finally:
        several.close()
    assert [verdict.content for verdict in together] == [verdict.content for verdict in alone]
    assert together[4] == alone[4]
    for one, other in zip(alone, together, strict=True):
        assert abs(one.logit - other.logit) < 0.03


def test_one_of_several_that_cannot_be_scored_spoils_no_other(files: dict[str, Files]) -> None:
    judge = MllmJudge(*files["qwen2vl"], token_store=None, parallel=4)
    pixels = prepare(
        blobs(1), match_pair(read_gguf(files["qwen2vl"][0]), read_gguf(files["qwen2vl"][1]), 128).plan
    )
    whole = VisualTokens(np.ones((8, WIDTH), np.float32), np.zeros((8, 4), np.int32), 4, (4, 2))
    narrow = VisualTokens(np.ones((8, 9), np.float32), np.zeros((8, 4), np.int32), 4, (4, 2))
    try:
        query = SessionQuery(1, pixels, Wording("", "Same?"))
        answer = judge.session.ask(query, [whole, narrow, pixels], lambda: False, lambda: None)
    finally:
        judge.close()
    assert isinstance(answer, Answer)
    first, second, third = answer.results
    assert isinstance(first, Scored) and isinstance(third, Scored)
    assert second == Unscored("The photo's tokens are 9 wide, not 256.")
    assert first.tokens is None and third.tokens is not None


@pytest.mark.parametrize(
    ("family", "mark"),
    [
        ("qwen2vl", "<|vision_start|>"),
        ("qwen3vl", "<|vision_start|>"),
        ("idefics3", "<global-img>"),
        ("lfm2", "<|image_end|>"),
        ("internvl", "<img>"),
        ("internvl-qwen3", "</img>"),
    ],
)
def test_a_model_that_does_not_know_photos_is_refused(tmp_path: Path, family: str, mark: str) -> None:
    kind = KINDS[family]
    llm, mmproj = tmp_path / "text.gguf", tmp_path / "mmproj.gguf"
    write_kind(llm, mmproj, replace(kind, markers=tuple(marker for marker in kind.markers if marker != mark)))
    if not in_order(read_gguf(mmproj)):
        mmproj = result_of(reorder(mmproj, ""))
    judge = MllmJudge(llm, mmproj, token_store=None)
    try:
        with pytest.raises(JudgeError, match="does not know photos") as told:
            list(judge.compare(photo(1), [photo(2)]))
    finally:
        judge.close()
    assert mark in told.value.message and "came with the projector" in told.value.remedy


@pytest.mark.parametrize(
    ("ending", "last"), [("Assistant:", b" "), ("<|im_start|>assistant<end_of_utterance>", b"")]
)
def test_a_space_stands_before_the_answer_only_after_a_colon(
    tmp_path: Path, ending: str, last: bytes
) -> None:
    kind = KINDS["idefics3"]
    llm, mmproj = tmp_path / "model.gguf", tmp_path / "mmproj.gguf"
    write_kind(llm, mmproj, replace(kind, template=kind.template.replace("Assistant:", ending)))
    worker = Worker(last_piece, (str(llm),), name="the tokenizer")
    try:
        assert worker.receive() == last
    finally:
        worker.close()


def last_piece(pipe: Connection, llm: str) -> None:
    """Send what the last token before the answer's digit stands for; nothing for a mark."""
    import llama_cpp

    from lookalike.judges.mllm.vocabulary import Vocabulary

    parameters = llama_cpp.llama_model_default_params()
    parameters.vocab_only = True
    model = llama_cpp.llama_model_load_from_file(llm.encode(), parameters)
    vocabulary = Vocabulary(model)
    pipe.send(vocabulary.piece(vocabulary.prompt(IDEFICS, "Compare.", "Same?").question[-1]))
    llama_cpp.llama_model_free(model)


def test_what_must_leave_no_trace_is_not_stored(judge: MllmJudge, tmp_path: Path) -> None:
    first, second = (list(judge.compare(photo(1), [photo(2, content="")])) for _ in range(2))
    assert first == second
    assert judge.session.encodes == 4
    assert kept(tmp_path) == []


@pytest.mark.slow
def test_works_without_a_cache(files: dict[str, Files], judge: MllmJudge) -> None:
    bare = MllmJudge(*files["qwen2vl"], token_store=None)
    try:
        assert list(bare.compare(photo(1), [photo(2)])) == list(judge.compare(photo(1), [photo(2)]))
    finally:
        bare.close()


def test_damaged_stored_tokens_are_made_again(judge: MllmJudge, store: TokenStore) -> None:
    first = list(judge.compare(photo(1), [photo(2)]))
    (segment,) = store.files.folder.glob("segment-*")
    content = bytearray(segment.read_bytes())
    content[-7] ^= 1
    segment.write_bytes(content)
    assert list(judge.compare(photo(1), [photo(2)])) == first
    assert judge.session.encodes == 4
    (line,) = store.pending_messages()
    assert segment.name in line
    assert list(judge.compare(photo(1), [photo(2)])) == first
    assert judge.session.encodes == 5


def test_a_bad_candidate_costs_one_line(judge: MllmJudge) -> None:
    candidates = [photo(2), JudgePhoto("bad", unreadable), photo(3)]
    verdicts = list(judge.compare(photo(1), candidates))
    assert verdicts[1] == Verdict("bad", None, reason="photo7.jpg is cut short.")
    assert [verdict.match is None for verdict in verdicts] == [False, True, False]


def test_a_query_of_the_library_is_read_from_its_stored_tokens(judge: MllmJudge, store: TokenStore) -> None:
    fresh = list(judge.compare(photo(1), [photo(2)]))
    assert judge.session.encodes == 2, "a query's tokens are not stored by a search"
    list(judge.make_tokens([photo(1)]))
    before = judge.session.encodes
    # What cannot be loaded shows that nothing is.
    stored = list(judge.compare(JudgePhoto(photo(1).content, unreadable), [photo(2), photo(3)]))
    assert judge.session.encodes == before + 1, "the new candidate alone"
    assert stored[0].logit == pytest.approx(fresh[0].logit, abs=0.01)
    both = judge.with_options(JudgeOptions(both_orders=True))
    assert [
        one.match is None for one in both.compare(JudgePhoto(photo(1).content, unreadable), [photo(2)])
    ] == [False]


def test_tokens_that_lack_a_part_of_the_photo_make_no_query(files: dict[str, Files], tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    store = TokenStore(catalog, tmp_path / "tokens", compression=Compression("fp16", "pool"))
    judge = MllmJudge(*files["qwen2vl"], token_store=store)
    try:
        list(judge.make_tokens([photo(1)]))
        with pytest.raises(LookalikeError, match=r"photo7\.jpg"):
            list(judge.compare(JudgePhoto(photo(1).content, unreadable), [photo(2)]))
    finally:
        judge.close()
        catalog.close()


def test_a_bad_query_is_an_error(judge: MllmJudge) -> None:
    with pytest.raises(LookalikeError, match=r"photo7\.jpg"):
        list(judge.compare(JudgePhoto("bad", unreadable), [photo(2)]))
    assert judge.session.pid is None


def test_explains_in_one_sentence(judge: MllmJudge) -> None:
    explanation = judge.explain(photo(1), photo(2))
    assert explanation.verdict == next(judge.compare(photo(1), [photo(2)]))
    assert explanation.verdict.match is not None
    assert (
        explanation.summary
        == f"Tiny is {1 - explanation.verdict.match:.0%} sure that these show different things."
    )
    with pytest.raises(JudgeError, match=r"photo7\.jpg"):
        judge.explain(photo(1), JudgePhoto("bad", unreadable))


@pytest.mark.slow
def test_queries_can_take_turns(judge: MllmJudge) -> None:
    candidates = [photo(seed) for seed in range(2, 5)]
    alone = [list(judge.compare(photo(seed), candidates)) for seed in (1, 9)]
    turns = zip(judge.compare(photo(1), candidates), judge.compare(photo(9), candidates), strict=True)
    assert [list(verdicts) for verdicts in zip(*turns, strict=True)] == alone


def test_tokens_are_made_ahead_once(judge: MllmJudge) -> None:
    candidates = [photo(seed) for seed in range(2, 6)]
    made = list(judge.make_tokens([*candidates, JudgePhoto("bad", unreadable)]))
    assert made == [*((c.content, "") for c in candidates), ("bad", "photo7.jpg is cut short.")]
    assert judge.session.encodes == 4
    assert list(judge.make_tokens(candidates)) == made[:4]
    assert judge.session.encodes == 4
    ahead = list(judge.compare(photo(1), candidates))
    assert judge.session.encodes == 5
    assert judge.token_set is not None
    judge.token_set.store.clear()
    assert list(judge.compare(photo(1), candidates)) == ahead
    assert judge.session.encodes == 10


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_reduced_tokens_score_alike_fresh_and_stored(
    files: dict[str, Files], store: TokenStore, family: str
) -> None:
    scores = {}
    for way in ("fp16", "pool+fp16", "drop+fp16"):
        store.compression = Compression.parse(way)
        judge = MllmJudge(*files[family], token_store=store)
        try:
            scores[way] = list(judge.compare(photo(1), [photo(2), photo(3)]))
            assert list(judge.compare(photo(1), [photo(2), photo(3)])) == scores[way]
            assert judge.session.encodes == 4
        finally:
            judge.close()
        assert judge.token_set is not None
        kept = judge.token_set.get("content2")
        assert kept is not None
        whole = scores["fp16"] if way == "fp16" else []
        assert whole or len(kept.embeddings) < kept.grid[0] * kept.grid[1] / 3
    assert len({str(verdicts) for verdicts in scores.values()}) == 3


def test_a_projector_that_does_not_load_is_told_in_one_line(tmp_path: Path) -> None:
    wrong = write_pair(tmp_path / "wrong", "qwen2vl", name="Wrong", omit={"mm.0.weight"})
    broken = MllmJudge(*wrong, token_store=None, log_folder=tmp_path / "logs")
    with pytest.raises(JudgeError, match=r"^Wrong: The projector could not be loaded") as caught:
        list(broken.compare(photo(1), [photo(2)]))
    assert "\n" not in str(caught.value)
    assert broken.session.deaths == 0 and broken.session.pid is None
    assert "mm.0.weight" in (tmp_path / "logs" / "mllm.log").read_text(errors="replace")


def test_the_key_names_all_that_a_score_depends_on(files: dict[str, Files], tmp_path: Path) -> None:
    def key(pair: Files, **options: object) -> str:
        return MllmJudge(*pair, token_store=None, **options).key  # type: ignore[arg-type]

    qwen = files["qwen2vl"]
    changed = write_pair(tmp_path / "changed", "qwen2vl", seed=5)
    keys = [
        key(qwen),
        key(qwen, options=JudgeOptions("landmark")),
        key(qwen, token_budget=64),
        key((changed[0], qwen[1])),
        key((qwen[0], changed[1])),
        key(files["idefics3"]),
    ]
    assert len(set(keys)) == len(keys)
    assert key(qwen) == keys[0]


def test_a_truncated_model_is_refused_before_anything_is_loaded(
    files: dict[str, Files], tmp_path: Path
) -> None:
    llm, mmproj = files["idefics3"]
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(llm.read_bytes()[:-1])
    with pytest.raises(JudgeError, match=r"^cut\.gguf is cut short or damaged"):
        MllmJudge(cut, mmproj, token_store=None)


def test_tells_when_llama_cpp_is_missing(files: dict[str, Files], monkeypatch: pytest.MonkeyPatch) -> None:
    assert unavailable_reason() is None
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    reason = unavailable_reason()
    assert reason is not None and "bootstrap.py mllm" in reason
    with pytest.raises(JudgeError, match="not installed"):
        MllmJudge(*files["qwen2vl"], token_store=None)


@pytest.mark.slow
def test_another_question_keeps_the_model_and_its_tokens(
    files: dict[str, Files], store: TokenStore, judge: MllmJudge
) -> None:
    candidates = [photo(seed) for seed in range(2, 5)]
    things = list(judge.compare(photo(1), candidates))
    pid, encodes = judge.session.pid, judge.session.encodes
    verdicts = {}
    for mode in prompt_modes():
        asked = judge.with_options(JudgeOptions(mode))
        verdicts[mode] = list(asked.compare(photo(1), candidates))
        assert (asked.key == judge.key) == (mode == "object")
    assert verdicts["object"] == things
    assert len({tuple(verdict.logit for verdict in row) for row in verdicts.values()}) == 4
    assert judge.session.pid == pid
    assert judge.session.encodes == encodes + 4, "only the query is encoded anew"
    fresh = MllmJudge(*files["qwen2vl"], token_store=store, options=JudgeOptions("landmark"))
    try:
        assert fresh.key == judge.with_options(JudgeOptions("landmark")).key
        assert list(fresh.compare(photo(1), candidates)) == verdicts["landmark"]
    finally:
        fresh.close()
    with pytest.raises(JudgeError, match="colour"):
        judge.with_options(JudgeOptions("colour"))


@pytest.mark.slow
def test_questions_can_take_turns(judge: MllmJudge) -> None:
    candidates = [photo(seed) for seed in range(2, 5)]
    judges = (
        judge,
        judge.with_options(JudgeOptions("artwork")),
        judge.with_options(JudgeOptions(both_orders=True)),
    )
    alone = [list(one.compare(photo(1), candidates)) for one in judges]
    turns = zip(*(one.compare(photo(1), candidates) for one in judges), strict=True)
    assert [list(verdicts) for verdicts in zip(*turns, strict=True)] == alone


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_both_orders_are_the_mean_of_the_two(files: dict[str, Files], family: str) -> None:
    judge = MllmJudge(*files[family], token_store=None)
    try:
        both = judge.with_options(JudgeOptions(both_orders=True))
        assert both.key != judge.key
        apart = []
        for one, other in ((1, 2), (3, 4), (5, 6), (7, 8)):
            (there,), (back,) = (
                list(judge.compare(photo(a), [photo(b)])) for a, b in ((one, other), (other, one))
            )
            (mean,) = both.compare(photo(one), [photo(other)])
            apart.append(abs(there.logit - back.logit))
            # The candidate's tokens are halved, and in the other order that is the other photo's.
            assert mean.logit == pytest.approx((there.logit + back.logit) / 2, abs=0.005)
        assert max(apart) > 0.05
    finally:
        judge.close()


@pytest.mark.parametrize(("family", "digits"), [("qwen2vl", "none"), ("idefics3", "spaced")])
def test_a_vocabulary_without_single_digits_is_refused(tmp_path: Path, family: str, digits: str) -> None:
    judge = MllmJudge(*write_pair(tmp_path, family, digits=digits), token_store=None, log_folder=tmp_path)
    try:
        with pytest.raises(JudgeError, match="no token of its own for the digit 0") as caught:
            list(judge.compare(photo(1), [photo(2)]))
        assert len(str(caught.value).splitlines()) == 1
        assert caught.value.remedy == "Choose another model."
        assert judge.session.deaths == 0
    finally:
        judge.close()


def test_spaced_digits_do_where_no_space_precedes_the_answer(tmp_path: Path) -> None:
    judge = MllmJudge(*write_pair(tmp_path, "qwen2vl", digits="spaced"), token_store=None)
    try:
        (verdict,) = judge.compare(photo(1), [photo(2)])
        assert verdict.match is not None
    finally:
        judge.close()
