"""The command ``status``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import json_option
from lookalike.cli.output import (
    changing_line,
    details_line,
    folder_state,
    pairs_line,
    say,
    say_json,
    texts_line,
    words_model_line,
)
from lookalike.library import Library


@click.command()
@json_option
@click.pass_obj
def status(library_folder: Path | None, as_json: bool) -> None:
    """Show what is indexed, what was skipped, and what is missing."""
    with Library(library_folder) as library:
        state = library.status()
        if as_json:
            say_json(state)
            return
        say(f"library     {state.folder}")
        for folder in state.folders:
            words = folder_state(folder)
            say(f"folder      {folder.path}{f'  ({words})' if words else ''}")
        say(f"photos      {state.photos} in {state.files} files, {state.indexed} can be searched")
        say(f"details     {details_line(state.details)}")
        say(f"pairs       {pairs_line(state.pairs)}")
        say(f"text        {texts_line(state.texts)}")
        say(f"descriptor  {state.descriptor}")
        if state.arithmetic:
            say(f"            {state.arithmetic}")
        if state.changing is not None:
            say(f"            {changing_line(state.changing)}")
        if state.words_model is not None:
            say(f"words       {words_model_line(state.words_model)}")
        say(f"judge       {state.judge} (there are: {', '.join(state.judges)})")
        if state.judge_device:
            say(f"            last ran on {state.judge_device}")
        for line in state.missing:
            hint = " `lookalike models use default` makes that last." if line == library.fallback else ""
            say(f"missing     {line}{hint}")
        for line in state.repairs:
            say(f"repaired    {line}")
        for path, problem in state.problems:
            say(f"skipped     {path}: {problem}")
