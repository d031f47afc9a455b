"""Integrity check: is the catalog undamaged, and does the index find everything in it and nothing else?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.index import Audit, audit
from lookalike.index.inverted import FeatureIndex
from lookalike.library.descriptor_engine import DescriptorEngine
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.pairs import PairKind
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


SAMPLED_DETAILS = 200
"""How many photos a check lets vote for themselves."""

SURE_FEATURES = 50
"""A photo with so many features votes for itself."""


@dataclass(frozen=True)
class Details:
    """The details of a library, as a check needs them.

    Attributes:
        inverted: has them vote.
        features: those that are kept.
    """

    inverted: FeatureIndex
    features: FeatureCache


def check_and_repair(
    catalog: Catalog,
    engine: DescriptorEngine,
    details: Details,
    sample: int | None,
    words: DescriptorEngine | None = None,
) -> Generator[Progress, None, IntegrityReport]:
    """Compare index and catalog, and repair what is wrong.

    Args:
        catalog: the library's catalog.
        engine: the model whose index is checked.
        details: checked as well.
        sample: how many photos to search for; None for all.
        words: the model for words beside it, checked likewise; None without one.
    """
    damage = [f"the catalog: {line}" for line in catalog.damage()]
    broken = bool(damage)
    repaired: list[str] = []
    if stale := catalog.annotations.stale():
        photos = counted(len(stale), "photo")
        damage.append(f"The annotations or raw companions of {photos} did not match the files.")
        with catalog.unit_of_work() as work:
            work.touch(stale)
        if catalog.annotations.stale():
            broken = True
        else:
            repaired.append("They were read from the files again.")
    lines, mended, lost = check_details(catalog, details)
    damage += lines
    repaired += mended
    broken |= lost
    if orphans := catalog.verified_pairs.remove_orphans([kind.value for kind in PairKind]):
        damage.append(f"There were {counted(orphans, 'compared pair')} of photos that no longer exist.")
        repaired.append("They were removed.")
    outcome, lines, mended = yield from _check_index(engine, sample)
    damage += lines
    repaired += mended
    sound = outcome.sound and not broken
    if words is not None:
        by_words, lines, mended = yield from _check_index(words, sample)
        damage += [f"By the model for words: {line}" for line in lines]
        repaired += [f"By the model for words: {line}" for line in mended]
        sound &= by_words.sound
    return IntegrityReport(outcome.recorded, outcome.searched, tuple(damage), tuple(repaired), sound)


def _check_index(
    engine: DescriptorEngine, sample: int | None
) -> Generator[Progress, None, tuple[Audit, list[str], list[str]]]:
    """Compare a model's index with its descriptors, and repair it.

    Returns:
        How it is now, what was wrong, and what was done about it.
    """
    index, record = engine.index, engine.record
    index.sync()
    damage: list[str] = []
    repaired = list(index.repairs)
    first = outcome = yield from audit(index, record, sample)
    if not first.sound:
        damage = _damage_lines(first)
        doubtful = np.array(sorted({*first.lost, *first.phantom, *first.damaged}), np.int64)
        if first.damaged:
            record.forget(first.damaged)
            repaired.append(f"The next scan will describe {counted(len(first.damaged), 'photo')} again.")
        index.refresh(doubtful)
        index.flush()
        outcome = yield from audit(index, record, sample)
        if outcome.sound and (first.lost or first.phantom or first.surplus):
            repaired.append("The search index was brought in line with the catalog.")
    return outcome, damage, repaired


def check_details(catalog: Catalog, details: Details) -> tuple[list[str], list[str], bool]:
    """Compare the inverted file of details with the catalog and with kept features.

    Photos that lack details are no damage: the next scan, or following, sees to them.

    Returns:
        What was wrong, what was done about it, and whether something is wrong still.
    """
    inverted = details.inverted
    damage: list[str] = []
    repaired = list(inverted.repairs)
    ids = inverted.ids()
    gone = np.setdiff1d(ids, np.array(catalog.contents.visible(), np.int64))
    if len(gone):
        there = counted(len(gone), "photo that no longer exists", "photos that no longer exist")
        damage.append(f"There were details of {there}.")
        inverted.remove(gone)
        inverted.flush()
        repaired.append("They were removed.")
    left = np.setdiff1d(ids, gone)
    chosen = np.random.default_rng(0).permutation(left)[:SAMPLED_DETAILS]
    silent = 0
    for number, content in catalog.contents.visible_among(chosen.tolist()).items():
        kept = details.features.get(content)
        if kept is not None and len(kept) >= SURE_FEATURES:
            silent += not inverted.votes_of(kept, np.array([number], np.int64))[0] > 0
    if silent:
        damage.append(f"{counted(silent, 'photo')} could not be found by their own details.")
    return damage, repaired, bool(silent)


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
