"""The commands ``models …``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike import places
from lookalike.cli.folders import json_option
from lookalike.cli.output import changing_line, say, say_json
from lookalike.judges.mllm.judge import check_pair
from lookalike.library import Library
from lookalike.models.store import InstalledModel, ModelStore


@click.group()
def models() -> None:
    """Import, choose and remove models."""


@models.command("list")
@json_option
@click.pass_obj
def list_models(library_folder: Path | None, as_json: bool) -> None:
    """List the installed models and what this library uses."""
    installed = ModelStore(places.models()).installed()
    with Library(library_folder) as library:
        state = library.status()
        described = library.catalog.described()
    if as_json:
        say_json(
            {
                "models": installed,
                "described": described,
                "changing": state.changing,
                "judge": state.judge,
                "descriptor": state.descriptor,
                "missing": state.missing,
            }
        )
        return
    for model in installed:
        say(f"{model.name}  ({model.kind}, {_size(model)})")
    if not installed:
        say("No models are imported. `lookalike models import --help` tells how.")
    say(f"judge in use: {state.judge}; descriptor in use: {state.descriptor}")
    if state.changing is not None:
        say(changing_line(state.changing))
    for key, count in described.items():
        if key != state.descriptor and count:
            say(f"kept: {count} descriptors of {key}; `lookalike models forget` removes them.")
    for line in state.missing:
        say(line)


def _size(model: InstalledModel) -> str:
    total = sum(model.file(role).stat().st_size for role in model.files)
    return f"{total / 1e6:.1f} MB"


@models.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", help="What to call the model; its file's name otherwise.")
@json_option
def import_model(files: tuple[Path, ...], name: str | None, as_json: bool) -> None:
    """Import a judge (LLM.gguf MMPROJ.gguf) or a descriptor model (a transformers model folder)."""
    store = ModelStore(places.models())
    if len(files) == 2:
        check_pair(files[0], files[1])
        model = store.import_judge(files[0], files[1], name)
    elif len(files) == 1 and files[0].is_dir():
        model = store.import_descriptor(files[0], name)
    else:
        raise click.UsageError("Give two GGUF files (the model, then its mmproj), or one model folder.")
    if as_json:
        say_json(model)
    else:
        say(f"{model.name} is imported. `lookalike models use {model.name}` uses it in this library.")


@models.command("use")
@click.argument("name")
@json_option
@click.pass_obj
def use(library_folder: Path | None, name: str, as_json: bool) -> None:
    """Use a judge (none, geometry, or a model's name) or a descriptor model ("default" for the embedded one)."""
    with Library(library_folder) as library:
        kinds = {model.name: model.kind for model in library.models.installed()}
        if name == "default" or kinds.get(name) == "descriptor":
            library.choose_descriptor(None if name == "default" else name)
            line = _changing(library)
        else:
            library.choose_judge(name)
            line = f"Searches are now checked by {name}."
    if as_json:
        say_json({"use": name})
    else:
        say(line)


def _changing(library: Library) -> str:
    state = library.status().changing
    if state is None:
        return "Searches use this model."
    return (
        f"{state.photos - state.described} photos have to be described anew: `lookalike scan` does it now, and the "
        "window or `lookalike watch` in the background. Searches use the model before until then."
    )


@models.command("forget")
@click.argument("name")
@json_option
@click.pass_obj
def forget(library_folder: Path | None, name: str, as_json: bool) -> None:
    """Forget what a descriptor model that is no longer used has described in this library."""
    with Library(library_folder) as library:
        count = library.forget_descriptor(name)
    if as_json:
        say_json({"forgotten": count})
    else:
        say(f"{count} descriptors of {name} are forgotten.")


@models.command("remove")
@click.argument("name")
@json_option
def remove(name: str, as_json: bool) -> None:
    """Remove an imported model from the store."""
    ModelStore(places.models()).remove(name)
    if as_json:
        say_json({"removed": name})
    else:
        say(f"{name} is removed.")
