"""Fit to the user's verdicts: a calibration of what the user called the same, and not the same, in searches.

What the user says is about results near the line, and of one's own photos: it is worth more than a data set of others'
where there is enough of it, and misleads where there is little. So it needs `LEAST_OF_EACH` verdicts of both kinds, of
at least as many queries as any fit, and is stored only when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import numpy as np

from lookalike.errors import LookalikeError
from lookalike.evaluation.calibrating import Fitted, calibrate
from lookalike.evaluation.pairs import JudgedPairs, QueryPairs
from lookalike.library import Library

LEAST_OF_EACH = 50
"""Verdicts *the same* and *not the same* that a fit needs."""

Said = tuple[str, bool, float, float | None, float | None]
"""Name of the query, whether both show the same, cosine, vote of details, and the judge's logit."""


def pairs_of(said: Iterable[Said]) -> JudgedPairs:
    """Verdicts as judged pairs; each query is a group of its own.

    Args:
        said: the verdicts, by their queries.
    """
    queries = []
    for query, rows in groupby(said, key=lambda row: row[0]):
        _, right, cosines, votes, logits = zip(*rows, strict=True)
        queries.append(
            QueryPairs(
                query,
                np.array(cosines, np.float64),
                np.array(votes, np.float64),
                np.array(logits, np.float64),
                np.array(right, bool),
                np.zeros(0, np.int64),
                max(1, sum(right)),
            )
        )
    return JudgedPairs(queries)


def fit_to_verdicts(library: Library, judge: str) -> Fitted:
    """Fit the calibration of the descriptor model in use with a judge to what the user said in a library.

    Args:
        library: the library.
        judge: the judge's name; "none" for the index alone.

    Raises:
        LookalikeError: too little was said.
    """
    looking = library.judges.get(judge)
    kept = library.search.verdicts(looking)
    said = [
        (verdict.query, verdict.same, verdict.similarity, verdict.vote, logit)
        for verdict, logit in kept
        if looking is None or logit is not None
    ]
    same = sum(row[1] for row in said)
    if min(same, len(said) - same) < LEAST_OF_EACH:
        raise LookalikeError(
            "You called {same} results the same and {other} not the same that {judge} has checked; "
            "{least} of each are needed.",
            "Say of more results what they are.",
            same=same,
            other=len(said) - same,
            judge=judge,
            least=LEAST_OF_EACH,
        )
    fusion = library.search.fusion(looking)
    return calibrate(
        pairs_of(said),
        library.search.descriptor_key,
        "" if looking is None else looking.key,
        fusion.index_score,
    )
