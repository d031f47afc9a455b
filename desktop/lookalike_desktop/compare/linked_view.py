"""Linked view: two canvases that show the same part of the scene, however each photo is cropped or turned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF

from lookalike_desktop.viewer.photo_canvas import PhotoCanvas

_STEP = 1e-3


class LinkedView(QObject):
    """Moves each of two canvases when the other one is zoomed or moved.

    Args:
        first: the canvas of the one photo.
        second: that of the other.
    """

    def __init__(self, first: PhotoCanvas, second: PhotoCanvas) -> None:
        super().__init__(first)
        self._canvases = (first, second)
        self._matrix: NDArray[np.float64] = np.eye(3)
        self._following = False
        first.zoomed.connect(lambda: self._follow(0))
        second.zoomed.connect(lambda: self._follow(1))

    def set_transform(self, transform: Sequence[float]) -> None:
        """Link by a homography from the first photo to the second in coordinates from 0 to 1; empty for none."""
        self._matrix = np.asarray(transform, np.float64).reshape(3, 3) if transform else np.eye(3)

    def _follow(self, moved: int) -> None:
        if self._following:
            return
        leader, follower = self._canvases[moved], self._canvases[1 - moved]
        self._following = True
        try:
            scale, centre = leader.view
            if scale is None or leader.photo_size.isEmpty() or follower.photo_size.isEmpty():
                follower.fit()
                return
            matrix = self._matrix if moved == 0 else np.linalg.inv(self._matrix).astype(np.float64)
            place = _mapped(matrix, centre.x(), centre.y())
            growth = self._growth(matrix, centre, leader, follower)
            follower.show_view(scale / growth, QPointF(*place))
        finally:
            self._following = False

    @staticmethod
    def _growth(
        matrix: NDArray[np.float64], centre: QPointF, leader: PhotoCanvas, follower: PhotoCanvas
    ) -> float:
        """How many pixels of the follower a pixel of the leader is, at the centre."""
        here = np.array(_mapped(matrix, centre.x(), centre.y()))
        right = np.array(_mapped(matrix, centre.x() + _STEP, centre.y())) - here
        down = np.array(_mapped(matrix, centre.x(), centre.y() + _STEP)) - here
        size, source = follower.photo_size, leader.photo_size
        area = abs(right[0] * down[1] - right[1] * down[0]) * size.width() * size.height()
        growth = np.sqrt(area / (_STEP * source.width() * _STEP * source.height()))
        return float(growth) if np.isfinite(growth) and growth > 0 else 1.0


def _mapped(matrix: NDArray[np.float64], x: float, y: float) -> tuple[float, float]:
    across, down, depth = matrix @ np.array([x, y, 1.0])
    depth = depth if abs(depth) > 1e-9 else 1.0
    return float(across / depth), float(down / depth)
