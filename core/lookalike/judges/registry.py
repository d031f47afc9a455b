"""The judges of one library: which there are, which is in use, and each opened once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from lookalike import app_paths
from lookalike.caches.content_cache import ContentCache
from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.geometry.judge import GeometricJudge
from lookalike.judges.mllm.available import mllm_available
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.prompts import prompt_modes
from lookalike.judges.mllm.token_store import TokenStore
from lookalike.judges.protocol import Judge
from lookalike.models.store import ModelStore

NO_JUDGE = "none"
GEOMETRY = "geometry"


class JudgeRegistry:
    """What may look at pairs of photos. Any thread may ask.

    Args:
        catalog: keeps the user's choice.
        models: the imported models.
        cache: where the geometric judge keeps its features.
        tokens: gives the store of the visual tokens of multimodal judges.
    """

    def __init__(
        self, catalog: Catalog, models: ModelStore, cache: ContentCache, tokens: Callable[[], TokenStore]
    ) -> None:
        self._catalog = catalog
        self._models = models
        self._cache = cache
        self._tokens = tokens
        self._open: dict[str, Judge] = {}
        self._opening = threading.Lock()

    def names(self) -> list[str]:
        """All there are: none, geometry, and the imported models."""
        return [NO_JUDGE, GEOMETRY, *self.models()]

    def models(self) -> list[str]:
        """The imported models that judge."""
        return [model.name for model in self._models.installed() if model.kind == "judge"]

    def in_use(self) -> str:
        """The one that searches use: the user's choice, else an imported model, else geometry."""
        models, chosen = self.models(), self._catalog.settings.judge
        if chosen in (NO_JUDGE, GEOMETRY, *models):
            return chosen
        return models[0] if models and mllm_available() is None else GEOMETRY

    def first_model(self) -> str:
        """The chosen or first imported multimodal judge.

        Raises:
            LookalikeError: none is imported.
        """
        models, chosen = self.models(), self._catalog.settings.judge
        if not models:
            raise LookalikeError(
                "No multimodal model is imported.",
                "`lookalike models recommend` tells which one suits this computer.",
            )
        return chosen if chosen in models else models[0]

    def choose(self, name: str) -> None:
        """Have searches use a judge.

        Raises:
            LookalikeError: there is none of this name.
        """
        names = self.names()
        if name not in names:
            raise LookalikeError(f"There is no judge called {name}.", f"There are: {', '.join(names)}.")
        self._catalog.settings.judge = name

    def get(self, name: str | None = None) -> Judge | None:
        """A judge by name, the one in use for None; None if that is no judge at all.

        Raises:
            LookalikeError: there is none of this name, or it cannot work here.
        """
        name = name or self.in_use()
        if name == NO_JUDGE:
            return None
        with self._opening:
            if name not in self._open:
                self._open[name] = self._opened(name)
            return self._open[name]

    def _opened(self, name: str) -> Judge:
        if name == GEOMETRY:
            return GeometricJudge(self._cache)
        model = self._models.get(name)
        return MllmJudge(
            model.file("llm"),
            model.file("mmproj"),
            cache=self._tokens(),
            log_folder=app_paths.logs(),
            checksums=model.checksums,
        )

    def modes(self, name: str | None = None) -> list[str]:
        """What a judge (the one in use for None) can be asked; empty where it knows only one question."""
        return [] if (name or self.in_use()) in (NO_JUDGE, GEOMETRY) else prompt_modes()

    def close_judge(self, name: str) -> None:
        """End a judge's worker process; its next use opens it anew."""
        with self._opening:
            judge = self._open.pop(name, None)
        if judge is not None:
            judge.close()

    def close_models(self) -> None:
        """End the worker processes of all multimodal judges; their next use opens them anew."""
        for name, judge in list(self._open.items()):
            if isinstance(judge, MllmJudge):
                self.close_judge(name)

    def close(self) -> None:
        """End every worker process."""
        for name in list(self._open):
            self.close_judge(name)
