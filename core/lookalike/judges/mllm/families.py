"""Model families that can judge, and the check that two files make up a model of one of them.

Each was checked against llama.cpp's own evaluation of the whole prompt (tests/core/judges/test_mllm_numbers.py);
what is not listed here is refused by name. Where a family would cut a large photo into tiles, only the picture
of the whole is taken: a tile costs as many tokens as the whole photo, and a candidate is judged hundreds of times.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL.Image import Resampling

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.gguf_file import GgufFile
from lookalike.judges.mllm.pixels import MIN_TOKENS, PixelPlan
from lookalike.judges.mllm.template import render, takes_parts
from lookalike.judges.mllm.text_only import refuse_text_only_size
from lookalike.judges.mllm.unsupported import ARCHITECTURES, PROJECTORS

COPY_AGAIN = "Copy or download it again."
OWN_PROJECTOR = "Choose the projector that came with the model."


@dataclass(frozen=True)
class MllmFamily:
    """What one kind of model needs beyond its files.

    Attributes:
        name: what people call it.
        architectures: the language models' ``general.architecture``.
        projectors: the projectors' ``clip.projector_type``.
        output: the projector's last tensor, and which of its dimensions is the output width.
        placeholder: what the chat template writes for a photo.
        opening: text before a photo's tokens.
        closing: text after a photo's tokens.
        merge: the projector's metadata key for how many patches each way make one token, and its default.
        square: whether every photo becomes a square of the projector's ``image_size``.
        min_tokens: the least tokens that the family's own processor makes of a photo.
        max_tokens: the most tokens that the family's own processor makes of a photo before it cuts tiles; 0 if it
            has no such bound.
        resample: the filter with which the family's own processor resizes photos.
        answer_lead: what stands between the chat template's prompt for an answer and the answer's digit, where that
            prompt ends in a colon.
        after_photo: text after a photo where the chat template takes plain text only.
        plain: whether the chat template may take plain text only; if not, one that does is of a text-only model.
    """

    name: str
    architectures: frozenset[str]
    projectors: frozenset[str]
    output: tuple[str, int]
    placeholder: str
    opening: str
    closing: str
    merge: tuple[str, int]
    square: bool = False
    min_tokens: int = MIN_TOKENS
    max_tokens: int = 0
    resample: Resampling = Resampling.BICUBIC
    answer_lead: str = ""
    after_photo: str = ""
    plain: bool = True


SPATIAL_MERGE = "clip.vision.spatial_merge_size"
SCALE_FACTOR = "clip.vision.projector.scale_factor"
QWEN_PHOTO = ("<|vision_start|>", "<|image_pad|>", "<|vision_end|>")

QWEN2 = MllmFamily(
    name="Qwen2-VL or Qwen2.5-VL",
    architectures=frozenset({"qwen2vl"}),
    projectors=frozenset({"qwen2vl_merger", "qwen2.5vl_merger"}),
    output=("mm.2.bias", 0),
    placeholder="".join(QWEN_PHOTO),
    opening=QWEN_PHOTO[0],
    closing=QWEN_PHOTO[2],
    merge=(SPATIAL_MERGE, 2),
)
QWEN3 = MllmFamily(
    name="Qwen3-VL",
    architectures=frozenset({"qwen3vl"}),
    projectors=frozenset({"qwen3vl_merger"}),
    output=("mm.2.bias", 0),
    placeholder="".join(QWEN_PHOTO),
    opening=QWEN_PHOTO[0],
    closing=QWEN_PHOTO[2],
    merge=(SPATIAL_MERGE, 2),
    # 65,536 pixels in cells of 32 × 32.
    min_tokens=64,
)
# A photo that is not split into tiles stands between these marks in the family's own prompts. In its dialogues a
# space stands between "Assistant:" and the answer, and the tokenizer keeps it apart from a digit. Others that use
# this projector (granite-docling) end their prompts in a mark.
IDEFICS = MllmFamily(
    name="SmolVLM",
    architectures=frozenset({"llama"}),
    projectors=frozenset({"idefics3"}),
    output=("mm.model.fc.weight", 1),
    placeholder="<image>",
    opening="<fake_token_around_image><global-img>",
    closing="<fake_token_around_image>",
    merge=(SCALE_FACTOR, 1),
    square=True,
    resample=Resampling.LANCZOS,
    answer_lead=" ",
)
INTERNVL = MllmFamily(
    name="InternVL",
    architectures=frozenset({"qwen2", "qwen3", "internlm2", "llama"}),
    projectors=frozenset({"internvl"}),
    output=("mm.model.mlp.3.weight", 1),
    placeholder="<IMG_CONTEXT>",
    opening="<img>",
    closing="</img>",
    merge=(SCALE_FACTOR, 1),
    square=True,
    after_photo="\n",
)
LFM2 = MllmFamily(
    name="LFM2-VL",
    architectures=frozenset({"lfm2"}),
    projectors=frozenset({"lfm2"}),
    output=("mm.2.weight", 1),
    placeholder="<image>",
    opening="<|image_start|>",
    closing="<|image_end|>",
    merge=(SCALE_FACTOR, 1),
    min_tokens=64,
    max_tokens=256,
    resample=Resampling.BILINEAR,
    plain=False,
)
# The blank lines around a photo are those of the family's own processor (full_image_sequence in transformers).
GEMMA3 = MllmFamily(
    name="Gemma 3",
    architectures=frozenset({"gemma3"}),
    projectors=frozenset({"gemma3"}),
    output=("mm.input_projection.weight", 0),
    placeholder="<start_of_image>",
    opening="\n\n<start_of_image>",
    closing="<end_of_image>\n\n",
    merge=(SCALE_FACTOR, 4),
    square=True,
    resample=Resampling.BILINEAR,
)
FAMILIES = (IDEFICS, LFM2, QWEN2, QWEN3, INTERNVL, GEMMA3)
_NAMES = [family.name.replace(" or ", ", ") for family in FAMILIES]
SUPPORTED = "Use a {families} or {last_family} model."
SUPPORTED_NAMES = {"families": ", ".join(_NAMES[:-1]), "last_family": _NAMES[-1]}


@dataclass(frozen=True)
class ModelPair:
    """A language model and its projector that belong together.

    Attributes:
        llm: the language model's metadata.
        mmproj: the projector's metadata.
        family: the kind of model.
        plan: how photos are brought to size for it.
        width: length of one visual token, the language model's input width (with a deep stack, several times
            its hidden width).
    """

    llm: GgufFile
    mmproj: GgufFile
    family: MllmFamily
    plan: PixelPlan
    width: int

    def memory(self, context: int) -> int:
        """About how many bytes the loaded model takes with a context of `context` tokens.

        Both files, the float16 key-value cache, and what was seen on top of these when SmolVLM 256M and 500M
        and a 2B Qwen2-VL were loaded: a fixed part and a share of the files.
        """
        cache = self.llm.number(f"{self.llm.architecture}.block_count") * self.cache_per_layer(context)
        return int(1.2 * (self.llm.size + self.mmproj.size)) + cache + (300 << 20)

    def cache_per_layer(self, context: int) -> int:
        """Bytes that the float16 key-value cache of one layer takes for a context of `context` tokens."""
        values, kind = self.llm, self.llm.architecture
        heads = max(1, values.number(f"{kind}.attention.head_count", 1))
        head = values.number(f"{kind}.attention.key_length")
        head = head or values.number(f"{kind}.embedding_length") // heads
        kv_heads = values.number(f"{kind}.attention.head_count_kv", heads)
        return 2 * 2 * kv_heads * head * context


def match_pair(llm: GgufFile, mmproj: GgufFile, budget: int) -> ModelPair:
    """Check that the two files are a model that Lookalike can run.

    Args:
        llm: the language model's metadata.
        mmproj: the projector's metadata.
        budget: visual tokens per photo at most, for families that let one choose.

    Raises:
        JudgeError: they are swapped, do not belong together, are of an unknown family, the model reads text only, or
            its chat template does not serve.
    """
    if llm.architecture == "clip":
        raise JudgeError(
            "{file} is a projector, not a language model.", "Choose the model file.", file=llm.path.name
        )
    if mmproj.architecture != "clip":
        raise JudgeError(
            "{file} is not a projector.",
            "Choose the file whose name has 'mmproj' in it.",
            file=mmproj.path.name,
        )
    for part in (llm, mmproj):
        if part.number("split.count") > 1:
            raise JudgeError(
                "{file} is one part of a split model.", "Choose a model in one file.", file=part.path.name
            )
    if not mmproj.values.get("clip.has_vision_encoder"):
        raise JudgeError("{file} does not read photos.", SUPPORTED, file=mmproj.path.name, **SUPPORTED_NAMES)
    family = _family(llm, mmproj)
    refuse_text_only_size(llm)
    width = _width(llm, mmproj, family)
    template = llm.values.get("tokenizer.chat_template")
    if not isinstance(template, str):
        raise JudgeError(
            "{file} has no chat template.", "Choose an instruction-tuned model.", file=llm.path.name
        )
    # What it makes of the real turns is seen when the model is loaded; that it takes any is seen here.
    render(
        template, "Instructions.", "Question?", placeholder=family.placeholder, after_photo=family.after_photo
    )
    if not family.plain and not takes_parts(template, family.placeholder):
        raise JudgeError(
            "{file} does not know photos: its chat template takes text only.",
            "Choose the model that came with the projector.",
            file=llm.path.name,
        )
    return ModelPair(llm, mmproj, family, _plan(mmproj, family, budget), width)


def _family(llm: GgufFile, mmproj: GgufFile) -> MllmFamily:
    projector = str(
        mmproj.values.get("clip.projector_type") or mmproj.values.get("clip.vision.projector_type")
    )
    family = next((family for family in FAMILIES if projector in family.projectors), None)
    if family is None:
        raise _unsupported(mmproj, projector, PROJECTORS)
    if llm.architecture not in family.architectures:
        if not any(llm.architecture in other.architectures for other in FAMILIES):
            raise _unsupported(llm, llm.architecture, ARCHITECTURES)
        raise JudgeError(
            "{mmproj} ({projector}) does not belong to {llm} ({architecture}).",
            OWN_PROJECTOR,
            mmproj=mmproj.path.name,
            projector=projector,
            llm=llm.path.name,
            architecture=llm.architecture,
        )
    return family


def _unsupported(part: GgufFile, kind: str, names: dict[str, str]) -> JudgeError:
    if kind in names:
        return JudgeError(
            "{file} is of the kind {kind}, which cannot judge yet.",
            SUPPORTED,
            file=part.path.name,
            kind=names[kind],
            **SUPPORTED_NAMES,
        )
    return JudgeError(
        "{file} is of a kind ({kind}) that cannot judge yet.",
        SUPPORTED,
        file=part.path.name,
        kind=kind,
        **SUPPORTED_NAMES,
    )


def _width(llm: GgufFile, mmproj: GgufFile, family: MllmFamily) -> int:
    """The width of a visual token, the same on both sides.

    With a deep stack (Qwen3-VL) a token carries, after its embedding, what the first layers add to it: as many
    widths more as the model has such layers, and the projector has branches.
    """
    kind = llm.architecture
    width = llm.number(f"{kind}.embedding_length") * (1 + llm.number(f"{kind}.n_deepstack_layers"))
    tensor, axis = family.output
    shape = mmproj.tensors.get(tensor, ())
    if len(shape) <= axis:
        raise JudgeError("{file} lacks the part {tensor}.", COPY_AGAIN, file=mmproj.path.name, tensor=tensor)
    branches = sum(
        name.startswith("v.deepstack.") and name.endswith(".fc1.weight") for name in mmproj.tensors
    )
    projected = shape[axis] * (1 + branches)
    if projected != width:
        raise JudgeError(
            "{mmproj} (width {projected}) does not belong to {llm} (width {width}).",
            OWN_PROJECTOR,
            mmproj=mmproj.path.name,
            projected=projected,
            llm=llm.path.name,
            width=width,
        )
    return width


def _plan(mmproj: GgufFile, family: MllmFamily, budget: int) -> PixelPlan:
    patch = mmproj.number("clip.vision.patch_size")
    side = mmproj.number("clip.vision.image_size")
    merge = mmproj.number(*family.merge)
    if patch <= 0 or merge <= 0 or side <= 0:
        raise JudgeError("{file} does not say how it reads photos.", COPY_AGAIN, file=mmproj.path.name)
    cell = patch * merge
    if family.square:
        most = max(1, side // cell) ** 2
        return PixelPlan(cell=cell, max_tokens=most, side=side, resample=family.resample)
    # Whole rows and columns need some play between the least and the most.
    budget = min(max(budget, 2 * family.min_tokens), family.max_tokens or budget)
    return PixelPlan(cell=cell, max_tokens=budget, min_tokens=family.min_tokens, resample=family.resample)
