"""Rankings that no search made, as answers: to measure what is known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lookalike.evaluation.answers import Answer, Positive, RankedImage
from lookalike.evaluation.datasets.protocol import Dataset, image_name
from lookalike.evaluation.ground_truth import Attribute, GroundTruthQuery


def answered(
    root: Path, query: GroundTruthQuery, ranking: Sequence[Path], scores: Sequence[float] | None = None
) -> Answer:
    """The answer that a ranking of gallery photos is to a query."""
    ranks = {path: rank for rank, path in enumerate(ranking, 1)}
    scores = scores or [1 - rank / 1e6 for rank in range(len(ranking))]
    return Answer(
        query=query.name,
        group=query.group,
        kind=query.kind,
        image=None if query.image is None else image_name(root, query.image),
        words=query.words,
        region=None,
        attributes=query.attributes,
        positives=tuple(
            Positive(image_name(root, path), ranks.get(path), query.labels.get(path, {}))
            for path in sorted(query.positives)
        ),
        junk=tuple(sorted(ranks[path] for path in query.junk if path in ranks)),
        returned=len(ranking),
        results=tuple(
            RankedImage(image_name(root, path), score, None, score)
            for path, score in zip(ranking, scores, strict=True)
        ),
    )


def gallery_of(dataset: Dataset) -> list[Path]:
    """All photos that are searched in."""
    outside = set(dataset.outside())
    return sorted(path for folder in dataset.folders for path in folder.rglob("*.jpg") if path not in outside)


def shuffled(dataset: Dataset, seed: int) -> list[tuple[GroundTruthQuery, list[Path]]]:
    """Every query with a ranking by chance."""
    generator = np.random.default_rng(seed)
    gallery = gallery_of(dataset)
    return [
        (query, [gallery[place] for place in generator.permutation(len(gallery))])
        for query in dataset.queries()
    ]


def placed(
    ranks: Sequence[int | None],
    junk: Sequence[int] = (),
    returned: int = 1000,
    query: str = "q",
    group: str = "g",
    attributes: dict[str, Attribute] | None = None,
    labels: Sequence[dict[str, Attribute]] | None = None,
) -> Answer:
    """An answer in which the positives have these ranks, None for those that were not returned."""
    labels = labels or [{}] * len(ranks)
    positives = tuple(
        Positive(f"p{number}", rank, label)
        for number, (rank, label) in enumerate(zip(ranks, labels, strict=True))
    )
    by_rank = {one.rank: one.image for one in positives}
    results = tuple(
        RankedImage(by_rank.get(rank, f"n{rank}"), 1 - rank / 1e4, None, 1 - rank / 1e4)
        for rank in range(1, min(returned, 20) + 1)
    )
    return Answer(
        query, group, "object", "q.jpg", "", None, attributes or {}, positives, tuple(junk), returned, results
    )
