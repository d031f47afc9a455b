"""Pickles and MAT-files of annotations: what others write is read, nothing in them is run, and damage is told."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from lookalike.errors import LookalikeError
from lookalike.evaluation.datasets.matlab import MatFileError, parse_mat
from lookalike.evaluation.datasets.pickles import load_pickle
from lookalike.evaluation.datasets.registry import open_dataset
from tests.builders.benchmark_sets import evil_pickle, mat_bytes, write_roxford


class TestPickles:
    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_plain_ones_are_read(self, protocol: int, tmp_path: Path) -> None:
        content: dict[str, Any] = {
            "list": ["a", 1, 2.5, None, True, (1, 2), {3}],
            "array": np.arange(3),
            "floats": np.array([[1.5, 2.5]]),
            "scalar": np.float64(2),
            "text": np.array(["x", "yy"]),
        }
        file = tmp_path / "a.pkl"
        file.write_bytes(pickle.dumps(content, protocol))
        with file.open("rb") as opened:
            found = load_pickle(opened)
        assert found["list"] == content["list"]
        assert all(
            np.array_equal(found[name], content[name]) for name in ("array", "floats", "scalar", "text")
        )

    def test_names_of_the_first_numpy_are_read(self, tmp_path: Path) -> None:
        file = tmp_path / "a.pkl"
        file.write_bytes(pickle.dumps(np.arange(4), 2).replace(b"numpy._core", b"numpy.core"))
        with file.open("rb") as opened:
            assert load_pickle(opened).tolist() == [0, 1, 2, 3]

    @pytest.mark.parametrize(
        "content",
        [
            b"cos\nsystem\n(S'true'\ntR.",
            b"cbuiltins\neval\n(S'1'\ntR.",
            b"cnumpy\nload\n(S'x'\ntR.",
            pickle.dumps(np.array([object()], object)[:0].astype(object)),
            pickle.dumps(Path()),
            b"",
            b"garbage",
            pickle.dumps({"a": 1})[:-3],
        ],
    )
    def test_the_others_are_refused(self, content: bytes, tmp_path: Path) -> None:
        file = tmp_path / "a.pkl"
        file.write_bytes(content)
        with file.open("rb") as opened, pytest.raises(pickle.UnpicklingError):
            load_pickle(opened)

    def test_a_program_in_a_ground_truth_is_not_run(self, tmp_path: Path) -> None:
        root = write_roxford(tmp_path)
        trace = tmp_path / "trace"
        (root / "gnd_roxford5k.pkl").write_bytes(evil_pickle(trace))
        with pytest.raises(LookalikeError, match="which annotations have no use for") as caught:
            open_dataset("roxford", root)
        assert len(str(caught.value).splitlines()) == 1
        assert not trace.exists()


class TestMatFiles:
    content: ClassVar[dict[str, Any]] = {
        "imlist": ["a/1.jpg", "ü.jpg"],
        "gnd": [{"ok": [1, 2, 3], "bbx": [1.5, 2, 3, 4]}, {"ok": [2], "bbx": [0, 0, 1, 1]}],
    }

    @pytest.mark.parametrize("compress", [True, False])
    def test_what_is_written_is_read(self, compress: bool) -> None:
        found = parse_mat(mat_bytes(self.content, compress))
        assert found["imlist"] == self.content["imlist"]
        assert [one["ok"].tolist() for one in found["gnd"]] == [[1, 2, 3], [2]]
        assert found["gnd"][0]["bbx"].tolist() == [1.5, 2, 3, 4]

    def test_what_scipy_writes_is_read(self, tmp_path: Path) -> None:
        scipy = pytest.importorskip("scipy.io", reason="SciPy is not installed; it is no part of the program")
        truth = np.zeros((1, 2), dtype=[("ok", "O"), ("bbx", "O")])
        truth[0, 0] = (np.array([[1, 2, 300]], np.uint16), np.array([[1.5, 2, 3, 4]]))
        truth[0, 1] = (np.array([[7]], np.uint8), np.array([[0, 0, 1, 1]], np.int32))
        lists = np.array([["INSTRE-S1/01a/1.jpg", "b.jpg"]], object)
        for compress in (True, False):
            file = tmp_path / "a.mat"
            scipy.savemat(file, {"imlist": lists, "gnd": truth}, do_compression=compress)
            found = parse_mat(file.read_bytes())
            assert found["imlist"] == ["INSTRE-S1/01a/1.jpg", "b.jpg"]
            assert [one["ok"].tolist() for one in found["gnd"]] == [[1, 2, 300], [7]]
            assert found["gnd"][0]["bbx"].tolist() == [1.5, 2, 3, 4]

    def test_scipy_reads_what_the_tests_write(self, tmp_path: Path) -> None:
        scipy = pytest.importorskip("scipy.io", reason="SciPy is not installed; it is no part of the program")
        (tmp_path / "a.mat").write_bytes(mat_bytes({**self.content, "imlist": ["a/1.jpg", "b.jpg"]}))
        found = scipy.loadmat(tmp_path / "a.mat")
        assert [str(one[0]) for one in found["imlist"][0]] == ["a/1.jpg", "b.jpg"]
        assert found["gnd"][0][0][0].ravel().tolist() == [1, 2, 3]

    @pytest.mark.parametrize("cut", [0, 10, 127, 128, 132, 140, 200, -1, -9])
    def test_torn_ones_are_refused_or_lack_variables(self, cut: int) -> None:
        content = mat_bytes(self.content)[:cut]
        try:
            found = parse_mat(content)
        except MatFileError:
            return
        assert set(found) < {"imlist", "gnd"}

    def test_random_damage_never_raises_anything_else(self) -> None:
        whole = bytearray(mat_bytes(self.content, compress=False))
        generator = np.random.default_rng(0)
        for _ in range(400):
            content = bytearray(whole)
            for place in generator.integers(0, len(content), 3).tolist():
                content[place] = int(generator.integers(0, 256))
            try:
                parse_mat(bytes(content))
            except MatFileError:
                continue

    def test_a_newer_version_is_named(self) -> None:
        with pytest.raises(MatFileError, match=r"7\.3"):
            parse_mat(b"\x89HDF\r\n\x1a\n" + bytes(200))
        with pytest.raises(MatFileError, match="no MAT-file"):
            parse_mat(bytes(200))
