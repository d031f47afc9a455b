"""Saved runs: what is written is read again, a torn line is taken off, other conditions are refused; and slices."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lookalike.errors import LookalikeError
from lookalike.evaluation.answers import Answer, Positive
from lookalike.evaluation.encoding import decode, encode
from lookalike.evaluation.measures import QueryMeasure, average_precision
from lookalike.evaluation.outcome import Outcome
from lookalike.evaluation.pairs import QueryPairs
from lookalike.evaluation.runs import RunHead, SavedRun, read_answers, read_head
from lookalike.evaluation.slices import name_of, quarters, slices_of
from lookalike.evaluation.tally import Tally, figures_of
from tests.core.evaluation.rankings import placed

HEAD = RunHead("own", "/photos", {"judge": "none", "weight": 0.5}, 40, "2026-01-01T00:00:00+00:00", "0.1.0")


def save(path: Path, *answers: Answer, head: RunHead = HEAD) -> None:
    run = SavedRun(path, head)
    for answer in answers:
        run.add(answer)
    run.close()


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.jsonl"
    answer = placed([2, None], [1], attributes={"usage": "Public"}, labels=[{"scale": 0.2}, {}])
    answer = replace(answer, image="a/\udcff.jpg", region=(0.1, 0.2, 0.3, 0.4), calibration={"above": 1})
    save(path, answer, placed([1], query="other"))
    assert read_head(path) == HEAD
    assert list(read_answers(path)) == [answer, placed([1], query="other")]


def test_a_torn_line_is_taken_off_and_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    save(path, placed([1], query="a"), placed([1], query="b"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert [answer.query for answer in read_answers(path)] == ["a"]
    save(path, placed([1], query="b"))
    assert path.read_bytes() == whole


def test_other_conditions_are_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    save(path, placed([1]))
    other = replace(HEAD, conditions={"judge": "geometry", "weight": 0.5}, date="later")
    with pytest.raises(LookalikeError, match="judge was none and is geometry") as caught:
        SavedRun(path, other)
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(LookalikeError, match="photos was 40 and is 41"):
        SavedRun(path, replace(HEAD, gallery=41))
    save(path, placed([1], query="more"), head=replace(HEAD, date="later", program="0.2.0"))
    assert read_head(path).date == HEAD.date


@pytest.mark.parametrize("content", [b"", b"{}\n", b"not json\n", b"[1]\n", b"\xff\n"])
def test_what_is_no_run_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(LookalikeError, match="is not a saved run"):
        read_head(path)
    with pytest.raises(LookalikeError, match="cannot be read"):
        read_head(tmp_path / "none")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    save(path, placed([1]))
    path.write_bytes(path.read_bytes() + b'{"query": 1}\n')
    with pytest.raises(LookalikeError, match=r"Line 3 of .* is broken"):
        list(read_answers(path))


def test_what_a_calibration_is_fitted_to_is_kept() -> None:
    pairs = QueryPairs(
        "g",
        np.array([0.5, 0.25]),
        np.array([3.5, np.nan]),
        np.array([np.nan, 2.0]),
        np.array([True, False]),
        np.array([7]),
        2,
    )
    outcome = Outcome("g", "object", pairs, [0.1, 0.2], 1, 1)
    again = decode(Outcome, json.loads(json.dumps(encode(outcome), allow_nan=False)))
    assert (again.group, again.said, again.pairs.positives) == ("g", [0.1, 0.2], 2)
    for name in ("cosines", "votes", "logits", "right", "tail"):
        before, after = getattr(pairs, name), getattr(again.pairs, name)
        assert before.dtype == after.dtype
        assert np.array_equal(before, after, equal_nan=before.dtype.kind == "f")


class TestSlices:
    def test_an_attribute_of_queries_puts_each_into_one(self) -> None:
        answer = placed([1], attributes={"usage": "Public", "primary": True})
        assert [name for name, _ in slices_of(answer, "usage")] == ["Public"]
        assert [name for name, _ in slices_of(answer, "primary")] == ["yes"]
        assert [name for name, _ in slices_of(answer, "kind")] == ["object"]
        assert list(slices_of(answer, "none")) == []

    def test_an_attribute_of_positives_leaves_the_others_out(self) -> None:
        answer = placed([1, 2, 4], labels=[{"scale": 0.05}, {"scale": 0.5}, {"scale": 0.6}])
        parts = dict(slices_of(answer, "scale"))
        assert list(parts) == ["0.273 and more", "under 0.0688"]
        # The small one is at rank 1; without it, the large ones are at ranks 1 and 3.
        assert parts["under 0.0688"].ranks().tolist() == [1]
        assert parts["0.273 and more"].ranks().tolist() == [1, 3]

    def test_cuts_are_those_of_ilias(self) -> None:
        assert name_of("scale", 0.069) == "0.0688 to 0.135"
        assert name_of("scale", 0.06) == "under 0.0688"
        assert name_of("clutter", 18) == "18 to 33"
        assert name_of("clutter", 53) == "53 and more"
        assert name_of("products", 2) == "2"

    def test_quarters_have_equally_many(self) -> None:
        names = quarters([float(number) for number in range(100)])
        assert sorted(names.count(name) for name in set(names)) == [25, 25, 25, 25]

    def test_numbers_without_cuts_are_cut_into_quarters(self) -> None:
        tally = Tally([QueryMeasure("mAP", average_precision())], ["depth"])
        for number in range(12):
            tally.add(placed([1], query=f"q{number}", attributes={"depth": number / 7}))
        assert [len(rows) for rows in tally.slices()["depth"].values()] == [3, 3, 3, 3]

    def test_in_the_order_of_their_numbers(self) -> None:
        tally = Tally([QueryMeasure("mAP", average_precision())], ["clutter", "products"])
        for number, clutter in enumerate((60, 5, 20)):
            answer = placed([1], query=f"q{number}", attributes={"products": (10, 9, 2)[number]})
            tally.add(replace(answer, positives=(Positive("p", 1, {"clutter": clutter}),)))
        assert list(tally.slices()["clutter"]) == ["under 18", "18 to 33", "53 and more"]
        assert list(tally.slices()["products"]) == ["2", "9", "10"]
        assert figures_of(tally.slices()["clutter"]["under 18"], tally.measures)["mAP"].value == 1

    def test_an_attribute_that_there_is_not_is_told_with_those_that_there_are(self) -> None:
        tally = Tally([QueryMeasure("mAP", average_precision())], ["colour"])
        tally.add(placed([1], attributes={"usage": "Public"}, labels=[{"scale": 0.5}]))
        with pytest.raises(LookalikeError, match=r"attribute colour\. There is: kind, scale, usage\."):
            tally.slices()
