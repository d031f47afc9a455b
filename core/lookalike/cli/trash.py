"""The command ``trash``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lookalike.cli.duplicates import FAILED, say_undone
from lookalike.cli.given_photos import ids_of_given
from lookalike.cli.options import PATH, json_option
from lookalike.cli.output import run_with_progress, say, say_json, warn
from lookalike.duplicates.photo_trash import TrashPreview
from lookalike.library import Library
from lookalike.wording import counted


@click.command()
@click.argument("photos", nargs=-1, type=PATH)
@click.option("--dry-run", is_flag=True, help="Only tell how many files would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--undo", "undoing", is_flag=True, help="Put back what went last.")
@json_option
@click.pass_obj
def trash(
    library_folder: Path | None,
    photos: tuple[Path, ...],
    dry_run: bool,
    yes: bool,
    undoing: bool,
    as_json: bool,
) -> int:
    """Move PHOTOS to the system's trash: all copies of each, wherever they lie, with raw and XMP files."""
    if undoing == bool(photos) or (undoing and dry_run):
        raise click.UsageError("Give the photos that are to go, or --undo alone.")
    with Library(library_folder) as library:
        library.trash.end_interrupted()
        if undoing:
            return say_undone(run_with_progress(library.trash.restore_last(), quiet=as_json), as_json)
        ids = list(dict.fromkeys(ids_of_given(library, photos).values()))
        preview = library.trash.preview(ids)
        if dry_run:
            if as_json:
                say_json(preview)
            else:
                say(f"{_consequences(preview)} would go to the trash. Nothing was changed.")
            return 0
        if not yes and not _is_wanted(preview):
            warn("Nothing was moved.")
            return FAILED
        return _move(library, ids, as_json)


def _consequences(preview: TrashPreview) -> str:
    away = f"; {counted(preview.away, 'file')} on drives that are away would stay" if preview.away else ""
    return f"{counted(preview.photos, 'photo')} in {counted(preview.files, 'file')}{away}"


def _is_wanted(preview: TrashPreview) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{_consequences(preview)}: without a terminal to ask in, give --yes.")
    return click.confirm(f"{_consequences(preview)}. Move to the trash?", err=True)


def _move(library: Library, ids: list[int], as_json: bool) -> int:
    report = run_with_progress(library.trash.move(ids), quiet=as_json)
    if as_json:
        say_json({"photos": report.photos, "removed": report.removed, "refused": report.refused})
    else:
        for line in report.refused:
            warn(f"  not moved: {line.path}: {line.reason}")
        files = counted(len(report.removed), "file")
        undo = (
            " `lookalike trash --undo` puts them back."
            if report.removed and library.trash.can_restore
            else ""
        )
        say(f"{files} moved to the trash.{undo}")
    return FAILED if report.refused else 0
