"""The commands ``models …``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lookalike import app_paths
from lookalike.cli.options import PATH, TEXT, json_option
from lookalike.cli.output import changing_line, run_with_progress, say, say_json, warn, words_model_line
from lookalike.descriptors.model_folder import reads_words
from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.library.descriptor_migration import DescriptorChange, reset_descriptor
from lookalike.library.model_manager import ModelListing, ModelManager
from lookalike.library.words_model import WordsModelState
from lookalike.models.advice import Advice, amount, this_machine
from lookalike.models.catalogue import KINDS
from lookalike.models.installed import InstalledModel
from lookalike.models.store import ModelStore
from lookalike.wording import counted

HEADINGS = {"judge": "Judges compare two photos:", "descriptor": "Descriptor models describe photos:"}


@click.group()
def models() -> None:
    """List, download, import, check, choose and remove models."""


def _manager() -> ModelManager:
    return ModelManager(ModelStore(app_paths.models()))


@models.command("list")
@json_option
@click.pass_obj
def list_models(library_folder: Path | None, as_json: bool) -> None:
    """List the installed models, those that can be downloaded, and those that this library uses."""
    manager = _manager()
    listings = manager.listings()
    judge = descriptor = ""
    changing: DescriptorChange | None = None
    words_model: WordsModelState | None = None
    described: dict[str, int] = {}
    missing: tuple[str, ...] = ()
    try:
        with Library(library_folder) as library:
            state = library.status()
            missing = tuple(
                f"{line} `lookalike models use default` makes that last."
                if line == library.fallback
                else line
                for line in state.missing
            )
            described = library.descriptor.described()
        judge, descriptor, changing = state.judge, state.descriptor, state.changing
        words_model = state.words_model
    except LookalikeError as error:
        # The descriptor model or the library is damaged; the list shows which models there are.
        remedy = error.remedy or "`lookalike models use default` goes back to the built-in one."
        missing = (f"{error.message} {remedy}",)
    if as_json:
        say_json(
            {
                "models": manager.store.installed(),
                "available": [listing for listing in listings if not listing.installed],
                "recommended": {kind: manager.recommend(kind) for kind in KINDS},
                "machine": this_machine(),
                "judge": judge,
                "descriptor": descriptor,
                "changing": changing,
                "words_model": words_model,
                "described": described,
                "missing": missing,
            }
        )
        return
    for kind in KINDS:
        say(HEADINGS[kind])
        for listing in listings:
            if listing.kind == kind:
                _say_listing(listing)
    say(f"This computer has {this_machine().words}.")
    if judge:
        say(f"judge in use: {judge}; descriptor in use: {descriptor}")
    if changing is not None:
        say(changing_line(changing))
    if words_model is not None:
        say(f"for words: {words_model_line(words_model)}")
    for key, count in described.items():
        if key != descriptor and count:
            say(f"kept: {count} descriptors of {key}; `lookalike models forget` removes them.")
    for line in missing:
        say(line)


def _say_listing(listing: ModelListing) -> None:
    facts = [amount(listing.size)]
    if listing.memory:
        facts.append(f"{amount(listing.memory)} of memory{_fit_words(listing)}")
    if listing.pairs_per_second is not None:
        facts.append(f"{listing.pairs_per_second:.3g} pairs/s")
    elif listing.photos_per_second is not None:
        facts.append(f"{listing.photos_per_second:.3g} photos/s")
    elif listing.speed:
        facts.append(listing.speed)
    if listing.licence:
        facts.append(listing.licence)
    state = "installed" if listing.installed else "can be downloaded"
    if listing.downloaded:
        state = f"{amount(listing.downloaded)} downloaded"
    if not listing.usable:
        state = "cannot run in this version"
    star = ", recommended" if listing.recommended else ""
    say(f"  {listing.name}  ({state}{star})")
    say(f"      {', '.join(facts)}")
    if listing.good_for:
        say(f"      {listing.good_for}")


def _fit_words(listing: ModelListing) -> str:
    return {"tight": ", tight here", "too large": ", too large here"}.get(listing.fit, "")


@models.command("recommend")
@json_option
def recommend(as_json: bool) -> None:
    """Recommend models for this computer."""
    manager = _manager()
    advised = {kind: manager.recommend(kind) for kind in KINDS}
    if as_json:
        say_json({"machine": this_machine(), **advised})
        return
    say(f"This computer has {this_machine().words}.")
    for kind, advice in advised.items():
        say(f"{kind}: {_advice_words(advice)}")


def _advice_words(advice: Advice) -> str:
    return f"{advice.name}. {advice.reason}" if advice.name else advice.reason


@models.command("download")
@click.argument("name", type=TEXT)
@json_option
def download_model(name: str, as_json: bool) -> None:
    """Download a model of the list. After Ctrl-C, the same command continues where it stopped."""
    model = run_with_progress(_manager().download(name), as_json)
    _say_added(model, as_json)


@models.command("import")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--name", type=TEXT, help="The model's name; by default its file's name.")
@json_option
def import_model(files: tuple[Path, ...], name: str | None, as_json: bool) -> None:
    """Import a judge (LLM.gguf MMPROJ.gguf) or a descriptor model (a transformers model folder)."""
    if len(files) != 2 and not (len(files) == 1 and os.path.isdir(files[0])):  # noqa: PTH112
        raise click.UsageError("Give two GGUF files (the model, then its mmproj), or one model folder.")
    model = run_with_progress(_manager().import_files(files, name), as_json)
    _say_added(model, as_json)


def _say_added(model: InstalledModel | None, as_json: bool) -> None:
    assert model is not None, "only Ctrl-C cancels a trial here, and that raises"
    if as_json:
        say_json(model)
        return
    say(f"{model.name} is installed. `lookalike models use {model.name}` uses it in this library.")
    if model.kind == "descriptor" and reads_words(model.folder):
        say(
            f"`lookalike models use {model.name} --for words` has words find photos by it, beside another model."
        )
    if model.pairs_per_second is not None:
        say(f"It compared {model.pairs_per_second:.3g} pairs per second in a trial.")
    elif model.photos_per_second is not None:
        say(f"It described {model.photos_per_second:.3g} photos per second in a trial.")
    else:
        say("It was not tried, as llama-cpp-python is missing or too little memory is free.")


@models.command("check")
@click.argument("name", required=False, type=TEXT)
@json_option
def check(name: str | None, as_json: bool) -> int:
    """Check whether the files of models are undamaged and belong together."""
    found = run_with_progress(_manager().check(name), as_json)
    if as_json:
        say_json({"checked": found})
    for checked in () if as_json else found:
        if not checked.problems:
            say(f"{checked.name} is undamaged.")
        for problem in checked.problems:
            warn(f"{checked.name}: {problem} Remove the model and add it again.")
    if not found and not as_json:
        say("No model is installed.")
    return 1 if any(checked.problems for checked in found) else 0


@models.command("use")
@click.argument("name", type=TEXT)
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["words"]),
    help='Have words find photos by this model, beside the descriptor model; "none" for no model.',
)
@json_option
@click.pass_obj
def use(library_folder: Path | None, name: str, purpose: str | None, as_json: bool) -> None:
    """Use a judge (none, geometry, or a model's name) or a descriptor model ("default" for the embedded one)."""
    if purpose is not None:
        _use_for_words(library_folder, name, as_json)
        return
    descriptor = name == "default"
    line = f"Searches are now checked by {name}."
    try:
        with Library(library_folder) as library:
            descriptor = descriptor or any(
                model.name == name and model.kind == "descriptor"
                for model in library.models.store.installed()
            )
            if descriptor:
                library.descriptor.choose(name)
                line = _changing(library)
            else:
                library.judges.choose(name)
    except LookalikeError:
        if name != "default":
            raise
        # The library's own descriptor model no longer opens.
        reset_descriptor(library_folder or app_paths.default_library())
        line = "The next scan (`lookalike scan`) describes the photos again."
    if as_json:
        say_json({"use": name})
    else:
        say(line)


def _use_for_words(library_folder: Path | None, name: str, as_json: bool) -> None:
    with Library(library_folder) as library:
        library.words_model.choose(name)
        state = library.words_model.state()
    if as_json:
        say_json({"use": name, "for": "words"})
    elif state is None:
        say("Words are now searched without a model.")
    elif state.described == state.photos:
        say("Words find photos by this model.")
    else:
        say(
            f"{counted(state.photos - state.described, 'photo')} must be described with it: `lookalike scan` does it "
            "now, the window or `lookalike watch` in the background. Words find a photo by it from then on."
        )


def _changing(library: Library) -> str:
    state = library.status().changing
    if state is None:
        return "Searches use this model."
    photos = counted(state.photos - state.described, "photo")
    return (
        f"{photos} must be described again: `lookalike scan` does it now, the window or "
        "`lookalike watch` in the background. Searches use the old model until then."
    )


@models.command("forget")
@click.argument("name", type=TEXT)
@json_option
@click.pass_obj
def forget(library_folder: Path | None, name: str, as_json: bool) -> None:
    """Delete the descriptors of a model that this library no longer uses."""
    with Library(library_folder) as library:
        count = library.descriptor.forget(name)
    if as_json:
        say_json({"forgotten": count})
    else:
        say(f"{counted(count, 'descriptor')} of {name} deleted.")


@models.command("remove")
@click.argument("name", type=TEXT)
@json_option
@click.pass_obj
def remove(library_folder: Path | None, name: str, as_json: bool) -> None:
    """Delete a model, or what an interrupted download has left of it."""
    manager = _manager()
    if any(listing.name == name and listing.downloaded for listing in manager.listings()):
        manager.forget_download(name)
    else:
        manager.store.get(name)
        with Library(library_folder) as library:
            library.models.remove(name)
    if as_json:
        say_json({"removed": name})
    else:
        say(f"{name} was removed.")
