"""The chat template: writes a prompt with photos as the model expects it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lookalike.judges.mllm.errors import JudgeError

MARK = "<__photo__>"
"""Stands for a photo in a template that takes plain text only."""
THOUGHT = "<think>", "</think>"
"""Around what a model says to itself before it answers."""

Message = dict[str, Any]


def render(
    template: str,
    instructions: str,
    question: str,
    *,
    placeholder: str,
    bos: str = "",
    eos: str = "",
    after_photo: str = "",
    photos: int = 2,
    plain: bool = True,
) -> tuple[str, ...]:
    """Fill the template with one system turn and one user turn: the photos, the question.

    The template is the exact Jinja text from the model file, run in Jinja's sandbox (llama.cpp's own
    `llama_chat_apply_template` knows a fixed list of templates and guesses the nearest). Templates differ in
    whether a turn may be a list of parts, so the turns are put to it in several ways until one comes out whole.

    One that lets a model think first is told not to: the answer is read where the prompt ends.

    Args:
        template: the Jinja text.
        instructions: the system turn.
        question: the text after the photos.
        placeholder: what this family's templates write for a photo.
        bos: spelling of the token that begins a text.
        eos: spelling of the token that ends one.
        after_photo: follows each photo where the template takes plain text only.
        photos: how many there are.
        plain: whether a turn of plain text, with the photos marked in it, may be tried last.

    Returns:
        The texts before the first photo, between the photos, and after the last one up to the answer.

    Raises:
        JudgeError: the template is broken, does not take a system turn and the photos, or lets the model think
            first whatever it is told.
    """
    from jinja2 import TemplateError

    from lookalike.judges.mllm.template_environment import template_environment

    environment = template_environment()
    fault: Exception | None = None
    ways = [*_turns(instructions, question, placeholder, after_photo, photos)]
    for messages, mark in ways if plain else ways[:-1]:
        try:
            prompt = environment.from_string(template).render(
                messages=messages,
                add_generation_prompt=True,
                enable_thinking=False,
                bos_token=bos,
                eos_token=eos,
            )
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            fault = fault or error
            continue
        parts = prompt.split(mark)
        # A list that is written out as such is text too, with everything in it.
        listed = "'type':" in prompt or '"type":' in prompt
        if len(parts) == photos + 1 and not listed and question in parts[-1] and instructions in parts[0]:
            if parts[-1].rfind(THOUGHT[0]) > parts[-1].rfind(THOUGHT[1]):
                raise JudgeError(
                    "The model always thinks before it answers, so it cannot judge.",
                    "Choose its instruction-tuned sibling (often called Instruct).",
                )
            return tuple(parts)
    if fault is not None:
        raise JudgeError("The model's chat template does not work ({fault}).", fault=fault) from fault
    raise JudgeError("The model's chat template does not take two photos.")


def takes_parts(template: str, placeholder: str) -> bool:
    """Whether the template writes photos itself, as those of models that know photos do in most families.

    Args:
        template: the Jinja text, one that `render` takes.
        placeholder: what this family's templates write for a photo.
    """
    try:
        render(template, "Instructions.", "Question?", placeholder=placeholder, plain=False)
    except JudgeError:
        return False
    return True


def _turns(
    instructions: str, question: str, placeholder: str, after_photo: str, photos: int
) -> Iterator[tuple[list[Message], str]]:
    """The ways to write the turns, and what stands for a photo in each."""
    photo = {"type": "image"}
    parts = _message("user", [*[photo] * photos, _text(question)])
    yield [_message("system", [_text(instructions)]), parts], placeholder
    yield [_message("system", instructions), parts], placeholder
    plain = f"{MARK}{after_photo}" * photos + question
    yield [_message("system", instructions), _message("user", plain)], MARK


def _message(role: str, content: str | list[dict[str, str]]) -> Message:
    return {"role": role, "content": content}


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
