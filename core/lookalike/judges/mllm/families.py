"""The model families that can judge, and whether two files make up a model of one of them."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.gguf_file import GgufFile
from lookalike.judges.mllm.pixels import PixelPlan


@dataclass(frozen=True)
class Family:
    """What one kind of model needs beyond its files.

    Attributes:
        name: what people call it.
        architectures: the language models' ``general.architecture``.
        projectors: the projectors' ``clip.projector_type``.
        output: the projector's last tensor, and which of its dimensions is the output width.
        placeholder: what the chat template writes for a photo.
        opening: text before a photo's tokens.
        closing: text after a photo's tokens.
        answer_lead: what stands between the chat template's prompt for an answer and the answer's digit.
    """

    name: str
    architectures: frozenset[str]
    projectors: frozenset[str]
    output: tuple[str, int]
    placeholder: str
    opening: str
    closing: str
    answer_lead: str = ""


QWEN = Family(
    name="Qwen2-VL or Qwen2.5-VL",
    architectures=frozenset({"qwen2vl"}),
    projectors=frozenset({"qwen2vl_merger", "qwen2.5vl_merger"}),
    output=("mm.2.bias", 0),
    placeholder="<|vision_start|><|image_pad|><|vision_end|>",
    opening="<|vision_start|>",
    closing="<|vision_end|>",
)
# A photo that is not split into tiles stands between these marks in the family's own prompts. In its dialogues a
# space stands between "Assistant:" and the answer, and the tokenizer keeps it apart from a digit.
IDEFICS = Family(
    name="SmolVLM",
    architectures=frozenset({"llama"}),
    projectors=frozenset({"idefics3"}),
    output=("mm.model.fc.weight", 1),
    placeholder="<image>",
    opening="<fake_token_around_image><global-img>",
    closing="<fake_token_around_image>",
    answer_lead=" ",
)
FAMILIES = (QWEN, IDEFICS)
SUPPORTED = "Use a SmolVLM, Qwen2-VL or Qwen2.5-VL model."


@dataclass(frozen=True)
class ModelPair:
    """A language model and its projector that belong together.

    Attributes:
        llm: the language model's metadata.
        mmproj: the projector's metadata.
        family: the kind of model.
        plan: how photos are brought to size for it.
        width: length of one visual token, the language model's input width.
    """

    llm: GgufFile
    mmproj: GgufFile
    family: Family
    plan: PixelPlan
    width: int

    def memory(self, context: int) -> int:
        """About how many bytes the loaded model takes with a context of `context` tokens.

        Both files, the float16 key-value cache, and what was seen on top of these when SmolVLM 256M and 500M
        and a 2B Qwen2-VL were loaded: a fixed part and a share of the files.
        """
        values, kind = self.llm, self.llm.architecture
        heads = max(1, values.number(f"{kind}.attention.head_count", 1))
        head = values.number(f"{kind}.attention.key_length") or self.width // heads
        kv_heads = values.number(f"{kind}.attention.head_count_kv", heads)
        cache = 2 * 2 * values.number(f"{kind}.block_count") * kv_heads * head * context
        return int(1.2 * (self.llm.size + self.mmproj.size)) + cache + (300 << 20)


def match_pair(llm: GgufFile, mmproj: GgufFile, budget: int) -> ModelPair:
    """Check that the two files are a model that Lookalike can run.

    Args:
        llm: the language model's metadata.
        mmproj: the projector's metadata.
        budget: visual tokens per photo at most, for families that let one choose.

    Raises:
        JudgeError: they are swapped, do not belong together, or are of an unknown family.
    """
    if llm.architecture == "clip":
        raise JudgeError(f"{llm.path.name} is a projector, not a language model.", "Choose the model file.")
    if mmproj.architecture != "clip":
        raise JudgeError(
            f"{mmproj.path.name} is not a projector.", "Choose the file whose name has 'mmproj' in it."
        )
    for part in (llm, mmproj):
        if part.number("split.count") > 1:
            raise JudgeError(f"{part.path.name} is one part of a split model.", "Choose a model in one file.")
    if not mmproj.values.get("clip.has_vision_encoder"):
        raise JudgeError(f"{mmproj.path.name} does not read photos.", SUPPORTED)
    projector = mmproj.values.get("clip.projector_type") or mmproj.values.get("clip.vision.projector_type")
    family = next((family for family in FAMILIES if projector in family.projectors), None)
    if family is None:
        raise JudgeError(f"{mmproj.path.name} is of a kind ({projector}) that cannot judge yet.", SUPPORTED)
    if llm.architecture not in family.architectures:
        if not any(llm.architecture in other.architectures for other in FAMILIES):
            raise JudgeError(
                f"{llm.path.name} is of a kind ({llm.architecture}) that cannot judge yet.", SUPPORTED
            )
        raise JudgeError(
            f"{mmproj.path.name} ({projector}) does not belong to {llm.path.name} ({llm.architecture}).",
            "Choose the projector that came with the model.",
        )
    width = llm.number(f"{llm.architecture}.embedding_length")
    tensor, axis = family.output
    shape = mmproj.tensors.get(tensor, ())
    if len(shape) <= axis:
        raise JudgeError(f"{mmproj.path.name} lacks the part {tensor}.", "Copy or download it again.")
    if shape[axis] != width:
        raise JudgeError(
            f"{mmproj.path.name} (width {shape[axis]}) does not belong to {llm.path.name} (width {width}).",
            "Choose the projector that came with the model.",
        )
    if not isinstance(llm.values.get("tokenizer.chat_template"), str):
        raise JudgeError(f"{llm.path.name} has no chat template.", "Choose an instruction-tuned model.")
    return ModelPair(llm, mmproj, family, _plan(mmproj, family, budget), width)


def _plan(mmproj: GgufFile, family: Family, budget: int) -> PixelPlan:
    patch = mmproj.number("clip.vision.patch_size")
    side = mmproj.number("clip.vision.image_size")
    if family is QWEN:
        merge = mmproj.number("clip.vision.spatial_merge_size", 2)
        plan = PixelPlan(cell=patch * merge, max_tokens=budget)
    else:
        merge = mmproj.number("clip.vision.projector.scale_factor", 1)
        cell = max(1, patch * merge)
        plan = PixelPlan(cell=cell, max_tokens=max(1, side // cell) ** 2, side=side)
    if patch <= 0 or merge <= 0 or side <= 0:
        raise JudgeError(
            f"{mmproj.path.name} does not say how it reads photos.", "Copy or download it again."
        )
    return plan
