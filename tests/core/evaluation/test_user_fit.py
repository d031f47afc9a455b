"""A calibration fitted to what the user said of results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lookalike.cli.main import run
from lookalike.errors import LookalikeError
from lookalike.evaluation.calibrating import calibrate
from lookalike.evaluation.user_fit import LEAST_OF_EACH, Said, fit_to_verdicts, pairs_of
from lookalike.library import Library
from lookalike.search.index_score import IndexScore
from lookalike.search.query import Query
from lookalike.search.ranking import Result
from tests.builders.photo_files import write_album


def said(count: int, bias: float) -> list[Said]:
    """Verdicts of ten queries by a user who calls the same what has a logit above `bias`."""
    generator = np.random.default_rng(1)
    rows: list[Said] = []
    for number in range(count):
        logit = float(generator.normal(bias, 3))
        same = bool(generator.random() < 1 / (1 + np.exp(-2 * (logit - bias))))
        rows.append((f"query {number % 10}", same, 0.5 + 0.02 * logit, None, logit))
    return sorted(rows, key=lambda row: row[0])


def test_the_line_runs_where_the_user_says() -> None:
    pairs = pairs_of(said(400, bias=2.0))
    assert len(pairs.queries) == 10
    fitted = calibrate(pairs, "descriptor", "judge", IndexScore(0.0))
    assert fitted.informative
    match = fitted.calibration.match
    assert match is not None
    # What this user calls the same half of the time has a logit of 2.
    assert match(2.0) == pytest.approx(0.5, abs=0.1)
    assert match(5.0) > 0.9
    assert match(-1.0) < 0.1


@pytest.mark.slow
def test_verdicts_become_a_calibration_where_there_are_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = write_album(tmp_path / "album", 12)
    folder = tmp_path / "library"
    with Library(folder) as library:
        library.folders.add(tmp_path / "album")
        for _ in library.scan():
            pass
        ids = library.photos.ids_by_path()
        with pytest.raises(LookalikeError, match="50 of each"):
            fit_to_verdicts(library, "none")
        generator = np.random.default_rng(2)
        for path in paths:
            for other in ids.values():
                if other == ids[path]:
                    continue
                likeness = float(generator.uniform(0.2, 0.9))
                result = Result(other, likeness, None, likeness, vote=0.0)
                assert library.search.say(Query(content_id=ids[path]), result, likeness > 0.6)
        kept = library.search.verdicts(None)
        assert min(sum(one.same for one, _ in kept), sum(not one.same for one, _ in kept)) >= LEAST_OF_EACH
        # Nobody has judged them.
        with pytest.raises(LookalikeError, match="geometry has checked"):
            fit_to_verdicts(library, "geometry")
        fitted = fit_to_verdicts(library, "none").calibration
        assert fitted.index(0.85) > 0.9
        assert fitted.index(0.3) < 0.1
    asked = ["--library", str(folder), "evaluate", "verdicts", "--judge", "none"]
    assert run(asked) == 0
    assert "expected calibration error" in capsys.readouterr().out
    with Library(folder) as library:
        before = library.search.fusion(None)
    assert run([*asked, "--fit", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stored"]
    with Library(folder) as library:
        after = library.search.fusion(None)
        assert after.calibrated
        assert after.index(0.3) != before.index(0.3)
    assert run([*asked[:-1], "geometry"]) == 1
    assert "50 of each" in capsys.readouterr().err
