"""Overlap: areas of parts of frames, against those of many points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.pairs.agreement import common_areas
from lookalike.pairs.overlap import Polygon, area, common_part

UNIT: Polygon = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])

small = st.floats(-1e-3, 1e-3)
shift = st.floats(-1.2, 1.2)


@given(st.lists(st.tuples(small, small), min_size=4, max_size=4))
def test_frames_that_lie_on_each_other_cover_all(moves: list[tuple[float, float]]) -> None:
    assert area(common_part((1.0, 1.0), UNIT + np.array(moves))) == pytest.approx(1.0, abs=5e-3)


@given(st.floats(0.2, 2.0), st.floats(-180.0, 180.0), shift, shift)
def test_the_area_is_the_share_of_points(scale: float, degrees: float, across: float, down: float) -> None:
    angle = np.deg2rad(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    other = (UNIT - 0.5) @ turn.T + 0.5 + np.array([across, down])
    steps = (np.arange(200) + 0.5) / 200
    points = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    back = (points - 0.5 - np.array([across, down])) @ np.linalg.inv(turn).T + 0.5
    share = float(((back >= 0.0) & (back <= 1.0)).all(axis=1).mean())
    assert area(common_part((1.0, 1.0), other)) == pytest.approx(share, abs=0.01)


def test_what_lies_apart_has_nothing_in_common() -> None:
    assert len(common_part((1.0, 1.0), UNIT + 2.0)) == 0
    assert area(common_part((1.0, 1.0), UNIT + 2.0)) == 0.0


@pytest.mark.parametrize("corner", [1e-7, 3e-5, 4e-4])
def test_both_frames_are_covered_by_an_alignment_that_hardly_moves(corner: float) -> None:
    matrix = np.array([[1.0 + corner, -corner, corner], [corner, 1.0 - corner, -corner], [corner, 0.0, 1.0]])
    assert common_areas(matrix) == pytest.approx((1.0, 1.0), abs=3e-3)


def test_a_half_covers_half() -> None:
    half = np.array([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert common_areas(half) == pytest.approx((0.5, 1.0))


def test_a_corner_on_the_horizon_is_no_error() -> None:
    matrix = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    assert all(0.0 <= share <= 1.0 for share in common_areas(matrix))
