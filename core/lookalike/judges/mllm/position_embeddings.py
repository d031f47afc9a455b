"""Position embeddings of InternVL's image encoder, put into the order in which llama.cpp reads them.

InternVL's class token comes first, before the patches, and so does its row in the table of position embeddings. The
llama.cpp of llama-cpp-python `AFFECTED` appends the class token (``tools/mtmd/models/internvl.cpp``) and adds the
table as it is: every patch gets the row of the patch before it. Answers then hardly correlate with those of
transformers (docs/benchmarks.md, "The multimodal judge against transformers").

Lookalike's copy of a projector therefore has the table rolled by one row, and says so in its metadata. Which order a
file is in is read from there, so that a later llama.cpp is never given a file that was made for an earlier one.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.gguf_file import GgufFile, read_gguf
from lookalike.progress import Progress, ProgressMeter, Stage

AFFECTED = "0.3.36"
"""The pinned llama-cpp-python. Where `tests/core/judges/test_position_embeddings.py` finds a newer one mended,
`NEEDED` becomes "", and `CLASS_LAST` files are refused until they are imported again."""
TABLE = "v.position_embd.weight"
CLASS_TOKEN = "v.class_embd"
ORDER = "lookalike.position_embeddings"
SOURCE = "lookalike.source_sha256"
CLASS_LAST = "class token last"
NEEDED = CLASS_LAST
"""What `ORDER` has to say in an InternVL projector; "" stands for a file as its makers converted it."""
PREFIX = "reordered-"


def in_order(mmproj: GgufFile) -> bool:
    """Whether llama.cpp reads a projector's position embeddings in the right order."""
    return not _has_class_token(mmproj) or mmproj.values.get(ORDER, "") == NEEDED


def demand_order(mmproj: GgufFile) -> None:
    """Check that llama.cpp reads a projector's position embeddings in the right order.

    Raises:
        JudgeError: it does not, so the model would see every photo shifted by a patch.
    """
    if not in_order(mmproj):
        raise JudgeError(
            "{file} is not in the order in which llama.cpp reads InternVL models.",
            "Import the model: its copy is then put in order. If it is imported already, remove it first.",
            file=mmproj.path.name,
        )


def reorder(mmproj: Path, source_sha256: str) -> Generator[Progress, None, Path]:
    """Write a copy of a projector, beside it, whose position embeddings are in the order that llama.cpp reads.

    Args:
        mmproj: an InternVL projector that is not `in_order`; it stays as it is.
        source_sha256: its SHA-256 (hex), noted in the copy.

    Yields:
        Progress in bytes.

    Returns:
        The copy.

    Raises:
        JudgeError: the file was put into another order than the one that its makers gave it.
        OSError: the disk is full.
    """
    from gguf import GGUFReader, GGUFValueType, GGUFWriter

    source = read_gguf(mmproj)
    if source.values.get(ORDER):
        raise JudgeError(
            "{file} was changed for another version of llama.cpp.",
            "Import the file as its makers published it.",
            file=mmproj.name,
        )
    target = mmproj.with_name(PREFIX + mmproj.name)
    reader = GGUFReader(mmproj)
    writer = GGUFWriter(target, source.architecture, endianess=reader.endianess)
    writer.data_alignment = reader.alignment
    for field in reader.fields.values():
        if not field.name.startswith("GGUF.") and field.name != "general.architecture":
            kind = field.types[0]
            part = field.types[-1] if kind == GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, sub_type=part)
    writer.add_string(ORDER, NEEDED)
    writer.add_string(SOURCE, source_sha256)
    for tensor in reader.tensors:
        data = tensor.data
        writer.add_tensor_info(tensor.name, data.shape, data.dtype, data.nbytes, tensor.tensor_type)
    meter = ProgressMeter(Stage.READING, sum(int(tensor.n_bytes) for tensor in reader.tensors), unit="bytes")
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in reader.tensors:
            # Rows may be quantised: they are moved as they are.
            data = np.roll(tensor.data, -1, axis=-2) if tensor.name == TABLE else tensor.data
            writer.write_tensor_data(data)
            meter.advance(int(tensor.n_bytes))
            yield meter.snapshot()
    finally:
        writer.close()
    yield meter.end()
    return target


def _has_class_token(mmproj: GgufFile) -> bool:
    kind = mmproj.values.get("clip.projector_type") or mmproj.values.get("clip.vision.projector_type")
    return kind == "internvl" and CLASS_TOKEN in mmproj.tensors and TABLE in mmproj.tensors
