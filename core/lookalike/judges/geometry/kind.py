"""The geometric judge as an entry of the registry: always there, nothing to install."""

from __future__ import annotations

from lookalike.judges.geometry.judge import IDLE_SECONDS, GeometricJudge
from lookalike.judges.kind import JudgeKind
from lookalike.judges.protocol import Judge


class GeometricKind(JudgeKind):
    """Judges by local features and their arrangement; there is exactly one such judge."""

    name = GeometricJudge.name
    top = GeometricJudge.top

    def names(self) -> list[str]:
        """Its one judge."""
        return [GeometricJudge.name]

    def open(self, name: str) -> Judge:
        """The judge, with its features cached, and its networks while it is asked."""
        return GeometricJudge(self.resources.cache, IDLE_SECONDS)
