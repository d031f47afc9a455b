"""The multimodal judges as an entry of the registry: one for every imported model that judges."""

from __future__ import annotations

from lookalike import app_paths
from lookalike.errors import LookalikeError
from lookalike.judges.geometry.judge import GeometricJudge
from lookalike.judges.kind import JudgeKind
from lookalike.judges.mllm.available import unavailable
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.prompts import prompt_modes
from lookalike.judges.protocol import Judge
from lookalike.judges.token_store.budget import budget_tokens


class MllmKind(JudgeKind):
    """Judges by asking a local multimodal model."""

    name = "mllm"
    top = MllmJudge.top
    stores_tokens = True
    needs_model = True
    behind = GeometricJudge.name

    def names(self) -> list[str]:
        """The imported models that judge."""
        return [model.name for model in self.resources.models.installed() if model.kind == "judge"]

    def open(self, name: str) -> Judge:
        """The judge that asks an imported model; the model is loaded with its first question."""
        model = self.resources.models.get(name)
        return MllmJudge(
            model.file("llm"),
            model.file("mmproj"),
            token_store=self.resources.token_store,
            log_folder=app_paths.logs(),
            token_budget=budget_tokens(self.resources.token_store.budget),
            checksums=model.checksums,
        )

    def missing(self) -> LookalikeError | None:
        """That llama-cpp-python is not installed; None where it is."""
        return unavailable()

    def none_there(self) -> LookalikeError:
        """That no model is imported."""
        return LookalikeError("No multimodal model is imported.", "Import or download one first.")

    @classmethod
    def modes(cls) -> list[str]:
        """The prompts there are."""
        return prompt_modes()
