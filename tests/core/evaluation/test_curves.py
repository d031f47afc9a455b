"""Curves: recall among fewer distractors and precision with fewer candidates are what they are by definition."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from lookalike.cli.main import run
from lookalike.evaluation.answers import INDEX, Cost, StageRanks
from lookalike.evaluation.charts import Chart, Point, Series, number_text, svg, table
from lookalike.evaluation.curves import (
    charts_of,
    expected_recall,
    hypergeometric_share,
    judged_precision,
    measured_run,
    milliseconds_a_pair,
    recall_by_size,
)
from lookalike.evaluation.encoding import encode
from lookalike.evaluation.outcome import Outcome
from lookalike.evaluation.pairs import QueryPairs
from tests.core.evaluation.rankings import placed
from tests.core.evaluation.test_runs import HEAD, save


@pytest.mark.parametrize(("population", "marked", "drawn"), [(10, 4, 5), (10, 0, 3), (10, 10, 3), (12, 5, 0)])
def test_the_hypergeometric_distribution_in_fractions(population: int, marked: int, drawn: int) -> None:
    for most in range(-1, drawn + 2):
        exact = sum(
            Fraction(
                math.comb(marked, count) * math.comb(population - marked, drawn - count),
                math.comb(population, drawn),
            )
            for count in range(min(most, drawn) + 1)
        )
        assert hypergeometric_share(most, population, marked, drawn) == pytest.approx(float(exact), abs=1e-12)


def test_scipy_has_the_same() -> None:
    stats = pytest.importorskip("scipy.stats")
    for most, marked, drawn in ((9, 500, 20_000), (99, 1000, 100_000), (0, 3, 999_999)):
        found = hypergeometric_share(most, 1_000_000, marked, drawn)
        assert found == pytest.approx(stats.hypergeom.cdf(most, 1_000_000, marked, drawn), rel=1e-6)


@pytest.mark.parametrize(("count", "size"), [(1, 3), (2, 3), (3, 4), (2, 7)])
def test_expected_recall_is_the_mean_over_all_ways_to_leave_out_distractors(count: int, size: int) -> None:
    # Nine results: positives at 2, 5 and 6 (4 is junk), seven distractors with those behind.
    answer = placed([2, 5, 6, None], [4], returned=11)
    distractors = [rank for rank in range(1, 12) if rank not in (2, 4, 5, 6)]
    shares = []
    for kept in itertools.combinations(distractors, size):
        ranking = sorted([*kept, 2, 5, 6])
        shares.append(sum(rank in (2, 5, 6) for rank in ranking[:count]) / 4)
    assert expected_recall(answer, count, size, len(distractors)) == pytest.approx(np.mean(shares))


def judged_run(path: Path) -> Path:
    """A run in which a judge of four candidates lifts the right photo of each query."""
    head = replace(
        HEAD,
        conditions={"judge": "geometry", "weight": 0.5, "top": 4},
        facts={
            "bytes": {"descriptor": 100, "details": 20},
            "index_score": {"weight": 0.0, "slope": 1.0, "offset": 0.0},
        },
    )
    answers = []
    for number in range(3):
        pairs = QueryPairs(
            f"g{number}",
            np.array([0.9, 0.8, 0.7, 0.6]),
            np.full(4, np.nan),
            np.array([-3.0, -3.0, 3.0, -3.0]),
            np.array([False, False, True, False]),
            np.array([7]),
            2,
        )
        outcome = Outcome(f"g{number}", "object", pairs, [0.1, 0.1, 0.9, 0.1], 1, 1)
        answer = placed([1, 7], returned=20, query=f"q{number}", group=f"g{number}")
        answers.append(
            replace(
                answer,
                calibration=encode(outcome),
                stages={INDEX: StageRanks((3, 7), ())},
                cost=Cost(10.0, 80.0, 5.0, 60.0, 4),
            )
        )
    save(path, *answers, head=head)
    return path


def test_fewer_candidates_judged(tmp_path: Path) -> None:
    measured = measured_run(judged_run(tmp_path / "geometry.jsonl"))
    found = {count: figure.value for count, figure in judged_precision(measured)}
    unjudged, judged = (1 / 3 + 2 / 7) / 2, (1 + 2 / 7) / 2
    assert found == pytest.approx({0: unjudged, 1: unjudged, 2: unjudged, 3: judged, 4: judged})
    assert measured.figure.value == pytest.approx(judged)
    assert measured.stages[INDEX].value == pytest.approx(unjudged)
    assert milliseconds_a_pair(measured) == 20
    charts = {chart.title: chart for chart in charts_of([measured])}
    (size,) = charts["Quality against what is stored of a photo"].series
    assert [point.x for point in size.points] == [120]
    (times,) = charts["Quality against processor time"].series
    assert [point.x for point in times.points] == [10, 30, 50, 70, 90]


def test_recall_falls_with_the_distractors(tmp_path: Path) -> None:
    path = tmp_path / "index.jsonl"
    answers = [
        replace(
            placed([rank], returned=2000, query=f"q{rank}", group=f"g{rank}"),
            stages={INDEX: StageRanks((rank,), ())},
        )
        for rank in (1, 5, 300)
    ]
    save(path, *answers, head=replace(HEAD, gallery=2000))
    chart = recall_by_size(measured_run(path))
    for series in chart.series:
        values = [point.y for point in series.points]
        assert all(after <= before + 1e-9 for before, after in itertools.pairwise(values))
        assert [point.x for point in series.points] == [100, 200, 500, 1000, 1999]
    assert [series.points[-1].y for series in chart.series] == pytest.approx([1 / 3, 2 / 3, 2 / 3])


def test_a_page_that_loads_and_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "curves.html"
    assert run(["evaluate", "curves", str(page), str(judged_run(tmp_path / "geometry.jsonl"))]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert "<script" not in text and "src=" not in text and "href=" not in text
    assert "0.643" in text
    assert run(["evaluate", "curves", str(tmp_path), str(tmp_path / "geometry.jsonl")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_runs_of_two_data_sets_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged_run(tmp_path / "a.jsonl")
    save(tmp_path / "b.jsonl", placed([1]), head=replace(HEAD, dataset="holidays"))
    assert (
        run(["evaluate", "curves", *(str(tmp_path / name) for name in ("c.html", "a.jsonl", "b.jsonl"))]) == 1
    )
    assert "different data sets: holidays, own" in capsys.readouterr().err


class TestChart:
    @pytest.mark.parametrize("logarithmic", [True, False])
    @pytest.mark.parametrize(
        "places", [[], [0.0], [5.0], [1.0, 10.0], [0.5, 3e7], [0.0, 0.0], [2.0, 2.1], list(range(30))]
    )
    def test_any_numbers_make_a_drawing_within_its_frame(
        self, places: list[float], logarithmic: bool
    ) -> None:
        points = tuple(Point(place, 0.5, 0.4, 0.6) for place in places)
        drawn = svg(Chart("a <b>", "x & y", "mAP", (Series("s", points), Series("none", ())), logarithmic))
        root = ElementTree.fromstring(drawn)
        texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
        assert all(0 <= float(text.get("x", "0")) <= 640 for text in texts)
        labels = [float(text.get("x", "0")) for text in texts if text.get("y") == "328"]
        assert all(after - before >= 24 for before, after in itertools.pairwise(sorted(labels)))

    def test_its_table(self) -> None:
        chart = Chart(
            "t", "bytes", "mAP", (Series("a", (Point(1280, 0.5, None, None), Point(2, 1, 0.5, 1, "b"))),)
        )
        assert table(chart) == [
            ["", "bytes", "mAP", "95 %"],
            ["a", "1,280", "0.500", ""],
            ["b", "2", "1.000", "0.500 to 1.000"],
        ]

    def test_numbers(self) -> None:
        assert [number_text(one) for one in (0.25, 12.5, 1280, 0, 3e6)] == [
            "0.25",
            "12.5",
            "1,280",
            "0",
            "3,000,000",
        ]
