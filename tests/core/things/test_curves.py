"""Each kind of evidence counts its share in the weight of a pair."""

from __future__ import annotations

import numpy as np

from lookalike.things.curves import (
    CERTAIN,
    CONFIRMED,
    LEAST_EXCESS,
    MOST_EXCESS,
    SUPPORTED,
    SUPPORTED_BY_JUDGE,
    log_odds,
)

FAR, NEAR = LEAST_EXCESS, MOST_EXCESS


def alone(
    match: float, excess: float, regional: float = np.nan, judged: float = np.nan, animals: bool = False
) -> float:
    one, two, three, four = (np.array([number]) for number in (match, excess, regional, judged))
    return float(log_odds(one, two, three, four, np.array([animals]))[0])


def test_details_and_likeness_add_up() -> None:
    both, only_match, only_near, neither = (
        alone(match, excess) for match in (0.99, 0.01) for excess in (NEAR, FAR)
    )
    assert both > only_match and both > only_near and min(only_match, only_near) > neither
    assert both > 0 > neither
    assert alone(1.0, np.nan) > 0 > alone(0.0, np.nan), "where likeness is not known details decide"


def test_no_evidence_counts_without_end() -> None:
    assert alone(0.0, -9.0) == -CERTAIN
    assert alone(0.9999, 9.0) == CERTAIN
    assert alone(0.99999, -9.0) > 0, "very many details prove it by themselves"
    assert alone(0.0, 9.0) < 0, "without a detail in common nothing is joined"
    assert alone(0.05, FAR, FAR, 99.0) == alone(0.05, FAR, FAR, CERTAIN)


def test_what_is_known_from_closer_counts_instead() -> None:
    assert alone(0.05, FAR, NEAR) > 0 > alone(0.05, NEAR, FAR), "what parts say counts, and not the whole"
    assert alone(0.05, FAR, 0.38, 5.0) > 0 > alone(0.05, FAR, 0.38, -4.0), "and the judge with it"
    assert alone(0.4, FAR, 0.35, 2.0) > alone(0.05, FAR, 0.35, 2.0), "and the details still"


def test_what_is_not_found_says_little_of_cats_and_dogs() -> None:
    assert alone(0.05, 0.3, animals=True) > alone(0.05, 0.3)
    assert alone(0.05, FAR, 0.38, -4.0, animals=True) > alone(0.05, FAR, 0.38, -4.0)
    assert alone(0.05, FAR, 0.38, -4.0, animals=True) == alone(0.05, FAR, 0.38, 0.0, animals=True)
    assert alone(0.05, FAR, 0.38, 4.0, animals=True) > alone(0.05, FAR, 0.38, 0.0, animals=True)
    assert alone(0.0, FAR, animals=True) < 0, "two cats are no thing for being cats"


def test_what_details_and_the_judge_both_find_counts_more() -> None:
    match, verdict = SUPPORTED, SUPPORTED_BY_JUDGE
    neither, by_judge, by_details, by_both = (
        alone(one, FAR, 0.33, other) for one in (match - 0.01, match) for other in (verdict - 0.01, verdict)
    )
    assert by_both - max(neither, by_judge, by_details) > CONFIRMED - 0.1, "both together say more than each"
    assert max(by_judge, by_details) - neither < 0.1
    assert alone(0.01, FAR, NEAR, 5.0) < alone(match, FAR, NEAR, 5.0) <= CERTAIN
