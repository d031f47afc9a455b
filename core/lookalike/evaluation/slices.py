"""Slices of an evaluation: the same figures for a part of the queries, or for a part of the positives.

An attribute of queries (kind, category, subset ...) puts each query into one slice. An attribute of positives (object
scale, clutter, difficulty ...) asks each query once for every slice that it has positives in; its other positives then
count neither way, as in the evaluation of ILIAS (arXiv 2502.11748).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from lookalike.evaluation.answers import Answer
from lookalike.evaluation.ground_truth import Attribute

KIND = "kind"

CUTS = {
    "scale": (0.06880213760855043, 0.13526567164179104, 0.2729876723163842),
    "clutter": (18.0, 33.0, 53.0),
}
"""Where numbers are cut: those of ILIAS (arXiv 2502.11748), whose quarters have equally many positives. Scale is the
share of the photo's area that the object takes."""


def slices_of(answer: Answer, attribute: str) -> Iterator[tuple[str, Answer]]:
    """The slices that an answer counts in: what each is called, and the answer as it counts there.

    Numbers without cuts of their own are left to `quarters`, and have their value for a name.
    """
    if attribute == KIND:
        yield answer.kind, answer
        return
    among = {one.attributes[attribute] for one in answer.positives if attribute in one.attributes}
    if among:
        for name in sorted({name_of(attribute, value) for value in among}):
            yield (
                name,
                answer.only(
                    lambda one, name=name: (  # type: ignore[misc]
                        attribute in one.attributes and name_of(attribute, one.attributes[attribute]) == name
                    )
                ),
            )
    elif attribute in answer.attributes:
        yield name_of(attribute, answer.attributes[attribute]), answer


def name_of(attribute: str, value: Attribute) -> str:
    """The name of the slice that a value lies in."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    cuts = CUTS.get(attribute)
    if cuts is None:
        return f"{value:g}"
    place = bisect_right(cuts, value)
    if place == 0:
        return f"under {cuts[0]:.3g}"
    if place == len(cuts):
        return f"{cuts[-1]:.3g} and more"
    return f"{cuts[place - 1]:.3g} to {cuts[place]:.3g}"


def order_of(attribute: str, name: str) -> tuple[float, str]:
    """A key by which the slices of an attribute are sorted: by their numbers, or else by their names."""
    cuts = CUTS.get(attribute)
    if cuts is not None:
        names = [name_of(attribute, value) for value in (cuts[0] - 1, *cuts)]
        return (float(names.index(name)), name) if name in names else (float(len(names)), name)
    try:
        return float(name), name
    except ValueError:
        return float("inf"), name


def quarters(values: list[float]) -> list[str]:
    """The name of the quarter that each of some numbers lies in, each quarter with about equally many."""
    cuts = [float(cut) for cut in np.quantile(values, [0.25, 0.5, 0.75])]
    names = [f"under {cuts[0]:.4g}", f"{cuts[0]:.4g} to {cuts[1]:.4g}", f"{cuts[1]:.4g} to {cuts[2]:.4g}"]
    names.append(f"{cuts[2]:.4g} and more")
    return [names[bisect_right(cuts, value)] for value in values]
