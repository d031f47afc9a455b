"""Skipped files as lines: what the catalog knows, and what the running job has told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.catalog.folders import Folder
    from lookalike.progress import Skipped


def skipped_lines(
    problems: Sequence[tuple[Path, str]], skipped: Sequence[Skipped], folders: Sequence[Folder] = ()
) -> list[tuple[str, str]]:
    """Everything that was skipped, by the catalog and by the running job together, sorted by path.

    Args:
        problems: the catalog's list.
        skipped: the running job's.
        folders: watched folders; lines about one of them are left out, as its own row shows its state.
    """
    watched = {str(folder.path) for folder in folders}
    lines = {str(path): reason for path, reason in problems}
    lines.update({line.path: line.reason for line in skipped if line.path not in watched})
    return sorted(lines.items())
