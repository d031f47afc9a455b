"""Descriptors from any local transformers vision model folder: DINO, and dual encoders such as CLIP and SigLIP.

Which architectures there are: `ARCHITECTURES` in `lookalike.descriptors.model_folder`.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.descriptors.model_folder import ModelFolder, read_model_folder
from lookalike.descriptors.parallel import describe_in_shares
from lookalike.descriptors.unit import unit_rows
from lookalike.models.store import ModelError

if TYPE_CHECKING:
    import torch


class TransformersDescriber:
    """A vision model in a local folder; see `Describer`.

    The vector of a photo is what the model's authors use for retrieval: the class token after the last layer norm
    for DINO (arXiv 2304.07193, 2508.10104), the image embedding in the space shared with texts for CLIP
    (arXiv 2103.00020) and SigLIP (arXiv 2303.15343, 2502.14786). The network is loaded with the first photo or
    word, from the folder alone.

    Args:
        folder: as transformers' ``save_pretrained`` leaves it, with its preprocessing file and tokenizer.
        threads: threads for the network; as many as there are cores when None.

    Raises:
        ModelError: the folder holds no model that can be used.
    """

    batch_size = 8

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._folder: ModelFolder = read_model_folder(folder)
        self.key = self._folder.key
        self.dimension = self._folder.dimension
        self.decode_size = self._folder.rules.decode_size
        self.reads_words = self._folder.reads_words
        self._loading = threading.Lock()
        self._model: Any = None
        self._tokenizer: Any = None

    def prepare(self, image: Image.Image) -> NDArray[np.uint8]:
        """Bring an upright RGB photo to the model's input size, as its preprocessing file says."""
        return self._folder.rules.apply(image)

    def describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Describe prepared photos; see `Describer.describe`.

        Raises:
            ModelError: the model cannot be loaded.
        """
        self._loaded()
        return describe_in_shares(self._describe, batch, self._threads)

    def _describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        import torch

        model = self._loaded()
        pixels = torch.from_numpy(self._folder.rules.normalize(np.stack(batch))).to(model.dtype)
        with torch.inference_mode():
            if self._folder.patch_side:
                inputs = _flattened(pixels, self._folder.patch_side)
            else:
                inputs = {"pixel_values": pixels.permute(0, 3, 1, 2).contiguous()}
            if self._folder.architecture == "clip_vision_model":
                features = model(**inputs).image_embeds
            elif hasattr(model, "get_image_features"):
                features = model.get_image_features(**inputs).pooler_output
            else:
                features = model(**inputs).pooler_output
        return unit_rows(features.float().numpy())

    def describe_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Describe texts in the same space as the photos; see `Describer.describe_words`.

        Each text is put into the prompts of its architecture, and has the mean of their vectors.

        Raises:
            ModelError: the model does not read words, or it or its tokenizer cannot be loaded.
        """
        if not self.reads_words:
            raise ModelError(
                "The model {name} does not read words.",
                "Search with a photo, or import a SigLIP or CLIP model with its tokenizer.",
                name=self._folder.path.name,
            )
        prompts = self._folder.prompts
        # Replaced and not formatted: texts may have braces.
        texts = [prompt.replace("{}", text) for text in words for prompt in prompts]
        vectors = self._describe_texts(texts).reshape(len(words), len(prompts), self.dimension)
        return unit_rows(vectors.mean(axis=1))

    def _describe_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The unit vectors of texts as they are, float32 (len(texts), dimension)."""
        import torch

        model = self._loaded()
        tokenizer = self._loaded_tokenizer()
        siglip = self._folder.architecture.startswith("siglip")
        tokens = tokenizer(
            # SigLIP is trained on lower case, padded to its full length and without a mask (arXiv 2303.15343).
            [text.lower() for text in texts] if siglip else list(texts),
            padding="max_length" if siglip else True,
            truncation=True,
            max_length=self._folder.text_length,
            return_tensors="pt",
        )
        inputs = {"input_ids": tokens["input_ids"]}
        if not siglip:
            inputs["attention_mask"] = tokens["attention_mask"]
        with torch.inference_mode():
            features = model.get_text_features(**inputs).pooler_output
        return unit_rows(features.float().numpy())

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                self._model = _load_model(self._folder)
            return self._model

    def _loaded_tokenizer(self) -> Any:
        with self._loading:
            if self._tokenizer is None:
                from transformers import AutoTokenizer

                path = self._folder.path
                try:
                    self._tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
                except Exception as error:
                    raise ModelError(
                        "The tokenizer in {path} cannot be loaded ({reason}).",
                        "Take all files of the model's page.",
                        path=path,
                        reason=_first_line(error),
                    ) from error
            return self._tokenizer


def _load_model(folder: ModelFolder) -> Any:
    import transformers

    # Its notes on names and missing towers are for programmers; what matters is checked below.
    logging.getLogger("transformers").setLevel(logging.ERROR)
    transformers.utils.logging.disable_progress_bar()
    vision_only = folder.architecture == "clip_vision_model"
    loader = transformers.CLIPVisionModelWithProjection if vision_only else transformers.AutoModel
    try:
        model, report = loader.from_pretrained(
            folder.path,
            local_files_only=True,
            trust_remote_code=False,
            dtype=native_dtype(),
            output_loading_info=True,
        )
    except Exception as error:
        raise ModelError(
            "The model in {path} cannot be loaded ({reason}).",
            "Import it again.",
            path=folder.path,
            reason=_first_line(error),
        ) from error
    lacking = sorted(report["missing_keys"]) + sorted(map(str, report.get("mismatched_keys", ())))
    if lacking:
        raise ModelError(
            "The weights in {path} do not fit its config.json ({count} lacking, such as {name}).",
            "Take all files of the model's page.",
            path=folder.path,
            count=len(lacking),
            name=lacking[0],
        )
    return model.eval()


def native_dtype() -> torch.dtype:
    """bfloat16 where the processor multiplies it natively, else float32: emulated it is the slower one."""
    import torch

    # Older releases of torch cannot tell; float32 is right everywhere.
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    native = any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.bfloat16 if native else torch.float32


def _flattened(pixels: torch.Tensor, patch: int) -> dict[str, torch.Tensor]:
    """Squares (n, side, side, 3) as SigLIP 2 with flexible resolution takes them: patches, row by row."""
    import torch

    count, side = pixels.shape[0], pixels.shape[1] // patch
    patches = pixels.reshape(count, side, patch, side, patch, 3).transpose(2, 3)
    return {
        "pixel_values": patches.reshape(count, side * side, patch * patch * 3),
        "pixel_attention_mask": torch.ones(count, side * side, dtype=torch.int64),
        "spatial_shapes": torch.full((count, 2), side, dtype=torch.int64),
    }


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
