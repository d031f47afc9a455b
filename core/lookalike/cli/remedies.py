"""Remedies in the terminal: where a command helps, it is named instead of what the window's user would do."""

from __future__ import annotations

from lookalike.errors import LookalikeError

COMMANDS = {
    "Import a multimodal model, or choose one that is imported.": (
        "`lookalike models import LLM.gguf MMPROJ.gguf` imports one, `--judge NAME` names one."
    ),
    "Choose another name.": "`--name NAME` gives the model another one.",
    "Choose one of the folders that are.": "`lookalike folders` lists them.",
    "Choose a folder that is watched, or one inside it.": "`lookalike folders` lists what is watched.",
    "Choose one that describes photos.": "`lookalike models list` shows what is what.",
    "Choose one that is installed.": "`lookalike models list` shows what there is.",
    "Choose one from the list of models.": "`lookalike models list` shows what there is.",
    "Import or download one first.": "`lookalike models recommend` tells which one suits this computer.",
    "Look at the list of things.": "`lookalike things` lists them.",
    "Lookalike's set-up script builds it, or says what that needs (packaging/bootstrap.py mllm).": (
        "`python3 packaging/bootstrap.py mllm` builds it, or says what that needs."
    ),
    "Use another descriptor model first.": "`lookalike models use` chooses another one.",
}
"""The core's remedies (templates), and what takes their place."""


def in_terminal(error: LookalikeError) -> LookalikeError:
    """The same error, with the remedy for the terminal."""
    remedy = COMMANDS.get(error.remedy_template, error.remedy_template)
    return LookalikeError(error.template, remedy, **error.values)
