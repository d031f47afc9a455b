"""Looks a library over: is its catalog whole, and does the index find everything in it, and nothing else?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.index import Audit, audit
from lookalike.library.descriptor_engine import DescriptorEngine
from lookalike.progress import Progress

SAMPLE = 20_000
"""Photos that are searched for where not all of them need be; a minute or so."""


@dataclass(frozen=True)
class IntegrityReport:
    """What a check found.

    Attributes:
        photos: photos that a search must find.
        searched: how many of them were searched for with their own descriptors.
        damage: what was wrong, one line each.
        repaired: what was done about it, one line each.
        sound: whether nothing is wrong any more.
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
        engine: the model whose index is looked at.
        sample: photos that are searched for; None for all.

    Returns:
         Checked.
    """
    index, record = engine.index, engine.record
    damage = [f"the catalog: {line}" for line in catalog.damage()]
    broken = bool(damage)
    repaired = list(index.repairs)
    if stale := catalog.annotations.stale():
        damage.append(f"The words or the raw files of {_photos(len(stale))} did not agree with their files.")
        with catalog.unit_of_work() as work:
            work.touch(stale)
        if catalog.annotations.stale():
            broken = True
        else:
            repaired.append("They were worked out anew.")
    index.sync()
    first = outcome = yield from audit(index, record, sample)
    if not first.sound:
        damage += _damage_lines(first)
        doubtful = np.array(sorted({*first.lost, *first.phantom, *first.damaged}), np.int64)
        if first.damaged:
            record.forget(first.damaged)
            repaired.append(f"{_photos(len(first.damaged))} will be described again by the next scan.")
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
        lines.append(f"{_photos(len(found.lost))} could not be found by a search.")
    if found.phantom or found.surplus:
        lines.append(f"A search gave {_photos(max(len(found.phantom), found.surplus))} that no longer exist.")
    if found.damaged:
        lines.append(f"The descriptors of {_photos(len(found.damaged))} were damaged.")
    return lines


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"
