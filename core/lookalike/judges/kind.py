"""The kind of judge: an entry of the registry. It says which judges there are of it, and opens them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from lookalike.caches.content_cache import ContentCache
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import Judge
from lookalike.judges.token_store import TokenStore
from lookalike.models.store import ModelStore


@dataclass(frozen=True)
class JudgeResources:
    """What a library lends its judges.

    Attributes:
        models: the imported models.
        cache: where a judge may keep what it derives from a photo's bytes.
        token_store: where multimodal judges keep visual tokens.
    """

    models: ModelStore
    cache: ContentCache
    token_store: TokenStore


class JudgeKind(ABC):
    """One way of judging, and the judges of a library that judge so.

    Args:
        resources: what its judges may use.

    Attributes:
        name: what the command line calls the kind; a judge of that name may exist or not.
        stores_tokens: whether its judges are `TokenJudge`s.
        needs_model: whether its judges are imported models; otherwise they come with the installation.
        top: the `Judge.top` of its judges, known before one is opened.
        behind: the name of the judge that goes before its judges in a search, as they are slow; empty for none.
    """

    name: ClassVar[str]
    stores_tokens: ClassVar[bool] = False
    needs_model: ClassVar[bool] = False
    top: ClassVar[int]
    behind: ClassVar[str] = ""

    def __init__(self, resources: JudgeResources) -> None:
        self.resources = resources

    @abstractmethod
    def names(self) -> list[str]:
        """The judges of this kind that the library has now, the one to prefer first."""

    @abstractmethod
    def open(self, name: str) -> Judge:
        """A judge of this kind, by a name from `names`.

        Raises:
            LookalikeError: it cannot work here.
        """

    def missing(self) -> LookalikeError | None:
        """What this kind lacks on this computer, with the remedy; None where it can work."""
        return None

    def none_there(self) -> LookalikeError:
        """The error for a library in which `names` is empty, with the remedy."""
        return LookalikeError("There is no judge of the kind {name}.", name=self.name)

    @classmethod
    def modes(cls) -> list[str]:
        """The questions that judges of this kind can be asked; empty where they know only one."""
        return []
