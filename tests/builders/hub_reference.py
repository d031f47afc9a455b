"""transformers' side of a comparison: a family's model, asked about two photos as its own processor would ask it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.prompts import Prompt
from lookalike.judges.token_store.visual_tokens import VisualTokens
from tests.builders.hub_families import TrueModel
from tests.builders.hub_models import model_inputs


class Reference:
    """transformers' model of a family, asked as its own processor would ask it.

    Args:
        model: transformers' model.
        tokenizer: its tokenizer.
        kind: the architecture.
    """

    def __init__(self, model: Any, tokenizer: Any, kind: TrueModel) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._kind = kind
        self._photo_token = tokenizer.convert_tokens_to_ids(kind.photo[1])

    def prompt(self, prompt: Prompt, counts: Sequence[int]) -> list[int]:
        """The tokens of the whole prompt up to the answer, photos of so many tokens included."""
        return self._tokens(self._text(prompt, counts))

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _text(self, prompt: Prompt, counts: Sequence[int]) -> str:
        kind = self._kind
        system: Any = prompt.instructions
        if kind.parts and "Lfm2" not in type(self._model).__name__:
            system = [{"type": "text", "text": prompt.instructions}]
        user: Any = [{"type": "image"}, {"type": "image"}, {"type": "text", "text": prompt.question}]
        if not kind.parts:
            user = f"{kind.placeholder}\n{kind.placeholder}\n{prompt.question}"
        text: str = self._tokenizer.apply_chat_template(
            [{"role": "system", "content": system}, {"role": "user", "content": user}],
            tokenize=False,
            add_generation_prompt=True,
        )
        before, *rest = text.split(kind.placeholder)
        for count, part in zip(counts, rest, strict=True):
            start, token, end = kind.photo
            before += start + token * count + end + part
        return before + kind.lead

    def text_parts(self, prompt: Prompt) -> list[list[int]]:
        """The prompt's tokens before, between and after the photos."""
        groups = itertools.groupby(self.prompt(prompt, [1, 1]), lambda token: token == self._photo_token)
        return [list(tokens) for photo, tokens in groups if not photo]

    def logit(
        self,
        prompt: Prompt,
        photos: Sequence[NDArray[np.uint8]],
        counts: Sequence[int],
        given: Sequence[VisualTokens] = (),
    ) -> float:
        """z("1") − z("0"), with `given` in the place of what the encoder makes of the photos, if not empty."""
        import torch

        ids = torch.tensor([self.prompt(prompt, counts)])
        inputs = model_inputs(self._model, self._kind, photos)
        types = (ids == self._photo_token).long()
        family = self._model.config.model_type
        if family == "gemma3":
            inputs["token_type_ids"] = types
        elif family.startswith("qwen"):
            inputs["mm_token_type_ids"] = types
        with torch.inference_mode(), _given(self._model, given):
            logits = self._model(
                input_ids=ids, attention_mask=torch.ones_like(ids), logits_to_keep=1, **inputs
            ).logits[0, -1]
        zero, one = self._digits(prompt)
        return float(logits[one] - logits[zero])

    def _digits(self, prompt: Prompt) -> list[int]:
        text = self._text(prompt, [1, 1])
        return [self._tokens(text + digit)[-1] for digit in "01"]


@contextmanager
def _given(model: Any, tokens: Sequence[VisualTokens]) -> Iterator[None]:
    """Puts decoded tokens in the place of the photos' features meanwhile."""
    import torch

    if not tokens:
        yield
        return
    owner = model.model
    original = owner.get_image_features
    rows = [torch.tensor(photo.embeddings.astype(np.float32)) for photo in tokens]
    width = owner.config.get_text_config().hidden_size

    def replaced(features: Any, values: list[Any]) -> Any:
        if isinstance(features, list | tuple) and len(features) == 1:
            return [replaced(features[0], values)]
        if isinstance(features, list | tuple):
            return type(features)(values)
        return torch.cat(values) if features.ndim == 2 else torch.stack(values)

    def get_image_features(*arguments: Any, **options: Any) -> Any:
        output = original(*arguments, **options)
        output.pooler_output = replaced(output.pooler_output, [values[:, :width] for values in rows])
        deep = getattr(output, "deepstack_features", None)
        if deep is not None:
            # A deep stack's additions follow the embedding in a token.
            output.deepstack_features = [
                replaced(layer, [values[:, width * (1 + place) : width * (2 + place)] for values in rows])
                for place, layer in enumerate(deep)
            ]
        return output

    owner.get_image_features = get_image_features
    try:
        yield
    finally:
        del owner.get_image_features
