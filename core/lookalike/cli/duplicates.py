"""The commands ``duplicates …``: list groups of duplicates, clean them up by a plan, and say what is to be kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from lookalike.catalog.duplicate_decisions import Decision
from lookalike.cli.options import PATH, json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.duplicates.clean_up import CleanUpOptions, CleanUpReport
from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup, DuplicatePhoto, Held
from lookalike.duplicates.keep_rules import DEFAULT_RULES, KeepRule
from lookalike.duplicates.plan import groups_as_json, read_plan
from lookalike.duplicates.recovery import UndoReport
from lookalike.durable import write_durably
from lookalike.errors import Phrase, os_errors
from lookalike.library import Library
from lookalike.progress import Progress
from lookalike.user_paths import absolute
from lookalike.wording import counted

T = TypeVar("T")

REASONS = {
    KeepRule.PROTECTED: "in a protected folder",
    KeepRule.ORIGINAL: "the original of the edits",
    KeepRule.RAW: "its raw file lies beside it",
    KeepRule.RESOLUTION: "most pixels",
    KeepRule.COMPRESSION: "least compressed",
    KeepRule.EXIF: "has what the camera wrote",
    KeepRule.CENTRAL: "most like the other edits",
    KeepRule.FORMAT: "its format loses least",
    KeepRule.RATING: "most stars",
    KeepRule.OLDEST: "oldest file",
    KeepRule.NAME: "comes first by its name",
}
HELD = {
    Held.PROTECTED: "stays: protected folder",
    Held.OFFLINE: "stays: its drive is away",
    Held.RAW: "stays: its raw file lies beside it",
    Held.LINKED: "stays: a hard link to the same file",
}
FORGET = "forget"
FAILED = 1
"""Exit code of a clean-up that left something undone."""


@contextmanager
def _opened(library_folder: Path | None) -> Iterator[Library]:
    """The library, once a clean-up that was killed is ended."""
    with Library(library_folder) as library:
        for line in library.duplicates.end_interrupted():
            warn(line)
        yield library


@click.group(invoke_without_command=True)
@click.option(
    "--class",
    "classes",
    type=click.Choice([kind.value for kind in DuplicateClass]),
    multiple=True,
    help="Only groups of this class; may be given several times.",
)
@click.option(
    "--rule",
    "rules",
    type=click.Choice([rule.value for rule in DEFAULT_RULES]),
    multiple=True,
    help="What decides first on the photo to keep; may be given several times, the first rule first.",
)
@click.option(
    "--plan",
    "plan_file",
    type=PATH,
    help="Write the groups into a file for `lookalike duplicates apply`; bursts only with --class burst.",
)
@json_option
@click.pass_context
def duplicates(
    context: click.Context,
    classes: tuple[str, ...],
    rules: tuple[str, ...],
    plan_file: Path | None,
    as_json: bool,
) -> None:
    """List the duplicates among the photos, with the one of each group to keep."""
    if context.invoked_subcommand is not None:
        return
    started = time.monotonic()
    with _opened(context.obj) as library:
        # What came since the last scan, or was left when one was stopped.
        run_with_progress(library.details.make(), quiet=as_json)
        run_with_progress(library.pairs.update(), quiet=as_json)
        chosen = [DuplicateClass(name) for name in classes] or None
        order = [KeepRule(name) for name in rules]
        order += [rule for rule in library.duplicates.rules if rule not in order]
        groups = library.duplicates.groups(chosen, order)
    seconds = round(time.monotonic() - started, 3)
    if plan_file is not None:
        planned = [group for group in groups if chosen or group.kind is not DuplicateClass.BURST]
        _write_plan(absolute(plan_file), planned)
    if as_json:
        say_json({"groups": groups_as_json(groups), "seconds": seconds})
        return
    for group in groups:
        _say_group(group)
    if not groups:
        say("There are no duplicates.")
        return
    say(f"{counted(len(groups), 'group')}; removing what need not be kept frees {_size(_bytes(groups))}.")
    if plan_file is not None:
        say(f"The plan is in {absolute(plan_file)}. `lookalike duplicates apply` carries it out.")


def _write_plan(path: Path, groups: list[DuplicateGroup]) -> None:
    text = json.dumps({"groups": groups_as_json(groups)}, indent=1)
    with os_errors(Phrase("The plan {path} cannot be written", path=path), "Choose another place for it."):
        write_durably(path, text.encode())


def _say_group(group: DuplicateGroup) -> None:
    say(f"{group.kind}, {counted(len(group.photos), 'photo')}, {_size(group.bytes)} to free")
    say(f"  keep    {group.keep.path}  ({', '.join(REASONS[reason] for reason in group.reasons)})")
    for photo in group.photos[1:]:
        words = _photo_words(group, photo)
        say(f"  {'stays ' if photo.held else 'remove'}  {photo.path}{f'  ({words})' if words else ''}")


def _photo_words(group: DuplicateGroup, photo: DuplicatePhoto) -> str:
    parts: list[str] = [edit.value for edit in photo.edits]
    if group.kind in (DuplicateClass.EDITED, DuplicateClass.BURST) and photo.hash != group.keep.hash:
        parts.append(f"{photo.similarity:.0%} alike on {photo.overlap:.0%} of the picture")
    if photo.held is not None:
        parts.append(HELD[photo.held])
    return ", ".join(parts)


def _bytes(groups: list[DuplicateGroup]) -> int:
    """What all groups free together; a file in several of them counts once."""
    going: dict[Path, int] = {}
    for group in groups:
        others = [photo for photo in group.photos[1:] if photo.held is None]
        # A group knows which of its files are one file under several names, so its sum is right and theirs may not be.
        share = group.bytes / max(sum(photo.bytes for photo in others), 1)
        going.update({photo.path: round(photo.bytes * share) for photo in others})
    return sum(going.values())


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


@duplicates.command("apply")
@click.argument("plan", type=PATH)
@click.option("--dry-run", is_flag=True, help="Check everything and tell what would be done; change nothing.")
@click.option("--link", is_flag=True, help="Replace exact copies by hard links to the photo that is kept.")
@click.option(
    "--merge-metadata",
    is_flag=True,
    help="Write stars, keywords, title and place of what goes into the XMP file of what is kept.",
)
@json_option
@click.pass_obj
def apply_plan(
    library_folder: Path | None, plan: Path, dry_run: bool, link: bool, merge_metadata: bool, as_json: bool
) -> int:
    """Move the photos that a plan does not keep to the system's trash."""
    read = read_plan(absolute(plan))
    options = CleanUpOptions(dry_run, link, merge_metadata)
    with _opened(library_folder) as library:
        report = _run(lambda: library.duplicates.clean_up(read, options), as_json)
    if as_json:
        say_json({**vars(report), "dry_run": dry_run})
    else:
        _say_report(report, dry_run)
    return FAILED if report.refused else 0


def _say_report(report: CleanUpReport, dry_run: bool) -> None:
    for line in report.refused:
        warn(f"  not removed: {line.path}: {line.reason}")
    if dry_run:
        for path in report.removed:
            say(f"would move to the trash: {path}")
        for path in report.linked:
            say(f"would become a hard link: {path}")
        for path in report.written:
            say(f"would be written: {path}")
        say(f"That would free {_size(report.bytes)}. Nothing was changed.")
        return
    if report.removed:
        say(
            f"{counted(len(report.removed), 'file')} moved to the trash; emptying it frees {_size(report.bytes)}. "
            "`lookalike duplicates undo` puts them back."
        )
    if report.linked:
        links = counted(len(report.linked), "copy is now a hard link", "copies are now hard links")
        say(f"{links}; that freed {_size(report.bytes)}. `lookalike duplicates undo` makes them files again.")
    if not report.removed and not report.linked:
        say("Nothing was removed.")


@duplicates.command("undo")
@json_option
@click.pass_obj
def undo(library_folder: Path | None, as_json: bool) -> int:
    """Undo the last clean-up: put its files back from the trash."""
    with _opened(library_folder) as library:
        report = _run(library.duplicates.undo, as_json)
    return say_undone(report, as_json)


def say_undone(report: UndoReport, as_json: bool) -> int:
    """Tell what was put back, and what could not be; gives the exit code."""
    if as_json:
        say_json(report)
    else:
        for line in report.failed:
            warn(f"  {line.reason}")
        say(f"{counted(len(report.restored), 'file is', 'files are')} as before.")
    return FAILED if report.failed else 0


def _run(work: Callable[[], Generator[Progress, None, T]], as_json: bool) -> T:
    return run_with_progress(work(), quiet=as_json)


@duplicates.command("decide")
@click.argument("decision", type=click.Choice([*(decision.value for decision in Decision), FORGET]))
@click.argument("paths", type=PATH, nargs=-1, required=True)
@json_option
@click.pass_obj
def decide(library_folder: Path | None, decision: str, paths: tuple[Path, ...], as_json: bool) -> None:
    """Say of some photos that they are no duplicates of each other, or that all of them are kept.

    It is remembered wherever the photos move. `forget` takes it back. One photo alone stands for all its exact copies.
    """
    with _opened(library_folder) as library:
        hashes = library.duplicates.hashes_at([absolute(path) for path in paths])
        if decision == FORGET:
            library.duplicates.forget_decision(hashes)
        else:
            library.duplicates.decide(hashes, Decision(decision))
        count = len(library.duplicates.decisions())
    if as_json:
        say_json({"decision": decision, "photos": hashes, "decisions": count})
    else:
        say("Forgotten." if decision == FORGET else "Remembered.")


@duplicates.command("rules")
@click.argument("rules", type=click.Choice([rule.value for rule in DEFAULT_RULES]), nargs=-1)
@json_option
@click.pass_obj
def rules_command(library_folder: Path | None, rules: tuple[str, ...], as_json: bool) -> None:
    """Show or choose which photo of a group is kept: the first rule that tells two apart decides."""
    with _opened(library_folder) as library:
        if rules:
            library.duplicates.set_rules(rules)
        order = library.duplicates.rules
    if as_json:
        say_json({"rules": [rule.value for rule in order]})
        return
    for rule in order:
        say(f"{rule.value:<12}{REASONS[rule]}")


@duplicates.command("protect")
@click.argument("path", type=PATH, required=False)
@click.option("--off", is_flag=True, help="Let duplicates in the folder be removed again.")
@json_option
@click.pass_obj
def protect(library_folder: Path | None, path: Path | None, off: bool, as_json: bool) -> None:
    """List the protected folders, or protect one: no duplicate in it is ever removed."""
    with _opened(library_folder) as library:
        if path is not None:
            folder = absolute(path)
            if off:
                library.duplicates.unprotect(folder)
            else:
                library.duplicates.protect(folder)
        folders = library.duplicates.protected_folders()
    if as_json:
        say_json({"protected": folders})
        return
    for folder in folders:
        say(str(folder))
