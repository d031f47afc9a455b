"""Label names: what labels are called in the languages of the window; ``packaging/lexicons.py`` made the files."""

from __future__ import annotations

import functools
import json

from lookalike.words.files import words_file

LANGUAGES = ("de",)
"""The window's languages with names; labels without one keep their English name, as "golden retriever" does."""


def label_names_file(language: str) -> str:
    """The name of a language's file."""
    return f"label-names-{language}.json"


def label_name(label: str, language: str) -> str:
    """What a label is called.

    Args:
        label: its English name.
        language: a language's code, as in "de".

    Raises:
        ModelError: the file is missing or damaged.
    """
    return _names(language).get(label, label) if language in LANGUAGES else label


@functools.cache
def _names(language: str) -> dict[str, str]:
    names: dict[str, str] = json.loads(words_file(label_names_file(language)).read_text(encoding="utf-8"))
    return names
