"""Model files are checked before anything is loaded; photos, tokens, prompts and checksums are what they should be."""

from __future__ import annotations

import json
import os
import random
import re
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf.quants import dequantize, quantize
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike.judges.mllm import families
from lookalike.judges.mllm.checksums import checksum
from lookalike.judges.mllm.embeddings import text_embeddings
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import ModelPair, match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.memory import check_memory, context_tokens, image_buffers, memory_needed
from lookalike.judges.mllm.pixels import MAX_ASPECT, MIN_TOKENS, PixelPlan, prepare
from lookalike.judges.mllm.prompts import load_prompt, prompt_modes
from lookalike.judges.mllm.template import render
from lookalike.judges.token_store.visual_tokens import VisualTokens
from tests.builders.gguf_language import write_language
from tests.builders.gguf_models import FAMILIES, KINDS, WIDTH, write_kind, write_pair
from tests.builders.gguf_vocabulary import QWEN_TEMPLATE

LANCZOS, BILINEAR = Image.Resampling.LANCZOS, Image.Resampling.BILINEAR
Files = tuple[Path, Path]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    folder = tmp_path_factory.mktemp("models")
    return {family: write_pair(folder, family, name="Tiny One") for family in KINDS}


def match(llm: Path, mmproj: Path) -> ModelPair:
    return match_pair(read_gguf(llm), read_gguf(mmproj), 128)


def refusal(llm: Path, mmproj: Path) -> str:
    with pytest.raises(JudgeError) as caught:
        match(llm, mmproj)
    assert "\n" not in str(caught.value) and caught.value.remedy
    return str(caught.value)


def test_a_fitting_pair_is_recognised(files: dict[str, Files]) -> None:
    qwen, idefics = match(*files["qwen2vl"]), match(*files["idefics3"])
    assert (qwen.family.name, idefics.family.name) == ("Qwen2-VL or Qwen2.5-VL", "SmolVLM")
    assert qwen.plan == PixelPlan(cell=28, max_tokens=128)
    assert idefics.plan == PixelPlan(cell=16, max_tokens=64, side=128, resample=LANCZOS)
    assert qwen.width == idefics.width == WIDTH
    assert qwen.llm.name == "Tiny One"
    assert match(*files["internvl"]).plan == PixelPlan(cell=16, max_tokens=64, side=128)
    assert match(*files["gemma3"]).plan == PixelPlan(cell=16, max_tokens=64, side=128, resample=BILINEAR)
    assert match(*files["lfm2"]).plan == PixelPlan(cell=32, max_tokens=128, min_tokens=64, resample=BILINEAR)
    assert match(*files["qwen3vl"]).plan == PixelPlan(cell=32, max_tokens=128, min_tokens=64)
    lfm2, lfm2_projector = map(read_gguf, files["lfm2"])
    for budget, tokens in ((32, 128), (200, 200), (576, 256)):
        assert match_pair(lfm2, lfm2_projector, budget).plan.max_tokens == tokens


def test_every_generated_model_is_of_the_family_it_is_made_as(files: dict[str, Files]) -> None:
    names = [match(*pair).family.name for pair in files.values()]
    assert names == [
        *["Qwen2-VL or Qwen2.5-VL"] * 2,
        "Qwen3-VL",
        "SmolVLM",
        *["InternVL"] * 4,
        "LFM2-VL",
        "Gemma 3",
    ]
    assert {family.name for family in families.FAMILIES} == set(names)


def test_a_deep_stack_widens_the_tokens_on_both_sides(files: dict[str, Files], tmp_path: Path) -> None:
    llm, mmproj = files["qwen3vl"]
    assert match(llm, mmproj).width == 3 * WIDTH
    _, flat = write_pair(tmp_path, "qwen3vl", omit={"v.deepstack.1.fc1.weight"})
    assert "(width 512) does not belong to tiny-qwen3vl.gguf (width 768)" in refusal(llm, flat)


@pytest.mark.parametrize(
    ("projector", "kind"),
    [
        ("mlp", "LLaVA"),
        ("pixtral", "Pixtral"),
        ("resampler", "MiniCPM-V"),
        ("glm4v", "GLM-4V"),
        ("phi4", "Phi-4"),
        ("gemma4v", "Gemma 4"),
        ("qwen2.5o", "Qwen2.5-Omni"),
    ],
)
def test_a_kind_that_cannot_judge_is_refused_by_name(
    files: dict[str, Files], tmp_path: Path, projector: str, kind: str
) -> None:
    _, other = write_pair(tmp_path, "idefics3", projector=projector)
    told = refusal(files["idefics3"][0], other)
    assert told.startswith(f"mmproj-tiny-idefics3.gguf is of the kind {kind}")
    assert "Use a SmolVLM, LFM2-VL, Qwen2-VL, Qwen2.5-VL, Qwen3-VL, InternVL or Gemma 3 model." in told


def test_files_that_do_not_belong_together_are_refused_by_name(
    files: dict[str, Files], tmp_path: Path
) -> None:
    (qwen, qwen_projector), (smol, smol_projector) = files["qwen2vl"], files["idefics3"]
    assert "mmproj-tiny-idefics3.gguf (idefics3) does not belong to tiny-qwen2vl.gguf" in refusal(
        qwen, smol_projector
    )
    assert "mmproj-tiny-qwen2vl.gguf (qwen2vl_merger) does not belong" in refusal(smol, qwen_projector)
    assert "mmproj-tiny-qwen2vl.gguf is a projector" in refusal(qwen_projector, qwen)
    assert "tiny-qwen2vl.gguf is not a projector" in refusal(qwen, qwen)
    _, narrow = write_pair(tmp_path / "narrow", "qwen2vl", projection=128)
    assert "(width 128) does not belong to tiny-qwen2vl.gguf (width 256)" in refusal(qwen, narrow)
    _, lacking = write_pair(tmp_path / "lacking", "idefics3", omit={"mm.model.fc.weight"})
    assert "lacks the part mm.model.fc.weight" in refusal(smol, lacking)
    _, gemma = write_pair(tmp_path / "gemma", "idefics3", projector="gemma3")
    assert "mmproj-tiny-idefics3.gguf (gemma3) does not belong to tiny-idefics3.gguf (llama)" in refusal(
        smol, gemma
    )
    _, unheard = write_pair(tmp_path / "unheard", "idefics3", projector="unheard_of")
    assert "is of a kind (unheard_of) that cannot judge yet" in refusal(smol, unheard)
    experts = replace(KINDS["qwen3vl"].language, architecture="qwen3vlmoe")
    write_language(tmp_path / "moe.gguf", experts, "Moe", 0, KINDS["qwen3vl"].add_vocabulary)
    assert "moe.gguf is of the kind Qwen3-VL with experts" in refusal(
        tmp_path / "moe.gguf", files["qwen3vl"][1]
    )


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("internvl", "qwen2vl"),
        ("internvl", "qwen2.5vl"),
        ("internvl-qwen3", "qwen3vl"),
        ("internvl-qwen3", "lfm2"),
        ("idefics3", "gemma3"),
    ],
)
def test_a_text_model_of_another_architecture_is_refused(
    files: dict[str, Files], text: str, family: str
) -> None:
    # What Qwen2, Qwen3 and SmolLM2 call themselves: InternVL and SmolVLM take the text models' name.
    assert "does not belong to" in refusal(files[text][0], files[family][1])


@pytest.mark.parametrize(("width", "layers", "size"), [(640, 18, "270M"), (1152, 26, "1B")])
def test_a_gemma_3_of_a_text_only_size_is_refused(
    files: dict[str, Files], width: int, layers: int, size: str
) -> None:
    llm, mmproj = map(read_gguf, files["gemma3"])
    shape = {"gemma3.embedding_length": width, "gemma3.block_count": layers}
    text_only = replace(llm, values=llm.values | shape)
    told = "^tiny-gemma3.gguf is Gemma 3 {}, which does not know photos. Choose a Gemma 3 of 4B or more.$"
    with pytest.raises(JudgeError, match=told.format(size)):
        match_pair(text_only, mmproj, 128)
    # The published ones have a row for each of 262,144 pieces, and none for a photo's token.
    for rows, refused in ((262_144, True), (262_145, False), (262_208, False)):
        tensors = llm.tensors | {"token_embd.weight": (width, rows)}
        with pytest.raises(JudgeError) as caught:
            match_pair(replace(text_only, tensors=tensors), mmproj, 128)
        assert ("does not know photos" in str(caught.value)) == refused
        assert ("(width 256)" in str(caught.value)) != refused


@pytest.mark.parametrize(("width", "layers"), [(2560, 34), (3840, 48), (5376, 62), (640, 26)])
@pytest.mark.parametrize("rows", [262_144, 262_208])
def test_a_gemma_3_of_a_size_that_knows_photos_is_not_taken_for_text_only(
    files: dict[str, Files], width: int, layers: int, rows: int
) -> None:
    # The first converters left out the photo's token.
    llm, mmproj = map(read_gguf, files["gemma3"])
    values = llm.values | {"gemma3.embedding_length": width, "gemma3.block_count": layers}
    tensors = llm.tensors | {"token_embd.weight": (width, rows)}
    fitting = replace(mmproj, tensors=mmproj.tensors | {"mm.input_projection.weight": (width, 64)})
    pair = match_pair(replace(llm, values=values, tensors=tensors), fitting, 128)
    assert (pair.family.name, pair.width) == ("Gemma 3", width)


TEXT_TURNS = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\nCONTENT<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.mark.parametrize(
    "content",
    [
        "{{ '' + message.content }}",
        "{{ message.content if message.content is string else message.content | tojson }}",
    ],
)
def test_an_lfm2_whose_template_takes_text_only_is_refused(tmp_path: Path, content: str) -> None:
    # Its vocabulary may be that of its sibling with photos, and the projector fit.
    llm, mmproj = tmp_path / "text.gguf", tmp_path / "mmproj.gguf"
    write_kind(llm, mmproj, replace(KINDS["lfm2"], template=TEXT_TURNS.replace("CONTENT", content)))
    assert refusal(llm, mmproj) == (
        "text.gguf does not know photos: its chat template takes text only. "
        "Choose the model that came with the projector."
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_cut_anywhere_is_refused_by_name(files: dict[str, Files], tmp_path: Path, family: str) -> None:
    cut = tmp_path / "cut.gguf"
    for whole in files[family]:
        data = whole.read_bytes()
        lengths = random.Random(0).sample(range(4, len(data)), 40)
        for length in [*range(4, 40), *lengths, len(data) - 1]:
            cut.write_bytes(data[:length])
            with pytest.raises(JudgeError, match=r"^cut\.gguf is cut short or damaged\. Copy"):
                read_gguf(cut)


@given(st.binary(max_size=300), st.sampled_from([2, 3, 77]))
def test_no_bytes_make_the_reader_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, v: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "junk.gguf"
    path.write_bytes(b"GGUF" + v.to_bytes(4, "little") + junk)
    with pytest.raises(JudgeError, match=r"^junk\.gguf"):
        read_gguf(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.gguf", tmp_path / "text.gguf"
    empty.touch()
    text.write_text("hello")
    for path in (empty, text):
        with pytest.raises(JudgeError, match=f"^{path.name} is not a GGUF model file"):
            read_gguf(path)
    for path in (tmp_path / "absent.gguf", tmp_path):
        with pytest.raises(JudgeError, match="cannot be read"):
            read_gguf(path)


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0", "Q4_0"])
def test_embeddings_are_read_from_the_file(tmp_path: Path, kind: str) -> None:
    path, quantisation = tmp_path / "model.gguf", gguf.GGMLQuantizationType[kind]
    table = np.random.default_rng(0).standard_normal((9, 64), dtype=np.float32)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor("first", np.ones(5, np.float32))
    writer.add_tensor("token_embd.weight", quantize(table, quantisation), raw_dtype=quantisation)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    rows = text_embeddings(path, [7, 0, 7], 96)
    assert rows is not None and rows.shape == (3, 96) and rows.dtype == np.float32
    assert np.array_equal(rows[:, :64], dequantize(quantize(table, quantisation), quantisation)[[7, 0, 7]])
    assert not rows[:, 64:].any()
    assert text_embeddings(path, [9], 96) is None
    assert text_embeddings(path, [0], 32) is None


def test_the_memory_bound_grows_with_the_model_and_its_context(files: dict[str, Files]) -> None:
    pair = match(*files["qwen2vl"])
    sizes = pair.llm.size + pair.mmproj.size
    # float16 keys and values: 2 bytes, 2 of them, 2 layers, 2 heads of 64.
    assert pair.memory(2048) - pair.memory(1024) == 2 * 2 * 2 * 2 * 64 * 1024
    assert pair.memory(1024) > sizes
    # 128 tokens of 2 × 2 patches, float32: five times the state of 64 numbers, twice the hidden part of 128.
    assert image_buffers(pair) == 4 * 128 * 4 * (5 * 64 + 2 * 128)
    # A photo as the query, one as the candidate, and the query behind it in the other order.
    for parallel in (1, 8):
        more = context_tokens(129, 10, 4, 20, parallel) - context_tokens(128, 10, 4, 20, parallel)
        assert more == 1 + 2 * parallel
    assert context_tokens(128, 10, 4, 20, 1) == (10 + 128 + 4) + (128 + 20) + (128 + 4)
    assert memory_needed(pair) == pair.memory(3 * 128 + 256 + 2 * 16 + 64) + image_buffers(pair)
    assert memory_needed(pair, 8) > memory_needed(pair)
    check_memory("Tiny", 10, 10)
    with pytest.raises(JudgeError, match=r"^Tiny needs about 3\.2 GB of memory and 1\.1 GB are free\."):
        check_memory("Tiny", 3_200_000_000, 1_100_000_000)


def test_a_checksum_is_worked_out_once_per_state_of_the_file(tmp_path: Path) -> None:
    file, memory = tmp_path / "model.gguf", tmp_path / "deep" / "sums.json"
    file.write_bytes(b"abc")
    true = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert checksum(file, memory) == true
    known = json.loads(memory.read_text())
    known[str(file.resolve())]["sha256"] = "remembered"
    memory.write_text(json.dumps(known))
    assert checksum(file, memory) == "remembered"
    stamp = file.stat().st_mtime_ns + 1_000_000_000
    os.utime(file, ns=(stamp, stamp))
    assert checksum(file, memory) == true
    memory.write_text("{ not json")
    assert checksum(file, memory) == true


@given(
    st.integers(1, 6000),
    st.integers(1, 6000),
    st.sampled_from([28, 32]),
    st.sampled_from([16, 64, 128, 256]),
)
def test_a_free_grid_stays_within_its_bounds(width: int, height: int, cell: int, budget: int) -> None:
    plan = PixelPlan(cell=cell, max_tokens=budget)
    long, short = max(width, height), min(width, height)
    short = max(short, int(np.ceil(long / MAX_ASPECT)))
    size = (long, short) if width >= height else (short, long)
    columns, rows = (side // cell for side in plan.size(*size))
    assert (columns * cell, rows * cell) == plan.size(*size)
    assert MIN_TOKENS <= columns * rows <= budget
    assert (columns >= rows) == (size[0] >= size[1]) or columns == rows


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (40, 30), (640, 480), (3, 3)])
def test_any_photo_is_brought_to_size(size: tuple[int, int]) -> None:
    photo = Image.new("RGB", size, (200, 30, 30))
    free = prepare(photo, PixelPlan(cell=28, max_tokens=128))
    height, width, _ = free.shape
    assert free.dtype == np.uint8 and width % 28 == height % 28 == 0
    assert MIN_TOKENS <= width * height // 28**2 <= 128
    assert prepare(photo, PixelPlan(cell=16, max_tokens=64, side=128)).shape == (128, 128, 3)


def test_a_strip_gets_a_border_and_a_plain_photo_none() -> None:
    plan = PixelPlan(cell=28, max_tokens=128)
    strip = prepare(Image.new("RGB", (4000, 40), (200, 30, 30)), plan)
    assert abs(int(strip[0, strip.shape[1] // 2, 0]) - 128) < 3
    assert strip[strip.shape[0] // 2, strip.shape[1] // 2, 0] > 160
    plain = prepare(Image.new("RGB", (400, 300), (200, 30, 30)), plan)
    assert (plain == (200, 30, 30)).all()


@pytest.mark.parametrize("family", ["idefics3", "qwen2vl", "gemma3"])
def test_photos_are_resized_with_the_familys_own_filter(files: dict[str, Files], family: str) -> None:
    plan = match(*files[family]).plan
    photo = Image.effect_noise((600, 400), 80).convert("RGB")
    size = plan.size(*photo.size)
    made = {
        filter: prepare(photo, replace(plan, resample=filter))
        for filter in (Image.Resampling.BICUBIC, LANCZOS, BILINEAR)
    }
    assert np.array_equal(prepare(photo, plan), made[plan.resample])
    # Pillow's reduction in two steps is a close approximation of the one step.
    off = {
        filter: np.abs(np.asarray(photo.resize(size, plan.resample), float) - pixels).mean()
        for filter, pixels in made.items()
    }
    assert min(off, key=lambda filter: off[filter]) == plan.resample


def test_a_small_photo_gets_as_many_tokens_as_in_qwen3_vls_training(files: dict[str, Files]) -> None:
    # The family's own processor never goes below 65,536 pixels; 150 × 110 becomes 320 × 224 there.
    assert match(*files["qwen3vl"]).plan.size(150, 110) == (320, 224)


def test_tokens_too_large_for_float16_are_seen() -> None:
    tokens = VisualTokens(np.full((3, 8), 1e6, np.float32), np.zeros((3, 4), np.int32), 3, (3, 1))
    assert tokens.finite and not tokens.halved().finite


def test_every_mode_asks_something_of_its_own() -> None:
    modes = prompt_modes()
    assert modes == ["object", "landmark", "artwork", "edit"]
    prompts = [load_prompt(mode) for mode in modes]
    assert len({prompt.id for prompt in prompts}) == len({prompt.question for prompt in prompts}) == 4
    assert all("\n" not in prompt.instructions and "1" in prompt.question for prompt in prompts)
    with pytest.raises(JudgeError, match="Choose one of object, landmark"):
        load_prompt("colour")


CHATML = (
    "<|im_start|>system\nCompare.<|im_end|>\n<|im_start|>user\n",
    "",
    "Same?<|im_end|>\n<|im_start|>assistant\n",
)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("qwen2vl", CHATML),
        ("qwen3vl", CHATML),
        (
            "idefics3",
            (
                "<|im_start|>System: Compare.<end_of_utterance>\nUser:",
                "",
                "Same?<end_of_utterance>\nAssistant:",
            ),
        ),
        ("internvl", (CHATML[0], "\n", "\n" + CHATML[2])),
        ("lfm2", ("<s>" + CHATML[0], "", CHATML[2])),
        (
            "gemma3",
            (
                "<s><start_of_turn>user\nCompare.\n\n",
                "",
                "Same?<end_of_turn>\n<start_of_turn>model\n",
            ),
        ),
    ],
)
def test_a_template_is_split_at_the_photos(
    files: dict[str, Files], family: str, expected: tuple[str, str, str]
) -> None:
    kind = match(*files[family]).family
    parts = render(
        KINDS[family].template,
        "Compare.",
        "Same?",
        placeholder=kind.placeholder,
        bos="<s>",
        eos="</s>",
        after_photo=kind.after_photo,
    )
    assert parts == expected


def test_a_template_that_writes_lists_out_gets_plain_text() -> None:
    template = (
        "{% for message in messages %}[{{ message.role }}] {{ message.content }}\n{% endfor %}[answer] "
    )
    parts = render(template, "Compare.", "Same?", placeholder="<image>", bos="", eos="", after_photo=" ")
    assert parts == ("[system] Compare.\n[user] ", " ", " Same?\n[answer] ")


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{% for %}", "does not work"),
        ("{{ raise_exception('no system turn') }}", "no system turn"),
        ("{{ messages[7].role }}", "does not work"),
        ("{{ ''.__class__.__mro__ }}", "does not work"),
        (
            "{% for message in messages %}{{ message.content[0].text }}{% endfor %}",
            "does not take two photos",
        ),
    ],
)
def test_a_template_that_does_not_serve_is_refused(template: str, why: str) -> None:
    with pytest.raises(JudgeError, match=why):
        render(template, "Compare.", "Same?", placeholder="<image>", bos="", eos="")


def test_a_template_may_use_what_transformers_gives_it() -> None:
    template = (
        "{{ strftime_now('%Y') }} {% for message in messages %}{% if message.role == 'user' %}"
        "{% generation %}{% for part in message.content %}"
        "{{ '<image>' if part.type == 'image' else part.text | tojson }}"
        "{% endfor %}{% endgeneration %}{% else %}{{ message.content[0].text }}{% endif %}{% endfor %}"
    )
    opening, between, end = render(template, "Compare.", "Is <this> & that the same?", placeholder="<image>")
    assert re.fullmatch(r"20\d\d Compare\.", opening) and between == ""
    assert end == '"Is <this> & that the same?"'


THINKING = "{{ '<|im_start|>assistant\\n<think>\\n' }}"
SWITCH = (
    "{{ '<|im_start|>assistant\\n' }}"
    "{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% else %}{{ '<think>\\n' }}{% endif %}"
)


def thinking_pair(folder: Path, answer: str) -> Files:
    turns, _, _ = QWEN_TEMPLATE.partition("{% if add_generation_prompt %}")
    kind = replace(KINDS["qwen3vl"], template=turns + answer)
    llm, mmproj = folder / "thinker.gguf", folder / "mmproj.gguf"
    write_kind(llm, mmproj, kind)
    return llm, mmproj


def test_a_model_that_always_thinks_first_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JudgeError, match=r"^The model always thinks before it answers, so it cannot judge\."):
        match(*thinking_pair(tmp_path, THINKING))


def test_a_model_that_need_not_think_is_told_not_to(tmp_path: Path) -> None:
    pair = match(*thinking_pair(tmp_path, SWITCH))
    template = pair.llm.values["tokenizer.chat_template"]
    *_, end = render(template, "Compare.", "Same?", placeholder=pair.family.placeholder)
    assert end.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")
