"""Official figures: worked out by hand as exact fractions, and compared with the authors' own code where it is at hand.

``LOOKALIKE_BENCHMARK_CODE`` names a folder with checkouts of the authors' repositories: revisitop, isc2021, ilias,
Product1M and google-landmark (with DELF's ``metrics.py``). None of that code is part of this project.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.product1m import BETWEEN_LABELS
from lookalike.evaluation.datasets.registry import DATASETS, MEASURES, measures_of, open_dataset
from lookalike.evaluation.ground_truth import Attribute
from lookalike.evaluation.measures import PooledMeasure, QueryMeasure
from lookalike.evaluation.metrics import (
    micro_average_precision,
    recall_at_precision,
    trapezoidal_average_precision,
)
from lookalike.evaluation.tally import Tally, figures_of
from tests.builders.benchmark_sets import ILIAS_OBJECTS, WRITERS, write_roxford
from tests.core.evaluation.rankings import answered, placed, shuffled


def value(dataset: str, name: str, answer: Answer) -> float | None:
    """What an answer is worth in one figure of a data set."""
    (measure,) = (one for one in measures_of(dataset) if one.name == name)
    assert isinstance(measure, QueryMeasure)
    return measure.of(answer)


def exact(number: Fraction) -> Any:
    return pytest.approx(float(number), rel=1e-15, abs=1e-15)


def trapezoids(ranks: Sequence[int], positives: int) -> Fraction:
    """The area below the precision-recall curve in exact arithmetic; ranks from 1."""
    area = Fraction(0)
    for found, rank in enumerate(ranks):
        before = Fraction(found, rank - 1) if rank > 1 else Fraction(1)
        area += (before + Fraction(found + 1, rank)) / 2 / positives
    return area


def test_every_set_has_its_figures() -> None:
    assert set(DATASETS) == set(MEASURES)
    for measures in MEASURES.values():
        assert len({one.name for one in measures}) == len(measures)


class TestTrapezoids:
    def test_by_hand(self) -> None:
        # Ranks 1 and 3 of two: (1 + 1)/2 · 1/2 + (1/2 + 2/3)/2 · 1/2.
        assert trapezoids([1, 3], 2) == Fraction(1, 2) + Fraction(7, 24)
        for ranks, positives in (([1, 3], 2), ([2], 1), ([2, 5, 9], 4), ([], 3), ([1, 2, 3], 3)):
            found = trapezoidal_average_precision(np.array(ranks, np.int64), positives)
            assert found == exact(trapezoids(ranks, positives))

    def test_holidays_leave_the_query_out(self) -> None:
        assert value("holidays", "mAP", placed([1, 4])) == exact(trapezoids([1, 4], 2))

    def test_instre_and_copydays_have_it(self) -> None:
        assert value("instre", "mAP", placed([2, 3, None])) == exact(trapezoids([2, 3], 3))
        copy = placed([3], attributes={"block": "crops/20"})
        assert value("copydays", "mAP crops/20", copy) == exact(trapezoids([3], 1))
        assert value("copydays", "mAP strong", copy) is None


class TestRevisited:
    labels: Sequence[dict[str, Attribute]] = ({"level": "easy"}, {"level": "hard"}, {"level": "easy"})

    def test_each_protocol_has_its_own_junk(self) -> None:
        # Ranks: junk 1, easy 2, hard 4, easy 7.
        answer = placed([2, 4, 7], junk=[1], labels=self.labels)
        assert value("roxford", "mAP easy", answer) == exact(trapezoids([1, 5], 2))
        assert value("roxford", "mAP medium", answer) == exact(trapezoids([1, 3, 6], 3))
        assert value("roxford", "mAP hard", answer) == exact(trapezoids([2], 1))

    def test_precision_ends_at_the_last_positive(self) -> None:
        answer = placed([2, 4, 7], junk=[1], labels=self.labels)
        assert value("roxford", "mP@1 medium", answer) == 1
        assert value("roxford", "mP@5 medium", answer) == exact(Fraction(2, 5))
        assert value("roxford", "mP@10 medium", answer) == exact(Fraction(3, 6))
        assert value("roxford", "mP@10 hard", answer) == exact(Fraction(1, 2))

    def test_a_query_without_positives_of_a_level_does_not_count(self) -> None:
        answer = placed([2], labels=[{"level": "easy"}])
        assert value("rparis", "mAP hard", answer) is None
        assert value("rparis", "mP@5 hard", answer) is None


class TestTruncated:
    def test_landmarks(self) -> None:
        public = placed([1, 50, 101, None], attributes={"usage": "Public"})
        assert value("gldv2", "mAP@100 public", public) == exact((1 + Fraction(2, 50)) / 4)
        assert value("gldv2", "mAP@100 private", public) is None
        many = placed([*range(1, 151)])
        assert value("gldv2", "mAP@100", many) == 1

    def test_ilias(self) -> None:
        photo = placed([2, 1000, 1001], attributes={"modality": "image"}, returned=2000)
        assert value("ilias", "mAP@1k image", photo) == exact((Fraction(1, 2) + Fraction(2, 1000)) / 3)
        assert value("ilias", "mAP@1k text", photo) is None

    def test_our_own(self) -> None:
        answer = placed([2, 12, 1001, None], junk=[1, 3])
        assert value("own", "mAP", answer) == exact((1 + Fraction(2, 10) + Fraction(3, 999)) / 4)
        assert value("own", "R@1", answer) == 1
        assert value("own", "R@10", placed([11])) == 0


def test_ukbench_counts_the_four() -> None:
    assert value("ukbench", "N-S score", placed([1, 2, 4, 5])) == 3
    assert value("ukbench", "N-S score", placed([1, None, None, None])) == 1


class TestProduct1M:
    def answer(self, ranks: Sequence[int | None], labels: Sequence[str], suit: Sequence[str]) -> Answer:
        return placed(
            ranks,
            returned=100,
            labels=[{"label": label} for label in labels],
            attributes={"labels": BETWEEN_LABELS.join(suit)},
        )

    def test_precision_over_the_hits_within_the_positives(self) -> None:
        answer = self.answer([1, 4, 9], ["soap", "soap", "cream"], ["soap", "cream"])
        # Three positives, so three results count, with one hit.
        assert value("product1m", "mAP@10", answer) == 1
        assert value("product1m", "Prec@10", answer) == exact(Fraction(1, 3))
        # A product that is named twice has its photos counted twice.
        twice = self.answer([1, 4, 9], ["soap", "soap", "cream"], ["soap", "soap", "cream"])
        assert value("product1m", "mAP@10", twice) == exact((1 + Fraction(2, 4)) / 2)
        assert value("product1m", "Prec@10", twice) == exact(Fraction(2, 5))

    def test_recall_is_of_what_is_expected_of_each_product(self) -> None:
        answer = self.answer([1, 4, 11], ["soap", "soap", "cream"], ["soap", "cream"])
        assert value("product1m", "mAR@10", answer) == exact(Fraction(1, 2))
        assert value("product1m", "mAR@50", answer) == 1

    def test_a_product_that_is_not_there_spoils_the_query(self) -> None:
        answer = self.answer([1], ["soap"], ["soap", "perfume"])
        assert [value("product1m", name, answer) for name in ("mAP@10", "Prec@10", "mAR@10")] == [0, 0, 0]


class TestMicro:
    def test_by_hand(self) -> None:
        scores = np.array([0.9, 0.8, 0.7, 0.6])
        right = np.array([True, False, True, False])
        assert micro_average_precision(scores, right, 3) == exact((1 + Fraction(2, 3)) / 3)
        assert recall_at_precision(0.9, scores, right, 3) == exact(Fraction(1, 3))
        assert recall_at_precision(0.6, scores, right, 3) == exact(Fraction(2, 3))

    def test_equal_scores_count_in_the_worst_order(self) -> None:
        scores, right = np.ones(3), np.array([True, False, False])
        assert micro_average_precision(scores, right, 1) == exact(Fraction(1, 3))

    def test_nothing_right_and_nothing_there(self) -> None:
        none = np.zeros(0)
        assert micro_average_precision(none, none.astype(bool), 3) == 0
        assert recall_at_precision(0.9, none, none.astype(bool), 0) == 0

    def test_over_queries(self) -> None:
        tally = Tally(measures_of("disc21"))
        tally.add(placed([1], query="a", group="a"))
        tally.add(placed([], query="b", group="b"))
        # Ten results of each, equally scored at equal ranks; the right one is behind the wrong one of its score.
        found = figures_of(tally.rows, tally.measures)
        assert found["µAP"].value == exact(Fraction(1, 2))
        assert found["R@P90"].value == 0
        assert found["R@1"].value == 1
        assert found["R@1"].queries == 1


# The authors' code beside ours.


def checkout(*parts: str) -> Path:
    folder = os.environ.get("LOOKALIKE_BENCHMARK_CODE")
    if not folder:
        pytest.skip("LOOKALIKE_BENCHMARK_CODE names no folder with the authors' code")
    path = Path(folder).joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def module_of(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"authors_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def figure(dataset: str, answers: Sequence[Answer], name: str) -> float:
    tally = Tally(measures_of(dataset))
    for answer in answers:
        tally.add(answer)
    return figures_of(tally.rows, tally.measures, resamples=2)[name].value


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("official", ["roxford5k", "rparis6k"])
def test_the_authors_of_revisited(
    official: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = module_of(checkout("revisitop", "python", "evaluate.py"))
    # Their code is older than NumPy 2.
    monkeypatch.setattr(np, "in1d", np.isin, raising=False)
    root = write_roxford(tmp_path, buildings=6, official=official)
    dataset = open_dataset(official, tmp_path)
    asked = shuffled(dataset, seed)
    answers = [answered(dataset.root, query, ranking) for query, ranking in asked]
    truth = pickle.loads((root / f"gnd_{official}.pkl").read_bytes())
    number = {name: place for place, name in enumerate(truth["imlist"])}
    ranks = np.array([[number[path.stem] for path in ranking] for _, ranking in asked]).T
    for protocol, right, junk in (
        ("easy", ("easy",), ("junk", "hard")),
        ("medium", ("easy", "hard"), ("junk",)),
        ("hard", ("hard",), ("junk", "easy")),
    ):
        ground = [
            {
                "ok": np.concatenate([one[level] for level in right]),
                "junk": np.concatenate([one[level] for level in junk]),
            }
            for one in truth["gnd"]
        ]
        mean, aps, precisions, _ = module.compute_map(ranks, ground, [1, 5, 10])
        assert figure(official, answers, f"mAP {protocol}") == pytest.approx(mean, rel=1e-12)
        assert [value(official, f"mAP {protocol}", one) for one in answers] == pytest.approx(aps, rel=1e-12)
        for k, expected in zip((1, 5, 10), precisions, strict=True):
            assert figure(official, answers, f"mP@{k} {protocol}") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_authors_of_disc21(seed: int, tmp_path: Path) -> None:
    module = module_of(checkout("isc2021", "isc", "metrics.py"))
    dataset = open_dataset("disc21", WRITERS["disc21"](tmp_path))
    generator = np.random.default_rng(seed)
    answers, truths, predictions = [], [], []
    for query, ranking in shuffled(dataset, seed):
        # Coarse, so that many scores are equal.
        scores = sorted((round(float(one), 1) for one in generator.random(len(ranking))), reverse=True)
        answers.append(answered(dataset.root, query, ranking, scores))
        truths += [module.GroundTruthMatch(query.name, path.stem) for path in query.positives]
        predictions += [
            module.PredictedMatch(query.name, path.stem, score)
            for path, score in zip(ranking, scores, strict=True)
        ]
    expected = module.evaluate(truths, predictions)
    assert figure("disc21", answers, "µAP") == pytest.approx(expected.average_precision, rel=1e-12)
    assert figure("disc21", answers, "R@P90") == pytest.approx(expected.recall_at_p90 or 0, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_authors_of_ilias(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn", reason="their code needs scikit-learn")
    path = checkout("ilias", "evaluation", "src", "dataset.py")
    module = module_of(path)
    root = WRITERS["ilias"](tmp_path, distractors=4)
    (tmp_path / "misc").mkdir()
    (tmp_path / "misc" / "taxonomy.json").write_text((root / "taxonomy.json").read_text())
    monkeypatch.chdir(tmp_path)
    theirs = module.ILIAS(str(root))
    dataset = open_dataset("ilias-5m", root)
    answers, similarities = [], {}
    for query, ranking in shuffled(dataset, seed):
        answers.append(answered(dataset.root, query, ranking))
        similarities[query.name] = {
            path.relative_to(dataset.root).as_posix()
            if path.is_relative_to(dataset.root)
            else path.stem: -rank
            for rank, path in enumerate(ranking)
        }
    assert len(ILIAS_OBJECTS) == 2
    for modality in ("image", "text"):
        mine = [one for one in answers if one.attributes["modality"] == modality]
        expected = theirs.evaluate({one.query: similarities[one.query] for one in mine}, report=True)
        name = f"mAP@1k {modality}"
        assert 100 * figure("ilias", mine, name) == pytest.approx(expected["map"], rel=1e-12)
        tally = Tally(measures_of("ilias"), ["scale", "clutter", "category"])
        for one in mine:
            tally.add(one)
        for attribute, cut in (("scale", "scale"), ("clutter", "clutter")):
            found = {
                part: 100 * figures_of(rows, tally.measures, resamples=2)[name].value
                for part, rows in tally.slices()[attribute].items()
            }
            assert sorted(found.values()) == pytest.approx(sorted(expected[cut].values()), rel=1e-12)
        categories = {
            part: 100 * figures_of(rows, tally.measures, resamples=2)[name].value
            for part, rows in tally.slices()["category"].items()
        }
        assert categories == pytest.approx(expected["categories"], rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_authors_of_landmarks(seed: int, tmp_path: Path) -> None:
    module = module_of(checkout("google-landmark", "metrics.py"))
    dataset = open_dataset("gldv2", WRITERS["gldv2"](tmp_path))
    asked = shuffled(dataset, seed)
    answers = [answered(dataset.root, query, ranking) for query, ranking in asked]
    predictions = {query.name: [path.stem for path in ranking] for query, ranking in asked}
    solution = {query.name: {path.stem for path in query.positives} for query, _ in asked}
    expected = module.MeanAveragePrecision(predictions, solution)
    assert figure("gldv2", answers, "mAP@100") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_authors_of_product1m(seed: int, tmp_path: Path) -> None:
    script = checkout("Product1M", "CAPTURE", "evaluate_suit.py")
    root = WRITERS["product1m"](tmp_path / "set")
    (root / "product1m_dev_ossurl_v2.txt").write_text("")
    dataset = open_dataset("product1m", root)
    asked = shuffled(dataset, seed)
    answers = [answered(dataset.root, query, ranking) for query, ranking in asked]
    (tmp_path / "retrieval_id_list.txt").write_text(
        "".join(",".join([query.name, *(path.stem for path in ranking)]) + "\n" for query, ranking in asked)
    )
    done = subprocess.run(
        [
            *(sys.executable, str(script), "--output_metric_dir", str(tmp_path / "out")),
            *("--retrieval_result_dir", str(tmp_path), "--GT_dir", str(root)),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    expected = json.loads((tmp_path / "out" / "metric_results.json").read_text())
    for k in (10, 50, 100):
        for mine, theirs in (("mAP", "mAP"), ("mAR", "mAR"), ("Prec", "Prec")):
            found = figure("product1m", answers, f"{mine}@{k}")
            assert found == pytest.approx(expected[f"top{k}"][theirs], rel=1e-12), (mine, k)


def test_pooled_figures_are_known_by_their_depth() -> None:
    depths: dict[str, Callable[..., float]] = {
        one.name: one.of
        for one in measures_of("disc21")
        if isinstance(one, PooledMeasure) and one.depth == 10
    }
    assert set(depths) == {"µAP", "R@P90"}
