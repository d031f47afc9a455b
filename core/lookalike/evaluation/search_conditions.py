"""Search conditions of an evaluation: the judge, the settings and the constants that all its answers are got with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lookalike import __version__
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.encoding import encode
from lookalike.evaluation.indexing import IndexedDataset, bytes_a_photo
from lookalike.evaluation.runs import RunHead
from lookalike.judges.protocol import Judge
from lookalike.library import Library
from lookalike.search.fusion import Fusion
from lookalike.search.settings import SearchSettings

UNJUDGED = 100
"""Candidates whose probabilities are measured where no judge says how many it is shown."""


@dataclass(frozen=True)
class SearchConditions:
    """How the queries are searched for.

    Attributes:
        judge: name of the judge, `NO_JUDGE` for the index alone.
        looking: the judge, where two work together the second one; None for nobody.
        first: the judge that goes before it; None where none does.
        settings: how candidates are checked.
        fusion: how similarity, vote and match make a score, before the second of two judges.
        top: candidates that are judged, or whose probabilities are measured without a judge.
    """

    judge: str
    looking: Judge | None
    first: Judge | None
    settings: SearchSettings
    fusion: Fusion
    top: int

    @classmethod
    def of(cls, library: Library, judge: str, settings: SearchSettings | None = None) -> SearchConditions:
        """The conditions that a judge and some settings make in a library.

        Raises:
            LookalikeError: there is no such judge, or it cannot work here.
        """
        settings = settings or SearchSettings()
        first, second = library.judges.in_turn(judge, settings.judge_options, alone=settings.alone)
        looking = first if second is None else second
        top = settings.judged(looking) if looking is not None else settings.top or UNJUDGED
        fusion = library.search.fusion(first, settings.weight)
        return cls(judge, looking, None if second is None else first, settings, fusion, top)

    def head(
        self,
        indexed: IndexedDataset,
        more: Mapping[str, Any] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> RunHead:
        """The head of a run under these conditions.

        Args:
            indexed: what is searched.
            more: further conditions.
            facts: further facts; ``"bytes"`` is added to what is known of them.
        """
        library, fusion = indexed.library, self.fusion
        conditions: dict[str, Any] = {"judge": self.judge, "descriptor": library.status().descriptor}
        if self.looking is not None:
            conditions |= {"judge_key": self.looking.key, "top": self.top}
        if self.first is not None and self.looking is not None:
            worth = library.search.answer_worth(self.first, self.looking, fusion)
            conditions |= {
                "first_judge_key": self.first.key,
                "pairs": self.settings.pairs,
                "answer_worth": encode(worth),
            }
        conditions |= {"weight": fusion.weight, "vote_weight": fusion.index_score.weight}
        if fusion.index_score.weight:
            conditions["details"] = library.details.key
        conditions |= {"cut_off": fusion.cut_off, "calibrated": fusion.calibrated, **(more or {})}
        facts = dict(facts or {})
        facts["bytes"] = {**bytes_a_photo(library), **facts.get("bytes", {})}
        facts["index_score"] = fusion.index_score.numbers()
        return head_of(indexed.dataset, conditions, indexed.photos, facts)


def head_of(
    dataset: Dataset, conditions: Mapping[str, Any], photos: int, facts: Mapping[str, Any]
) -> RunHead:
    """The head of a run that begins now; see `RunHead`."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return RunHead(dataset.name, str(dataset.root), conditions, photos, now, __version__, facts)
