"""Match words: what a probability and the judges' answers amount to, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from lookalike.search.ranking import Result
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.widgets.photo_model import percent

translate = QCoreApplication.translate

EVEN = 0.5
"""From this match on points are more than chance."""


@dataclass(frozen=True)
class Grounds:
    """What a search has found out about one result.

    Attributes:
        judge: the name of the judge; empty where there was none.
        match: the probability that both show the same thing; None where it was not judged.
        calibrated: whether that probability was fitted.
        similarity: cosine of the descriptors; 0 where they were not compared.
        vote: details that voted for it, weighted; None where that is not known.
    """

    judge: str
    match: float | None
    calibrated: bool
    similarity: float
    vote: float | None

    @classmethod
    def of(cls, result: Result | None, judge: str, calibrated: bool) -> Grounds:
        """The grounds of a search's result; None for one that is gone."""
        if result is None:
            return cls(judge, None, calibrated, 0.0, None)
        return cls(judge, result.match, calibrated, result.similarity, result.vote)


def sureness(match: float) -> str:
    """A probability in words and in percent: "Almost sure that both show the same: 97 %"."""
    steps = (
        (0.95, translate("Match", "Almost sure that both show the same: {0} %")),
        (0.8, translate("Match", "Very likely the same: {0} %")),
        (0.6, translate("Match", "Probably the same: {0} %")),
        (0.4, translate("Match", "The same or not, it could be either: {0} %")),
        (0.2, translate("Match", "Probably not the same: {0} %")),
        (0.05, translate("Match", "Very likely not the same: {0} %")),
    )
    words = next(
        (words for least, words in steps if match >= least),
        translate("Match", "Almost sure that these are different: {0} %"),
    )
    return words.format(percent(match))


def headline(grounds: Grounds) -> str:
    """What the judge says, in one line."""
    if grounds.match is None:
        return translate("Match", "Not checked by a judge")
    words = sureness(grounds.match)
    return words if grounds.calibrated else translate("Match", "{0} (not calibrated)").format(words)


def points_text(count: int, proven: bool, mirrored: bool) -> str:
    """What the matching points amount to.

    Args:
        count: how many there are: none, or at least five, as fewer prove nothing.
        proven: whether they are more than chance.
        mirrored: whether they match the mirror image.
    """
    if not count:
        return translate("Match", "no details match")
    if not proven:
        return translate("Match", "{0} details agree, no more than any two photos may have in common").format(
            format_count(count)
        )
    words = translate("Match", "{0} details lie in the same arrangement in both")
    if mirrored:
        words = translate("Match", "{0} details lie in the same arrangement, mirrored")
    return words.format(format_count(count))


def judges_text(grounds: Grounds, points: str) -> list[tuple[str, str]]:
    """Who says what: the name of each judge and its answer, in words.

    Args:
        grounds: what the search found out.
        points: what the matching points amount to; empty while that is not known.
    """
    lines = []
    if grounds.similarity:
        similarity = QLocale().toString(grounds.similarity, "f", 2)
        lines.append(
            (translate("Match", "Whole photos"), translate("Match", "likeness {0} of 1").format(similarity))
        )
    if grounds.vote is not None:
        weight = QLocale().toString(grounds.vote, "f", 1)
        lines.append(
            (
                translate("Match", "Details in the index"),
                translate("Match", "votes of weight {0}").format(weight),
            )
        )
    lines.append((translate("Match", "Matching points"), points or translate("Match", "comparing…")))
    if grounds.match is not None and grounds.judge and grounds.judge != "geometry":
        share = translate("Match", "{0} %").format(percent(grounds.match))
        lines.append((grounds.judge, share))
    return lines
