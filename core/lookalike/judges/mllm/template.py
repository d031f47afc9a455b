"""Writes the two-photo prompt with a model's own chat template."""

from __future__ import annotations

from typing import Any, NoReturn

from lookalike.judges.mllm.errors import JudgeError


def render(
    template: str, instructions: str, question: str, *, placeholder: str, bos: str, eos: str
) -> tuple[str, str, str]:
    """Fill the template with one system turn and one user turn: query photo, candidate photo, question.

    The template is the exact Jinja text from the model file, run in Jinja's sandbox (llama.cpp's own
    `llama_chat_apply_template` knows a fixed list of templates and guesses the nearest).

    Args:
        template: the Jinja text.
        instructions: the system turn.
        question: the text after the photos.
        placeholder: what this family's templates write for a photo.
        bos: spelling of the token that begins a text.
        eos: spelling of the token that ends one.

    Returns:
        The text before the query photo, between the photos, and after the candidate up to the answer.

    Raises:
        JudgeError: the template is broken or does not take a system turn and two photos.
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> NoReturn:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = refuse
    photo = {"type": "image"}
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": [_text(instructions)]},
        {"role": "user", "content": [photo, photo, _text(question)]},
    ]
    try:
        prompt = environment.from_string(template).render(
            messages=messages, add_generation_prompt=True, bos_token=bos, eos_token=eos
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise JudgeError(f"The model's chat template does not work ({error}).") from error
    parts = prompt.split(placeholder)
    if len(parts) != 3 or question not in parts[2] or instructions not in parts[0]:
        raise JudgeError("The model's chat template does not take two photos.")
    return parts[0], parts[1], parts[2]


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
