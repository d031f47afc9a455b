"""Progress of the core's jobs in words: what is being done, how much of it, and how long it takes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lookalike.progress import Progress, Stage
from lookalike_desktop.qt.formatting import format_count, format_decimal, format_duration, format_transfer

translate = QCoreApplication.translate

UNCOUNTED = frozenset(
    {Stage.WATCHING, Stage.WAITING, Stage.LOOKING, Stage.CONNECTING, Stage.TRYING, Stage.FINDING_THINGS}
)
"""Stages whose name says all there is."""

NAMED = frozenset({Stage.CHECKING, Stage.CLEANING_UP, Stage.RESTORING, Stage.READING})
"""Stages that are named beside their figures: the user asked for something, and this is only a part of it."""


def stage_text(stage: Stage) -> str:
    """What a job is doing."""
    return {
        Stage.LOOKING: translate("progress", "Looking for photos…"),
        Stage.INDEXING: translate("progress", "Indexing"),
        Stage.DESCRIBING: translate("progress", "Describing"),
        Stage.WATCHING: translate("progress", "Watching for changes"),
        Stage.WAITING: translate("progress", "Waiting; trying again soon"),
        Stage.EXTRACTING: translate("progress", "Looking at details"),
        Stage.JOINING: translate("progress", "Looking for copies"),
        Stage.COMPARING: translate("progress", "Comparing pairs"),
        Stage.FINDING_THINGS: translate("progress", "Finding things"),
        Stage.LOOKING_CLOSER: translate("progress", "Looking closer for things"),
        Stage.LABELLING: translate("progress", "Looking at what photos show"),
        Stage.RECOGNISING: translate("progress", "Looking for screenshots and documents"),
        Stage.READING_TEXT: translate("progress", "Reading text"),
        Stage.CAPTIONING: translate("progress", "Writing captions"),
        Stage.PREPARING: translate("progress", "Preparing"),
        Stage.COMPRESSING: translate("progress", "Compressing"),
        Stage.SEARCHING: translate("progress", "Searching"),
        Stage.CLEANING_UP: translate("progress", "Cleaning up"),
        Stage.RESTORING: translate("progress", "Putting back"),
        Stage.CHECKING: translate("progress", "Checking"),
        Stage.READING: translate("progress", "Reading"),
        Stage.CONNECTING: translate("progress", "Connecting…"),
        Stage.DOWNLOADING: translate("progress", "Downloading"),
        Stage.TRYING: translate("progress", "Trying it on two pictures…"),
    }[stage]


def progress_text(progress: Progress) -> str:
    """How far a job is, in one line; empty while there is nothing to say."""
    if progress.stage in UNCOUNTED:
        return stage_text(progress.stage)
    in_bytes = progress.unit == "bytes"
    if progress.total is None:
        return "" if in_bytes else translate("progress", "{0} photos").format(format_count(progress.done))
    if in_bytes and not progress.total:
        return ""
    amount = format_transfer if in_bytes else format_count
    share = translate("progress", "{0} of {1}").format(amount(progress.done), amount(progress.total))
    if progress.stage in NAMED:
        share = translate("progress", "{0}: {1}").format(stage_text(progress.stage), share)
    parts = [share, *_rate_texts(progress)]
    if progress.eta is not None and progress.done < progress.total:
        parts.append(translate("progress", "{0} left").format(format_duration(progress.eta)))
    return " · ".join(parts)


def _rate_texts(progress: Progress) -> list[str]:
    if progress.unit == "bytes":
        rate = int(progress.rate)
        return [translate("progress", "{0}/s").format(format_transfer(rate))] if progress.rate > 0 else []
    if progress.rate < 0.05:
        return []
    rate_text = format_decimal(progress.rate, 0 if progress.rate >= 10 else 1)
    if progress.unit == "pairs":
        return [translate("progress", "{0} pairs/s").format(rate_text)]
    return [translate("progress", "{0} photos/s").format(rate_text)]
