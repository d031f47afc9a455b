"""Moments: what metadata and aligned pixels say of when two photos were taken."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np

from lookalike.catalog.contents import ContentRow
from lookalike.pairs.agreement import Agreement
from lookalike.pairs.photo_pixels import PhotoPixels

EXPOSURE_ROUNDING = 0.02
"""How far apart two programs may write down one exposure."""

BURST_SHARE = 0.5
BURST_AREA = 0.6
BURST_CORRELATION = 0.65
"""Two exposures of one moment: most blocks agree, on most of both frames."""
BURST_SECONDS = 120.0
"""How far apart the exposures of one moment may be."""
UNDATED_AREA = 0.85
"""The share of both frames that has to agree where nobody knows when they were taken: views of one thing by two people
agree on less (docs/benchmarks.md, "Duplicates")."""


def were_taken_apart(first: ContentRow, second: ContentRow) -> bool:
    """Whether the metadata prove two exposures: one camera, and two times to the second."""
    if first.taken_at is None or second.taken_at is None:
        return False
    if first.camera is None or first.camera != second.camera:
        return False
    if first.precision is None or second.precision is None:
        return False
    seconds = "second"
    return (
        first.precision.value == seconds == second.precision.value
        and first.taken_at[:19] != second.taken_at[:19]
    )


def were_exposed_apart(first: ContentRow, second: ContentRow, one: PhotoPixels, other: PhotoPixels) -> bool:
    """Whether the metadata prove two exposures: one camera, and two exposure times, f-numbers or ISO values."""
    return (
        first.camera is not None
        and first.camera == second.camera
        and bool(one.exposure)
        and bool(other.exposure)
        and not np.allclose(one.exposure, other.exposure, rtol=EXPOSURE_ROUNDING)
    )


def may_be_one_moment(first: ContentRow, second: ContentRow) -> bool:
    """Whether metadata allow that two photos were taken by one camera within moments; nothing may be known of it."""
    return _least_area(first, second) <= 1.0


def are_one_moment(first: ContentRow, second: ContentRow, agreed: Agreement) -> bool:
    """Whether two photos that are no copies are exposures of one moment.

    Args:
        first: facts of the first.
        second: those of the second.
        agreed: how far they agree.
    """
    return (
        agreed.share >= BURST_SHARE
        and min(agreed.areas) >= _least_area(first, second)
        and agreed.typical >= BURST_CORRELATION
    )


def _least_area(first: ContentRow, second: ContentRow) -> float:
    """The share of both frames that has to agree in a burst; more than there is where metadata tell two moments."""
    if None not in (first.camera, second.camera) and first.camera != second.camera:
        return math.inf
    seconds = _seconds_between(first.taken_at, second.taken_at)
    if seconds is None:
        return UNDATED_AREA
    return BURST_AREA if seconds <= BURST_SECONDS else math.inf


def _seconds_between(one: str | None, other: str | None) -> float | None:
    """How far apart two times of day are; None where one is not known to the minute."""
    if one is None or other is None or min(len(one), len(other)) < len("2019-07-18T10:00"):
        return None
    return abs((datetime.fromisoformat(one[:19]) - datetime.fromisoformat(other[:19])).total_seconds())
