"""Calibrations: what was fitted for one descriptor with one judge, and where it is stored.

A calibration belongs to models and not to photos, so all libraries share them, as they share the models. Those of the
embedded descriptor ship with Lookalike; ``lookalike evaluate … --fit`` fits others, or these anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lookalike.errors import Phrase, os_errors
from lookalike.resources import resource
from lookalike.search.answer_worth import AnswerCalibration, answers_from_json, answers_to_json
from lookalike.search.curves import Curve, curve_of
from lookalike.search.index_score import IndexScore, index_score_of

VERSION = 3
"""Version 1 knew only cosines, version 2 other votes. What they were fitted on was judged in another order, so they are
not carried over."""

SHIPPED = "calibrations.json"
"""Written by ``lookalike evaluate GROUND_TRUTH.json --judge none --fit`` and ``--judge geometry --fit``."""

NEVER = 10.0
"""A score that none reaches: a cosine is at most 1, and so is a match, and a vote of thousands adds less than 5."""

NO_JUDGE_KEY = ""
"""The key of a search without a judge."""


@dataclass(frozen=True)
class Calibration:
    """The constants of one descriptor with one judge.

    Attributes:
        descriptor: key of the descriptor model.
        judge: key of the judge, which names its wording too; `NO_JUDGE_KEY` for none.
        weight: λ, the share of the index's score in the score, 0..1.
        index_score: how a cosine and a vote make the index's score.
        index: from the index's score to the probability that both photos show the same thing.
        match: from the judge's logit to that probability; None without a judge.
        cut_off: results of at least this score lie above the line.
        error: expected calibration error of `match` (without a judge, of `index`) on groups left out of the fit.
        pairs: how many pairs it was fitted on.
        positives: how many of these show the same thing.
        groups: how many things they show.
    """

    descriptor: str
    judge: str
    weight: float
    index_score: IndexScore
    index: Curve
    match: Curve | None
    cut_off: float
    error: float
    pairs: int
    positives: int
    groups: int


def to_json(calibration: Calibration) -> dict[str, Any]:
    """A calibration as plain JSON values."""
    match = calibration.match
    return {
        "version": VERSION,
        **asdict(calibration),
        "index_score": calibration.index_score.numbers(),
        "index": calibration.index.numbers(),
        "match": None if match is None else match.numbers(),
    }


def from_json(content: dict[str, Any]) -> Calibration:
    """What `to_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        fields = {name: value for name, value in content.items() if name != "version"}
        if content.get("version") != VERSION:
            raise ValueError("a calibration of another version")
        match = content["match"]
        made = Calibration(
            **{
                **fields,
                "weight": float(content["weight"]),
                "cut_off": float(content["cut_off"]),
                "index_score": index_score_of(content["index_score"]),
                "index": curve_of(content["index"]),
                "match": None if match is None else curve_of(match),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a calibration") from error
    if not 0.0 <= made.weight <= 1.0 or not 0.0 <= made.cut_off <= NEVER:
        raise ValueError("not a calibration")
    if (made.match is None) != (made.judge == NO_JUDGE_KEY):
        raise ValueError("not a calibration")
    return made


class Calibrations:
    """All calibrations: the shipped ones, and the user's own, which take precedence.

    Args:
        folder: holds the user's own, one file each; made when the first is stored.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, descriptor: str, judge: str) -> Calibration | None:
        """The calibration of a descriptor with a judge, by their keys; None if there is none.

        A file that cannot be read counts as none: the search then says that it is not calibrated.
        """
        try:
            found = from_json(json.loads(self._place(descriptor, judge).read_text(encoding="utf-8")))
            if (found.descriptor, found.judge) == (descriptor, judge):
                return found
        except (OSError, ValueError):
            pass
        for content in json.loads(resource(SHIPPED).read_text(encoding="utf-8")):
            if (content["descriptor"], content["judge"]) == (descriptor, judge):
                return from_json(content)
        return None

    def outdated(self) -> int:
        """How many of the user's own calibrations an earlier version has fitted; they are not used any more."""
        found = 0
        for place in self._folder.glob("*.json"):
            with suppress(OSError, ValueError):
                content = json.loads(place.read_text(encoding="utf-8"))
                found += isinstance(content, dict) and content.get("version") != VERSION
        return found

    def put(self, calibration: Calibration) -> None:
        """Store a calibration in place of an earlier one of the same descriptor and judge.

        Raises:
            LookalikeError: it cannot be written.
        """
        self._write(self._place(calibration.descriptor, calibration.judge), to_json(calibration))

    def keep(self, calibration: Calibration | AnswerCalibration) -> None:
        """Store a calibration of either kind; see `put` and `put_answers`."""
        if isinstance(calibration, AnswerCalibration):
            self.put_answers(calibration)
        else:
            self.put(calibration)

    def answers(self, descriptor: str, first: str, second: str) -> AnswerCalibration | None:
        """The calibration of a second judge behind a first one, by their keys; None if there is none, as for `get`."""
        try:
            content = json.loads(self._place(descriptor, first, second).read_text(encoding="utf-8"))
            if content.pop("version", None) != VERSION:
                return None
            found = answers_from_json(content)
        except (OSError, ValueError, AttributeError):
            return None
        same = (found.descriptor, found.first, found.second) == (descriptor, first, second)
        return found if same else None

    def put_answers(self, calibration: AnswerCalibration) -> None:
        """Store the calibration of a second judge in place of an earlier one of the same judges.

        Raises:
            LookalikeError: it cannot be written.
        """
        place = self._place(calibration.descriptor, calibration.first, calibration.second)
        self._write(place, {"version": VERSION, **answers_to_json(calibration)})

    def _write(self, place: Path, content: dict[str, Any]) -> None:
        unfinished = place.with_suffix(f".{os.getpid()}.unfinished")
        with os_errors(
            Phrase("The calibration cannot be stored in {folder}", folder=self._folder),
            "Check the folder's permissions.",
        ):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_text(json.dumps(content, indent=1), encoding="utf-8")
                unfinished.replace(place)
            except OSError:
                with suppress(OSError):
                    unfinished.unlink()
                raise

    def _place(self, descriptor: str, *judges: str) -> Path:
        name = hashlib.blake2b("\0".join((descriptor, *judges)).encode(), digest_size=12).hexdigest()
        return self._folder / f"{name}.json"
