"""Label names: what labels are called in the languages of the window; ``packaging/lexicons.py`` made the files."""

from __future__ import annotations

import functools
import json
import logging

from lookalike.log import log_failure
from lookalike.models.errors import ModelError
from lookalike.words.files import words_file

logger = logging.getLogger(__name__)

LANGUAGES = ("de",)
"""The window's languages with names; labels without one keep their English name, as "golden retriever" does."""


def label_names_file(language: str) -> str:
    """The name of a language's file."""
    return f"label-names-{language}.json"


def label_name(label: str, language: str) -> str:
    """What a label is called.

    Args:
        label: its English name.
        language: a language's code, as in "de". Where its file is missing or damaged, names are English.
    """
    return _names(language).get(label, label) if language in LANGUAGES else label


@functools.cache
def _names(language: str) -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads(words_file(label_names_file(language)).read_text(encoding="utf-8"))
    except ModelError as error:
        # A result is shown by a name in English rather than not at all.
        log_failure(logger, f"Reading names of labels ({language})", error)
        return {}
    return names
