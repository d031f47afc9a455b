"""The geometric judge: compares local features and their geometry; it needs no model download."""

from lookalike.judges.geometry.judge import GeometricJudge

__all__ = ["GeometricJudge"]
