"""Integrity check: is the catalog undamaged, and does the index find everything in it and nothing else?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.index import Audit, audit
from lookalike.library.descriptor_engine import DescriptorEngine
from lookalike.progress import Progress
from lookalike.wording import counted

SAMPLE = 20_000
"""How many photos a quick check searches for; that takes a minute or so."""


@dataclass(frozen=True)
class IntegrityReport:
    """The result of an integrity check.

    Attributes:
        photos: photos that a search must find.
        searched: how many of them were searched for with their own descriptors.
        damage: what was wrong, one line each.
        repaired: what was done about it, one line each.
        sound: whether everything is in order now.
    """

    photos: int
    searched: int
    damage: tuple[str, ...]
    repaired: tuple[str, ...]
    sound: bool


def check_and_repair(
    catalog: Catalog, engine: DescriptorEngine, sample: int | None
) -> Generator[Progress, None, IntegrityReport]:
    """Compare index and catalog, and repair what is wrong.

    Args:
        catalog: the library's catalog.
        engine: the model whose index is checked.
        sample: how many photos to search for; None for all.
    """
    index, record = engine.index, engine.record
    damage = [f"the catalog: {line}" for line in catalog.damage()]
    broken = bool(damage)
    repaired = list(index.repairs)
    if stale := catalog.annotations.stale():
        photos = counted(len(stale), "photo")
        damage.append(f"The annotations or raw companions of {photos} did not match the files.")
        with catalog.unit_of_work() as work:
            work.touch(stale)
        if catalog.annotations.stale():
            broken = True
        else:
            repaired.append("They were read from the files again.")
    index.sync()
    first = outcome = yield from audit(index, record, sample)
    if not first.sound:
        damage += _damage_lines(first)
        doubtful = np.array(sorted({*first.lost, *first.phantom, *first.damaged}), np.int64)
        if first.damaged:
            record.forget(first.damaged)
            repaired.append(f"The next scan will describe {counted(len(first.damaged), 'photo')} again.")
        index.refresh(doubtful)
        index.flush()
        outcome = yield from audit(index, record, sample)
        if outcome.sound and (first.lost or first.phantom or first.surplus):
            repaired.append("The search index was brought in line with the catalog.")
    return IntegrityReport(
        outcome.recorded,
        outcome.searched,
        tuple(damage),
        tuple(repaired),
        outcome.sound and not broken,
    )


def _damage_lines(found: Audit) -> list[str]:
    lines = []
    if found.lost:
        lines.append(f"Searches did not find {counted(len(found.lost), 'photo')}.")
    if found.phantom or found.surplus:
        phantoms = max(len(found.phantom), found.surplus)
        lines.append(
            f"Searches found {counted(phantoms, 'photo that no longer exists', 'photos that no longer exist')}."
        )
    if found.damaged:
        lines.append(f"The descriptors of {counted(len(found.damaged), 'photo')} were damaged.")
    return lines
